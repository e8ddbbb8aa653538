"""`gonogo watch`: the poller without a screen; every change of a cell or a verdict is one line."""

from argparse import ArgumentParser
from collections.abc import Hashable
from typing import Any

from gonogo.cli.commands._names import require_name
from gonogo.cli.context import Context, via
from gonogo.cli.facts import cell_facts, moment, poller_facts, trigger_facts, verdict_facts
from gonogo.cli.following import follow, has_news, unwound_by_signals
from gonogo.cli.release_facts import go_facts
from gonogo.engine.session import Session
from gonogo.errors import ExitCode
from gonogo.events.state import TriggerState
from gonogo.facts import Status
from gonogo.facts.pollers import PolledBy
from gonogo.matrix import Cell, Freshness, texts_of
from gonogo.rules.cells import contest_words
from gonogo.rules.snapshot import Snapshot
from gonogo.text.tones import Line, Span, Tone
from gonogo.view import matrix as words
from gonogo.view.pollers import polling_line
from gonogo.view.release import go_lines
from gonogo.view.triggers import ANSWERS
from gonogo.view.verdict import headline


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the environment."""
    parser.add_argument(
        "--env", metavar="ENV", default="", help="tell only of this environment; all are asked and recorded"
    )


def run(context: Context) -> int:
    """Poll, or take in what the session that polls has seen, until Ctrl-C, which is how this ends well."""
    session = context.doors.open_session(context.options, via())
    try:
        names = (one.name for one in session.loaded.plan.environments)
        require_name(context.args.env, names, "environment")
        teller = _Teller(context, session, context.args.env)
        with unwound_by_signals():
            follow(context, session, teller.tell, git=True)
    except KeyboardInterrupt:
        return ExitCode.OK
    finally:
        session.close()
    return ExitCode.OK


class _Teller:
    """Prints what differs from what it said last."""

    def __init__(self, context: Context, session: Session, environment: str) -> None:
        self._context = context
        self._session = session
        self._environment = environment
        self._said: dict[str, Hashable] = {}

    def tell(self) -> None:
        """Say what is new. A cell nobody has answered for yet is no news."""
        snapshot = self._session.snapshot()
        if snapshot.pollers and self._is_news("polling", _who(snapshot.pollers)):
            self._say(
                snapshot, "polling", {"pollers": poller_facts(snapshot.pollers)}, polling_line(snapshot.pollers)
            )
        for cell in snapshot.matrix.cells.values():
            wanted = self._is_wanted(cell.target.environment) and has_news(cell)
            if wanted and self._is_news(f"cell {cell.target}", essence(cell)):
                self._say(snapshot, "cell", {"cell": cell_facts(cell)}, cell_line(cell))
        for trigger in snapshot.plan.triggers:
            fired = snapshot.state.triggers.get(trigger.id)
            if fired is not None and self._is_news(f"trigger {trigger.id}", trigger_essence(fired)):
                self._say(snapshot, "trigger", {"trigger": trigger_facts(trigger, fired)}, trigger_line(fired))
        if all(has_news(cell) for cell in snapshot.matrix.cells.values()):
            # a verdict before everybody has answered or failed once would be no news either
            self._tell_verdicts(snapshot)
            self._tell_goes(snapshot)
        self._context.out.flush()

    def _tell_verdicts(self, snapshot: Snapshot) -> None:
        for verdict in snapshot.verdicts:
            line = headline(verdict, snapshot.plan)
            text = "".join(span.text for span in line)
            if self._is_wanted(verdict.environment) and self._is_news(f"verdict {verdict.environment}", text):
                self._say(snapshot, "verdict", {"verdict": verdict_facts(verdict)}, line)

    def _tell_goes(self, snapshot: Snapshot) -> None:
        """A go that was given, and what became of it since."""
        for given, line in zip(snapshot.goes, go_lines(snapshot), strict=True):
            essence = (given.decision.seq, given.ground, len(given.blockers))
            if self._is_wanted(given.environment) and self._is_news(f"go {given.environment}", essence):
                self._say(snapshot, "go", {"go": go_facts(given)}, line)

    def _is_wanted(self, environment: str) -> bool:
        return self._environment in {"", environment}

    def _is_news(self, subject: str, said: Hashable) -> bool:
        if self._said.get(subject) == said:
            return False
        self._said[subject] = said
        return True

    def _say(self, snapshot: Snapshot, kind: str, facts: dict[str, Any], line: Line) -> None:
        if self._context.options.json:
            head = {"release": snapshot.plan.release, "at": moment(snapshot.now), "kind": kind}
            self._context.out.json({**head, **facts}, one_line=True)
        else:
            self._context.out.line(Span(f"{snapshot.now:%Y-%m-%d %H:%M:%S} UTC  ", Tone.MUTED), *line)


def _who(pollers: tuple[PolledBy, ...]) -> Hashable:
    """Who polls, without how much."""
    return tuple((one.account, one.pid, one.stopped) for one in pollers)


def trigger_essence(fired: TriggerState) -> Hashable:
    """What makes it news: another incident, an answer, its end."""
    return (fired.seq, fired.answer, fired.cleared_at)


def trigger_line(fired: TriggerState) -> Line:
    """`rollback trigger 'errors' fired: error-rate is 2.1, above 1 (...); nobody has answered`."""
    said = "nobody has answered" if fired.asks else f"answered: {ANSWERS.get(fired.answer, fired.answer)}"
    end = "; over" if fired.cleared_at else ""
    tone = Tone.BAD if fired.asks else Tone.WARN
    return (Span(f"rollback trigger '{fired.trigger}' fired: {fired.observation}; {said}{end}", tone),)


def essence(cell: Cell) -> Hashable:
    """What makes a cell another one: neither ages nor shares counted from samples, which change all the time."""
    contested = tuple((one.by, one.theirs, one.ours) for one in cell.contests)
    return (
        texts_of(cell.judged),
        cell.sampled,
        cell.relation,
        cell.status,
        cell.freshness,
        cell.reason,
        contested,
    )


def cell_line(cell: Cell) -> Line:
    """`web/prod runs 1.2.2; planned is the newer 1.2.3 (stale, no answer now: timeout)`."""
    trouble = cell.detail or (cell.reason.replace("_", " ") if cell.reason else "")
    notes = [cell.freshness.value] if cell.freshness is Freshness.STALE else []
    if cell.freshness is not Freshness.STALE and cell.status is not Status.SUCCEEDED:
        notes.append(cell.status.replace("_", " "))
    if trouble:
        notes.append(f"no answer now: {trouble}" if cell.polled_at else trouble)
    notes += [contest_words(one) for one in cell.contests]
    note = f" ({', '.join(notes)})" if notes else ""
    return (
        Span(str(cell.target), Tone.STRONG),
        Span(f" {words.relation_sentence(cell)}{note}", words.tone(cell)),
    )
