"""One verb's arguments: argparse, made to neither exit nor write. Apart from the table, which help alone needs."""

from __future__ import annotations

import argparse
import shlex
from typing import TYPE_CHECKING, Any, NoReturn

from gonogo.cli.context import Options
from gonogo.errors import UsageError
from gonogo.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gonogo.cli.parser import Command, Verb

HELP_WIDTH = 100
"""Fixed: help reads the same everywhere, and asking the terminal costs an import."""


class _Parser(argparse.ArgumentParser):
    """argparse that neither exits nor writes: its complaints become errors of ours."""

    color = False  # 3.14 would colour help by its own judgement

    def error(self, message: str) -> NoReturn:
        raise UsageError(clean(message, 500), remedy=self._next(message))

    def _next(self, message: str) -> str:
        """What to type instead: a lone word too many, where the verb takes an environment, is meant as one."""
        words = message.removeprefix("unrecognized arguments: ").split()
        if words != message.split() and len(words) == 1 and "--env" in self._option_string_actions:
            word = clean(words[0], 80)
            if not word.startswith("-"):
                return f"{self.prog} --env {shlex.quote(word)}"
        return f"{self.prog} --help"


class HelpAsked(Exception):  # noqa: N818  # a wish, not an error
    """`--help` stands on the command line."""


class _Help(argparse.Action):
    """Stops parsing at once: whoever asks for help need not get the rest right."""

    def __call__(self, *_arguments: Any, **_named: Any) -> NoReturn:
        raise HelpAsked


def parser_of(verb: Verb, command: Command) -> argparse.ArgumentParser:
    """The parser of one verb: its own arguments, then those that hold everywhere."""
    usage = f"gonogo {verb.name} {verb.usage}".rstrip()
    parser = _Parser(
        prog=f"gonogo {verb.name}",
        usage=f"{usage} [options]",
        description=f"{verb.help[0].upper()}{verb.help[1:]}.",
        add_help=False,
        allow_abbrev=False,
        formatter_class=_formatter,
    )
    parser._positionals.title = "arguments"  # noqa: SLF001  # argparse's own words are for programmers
    command.add_arguments(parser)
    _add_common(parser.add_argument_group("common options"), verb)
    return parser


def _formatter(prog: str) -> argparse.HelpFormatter:
    return argparse.HelpFormatter(prog, max_help_position=26, width=HELP_WIDTH)


def _add_common(group: Any, verb: Verb) -> None:
    if verb.plan:
        group.add_argument(
            "--plan",
            metavar="FILE",
            default="",
            help="the plan; by default GONOGO_PLAN, then the nearest release.yaml",
        )
    if verb.journal:
        group.add_argument(
            "--journal",
            metavar="DIR",
            default="",
            help="directory of the journals; by default GONOGO_JOURNAL, then the configuration",
        )
    if verb.json:
        group.add_argument("--json", action="store_true", help="print one JSON object; errors too, on stderr")
    group.add_argument("--no-color", action="store_true", help="no colours; NO_COLOR says the same")
    group.add_argument("--ascii", action="store_true", help="signs in ASCII only")
    group.add_argument("-h", "--help", action=_Help, nargs=0, help="show this and do nothing")


def options_of(args: argparse.Namespace) -> Options:
    """The common options of a parsed command line. Raises UsageError for two different plans."""
    return Options(
        plan=_plan_typed(args),
        journal=getattr(args, "journal", ""),
        json=getattr(args, "json", False),
        no_color=args.no_color,
        ascii=args.ascii,
    )


def _plan_typed(args: argparse.Namespace) -> str:
    """The plan, which some verbs also take as their first word."""
    option: str = getattr(args, "plan", "")
    word: str = getattr(args, "plan_word", None) or ""
    if option and word and option != word:
        raise UsageError(f"two plans: '{clean(word, 200)}' and --plan '{clean(option, 200)}'", remedy="name one")
    return option or word


def add_plan_word(parser: argparse.ArgumentParser) -> None:
    """Let a verb take the plan as its first word."""
    parser.add_argument("plan_word", nargs="?", metavar="PLAN", help="the plan, as with --plan")


def option_strings(verb: Verb, command: Command) -> Mapping[str, bool]:
    """Every option of a verb, and whether it takes a value."""
    parser = parser_of(verb, command)
    return {
        name: action.nargs != 0
        for action in parser._actions  # noqa: SLF001  # argparse has no public list of them
        for name in action.option_strings
    }
