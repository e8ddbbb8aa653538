"""Steps 1 to 3: what is broken, from where, what fixes it."""

from collections.abc import Sequence
from datetime import timedelta

from gonogo.hotfix.lines import Observed
from gonogo.hotfix.preview import Candidate, Candidates, TagCheck
from gonogo.hotfix.wish import Planned
from gonogo.text import clean
from gonogo.text.spans import span
from gonogo.text.tones import Line, Span, Tone
from gonogo.view.hotfix import unmoved
from gonogo.view.wizard.rows import Rows, label, say, text


def broken_rows(product: str, planned: str, observed: Sequence[Observed], not_counted: Sequence[str] = ()) -> Rows:
    """What production runs, each version to choose; `not_counted` is what it says besides."""
    besides = [say(f"Not counted: {one}", Tone.WARN) for one in not_counted]
    if not observed:
        why = "nothing was seen running well there" if not_counted else "no endpoint answered"
        return text(
            say(f"Nobody knows which version of {product} runs in production: {why}.", Tone.UNKNOWN),
            *besides,
            (),
            (Span("i", Tone.STRONG), Span(" names the version by hand; it is written down that nobody saw it.")),
        )
    many = len(observed) > 1
    head = (
        say(f"Production runs {len(observed)} versions of {product} at once: which one is broken?", Tone.WARN)
        if many
        else say(f"This is what production runs of {product}, as it was seen:")
    )
    rows: list[tuple[str, Line]] = [("", head), ("", ())]
    for one in observed:
        where = ", ".join(one.environments)
        rows.append((f"version:{one.version}", (Span(f"{one.version}  ", Tone.STRONG), Span(f"in {where}"))))
        rows.append(("", label("  seen", Span(_seen(one), Tone.PLAIN if one.fresh else Tone.WARN))))
        sources = [clean(source, 120) for source in one.source.split(" and ")[:4]]
        rows += [("", label("" if at else "  by", Span(text, Tone.MUTED))) for at, text in enumerate(sources)]
    rows += [("", one) for one in besides]
    rows += [("", ()), ("", (Span("planned    ", Tone.MUTED), Span(planned)))]
    rows.append(("", (Span("A hotfix starts from what runs, never from mainline.", Tone.MUTED),)))
    return tuple(rows)


def _seen(one: Observed) -> str:
    if one.age_s is None:
        return "at an unknown time"
    age = span(timedelta(seconds=round(one.age_s)))
    return f"{age} ago{'' if one.fresh else ': too old to count'}"


def base_rows(base: TagCheck, warnings: Sequence[str]) -> Rows:
    """The tag it starts from, checked."""
    kind = (
        Span("annotated", Tone.GOOD) if base.annotated else Span("light: nobody is named as its maker", Tone.WARN)
    )
    lines: list[Line] = [
        label("from", Span(f"{base.name}  ", Tone.STRONG), Span(base.oid[:12], Tone.MUTED)),
        label("kind", kind),
        label("unmoved", unmoved(base)),
        label("in", Span(", ".join(base.branches[:6]) or "no branch", Tone.PLAIN if base.branches else Tone.WARN)),
    ]
    origins: dict[str, list[str]] = {}
    for one in base.later:
        origins.setdefault(one.version, []).append(one.origin.value)
    later = ", ".join([f"{one} ({', '.join(where)})" for one, where in origins.items()][:4]) or "nothing"
    lines.append(label("above it", Span(f"{later} on this line")))
    if base.unreleased:
        lines.append(
            label("unreleased", Span(f"{base.unreleased} commits on the line that no version has", Tone.WARN))
        )
    lines += [label("BLOCKER", Span(one, Tone.BAD)) for one in base.problems]
    lines += [label("warning", Span(one, Tone.WARN)) for one in dict.fromkeys((*base.warnings, *warnings))]
    return text(*lines)


def candidate_rows(candidates: Candidates, picked: Sequence[str], named: Sequence[str] = ()) -> Rows:
    """What could be picked: fixes first, what the line has already marked as such, picks in brackets."""
    rows: list[tuple[str, Line]] = [(f"commit:{one}", _by_name(one, picked)) for one in named]
    seen: set[str] = set()
    group = ""
    for one in candidates.found:
        if one.commit.oid in seen:
            continue  # further lines of a squashed commit
        seen.add(one.commit.oid)
        if group != (now := "fixes" if one.is_fix else "other commits"):
            group = now
            rows.append((f"heading:{group}", say(f"{group} on {candidates.mainline}", Tone.MUTED)))
        rows.append((f"commit:{one.commit.oid}", _candidate(one, picked)))
    if candidates.left_out:
        rows.append(("", say(f"and {candidates.left_out} older ones: i names one by its id", Tone.MUTED)))
    if candidates.problem:
        rows.append(("", label("warning", Span(candidates.problem, Tone.WARN))))
    return tuple(rows)


def _by_name(name: str, picked: Sequence[str]) -> Line:
    mark = f"[{picked.index(name) + 1}]" if name in picked else "[ ]"
    return (
        Span(f"{mark} ", Tone.GOOD if name in picked else Tone.MUTED), Span(clean(name, 80), Tone.STRONG),
        Span("  named by hand; the preview says what it is", Tone.WARN),
    )  # fmt: skip


def _candidate(one: Candidate, picked: Sequence[str]) -> Line:
    chosen = one.commit.oid in picked
    mark = f"[{picked.index(one.commit.oid) + 1}]" if chosen else "[ ]"
    tone = Tone.STRONG if chosen else Tone.MUTED if one.picked or one.taken_back else Tone.PLAIN
    line = [Span(f"{mark} ", Tone.GOOD if chosen else Tone.MUTED), Span(f"{one.commit.short}  ", Tone.MUTED)]
    if one.picked:
        line.append(Span("has it: ", Tone.WARN))
    if one.taken_back:
        line.append(Span(f"taken back by {one.taken_back[:8]}: ", Tone.WARN))
    line.append(Span(one.commit.subject, tone))
    if one.picked:
        line.append(Span(f"  ({one.picked})", Tone.MUTED))
    return tuple(line)


def by_hand_rows(planned: Planned) -> Rows:
    """gitflow: there is nothing to pick."""
    work = planned.work
    branch = work.branch if work else "the hotfix branch"
    return text(
        say("The plan's branches follow gitflow: the fix is made on the hotfix branch itself."),
        (),
        label("branch", Span(f"{branch}, empty at first", Tone.STRONG)),
        label("then", Span("'do it' stops there for you: a shell in the workspace, commit, continue")),
    )
