"""Whose turn it is: one of many sessions asks, and the others notice when it does not."""

import itertools
from pathlib import Path

import pytest

from gonogo.facts import Missing, Reason, Seen
from support.sharing import EVERY, Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine on which nobody asks yet."""
    return Machine(tmp_path)


def crowd(machine: Machine, count: int = 16) -> None:
    """So many sessions that begin within the same second."""
    for number in range(count):
        machine.join(f"s{number}")


def poller(machine: Machine) -> str:
    """Who asked last."""
    return machine.asked[-1][1]


def end(machine: Machine, name: str, *, kill: bool) -> None:
    """Kill or stop the session of that name."""
    session = next(one for one in machine.sessions if one.name == name)
    if kill:
        session.kill()
    else:
        session.stopped = True


def test_one_of_sixteen_asks(machine: Machine) -> None:
    """At the plan's own pace, and always the same one."""
    crowd(machine)

    machine.run(200)

    assert len({name for _, name in machine.asked}) == 1
    assert 19 <= len(machine.asked) <= 22


def test_everybody_else_hears_every_answer_once(machine: Machine) -> None:
    """With the account it came from, the asker's clocks, and nothing twice."""
    crowd(machine, 3)

    machine.run(95)

    asked = len(machine.asked)
    for session in machine.sessions:
        heard = [one for one in session.seen if isinstance(one, Seen)]
        if session.name == poller(machine):
            assert heard == []
            continue
        assert len(heard) == asked
        assert all(one.by for one in heard)
        times = [round(one.heard - machine.began, 3) for one in heard if one.heard is not None]
        assert times == [round(at, 3) for at, _ in machine.asked]


@pytest.mark.parametrize("seed", range(5))
def test_killing_the_poller_costs_less_than_an_interval(tmp_path: Path, seed: int) -> None:
    """The next answer comes at most one interval late."""
    machine = Machine(tmp_path, seed)
    crowd(machine)
    machine.run(40 + 3 * seed)
    dead = poller(machine)

    end(machine, dead, kill=True)
    machine.run(100)

    assert dead != poller(machine)
    assert max(machine.gaps()) <= 2 * EVERY
    assert len(machine.asked) <= (140 + 3 * seed) / EVERY * 1.1 + 1


@pytest.mark.parametrize("seed", range(5))
def test_stopping_the_poller_costs_at_most_two_intervals(tmp_path: Path, seed: int) -> None:
    """One substitute asks, although the stopped session keeps its lease; when it goes on it steps aside."""
    machine = Machine(tmp_path, seed)
    crowd(machine)
    machine.run(40 + 3 * seed)
    still = poller(machine)

    end(machine, still, kill=False)
    before = len(machine.asked)
    machine.run(200)

    assert max(machine.gaps()) <= 3 * EVERY
    assert len({name for _, name in machine.asked[before:]}) == 1
    substitute = poller(machine)

    next(one for one in machine.sessions if one.name == still).stopped = False
    before = len(machine.asked)
    machine.run(200)

    assert {name for _, name in machine.asked[before:]} == {substitute}
    assert len(machine.asked) - before <= 22


def test_a_stopped_substitute_is_replaced_too(machine: Machine) -> None:
    """Both leases are held by processes that do not go on: somebody asks all the same, and only one."""
    crowd(machine)
    machine.run(40)
    end(machine, poller(machine), kill=False)
    machine.run(60)
    end(machine, poller(machine), kill=False)
    before = len(machine.asked)

    machine.run(300)

    asked = machine.asked[before:]
    assert asked
    assert max(machine.gaps()) <= 7 * EVERY
    assert len(asked) <= 300 / EVERY * 1.1


def test_somebody_who_wants_an_answer_gets_it_and_all_others_too(machine: Machine) -> None:
    """It counts as this interval's question, whoever held the lease."""
    crowd(machine, 4)
    machine.run(35)
    other = next(one for one in machine.sessions if one.name != poller(machine))
    before = len(machine.asked)

    other.wanted = True
    machine.run(5)

    assert [name for _, name in machine.asked[before:]] == [other.name]
    machine.run(100)
    assert len(machine.asked) - before <= 12


def test_two_people_who_want_an_answer_at_once_ask_once(machine: Machine) -> None:
    """What was seen less than the source's floor ago is new enough for a person, too."""
    crowd(machine, 4)
    machine.run(35)
    before = len(machine.asked)
    idle = [one for one in machine.sessions if one.name != poller(machine)]

    idle[0].wanted = True
    machine.run(0.6)
    idle[1].wanted = True
    machine.run(0.6)

    assert len(machine.asked) - before == 1


def test_who_cannot_resolve_the_credential_never_asks_for_others(machine: Machine) -> None:
    """And takes in what the others observe with theirs."""
    without = machine.join("ben", auth=True, proves=False)
    machine.run(25)
    # nobody is asked on the wire for this: the question ends at the missing credential
    assert {name for _, name in machine.asked} == {"ben"}
    machine.asked.clear()

    machine.join("ana", auth=True)
    machine.run(100)

    assert any(isinstance(one, Seen) for one in without.seen)
    late = [name for at, name in machine.asked if at > 50]
    assert set(late) == {"ana"}


def test_a_credential_that_is_turned_down_leaves_the_lease_to_another(machine: Machine) -> None:
    """Each account has its own token: another one's may still be good."""
    machine.join("ana", auth=True)
    machine.run(25)
    machine.answers["ana"] = Reason.UNAUTHORIZED
    machine.join("ben", auth=True)

    machine.run(60)

    assert poller(machine) == "ben"
    ana = machine.sessions[0]
    assert isinstance(ana.seen[-1], Seen)
    assert ana.seen[-1].by != ""


def test_a_session_that_may_not_write_asks_only_when_nobody_else_does(machine: Machine) -> None:
    """It can lead nobody, and it must not stay blind."""
    observer = machine.join("observer", can_write=False)
    machine.run(35)
    assert len(machine.asked) >= 3

    crowd(machine, 2)
    machine.run(30)
    before = len(machine.asked)
    machine.run(100)

    assert "observer" not in {name for _, name in machine.asked[before:]}
    assert any(isinstance(one, Seen) for one in observer.seen)


def test_a_failing_source_is_left_alone_as_long_as_its_poller_means_to(machine: Machine) -> None:
    """Back-off is no silence."""
    crowd(machine, 4)
    machine.run(35)
    name = poller(machine)
    leader = next(one for one in machine.sessions if one.name == name)
    target = leader.question.targets[0]
    leader.turns.asked(leader.question, [Missing(target, Reason.REFUSED, machine.now(), "test")], 60.0)
    leader._due = machine.elapsed + 60.0
    before = len(machine.asked)

    machine.run(58)

    assert len(machine.asked) == before


@pytest.mark.parametrize("reason", [None, Reason.HTTP_STATUS])
def test_an_edited_plan_is_no_reason_to_ask_sooner(machine: Machine, reason: Reason | None) -> None:
    """Saved every second by whoever writes it: all sessions begin anew, and the source is asked at its pace."""
    crowd(machine, 4)
    if reason is not None:
        machine.answers = {f"s{number}": reason for number in range(4)}
    machine.run(35)
    before = len(machine.asked)

    for _ in range(20):
        for session in machine.sessions:
            session.turns.look()  # they listen four times a second
        for session in machine.sessions:
            session.turns.close()
            session.join()
        machine.run(1)

    assert len(machine.asked) - before <= 3
    machine.sessions[2].wanted = True
    machine.run(0.5)
    assert poller(machine) == "s2"


def test_a_source_that_is_to_be_left_alone_is_so_after_an_edit_too(machine: Machine) -> None:
    """What it asked for holds longer than the edition of the plan."""
    machine.join("s0")
    machine.run(15)
    (session,) = machine.sessions
    target = session.question.targets[0]
    session.turns.asked(session.question, [Missing(target, Reason.HTTP_STATUS, machine.now(), "test")], 120.0)
    before = len(machine.asked)
    session.turns.close()
    session.join()

    machine.run(115)

    assert len(machine.asked) == before


def test_a_clock_that_is_put_back_stops_nobody(machine: Machine) -> None:
    """Turns go by the steady clock; an answer of the future is not taken in."""
    crowd(machine, 3)
    machine.run(40)
    machine.began += 3_600.0  # the time of day goes back by an hour

    machine.run(100)

    assert max(machine.gaps()) <= 3 * EVERY
    assert len(machine.asked) <= 18


@pytest.mark.parametrize("seed", range(20))
def test_whatever_happens_to_the_sessions_somebody_asks_and_hardly_ever_two(tmp_path: Path, seed: int) -> None:
    """Killed, stopped, woken, joined at random, as long as one of them runs."""
    machine = Machine(tmp_path, seed)
    crowd(machine, 6)
    happened = 0
    machine.run(20)
    for number in range(30):
        running = [one for one in machine.sessions if not one.stopped]
        still = [one for one in machine.sessions if one.stopped]
        match machine.rng.choice(["kill", "stop", "wake", "join", "want", "nothing"]):
            case "kill" if len(running) > 1:
                machine.rng.choice(running).kill()
            case "stop" if len(running) > 1:
                machine.rng.choice(running).stopped = True
            case "wake" if still:
                machine.rng.choice(still).stopped = False
            case "join" if len(machine.sessions) < 8:
                machine.join(f"later-{number}")
            case "want":
                machine.rng.choice(running).wanted = True
            case _:
                continue
        happened += 1
        machine.run(machine.rng.uniform(1, 40))

    seconds = machine.elapsed - machine.began
    assert max(machine.gaps()) <= 7 * EVERY
    assert len(machine.asked) <= 1.1 * seconds / EVERY + happened


@pytest.mark.parametrize(("accounts", "most"), [(2, 1.2), (4, 1.4), (16, 5.0)])
def test_accounts_that_compare_ask_hardly_more(machine: Machine, accounts: int, most: float) -> None:
    """An own question takes the place of the next one; on a single source, which is the dearest case."""
    for number in range(accounts):
        machine.join(f"a{number}", alone=True)

    machine.run(400)

    assert {name for _, name in machine.asked} == {f"a{number}" for number in range(accounts)}
    assert len(machine.asked) <= most * 400 / EVERY + 1
    assert max(machine.gaps()) <= 1.5 * EVERY


def test_who_differs_is_asked_after_in_every_interval(machine: Machine) -> None:
    """However often the other account publishes, and whatever it announces."""
    liar = machine.join("liar", alone=True)
    machine.versions["liar"] = "6.6.6"
    machine.run(25)
    honest = machine.join("honest", alone=True)

    for _ in range(2 * 60):
        liar.wanted = True
        machine.run(0.5)

    own = [at for at, name in machine.asked if name == honest.name]
    assert own[0] <= 25 + 2 * EVERY
    assert max(after - before for before, after in itertools.pairwise(own)) <= 2 * EVERY
    assert len(own) <= 60 / EVERY + 2


def test_a_credential_that_is_turned_down_is_not_tried_to_compare(machine: Machine) -> None:
    """Not every few seconds at a forge that counts failures."""
    machine.join("good", auth=True, alone=True)
    machine.run(25)
    machine.answers["bad"] = Reason.UNAUTHORIZED
    machine.join("bad", auth=True, alone=True)

    machine.run(300)

    assert sum(name == "bad" for _, name in machine.asked) <= 2
    assert max(machine.gaps()) <= 1.5 * EVERY
