"""`gonogo notes`: the release notes, as they were edited or else as the commits say."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gonogo.changelog.notes import Audience, Notes
from gonogo.cli.context import Context, via
from gonogo.errors import ExitCode
from gonogo.io.repository_files.release_notes import put_together
from gonogo.view import notes as words

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from gonogo.engine.session import Session
    from gonogo.events.drafts import NotesDraft

_FORMATS = ("markdown", "text")


class Read(NamedTuple):
    """The notes of one audience, with what somebody made of them."""

    notes: Notes
    generated: str
    sha256: str
    draft: NotesDraft | None


def add_audience(parser: ArgumentParser) -> None:
    """Declare the audience."""
    parser.add_argument(
        "--for",
        dest="audience",
        metavar="AUDIENCE",
        choices=[one.value for one in Audience],
        default=Audience.INTERNAL.value,
        help="internal (the default): everything; external: what users notice",
    )


def add_arguments(parser: ArgumentParser) -> None:
    """Declare audience and form."""
    add_audience(parser)
    parser.add_argument(
        "--format", metavar="FORM", choices=_FORMATS, default="markdown", help="markdown (the default) or text"
    )
    parser.add_argument("--generated", action="store_true", help="as the commits say, whatever was edited")


def run(context: Context) -> int:
    """Print them. Exit 4 when a history could not be read."""
    session = context.doors.open_session(context.options, via())
    try:
        found = read(context, session)
    finally:
        session.close()
    draft = None if context.args.generated else found.draft
    if context.options.json:
        facts = words.facts(found.notes) | {
            "markdown": draft.text if draft else found.generated,
            "edited_by": draft.actor.user if draft else None,
            "outdated": is_outdated(found) if draft else False,
        }
        context.out.json(facts)
    else:
        text = draft.text if draft else found.generated
        if context.args.format == "text" and not draft:
            text = words.to_text(found.notes)
        for line in text.rstrip("\n").split("\n"):
            context.out.text(line)
    for warning in found.notes.warnings:
        context.say.warning(warning)
    if draft and is_outdated(found):
        context.say.warning(
            f"the commits have changed since {draft.actor.user} edited these notes (#{draft.seq}): "
            "compare with  gonogo notes --generated"
        )
    unknown = any(product.unknown for product in found.notes.products)
    return ExitCode.UNKNOWN if unknown else ExitCode.OK


def is_outdated(found: Read) -> bool:
    """Whether the commits say something else now than when the draft was made."""
    return found.draft is not None and found.draft.generated_sha256 != found.sha256


def read(context: Context, session: Session) -> Read:
    """What git says, put together for the audience, and the draft of it."""
    session.refresh()
    loaded = session.loaded
    audience = Audience(context.args.audience)
    products = tuple(product for product in loaded.plan.products if product.repo)
    changes = {one.product: one for one in context.doors.read_changes(loaded.plan, products)}
    made = put_together(loaded, changes, audience, context.doors.clock().now().date())
    return Read(made.notes, made.markdown, made.sha256, session.inputs.state.drafts.get(audience.value))
