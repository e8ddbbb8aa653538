"""A report as Markdown, as text for a terminal, and as plain JSON values."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from gonogo.text import markdown
from gonogo.text.tones import Line, Span, Tone
from gonogo.view.report import Report, Row


def stamp(at: datetime) -> str:
    """`2026-11-24 20:30:00 UTC`."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def to_markdown(report: Report) -> str:
    """One document; nothing that people wrote into the record can act in it."""
    title = f"Release {report.release}" + (f": {report.name}" if report.name else "")
    lines = [f"# {markdown.inside(title)}", ""]
    lines += [f"**{markdown.inside(report.ended)}**", ""] if report.ended else []
    lines += [f"- {markdown.inside(label)}: {markdown.inside(text)}" for label, text in _head(report)]
    for section in report.sections:
        lines += ["", f"## {markdown.inside(section.title)}", ""]
        for row in section.rows:
            lines.append(f"- {markdown.line(_sentence(row))}")
            lines += [f"  - {markdown.line(detail)}" for detail in row.details]
    return "\n".join(lines) + "\n"


def to_lines(report: Report) -> Iterable[Line]:
    """The same for a terminal."""
    yield (Span(f"release {report.release}  {report.name}".rstrip(), Tone.STRONG),)
    if report.ended:
        yield (Span(report.ended, Tone.STRONG),)
    for label, text in _head(report):
        yield (Span(f"{label}: ", Tone.MUTED), Span(text))
    for section in report.sections:
        yield ()
        yield (Span(section.title, Tone.STRONG),)
        for row in section.rows:
            yield (Span("  "), Span(_sentence(row)))
            for detail in row.details:
                yield (Span("      "), Span(detail, Tone.MUTED))


def facts(report: Report) -> dict[str, Any]:
    """The same for scripts; what an event says in full is `gonogo log --json`."""
    return {
        "release": report.release,
        "name": report.name,
        "description": report.description,
        "metadata": dict(report.metadata),
        "status": report.status,
        "ended": report.ended,
        "as_of": _moment(report.as_of),
        "plan_sha256": report.plan_sha256,
        "agreed_sha256": report.agreed_sha256,
        "journal": {"seq": report.number, "head": report.head, "problems": list(report.problems)},
        "sections": {section.key: [_row_facts(row) for row in section.rows] for section in report.sections},
    }


def _row_facts(row: Row) -> dict[str, Any]:
    return {
        "number": row.number or None,
        "at": _moment(row.at),
        "by": row.event.actor.user if row.event else row.who or None,
        "who": row.who,
        "said": row.said,
        "details": list(row.details),
        "kind": row.event.kind if row.event else None,
        "subject": row.event.subject if row.event else None,
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


def _head(report: Report) -> list[tuple[str, str]]:
    agreed = "as agreed on" if report.agreed_sha256 == report.plan_sha256 else f"agreed on {report.agreed_sha256}"
    plan = f"{report.plan_sha256} ({agreed if report.agreed_sha256 else 'not agreed on: a draft'})"
    head = [("state", report.status), *report.about, ("plan", plan)]
    if report.as_of is not None:
        head.append(("journal", f"{report.number} events, the last at {stamp(report.as_of)}, hash {report.head}"))
    head += [("THE RECORD IS NOT INTACT", problem) for problem in report.problems]
    if report.as_of is None:
        head.append(("journal", "nothing is recorded yet"))
    return head


def _sentence(row: Row) -> str:
    """`2026-11-24 20:30:00 UTC Ana Ruiz (aruiz) approved qa (#12)`; of a thing that stands, who made it so."""
    number = f" (#{row.number})" if row.number else ""
    if row.at is None:
        return f"{row.said}{number}"
    if row.event is not None:
        return f"{stamp(row.at)} {row.who} {row.said}{number}"
    return f"{row.said}; {row.who}, {stamp(row.at)}{number}"
