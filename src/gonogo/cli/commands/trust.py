"""`gonogo trust`: look at every command the plan would have run, then allow just these."""

from argparse import ArgumentParser
from collections.abc import Mapping

from gonogo.cli.context import Context
from gonogo.errors import ConflictError, ExitCode
from gonogo.io.checks.command_files import named_files
from gonogo.io.checks.trust_store import TrustStore
from gonogo.io.journal import state_home
from gonogo.rules.checks import PlanCommand, command_set_digest, commands
from gonogo.text import describe_command
from gonogo.text.tones import Span, Tone

_CODE = 8
"""Hexadecimal digits of the digest a person types: enough to be bound to the list on the screen."""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the confirmation."""
    parser.add_argument(
        "--confirm", metavar="CODE", default="", help="trust the commands listed under this code, and no others"
    )


def run(context: Context) -> int:
    """Show the command set and its code, or trust it. Exit 3 while it is not trusted."""
    loaded = context.doors.load_plan(context.options)
    found = commands(loaded.plan)
    files = named_files(loaded)
    digest = command_set_digest(loaded.plan, files)
    store = TrustStore(state_home())
    if context.args.confirm:
        if context.args.confirm != digest[:_CODE]:
            raise ConflictError(
                "these are not the commands you looked at: the plan has changed, or the code is mistyped",
                where=loaded.path,
                remedy="gonogo trust    lists them with their code",
            )
        store.trust(loaded.path, digest)
    trusted = store.trusts(loaded.path, digest)
    if context.options.json:
        context.out.json(
            {
                "release": loaded.plan.release,
                "plan": loaded.path,
                "code": digest[:_CODE],
                "digest": digest,
                "trusted": trusted,
                "files": [{"name": name, "sha256": sha256} for name, sha256 in files.items()],
                "commands": [{"item": one.item, "argv": list(one.argv)} for one in found],
            }
        )
    else:
        _print(context, found, files, digest[:_CODE], trusted=trusted)
    return ExitCode.OK if trusted or not found else ExitCode.NO_GO


def _print(
    context: Context, found: tuple[PlanCommand, ...], files: Mapping[str, str], code: str, *, trusted: bool
) -> None:
    if not found:
        context.out.text("the plan runs no commands: there is nothing to trust")
        return
    for one in found:
        context.out.line(Span(f"{one.item:<20} ", Tone.STRONG), Span(describe_command(one.argv)))
    for name, sha256 in files.items():
        context.out.line(Span("file ", Tone.MUTED), Span(name), Span(f"  SHA-256 {sha256[:12]}", Tone.MUTED))
    context.out.line()
    if trusted:
        until = "you may run these, until a word of them or one of these files changes"
        context.out.line(Span("trusted: ", Tone.GOOD), Span(until))
        return
    context.out.line(Span("not trusted: ", Tone.BAD), Span("none of them is run for you"))
    context.out.line(Span("to allow these: ", Tone.MUTED), Span(f"gonogo trust --confirm {code}", Tone.STRONG))
