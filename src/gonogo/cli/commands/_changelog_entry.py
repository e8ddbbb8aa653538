"""`changelog --entry` and `--write`: the entry of the planned version, shown or entered into the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gonogo.adapters.changelog_file import Edit, entry_of, write
from gonogo.domain.changelog import ProductChanges, Unreadable
from gonogo.domain.keepachangelog import Origin
from gonogo.errors import ExitCode, RefusedError, UsageError
from gonogo.present.notes import ORIGINS
from gonogo.present.tones import Span, Tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gonogo.cli.context import Context
    from gonogo.domain.changelog import Changes
    from gonogo.domain.plan import Plan


def run(context: Context, plan: Plan, changes: Sequence[Changes], *, into_file: bool) -> int:
    """Show the entry of each product, or enter the one that was named. Raises what `propose` and `write` raise."""
    if into_file and len(changes) != 1:
        raise UsageError("--write needs one product", remedy="gonogo changelog PRODUCT --write")
    code = ExitCode.OK
    found = []
    for one in changes:
        if isinstance(one, Unreadable):
            context.say.warning(f"{one.product}: {one.reason}\n  {one.remedy}".rstrip())
            code = ExitCode.UNKNOWN
            continue
        product = plan.product(one.product)
        assert product is not None
        try:
            edit = entry_of(plan, product, one, context.doors.clock().now().date())
        except RefusedError as refused:
            if len(changes) == 1:
                raise
            # the entries of the others are shown all the same
            context.say.warning(f"{one.product}: {refused}")
            code = code or refused.exit_code
            continue
        if edit.released.origin is Origin.GENERATED:
            _doubts(context, one)
        if into_file:
            write(product, edit)
        found.append((one, edit))
    if context.options.json:
        context.out.json(
            {"release": plan.release, "entries": [_facts(one, edit, written=into_file) for one, edit in found]}
        )
    else:
        for one, edit in found:
            _print(context, one, edit, written=into_file)
    return code


def _doubts(context: Context, changes: ProductChanges) -> None:
    """What a reader must know before believing what the commits say."""
    for doubt in (changes.contradiction, *changes.problems):
        if doubt:
            context.say.warning(f"{changes.product}: {doubt}")


def _print(context: Context, changes: ProductChanges, edit: Edit, *, written: bool) -> None:
    said = f"{edit.path}:{edit.released.line}"
    if written:
        context.out.line(Span("written: ", Tone.GOOD), Span(said), Span(f"  {ORIGINS[edit.released.origin]}"))
        return
    context.out.line(Span(changes.product, Tone.STRONG), Span(f"  {said}, {ORIGINS[edit.released.origin]}"))
    context.out.line()
    for line in edit.released.entry.rstrip("\n").split("\n"):
        context.out.text(line)
    context.out.line()
    context.out.line(
        Span("to enter it: ", Tone.MUTED), Span(f"gonogo changelog {changes.product} --write", Tone.STRONG)
    )


def _facts(changes: ProductChanges, edit: Edit, *, written: bool) -> dict[str, object]:
    return {
        "product": changes.product,
        "file": str(edit.path),
        "line": edit.released.line,
        "origin": edit.released.origin.value,
        "entry": edit.released.entry,
        "written": written,
    }
