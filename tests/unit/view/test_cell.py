"""The details of a cell: every source with its age, the three clocks, history as a timeline, what would ship."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from gonogo.commits import parse_commit
from gonogo.commits.shipping import CannotTell, Shipping, WhatShips
from gonogo.events.state import Deployed, ReleaseState
from gonogo.facts import Missing, Observation, Reason, Role, Running, Seen, Status
from gonogo.facts.evidence import NOTHING, Evidence, absorb
from gonogo.plan import Environment, Plan, Source, Target
from gonogo.plan.probes import PrometheusTable
from gonogo.rules.snapshot import Inputs, Snapshot, build
from gonogo.text.tones import line_text
from gonogo.view.cell import details, shipping_question
from gonogo.view.matrix import short_versions
from support.releases import NOW, loaded, plan, product, seen

TARGET = Target("web", "staging")
HOUR = timedelta(hours=1)


def _snapshot(
    *observations: Observation,
    now: datetime = NOW,
    history: tuple[Deployed, ...] = (),
    given: Plan | None = None,
) -> Snapshot:
    evidence: dict[Target, Evidence] = {}
    for one in observations:
        evidence[one.target] = absorb(evidence.get(one.target, NOTHING), one)
    state = ReleaseState(cells={TARGET: history} if history else {})
    return build(Inputs(loaded(given or plan()), state, evidence), now)


def _told(snapshot: Snapshot, ships: WhatShips | None = None, target: Target = TARGET) -> list[str]:
    return [" ".join(line_text(line).split()) for line in details(snapshot, snapshot.matrix.cells[target], ships)]


def test_every_source_is_named_with_what_it_says_and_how_old_that_is() -> None:
    """The one that is silent as well, and why."""
    given = replace(plan(), sources=(Source("prom", PrometheusTable()),))
    refused = Missing(
        TARGET, Reason.REFUSED, NOW, "prometheus https://prom.test", "connection refused", origin="prom"
    )

    told = _told(_snapshot(seen("1.2.3", TARGET), refused, given=given, now=NOW + timedelta(seconds=4)))

    assert told[0] == "web in staging runs the planned 1.2.3"
    assert "source test: 1.2.3 succeeded, 4s ago" in told
    assert "source prometheus https://prom.test: no answer for 4s: connection refused" in told


def test_sources_that_disagree_are_told_in_words() -> None:
    """Both, with what each of them says."""
    other = replace(seen("1.2.2", TARGET), origin="prom", source="prometheus")

    assert _told(_snapshot(seen("1.2.3", TARGET), other))[0] == (
        "web in staging is told in different words: test says 1.2.3; prometheus says 1.2.2; planned is 1.2.3"
    )


def test_a_version_past_its_time_is_only_last_seen() -> None:
    """The sentence does not claim that it runs."""
    late = NOW + timedelta(minutes=5)
    silent = Missing(TARGET, Reason.REFUSED, late, "test", "connection refused")

    told = _told(_snapshot(seen("1.2.3", TARGET), silent, now=late))

    assert told[0] == "web in staging is unknown; planned is 1.2.3"
    assert "last seen 1.2.3" in told
    assert "source test: 1.2.3 unknown, 5m ago, silent for 0s: connection refused" in told


def test_history_is_a_timeline_of_stays() -> None:
    """Newest first; a change of the status alone is no new line; how long each lasted as far as somebody saw."""
    history = (
        Deployed(NOW - 5 * HOUR, ("1.2.2",), "succeeded", "ana"),
        Deployed(NOW - 2 * HOUR, ("1.2.3",), "in_progress", "ana"),
        Deployed(NOW - HOUR, ("1.2.3",), "succeeded", "ben"),
    )

    told = _told(_snapshot(seen("1.2.3", TARGET), history=history))
    start = next(index for index, line in enumerate(told) if line.startswith("history"))

    assert told[start + 1] == ("2026-11-24 18:30:00 1.2.3 2h so far in progress > succeeded (ana, ben)")
    assert told[start + 2] == "2026-11-24 15:30:00 1.2.2 3h succeeded (ana)"
    assert "since 2026-11-24 18:30:00 UTC, 2h by our own record" in told
    assert "before 1.2.2" in told


def test_silence_prolongs_no_stay() -> None:
    """Of what last ran there is told how long it was seen, and that nobody knows about the time since."""
    history = (Deployed(NOW - 2 * HOUR, ("1.2.3",), "succeeded", "ana"),)
    late = NOW + timedelta(minutes=5)
    silent = Missing(TARGET, Reason.REFUSED, late, "test", "connection refused")

    told = _told(_snapshot(seen("1.2.3", TARGET), silent, history=history, now=late))
    unheard = _told(_snapshot(silent, history=history, now=late))

    assert "2026-11-24 18:30:00 1.2.3 2h, then silence succeeded (ana)" in told
    assert "since 2026-11-24 18:30:00 UTC, 2h by our own record, to its last answer" in told
    assert "2026-11-24 18:30:00 1.2.3 not heard of since succeeded (ana)" in unheard


def test_a_soak_is_told_where_the_plan_asks_for_one() -> None:
    """Counted from the record that says succeeded to the last answer."""
    environments = (Environment("staging", soak=HOUR), Environment("production", after=("staging",)))
    history = (Deployed(NOW - HOUR / 2, ("1.2.3",), "succeeded", "ana"),)

    told = _told(_snapshot(seen("1.2.3", TARGET), history=history, given=plan(environments=environments)))

    assert "soak 30m of 1h" in told


def test_instances_are_counted_and_one_straggler_is_not_done() -> None:
    """Seven of eight."""
    running = (Running("1.2.3", replicas=7), Running("1.2.2", replicas=1))

    told = _told(_snapshot(Seen(TARGET, running, Status.SUCCEEDED, NOW, "test")))

    assert "instances 7 of 8 run 1.2.3: not done" in told


def test_instances_are_counted_by_the_scheme_and_by_the_commit() -> None:
    """Two spellings are one version, and a cell that matches is done; one version from two commits is not."""

    def told(*running: Running) -> tuple[str, list[str]]:
        snapshot = _snapshot(Seen(TARGET, running, Status.SUCCEEDED, NOW, "test"))
        return short_versions(snapshot.matrix.cells[TARGET]), _told(snapshot)

    spelt = told(Running("1.2.3", replicas=1), Running("v1.2.3", replicas=1), Running("1.2.2", replicas=1))
    done = told(Running("1.2.3", replicas=4), Running("v1.2.3", replicas=4))
    builds = told(Running("1.2.3", "a" * 40, replicas=4), Running("1.2.3", "b" * 40, replicas=4))

    assert (spelt[0], done[0], builds[0]) == ("2/3 1.2.3", "1.2.3", "2 builds")
    assert "instances 2 of 3 run 1.2.3: not done" in spelt[1]
    assert not any(line.startswith("instances") for line in done[1])
    assert builds[1][0] == ("web in staging runs 1.2.3 from 2 commits side by side: aaaaaaaaaaaa, bbbbbbbbbbbb")
    assert "instances 8 of 8 run 1.2.3, from 2 commits: not done" in builds[1]


def test_the_idle_side_is_named_as_such() -> None:
    """Shown, and not judged."""
    running = (Running("1.2.3", role=Role.STABLE), Running("1.2.2", role=Role.PREVIEW))

    told = _told(_snapshot(Seen(TARGET, running, Status.SUCCEEDED, NOW, "test")))

    assert "version 1.2.2 (idle side, not judged)" in told


def test_order_to_other_environments_is_told() -> None:
    """What never ran in the environment before, and a plan older than production."""
    production = Target("web", "production")
    snapshot = _snapshot(seen("1.2.3", TARGET), seen("1.3.0", production))

    told = _told(snapshot, target=production)

    assert "order newer than in staging, which runs 1.2.3: it never ran there" in told
    assert "warning older than live: production PRODUCTION runs 1.3.0" in told


def test_what_would_ship_is_listed_in_both_directions() -> None:
    """Added, taken away, and how many more."""
    commits = tuple(parse_commit(f"fix: {number}", oid=f"{number:040}") for number in range(20))
    found = Shipping("web", "v1.2.2", "a" * 40, "v1.2.3", "b" * 40, commits, 20, commits[:1], 1, ("it may move",))

    told = _told(_snapshot(seen("1.2.2", TARGET)), found)

    assert "would ship 20 commits from v1.2.2 to v1.2.3; and 1 commit of v1.2.2 would be taken away" in told
    assert "it may move" in told
    assert "+ 000000000 fix: 0" in told
    assert "+ and 8 more" in told
    assert "- 000000000 fix: 0" in told


def test_what_cannot_be_told_says_why_and_what_to_do() -> None:
    """Never an empty list that reads as nothing to ship."""
    told = _told(_snapshot(seen("1.2.2", TARGET)), CannotTell("web", "no such tag", "git fetch --tags"))

    assert "would ship cannot be told: no such tag" in told
    assert "git fetch --tags" in told


def test_git_is_asked_about_the_version_that_is_not_done() -> None:
    """Of a split the oldest one; nothing where nobody knows what runs."""
    given = plan(products=(replace(product(), repo="/srv/web"),))
    running = (
        Running("1.2.3", "bbbbbbb", 10), Running("1.2.10", "ccccccc", 10), Running("1.2.2", "aaaaaaa", 80)
    )  # fmt: skip
    split = _snapshot(Seen(TARGET, running, Status.SUCCEEDED, NOW, "test"), given=given)
    silent = _snapshot(given=given)

    asked = shipping_question(split, split.matrix.cells[TARGET])

    assert asked is not None
    assert asked[1:] == ("1.2.2", "aaaaaaa")
    assert shipping_question(silent, silent.matrix.cells[TARGET]) is None
