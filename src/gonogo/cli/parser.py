"""The command table and the reading of argv.

Only the module of the verb that was typed is imported, so that a tick does not pay for what a matrix needs.
The table alone is enough for `--help`, for suggestions and for finding the verb among the options.
"""

import argparse
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, NoReturn, Protocol, cast

from msgspec import Struct

from gonogo import __version__
from gonogo.cli.context import Context, Options
from gonogo.domain.names import suggest
from gonogo.domain.text import clean
from gonogo.errors import UsageError

HELP_WIDTH = 100
"""Fixed: help reads the same everywhere, and asking the terminal costs an import."""


class Verb(Struct, frozen=True):
    """One row of the command table."""

    name: str
    usage: str
    """What stands behind the verb."""
    help: str
    module: str
    """Below `gonogo.cli.commands`."""
    group: str
    json: bool = True
    plan: bool = True
    """Whether it reads a plan, and so takes --plan."""
    journal: bool = True


LOOK, CHECKLIST, PLAN, JOURNAL, TRY = "Look", "Checklist", "Plan", "Journal", "Try it without risk"

VERBS: tuple[Verb, ...] = (
    Verb("open", "[PLAN]", "open the cockpit; the same as no verb at all", "open", LOOK, json=False),
    Verb("status", "[--env ENV]", "may we go? the verdicts, and all reasons of one", "status", LOOK),
    Verb("why", "[--env ENV]", "only the reasons of one verdict", "why", LOOK),
    Verb("matrix", "[--watch] [--product PRODUCT]", "what runs where, asked right now", "matrix", LOOK),
    Verb("changelog", "[PRODUCT]", "what ships, from the commits", "changelog", LOOK, journal=False),
    Verb("next-version", "[PRODUCT]", "the version the commits ask for", "next_version", LOOK, journal=False),
    Verb("log", "[--item ITEM] [-n COUNT]", "who did what and when", "log", LOOK),
    Verb("tick", "[ITEM]", "an item is done; without ITEM, list what is open", "tick", CHECKLIST),
    Verb("untick", "ITEM [--reason TEXT]", "an item is open again", "untick", CHECKLIST),
    Verb("skip", "ITEM --reason TEXT", "an item does not apply to this release", "skip", CHECKLIST),
    Verb("note", "ITEM TEXT", "leave a remark on an item", "note", CHECKLIST),
    Verb("undo", "", "take back your own last act on the checklist", "undo", CHECKLIST),
    Verb("check", "[PLAN] [--live]", "is the plan right? lists every mistake", "check", PLAN, journal=False),
    Verb(
        "schema", "", "print the JSON Schema of the plan", "schema", PLAN, json=False, plan=False, journal=False
    ),
    Verb("init", "[PATH]", "write a starter plan for this repository", "init", PLAN, plan=False, journal=False),
    Verb(
        "journal init", "--shared DIR --group GROUP", "make a journal for several accounts", "journal_init",
        JOURNAL, journal=False,
    ),
    Verb("journal verify", "", "prove that nobody has changed the journal", "journal_verify", JOURNAL),
    Verb("journal path", "", "print where the journal of this release lies", "journal_path", JOURNAL),
    Verb(
        "demo", "[--serve]", "the cockpit on a made-up fleet that lives by itself", "demo",
        TRY, json=False, plan=False, journal=False,
    ),
    Verb(
        "rehearse", "[PLAN] [--scenario NAME] [--serve]", "the cockpit on a loopback fleet made from your plan",
        "rehearse", TRY, json=False, journal=False,
    ),
)  # fmt: skip

VALUE_OPTIONS = frozenset(
    {"--plan", "--journal", "--env", "--product", "--item", "-n", "--reason", "--shared", "--group", "--scenario"}
)
"""Options that take the next word: whoever looks for the verb must step over it."""

_EXIT_CODES = """\
Exit codes:
  0  done, or GO                    5  conflict: somebody was first   77     not permitted
  1  failure                        6  the journal is not intact      78     configuration
  2  usage, or an invalid plan      74 I/O, or full disk              124    waiting timed out
  3  NO-GO, or refused by a rule    75 the journal is busy            128+n  signal n; 130 is Ctrl-C
  4  UNKNOWN: an answer is missing"""


class Command(Protocol):
    """What every module in `commands` offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare what stands behind the verb."""
        ...

    def run(self, context: Context) -> int:
        """Do it; returns the exit code."""
        ...


class Parsed(Struct, frozen=True):
    """A command line that is to be run."""

    verb: Verb
    options: Options
    args: argparse.Namespace
    command: Command


class Shown(Struct, frozen=True):
    """A command line that only asks for a text of ours."""

    text: str


class _Parser(argparse.ArgumentParser):
    """argparse that neither exits nor writes: its complaints become errors of ours."""

    color = False  # 3.14 would colour help by its own judgement

    def error(self, message: str) -> NoReturn:
        raise UsageError(clean(message, 500), remedy=f"{self.prog} --help")


class _HelpAsked(Exception):  # noqa: N818  # a wish, not an error
    """`--help` stands on the command line."""


class _Help(argparse.Action):
    """Stops parsing at once: whoever asks for help need not get the rest right."""

    def __call__(self, *_arguments: Any, **_named: Any) -> NoReturn:
        raise _HelpAsked


def read(argv: Sequence[str]) -> Parsed | Shown:
    """Understand a command line. Raises UsageError with what to type instead."""
    name, rest = split_verb(argv)
    if name == "help":
        return Shown(_help_on([word for word in rest if not word.startswith("-")]))
    if not name and _asks(rest, "-h", "--help"):
        return Shown(overview())
    if not name and _asks(rest, "-V", "--version"):
        return Shown(version_line())
    verb = find_verb(name or "open")
    command = load(verb)
    parser = parser_of(verb, command)
    try:
        args = parser.parse_args(rest)
    except _HelpAsked:
        return Shown(parser.format_help().rstrip())
    return Parsed(verb, _options(args), args, command)


def split_verb(argv: Sequence[str]) -> tuple[str, list[str]]:
    """The verb, wherever it stands among the options, and everything else in its order; "" when there is none."""
    found = _first_word(argv, 0)
    if found is None:
        return "", list(argv)
    rest = [*argv[:found], *argv[found + 1 :]]
    if argv[found] != "journal":
        return argv[found], rest
    second = _first_word(rest, found)
    if second is None:
        return "journal", rest
    return f"journal {rest[second]}", [*rest[:second], *rest[second + 1 :]]


def _first_word(argv: Sequence[str], start: int) -> int | None:
    """Index of the first word that is neither an option nor an option's value."""
    index = start
    while index < len(argv) and argv[index] != "--":
        if not argv[index].startswith("-"):
            return index
        index += 2 if argv[index] in VALUE_OPTIONS else 1
    return None


def _asks(words: Sequence[str], *names: str) -> bool:
    return any(word in names for word in words)


def find_verb(name: str) -> Verb:
    """The row of that name. Raises UsageError with the nearest one."""
    found = next((verb for verb in VERBS if verb.name == name), None)
    if found:
        return found
    known = [verb.name for verb in VERBS]
    if name == "journal" or name.startswith("journal "):
        known = [known_name for known_name in known if known_name.startswith("journal ")]
    if name == "journal":
        raise UsageError("'journal' needs one more word", remedy=f"one of: {', '.join(known)}")
    shown = clean(name, 80)
    if name.endswith((".yaml", ".yml")):
        raise UsageError(f"there is no command '{shown}'", remedy=f"gonogo open {shown}")
    near = suggest(name, known)
    remedy = f"did you mean 'gonogo {near}'?" if near else "gonogo help    lists all of them"
    raise UsageError(f"there is no command '{shown}'", remedy=remedy)


def load(verb: Verb) -> Command:
    """Import the module behind a verb."""
    return cast("Command", import_module(f"gonogo.cli.commands.{verb.module}"))


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


def _options(args: argparse.Namespace) -> Options:
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


def overview() -> str:
    """All verbs by group, from the table alone."""
    wide = max(len(f"{verb.name} {verb.usage}".rstrip()) for verb in VERBS)
    parts = [
        "usage: gonogo [VERB] [options]",
        "",
        "The release cockpit for the terminal: may we go, and why (not)?",
    ]
    for group in dict.fromkeys(verb.group for verb in VERBS):
        parts += ["", f"{group}:"]
        parts += [
            f"  {f'{verb.name} {verb.usage}'.rstrip():<{wide}}  {verb.help}"
            for verb in VERBS
            if verb.group == group
        ]
    parts += [
        "",
        "Options may stand before or after the verb:",
        "  --plan FILE    the plan; by default GONOGO_PLAN, then the nearest release.yaml",
        "  --journal DIR  directory of the journals; by default GONOGO_JOURNAL, then the configuration",
        "  --json         one JSON object, on every command that reads or writes the release",
        "  --no-color     no colours; NO_COLOR says the same",
        "  --ascii        signs in ASCII only",
        "  --version      the version of gonogo",
        "",
        _EXIT_CODES,
        "",
        "gonogo help VERB    tells more about one of them",
    ]
    return "\n".join(parts)


def _help_on(words: Sequence[str]) -> str:
    if not words:
        return overview()
    verb = find_verb(" ".join(words[:2]) if words[0] == "journal" else words[0])
    return parser_of(verb, load(verb)).format_help().rstrip()


def version_line() -> str:
    """Ours and Python's."""
    import sys

    return f"gonogo {__version__} (Python {'.'.join(map(str, sys.version_info[:3]))})"


def option_strings(verb: Verb) -> Mapping[str, bool]:
    """Every option of a verb, and whether it takes a value."""
    parser = parser_of(verb, load(verb))
    return {
        name: action.nargs != 0
        for action in parser._actions  # noqa: SLF001  # argparse has no public list of them
        for name in action.option_strings
    }
