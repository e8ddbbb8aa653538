"""`changelog --entry` and `--write`: the entry of the planned version, shown or entered into the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gonogo.changelog import ProductChanges, Unreadable
from gonogo.changelog.keepachangelog.reading import Origin
from gonogo.errors import ExitCode, GonogoError, UsageError
from gonogo.io.repository_files.changelog_file import Edit, entry_of, write
from gonogo.text.tones import Span, Tone
from gonogo.view.notes import ORIGINS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gonogo.changelog import Changes
    from gonogo.cli.context import Context
    from gonogo.plan import Plan, Product


def run(context: Context, plan: Plan, changes: Sequence[Changes], *, into_file: bool) -> int:
    """Show the entry of each product, or enter the one that was named. Raises what `propose` and `write` raise."""
    if into_file and len(changes) != 1:
        raise UsageError("--write needs one product", remedy="gonogo changelog PRODUCT --write")
    code = ExitCode.OK
    found: list[tuple[Changes, Edit | GonogoError]] = []
    for one in changes:
        made = _edit(context, plan, one)
        if isinstance(made, GonogoError):
            if len(changes) == 1 and not isinstance(one, Unreadable):
                raise made
            # the entries of the others are shown all the same
            context.say.warning(f"{one.product}: {made}")
            code = code or (ExitCode.UNKNOWN if isinstance(one, Unreadable) else made.exit_code)
        elif into_file:
            write(_product(plan, one), made)
        found.append((one, made))
    if context.options.json:
        entries = [_facts(one.product, made, written=into_file) for one, made in found]
        context.out.json({"release": plan.release, "entries": entries})
        return code
    for one, made in found:
        if isinstance(made, Edit):
            _print(context, one.product, made, written=into_file)
    return code


def _product(plan: Plan, changes: Changes) -> Product:
    product = plan.product(changes.product)
    assert product is not None
    return product


def _edit(context: Context, plan: Plan, changes: Changes) -> Edit | GonogoError:
    """The entry of one product, or why there is none; doubts about what the commits say are told."""
    if isinstance(changes, Unreadable):
        return GonogoError(changes.reason, remedy=changes.remedy)
    try:
        edit = entry_of(plan, _product(plan, changes), changes, context.doors.clock().now().date())
    except GonogoError as error:
        return error
    if edit.released.origin is Origin.GENERATED:
        _doubts(context, changes)
    return edit


def _doubts(context: Context, changes: ProductChanges) -> None:
    """What a reader must know before believing what the commits say."""
    for doubt in (changes.contradiction, *changes.problems):
        if doubt:
            context.say.warning(f"{changes.product}: {doubt}")


def _print(context: Context, product: str, edit: Edit, *, written: bool) -> None:
    said = f"{edit.path}:{edit.released.line}"
    if written:
        context.out.line(Span("written: ", Tone.GOOD), Span(said), Span(f"  {ORIGINS[edit.released.origin]}"))
        return
    context.out.line(Span(product, Tone.STRONG), Span(f"  {said}, {ORIGINS[edit.released.origin]}"))
    context.out.line()
    for line in edit.released.entry.rstrip("\n").split("\n"):
        context.out.text(line)
    context.out.line()
    context.out.line(Span("to enter it: ", Tone.MUTED), Span(f"gonogo changelog {product} --write", Tone.STRONG))


def _facts(product: str, made: Edit | GonogoError, *, written: bool) -> dict[str, object]:
    if isinstance(made, GonogoError):
        return {"product": product, "refused": made.message, "where": made.where, "remedy": made.remedy}
    return {
        "product": product,
        "refused": None,
        "file": str(made.path),
        "line": made.released.line,
        "origin": made.released.origin.value,
        "entry": made.released.entry,
        "written": written,
    }
