"""Who does not answer, told once for each place."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from gonogo.events.state import ReleaseState
from gonogo.facts import Missing, Observation, Reason
from gonogo.facts.evidence import NOTHING, Evidence, absorb
from gonogo.matrix import Matrix, build
from gonogo.matrix.silence import named, outage_sentence, outages, silences
from gonogo.plan import Plan, Source, Target
from gonogo.plan.probes import PrometheusTable
from gonogo.rules.readiness import ReasonLine, Weight
from gonogo.rules.snapshot import Inputs, Snapshot
from gonogo.rules.snapshot import build as judge
from support.releases import NOW, loaded, plan, product, seen

NAMES = ("api", "web", "search")
STAGING = tuple(Target(name, "staging") for name in NAMES)


def _plan() -> Plan:
    return plan(products=tuple(product(name) for name in NAMES))


def _refused(target: Target, *, at: datetime = NOW, origin: str = "", host: str = "prom.test:443") -> Missing:
    return Missing(
        target, Reason.REFUSED, at, "auto https://prom.test", "connection refused", origin=origin, host=host
    )


def _evidence(*observations: Observation) -> dict[Target, Evidence]:
    found: dict[Target, Evidence] = {}
    for one in observations:
        found[one.target] = absorb(found.get(one.target, NOTHING), one)
    return found


def _matrix(evidence: Mapping[Target, Evidence], now: datetime = NOW) -> Matrix:
    return build(_plan(), ReleaseState(), evidence, now)


def _judged(evidence: Mapping[Target, Evidence], given: Plan | None = None, now: datetime = NOW) -> Snapshot:
    return judge(Inputs(loaded(given or _plan()), ReleaseState(), evidence), now)


def _reasons(snapshot: Snapshot, rule: str, environment: str = "staging") -> list[ReasonLine]:
    verdict = snapshot.verdict(environment)
    assert verdict is not None
    return [line for line in verdict.reasons if line.rule == rule]


def test_cells_behind_one_host_are_one_outage() -> None:
    """With the host, the reason and every cell."""
    [outage] = outages(_matrix(_evidence(*map(_refused, STAGING))))

    assert outage_sentence(outage) == "3 cells: cannot reach prom.test:443 (connection refused)"
    assert (outage.cells, outage.unknown) == (STAGING, STAGING)


def test_two_hosts_are_two_outages_and_the_greater_comes_first() -> None:
    """Each host has its own line."""
    evidence = _evidence(
        _refused(STAGING[0], host="a"), _refused(STAGING[1], host="b"), _refused(STAGING[2], host="b")
    )

    assert [outage.place for outage in outages(_matrix(evidence))] == ["b", "a"]


def test_an_answer_that_is_no_use_is_no_unreachable_host() -> None:
    """A 404 is about one URL: the host was reached, and cells are not thrown together."""
    evidence = _evidence(*(replace(_refused(target), reason=Reason.HTTP_STATUS) for target in STAGING))

    assert outages(_matrix(evidence)) == ()


def test_a_verdict_names_an_unreachable_host_once() -> None:
    """Three cells, one reason, one thing to do."""
    snapshot = _judged(_evidence(*map(_refused, STAGING)), now=NOW + timedelta(seconds=65))

    [line] = _reasons(snapshot, "host.unreachable")

    assert line.weight is Weight.UNKNOWN
    assert line.fact == (
        "3 cells: cannot reach prom.test:443 (connection refused), for 1m 05s: api/staging, web/staging, "
        "search/staging"
    )
    assert _reasons(snapshot, "cell.unknown") == []
    # production waits for the cells of staging as well; its own were never asked
    assert len(_reasons(snapshot, "host.unreachable", "production")) == 1
    assert len(_reasons(snapshot, "cell.unknown", "production")) == 3


def test_a_single_silent_cell_keeps_its_own_line() -> None:
    """One cell is not a group."""
    others = (seen("1.2.3", target) for target in STAGING[1:])

    snapshot = _judged(_evidence(_refused(STAGING[0]), *others))

    assert _reasons(snapshot, "host.unreachable") == []
    assert len(_reasons(snapshot, "cell.unknown")) == 1


def test_a_silent_source_is_told_while_another_one_still_speaks() -> None:
    """The cell is known, and still somebody must learn that half of what watches it is gone."""
    given_plan = replace(_plan(), sources=(Source("prom", PrometheusTable(), "https://prom.test"),))
    answers = (seen("1.2.3", target) for target in STAGING)

    snapshot = _judged(_evidence(*answers, _refused(STAGING[0], origin="prom")), given_plan)

    [line] = _reasons(snapshot, "source.silent")
    assert line.weight is Weight.WARNING
    assert line.fact == (
        "auto https://prom.test is silent (connection refused): 1 cell rests on an earlier answer or another "
        "source: api/staging"
    )


def test_one_missed_answer_is_no_alarm_and_a_second_is() -> None:
    """A source that answered until now may miss once."""
    evidence = _evidence(seen("1.2.3", STAGING[0], at=NOW), _refused(STAGING[0], at=NOW + timedelta(seconds=10)))

    assert silences(_matrix(evidence, NOW + timedelta(seconds=12)), NOW + timedelta(seconds=12)) == ()
    [silence] = silences(_matrix(evidence, NOW + timedelta(seconds=21)), NOW + timedelta(seconds=21))
    assert silence.cells == STAGING[:1]


def test_many_names_are_cut() -> None:
    """Three of them, and how many more."""
    assert named(STAGING[:2]) == "api/staging, web/staging"
    assert named([*STAGING, *STAGING]) == "api/staging, web/staging, search/staging and 3 more"


def test_a_plan_older_than_production_warns_on_the_way_there() -> None:
    """Staging is asked first, and that is when somebody should hear of it."""
    live = Target("web", "production")
    evidence = _evidence(*(seen("1.2.3", target) for target in STAGING), seen("1.10.0", live))

    [line] = _reasons(_judged(evidence), "cell.older-than-live")

    assert line.weight is Weight.WARNING
    assert line.fact == "production PRODUCTION runs web 1.10.0, newer than the planned 1.2.3"


def test_a_source_that_never_had_a_word_about_a_cell_is_not_missed_there() -> None:
    """It is asked about every cell; where a probe speaks nobody waits for it, unless it has spoken before."""
    target = STAGING[0]
    lacking = Missing(target, Reason.NO_DATA, NOW, "prometheus https://prom.test", "no series", origin="prom")
    beside = _matrix(_evidence(seen("1.2.3", target), lacking))
    assert (outages(beside), silences(beside, NOW)) == ((), ())
    alone = _matrix(_evidence(lacking))
    assert [outage.unknown for outage in outages(alone)] == [(target,)]
    spoke = replace(seen("1.2.3", target), origin="prom")
    gone = _matrix(_evidence(seen("1.2.3", target), spoke, lacking))
    assert [outage.cells for outage in outages(gone)] == [(target,)]


def test_what_cannot_be_reached_is_told_first_and_a_gap_names_no_single_cell() -> None:
    """A source without a word about many cells is not the news beside a host that is down."""
    gaps = [
        Missing(target, Reason.NO_DATA, NOW, "prometheus https://p", f"nothing about {target}", origin="p")
        for target in STAGING
    ]
    first, second = outages(_matrix(_evidence(*gaps, _refused(STAGING[0]))))
    assert (first.reached, second.reached) == (False, True)
    assert outage_sentence(second) == (
        "3 cells: no answer to use from prometheus https://p (it says nothing about these)"
    )
