"""`changelog --entry` and `--write`: the entry of the planned version, shown or entered into the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gonogo.adapters.changelog_file import Edit, compare_base, propose, write
from gonogo.domain.changelog import ProductChanges, Unreadable
from gonogo.domain.keepachangelog import Origin, Release
from gonogo.errors import ExitCode, UsageError
from gonogo.present.notes import entry_body
from gonogo.present.tones import Span, Tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gonogo.cli.context import Context
    from gonogo.domain.changelog import Changes
    from gonogo.domain.plan import Plan

_ORIGINS = {
    Origin.WRITTEN: "as people wrote it under [Unreleased]",
    Origin.GENERATED: "made from the commits, for [Unreleased] is empty",
}


def run(context: Context, plan: Plan, changes: Sequence[Changes], *, into_file: bool) -> int:
    """Show the entry of each product, or enter the one that was named. Raises what `propose` and `write` raise."""
    if into_file and len(changes) != 1:
        raise UsageError("--write needs one product", remedy="gonogo changelog PRODUCT --write")
    code = ExitCode.OK
    found = []
    for one in changes:
        if isinstance(one, Unreadable):
            context.say.warning(f"{one.product}: {one.reason}")
            code = ExitCode.UNKNOWN
            continue
        product = plan.product(one.product)
        assert product is not None
        edit = propose(product, plan.changelog.file, _release(context, plan, one))
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


def _release(context: Context, plan: Plan, changes: ProductChanges) -> Release:
    product = plan.product(changes.product)
    assert product is not None
    return Release(
        product.version,
        context.doors.clock().now().date(),
        product.tag_name,
        changes.base,
        entry_body(changes, plan.changelog),
        compare_base(product.repo),
    )


def _print(context: Context, changes: ProductChanges, edit: Edit, *, written: bool) -> None:
    said = f"{edit.path}:{edit.released.line}"
    if written:
        context.out.line(Span("written: ", Tone.GOOD), Span(said), Span(f"  {_ORIGINS[edit.released.origin]}"))
        return
    context.out.line(Span(changes.product, Tone.STRONG), Span(f"  {said}, {_ORIGINS[edit.released.origin]}"))
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
