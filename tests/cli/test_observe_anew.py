"""What a decision rests on is observed anew, in the process that decides."""

from datetime import UTC, datetime

from cli.conftest import Release
from gonogo import wiring
from gonogo.acts.cells import RecordTransition
from gonogo.cli.context import Options
from gonogo.engine.session import Session
from gonogo.facts import Running, Seen, Status
from gonogo.matrix import Relation
from gonogo.plan import Target
from gonogo.rules.resting import cells_behind
from support.servers import Canned

PRODUCTION = Target("web", "production")


def observe_anew(session: Session, environment: str) -> tuple[RecordTransition, ...]:
    """As a decision on that environment does."""
    targets = cells_behind(session.loaded.plan, environment)
    return session.observe_anew(wiring.ask_anew(session.loaded, targets, lambda _answered, _of: None))


def relation(session: Session) -> Relation:
    """How production stands to the plan."""
    return session.snapshot().matrix.cells[PRODUCTION].relation


def told(version: str) -> Seen:
    """What another session says it has seen just now."""
    return Seen(PRODUCTION, (Running(version),), Status.SUCCEEDED, datetime.now(UTC), "json", by="mallory")


def test_what_others_said_counts_no_more(release: Release) -> None:
    """Somebody says that production runs the plan; it does not, and the decision is judged on that."""
    session = wiring.open_session(Options(), "cli")
    session.observe([told("1.3.0"), told("1.3.0")])
    assert relation(session) is Relation.MATCH

    transitions = observe_anew(session, "production")

    assert relation(session) is Relation.BEHIND
    assert (PRODUCTION, ("1.2.0",)) in [(one.target, one.versions) for one in transitions]
    session.close()


def test_an_endpoint_that_fails_now_is_unknown_whatever_it_said_before(release: Release) -> None:
    """A decision does not live on the answer before."""
    session = wiring.open_session(Options(), "cli")
    release.runs("production", "1.3.0")
    observe_anew(session, "production")
    assert relation(session) is Relation.MATCH
    release.fleet.answers["/production/version"] = Canned(b"", status=503)

    observe_anew(session, "production")

    assert relation(session) is Relation.UNKNOWN
    session.close()


def test_only_what_the_verdict_rests_on_is_asked(release: Release) -> None:
    """Staging comes before production; for staging itself, production is asked as what is live."""
    session = wiring.open_session(Options(), "cli")

    observe_anew(session, "production")

    assert {one.path.partition("?")[0] for one in release.fleet.asked} == {
        "/staging/version",
        "/production/version",
    }
    session.close()
