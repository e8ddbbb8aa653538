"""The command table and the reading of argv.

Only the module of the verb that was typed is imported, so that a tick does not pay for what a matrix needs.
The table alone is enough for `--help`, for suggestions and for finding the verb among the options.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from gonogo import __version__
from gonogo.cli.loading import loading
from gonogo.errors import UsageError
from gonogo.text import clean

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from gonogo.cli.context import Context, Options


class Verb(NamedTuple):
    """One row of the command table."""

    name: str
    usage: str
    """What stands behind the verb."""
    help: str
    module: str
    """Below `gonogo.cli.commands`; of a module with several verbs, `module:NAME`."""
    group: str
    json: bool = True
    plan: bool = True
    """Whether it reads a plan, and so takes --plan."""
    journal: bool = True


LOOK, CHECKLIST, DECIDE, FIX = "Look", "Checklist", "Decide", "Fix and go back"
PLAN, JOURNAL, TRY = "Plan", "Journal", "Try it without risk"

VERBS: tuple[Verb, ...] = (
    Verb("open", "[PLAN]", "open the cockpit; the same as no verb at all", "open", LOOK, json=False),
    Verb(
        "status", "[--env ENV] [--at TIME] [--report-only]", "may we go? the verdicts, and all reasons of one",
        "status", LOOK,
    ),
    Verb(
        "why", "[--env ENV] [--at TIME] [--report-only]", "the reasons of one verdict, and what was approved",
        "why", LOOK,
    ),
    Verb(
        "wait", "[--env ENV] [--for go] [--timeout LENGTH] [--every LENGTH]", "look again until it is so",
        "wait", LOOK,
    ),
    Verb(
        "matrix", "[PRODUCT [ENV]] [--product PRODUCT] [--at TIME] [--zone ZONE] [--watch]",
        "what runs where, now or at a moment",
        "matrix", LOOK,
    ),
    Verb("watch", "[--env ENV]", "poll without a screen: one line for every change", "watch", LOOK),
    Verb(
        "changelog", "[PRODUCT] [--from REF] [--all] [--commit ID] [--entry] [--write]",
        "what ships, from the commits", "changelog", LOOK,
        journal=False,
    ),
    Verb(
        "next-version", "[PRODUCT] [--from REF]", "the version the commits ask for", "next_version", LOOK,
        journal=False,
    ),
    Verb(
        "notes", "[--for AUDIENCE] [--format FORM] [--generated]", "the release notes, inside and outside",
        "notes", LOOK,
    ),
    Verb(
        "notes edit", "[--for AUDIENCE] [--file PATH] [--discard]", "edit them; the draft is kept", "notes_edit",
        LOOK,
    ),
    Verb("versions", "[PRODUCT]", "do all version files state what ships?", "versions", LOOK, journal=False),
    Verb(
        "report", "[--format markdown|text|json]", "the record nobody has to write: who decided what, and when",
        "report", LOOK,
    ),
    Verb("log", "[--item ITEM] [-n COUNT]", "who did what and when", "log", LOOK),
    Verb(
        "tick", "[ITEM] [--link URL] [--file PATH] [--output TEXT]",
        "an item is done; without ITEM, list what is open", "tick", CHECKLIST,
    ),
    Verb("untick", "ITEM [--reason TEXT]", "an item is open again", "untick", CHECKLIST),
    Verb("skip", "ITEM --reason TEXT", "an item does not apply to this release", "skip", CHECKLIST),
    Verb("note", "ITEM TEXT", "leave a remark on an item", "note", CHECKLIST),
    Verb("claim", "ITEM", "you are at it, so that nobody does it twice", "claim", CHECKLIST),
    Verb("unclaim", "ITEM [--reason TEXT]", "nobody is at it any more", "unclaim", CHECKLIST),
    Verb("undo", "", "take back your own last act on the checklist", "undo", CHECKLIST),
    Verb("start", "", "the release begins; plan, versions and pins are recorded", "start", DECIDE),
    Verb(
        "approve", "NAME [--reason TEXT] [--confirm CODE]", "sign what ships, as it was shown", "approve",
        DECIDE,
    ),
    Verb("reject", "NAME --reason TEXT", "block an approval until you revoke", "reject", DECIDE),
    Verb("revoke", "NAME [--reason TEXT]", "take back your own approval or rejection", "revoke", DECIDE),
    Verb("go", "ENV [--late --reason TEXT] [--confirm CODE]", "let the release into an environment", "go", DECIDE),
    Verb(
        "waive", "RULE[:SUBJECT] [--env ENV] --reason TEXT --until TIME [--confirm CODE] [--withdraw]",
        "let one unmet rule pass", "waive", DECIDE,
    ),
    Verb(
        "break-glass", "ENV RULE[:SUBJECT]... --reason TEXT | confirm ENV [--confirm CODE] | end ENV",
        "two persons waive named blockers together, for a short time", "break_glass", DECIDE,
    ),
    Verb("drive", "[--to PERSON] [--note TEXT]", "take or hand over the lead of the release", "drive", DECIDE),
    Verb("amend", "show | accept [--confirm CODE]", "the plan was edited: see what, accept it", "amend", DECIDE),
    Verb(
        "freeze", "now --reason TEXT [--until TIME] [--env ENV] [--product PRODUCT]",
        "stop the line", "freeze", DECIDE,
    ),
    Verb("thaw", "[NUMBER] [--reason TEXT]", "end a freeze that was declared by hand", "thaw", DECIDE),
    Verb(
        "hold", "--reason TEXT [--product PRODUCT --env ENV] [--keep VERSION]",
        "nothing goes, or a version stays where it is", "hold", DECIDE,
    ),
    Verb(
        "resume", "--reason TEXT [--product PRODUCT --env ENV]", "the release goes on after a hold", "resume",
        DECIDE,
    ),
    Verb(
        "trigger", "[ACT [TRIGGER [ANSWER]]] [--reason TEXT]",
        "rollback triggers: list, call, answer, end", "trigger", DECIDE,
    ),
    Verb(
        "mark-bad", "PRODUCT VERSION --reason TEXT [--withdraw]", "nobody ships this version any more",
        "mark_bad", DECIDE,
    ),
    Verb("complete", "[--confirm CODE]", "everything is done", "complete", DECIDE),
    Verb("cancel", "--reason TEXT [--confirm CODE]", "the release ends without being done", "cancel", DECIDE),
    Verb("rollback plan", "[PRODUCT]", "where to go back to, and whether it is safe", "rollback_plan", FIX),
    Verb(
        "rollback start", "PRODUCT --reason TEXT [--env ENV] [--mark-bad] [--confirm CODE]",
        "record that it goes back; deploys nothing", "rollback_start", FIX,
    ),
    Verb("merges", "[PRODUCT] [--preview]", "has every hotfix reached every active branch?", "merges", FIX),
    Verb(
        "merges carry", "FIX BRANCH [--confirm CODE]", "carry a fix to a branch that lacks it", "merges_carry",
        FIX,
    ),
    Verb(
        "merges continue", "[PRODUCT] [--resolved FILE] [--ours FILE]", "go on with a fix that is being carried",
        "merges_continue", FIX,
    ),
    Verb("merges abort", "[PRODUCT] [--reason TEXT]", "take that back", "merges_abort", FIX),
    Verb(
        "merges equal", "FIX BRANCH --reason TEXT [--commit COMMIT] [--withdraw]",
        "another commit of that branch does the same", "merges_equal", FIX,
    ),
    Verb(
        "merges waive", "FIX BRANCH --reason TEXT [--withdraw]", "the fix need not go there", "merges_waive",
        FIX,
    ),
    Verb(
        "hotfix plan", "PRODUCT [COMMIT ...] [--from VERSION] [--filter TEXT] [--diff] [--as VERSION] "
        "[--remote NAME] [--offline] [--sign]",
        "fix what runs, from its own tag: what can be picked, what comes of it", "_hotfix_acts:HOTFIX_PLAN", FIX,
    ),
    Verb(
        "hotfix start", "PRODUCT [COMMIT ...] [--confirm CODE] [--from VERSION] [--diff] [--as VERSION] "
        "[--remote NAME] [--offline] [--sign]",
        "do what the plan showed", "_hotfix_acts:HOTFIX_START", FIX,
    ),
    Verb(
        "hotfix continue",
        "[PRODUCT] [--tested TEXT] [--push VERSION | --without-push] [--resolved FILE] [--ours FILE]",
        "go on with it", "_hotfix_acts:HOTFIX_CONTINUE", FIX,
    ),
    Verb("hotfix abort", "[PRODUCT] [--reason TEXT]", "take it back", "_hotfix_acts:HOTFIX_ABORT", FIX),
    Verb("hotfix status", "[PRODUCT] [--log]", "where all of them stand", "_hotfix_acts:HOTFIX_STATUS", FIX),
    Verb(
        "hotfix approve", "PRODUCT NAME [--confirm CODE] [--reason TEXT]", "sign a hotfix, as it was shown",
        "_hotfix_acts:HOTFIX_APPROVE", FIX,
    ),
    Verb("hotfix reject", "PRODUCT NAME --reason TEXT", "block it", "_hotfix_acts:HOTFIX_REJECT", FIX),
    Verb(
        "hotfix edit", "[PRODUCT]", "open your editor where it conflicts", "_hotfix_acts:HOTFIX_EDIT", FIX,
        json=False,
    ),
    Verb(
        "hotfix shell", "[PRODUCT]", "open a shell in its workspace", "_hotfix_acts:HOTFIX_SHELL", FIX, json=False
    ),
    Verb(
        "prepare", "PRODUCT [--confirm CODE] [--diff] [--as VERSION] [--remote NAME] [--offline] [--sign]",
        "branch, files, changelog and tag of a release", "_hotfix_acts:PREPARE", FIX,
    ),
    Verb(
        "prepare continue",
        "[PRODUCT] [--tested TEXT] [--push VERSION | --without-push] [--resolved FILE] [--ours FILE]",
        "go on with it", "_hotfix_acts:PREPARE_CONTINUE", FIX,
    ),
    Verb("prepare abort", "[PRODUCT] [--reason TEXT]", "take it back", "_hotfix_acts:PREPARE_ABORT", FIX),
    Verb(
        "prepare approve", "PRODUCT NAME [--confirm CODE] [--reason TEXT]", "sign it, as it was shown",
        "_hotfix_acts:PREPARE_APPROVE", FIX,
    ),
    Verb("prepare reject", "PRODUCT NAME --reason TEXT", "block it", "_hotfix_acts:PREPARE_REJECT", FIX),
    Verb("check", "[PLAN] [--live]", "is the plan right? lists every mistake", "check", PLAN, journal=False),
    Verb(
        "probe test", "PRODUCT ENV | --source ID", "ask, and show how the answer is read", "probe_test",
        PLAN, journal=False,
    ),
    Verb("doctor", "[PLAN]", "is this machine set up for it? changes nothing", "doctor", PLAN),
    Verb(
        "check run", "[ITEM] [--last]", "run the check of an item; without ITEM, list them", "check_run",
        CHECKLIST,
    ),
    Verb(
        "trust", "[--confirm CODE]", "look at the commands of a plan, and allow them to be run", "trust",
        PLAN, journal=False,
    ),
    Verb(
        "schema", "", "print the JSON Schema of the plan", "schema", PLAN, json=False, plan=False, journal=False
    ),
    Verb(
        "init", "[PATH] [--checklist FILE]", "write a starter plan for this repository", "init",
        PLAN, plan=False, journal=False,
    ),
    Verb(
        "journal init", "--shared DIR --group GROUP [--all-releases]", "make a journal for several accounts",
        "journal_init", JOURNAL, journal=False,
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
    {
        "--plan",
        "--journal",
        "--env",
        "--product",
        "--at",
        "--zone",
        "--item",
        "-n",
        "--reason",
        "--shared",
        "--group",
        "--scenario",
        "--source",
        "--confirm",
        "--as",
        "--from",
        "--remote",
        "--resolved",
        "--ours",
        "--tested",
        "--push",
        "--filter",
        "--format",
        "--for",
        "--every",
        "--timeout",
        "--commit",
        "--checklist",
        "--until",
        "--to",
        "--note",
        "--link",
        "--file",
        "--output",
        "--keep",
    }
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


class Parsed(NamedTuple):
    """A command line that is to be run."""

    verb: Verb
    options: Options
    args: argparse.Namespace
    command: Command


class Shown(NamedTuple):
    """A command line that only asks for a text of ours."""

    text: str


def read(argv: Sequence[str]) -> Parsed | Shown:
    """Understand a command line. Raises UsageError with what to type instead."""
    name, rest = split_verb(argv)
    if name == "help":
        return Shown(_help_on([word for word in rest if not word.startswith("-")]))
    if not name and _asks(rest, "-h", "--help"):
        return Shown(overview())
    if not name and _asks(rest, "-V", "--version"):
        return Shown(version_line())
    if _asks(rest, "-h", "--help") and _family(name) and not any(verb.name == name for verb in VERBS):
        return Shown(_family_help(name))
    verb = find_verb(name or "open")
    return _parsed(verb, rest)


def _parsed(verb: Verb, rest: Sequence[str]) -> Parsed | Shown:
    from gonogo.cli.arguments import HelpAsked, options_of, parser_of

    command = load(verb)
    parser = parser_of(verb, command)
    try:
        try:
            args = parser.parse_args(rest)
        except UsageError as wrong:
            args = _words_apart(parser, rest, wrong)
    except HelpAsked:
        return Shown(parser.format_help().rstrip())
    return Parsed(verb, options_of(args), args, command)


def _words_apart(parser: argparse.ArgumentParser, rest: Sequence[str], wrong: UsageError) -> argparse.Namespace:
    """Words with options between them, which argparse takes for the end of a list. Raises UsageError."""
    if "--" in rest:
        raise wrong
    try:
        return parser.parse_intermixed_args(rest)
    except (UsageError, TypeError):
        raise wrong from None


def split_verb(argv: Sequence[str]) -> tuple[str, list[str]]:
    """The verb, wherever it stands among the options, and everything else in its order; "" when there is none."""
    found = _first_word(argv, 0)
    if found is None:
        return "", list(argv)
    first, rest = argv[found], [*argv[:found], *argv[found + 1 :]]
    longer = {verb.name for verb in VERBS if verb.name.startswith(f"{first} ")}
    second = _first_word(rest, found) if longer else None
    if second is None:
        return first, rest
    both = f"{first} {rest[second]}"
    if both not in longer and any(verb.name == first for verb in VERBS):
        return first, rest
    return both, [*rest[:second], *rest[second + 1 :]]


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
    family = [known_name for known_name in known if known_name.startswith(f"{name.partition(' ')[0]} ")]
    if family and name == name.partition(" ")[0]:
        raise UsageError(f"'{name}' needs one more word", remedy=f"one of: {', '.join(family)}")
    known = family or known
    shown = clean(name, 80)
    if name.endswith((".yaml", ".yml")):
        raise UsageError(f"there is no command '{shown}'", remedy=f"gonogo open {shown}")
    from gonogo.text.names import suggest

    near = suggest(name, known)
    remedy = f"did you mean 'gonogo {near}'?" if near else "gonogo help    lists all of them"
    raise UsageError(f"there is no command '{shown}'", remedy=remedy)


def load(verb: Verb) -> Command:
    """Import the module behind a verb."""
    from importlib import import_module

    module, _, name = verb.module.partition(":")
    with loading():
        found = import_module(f"gonogo.cli.commands.{module}")
    return cast("Command", getattr(found, name) if name else found)


def overview() -> str:
    """All verbs by group, from the table alone."""
    wide = max(len(_brief(verb)) for verb in VERBS)
    parts = [
        "usage: gonogo [VERB] [options]",
        "",
        "The release cockpit for the terminal: may we go, and why (not)?",
    ]
    for group in dict.fromkeys(verb.group for verb in VERBS):
        parts += ["", f"{group}:"]
        parts += [f"  {_brief(verb):<{wide}}  {verb.help}" for verb in VERBS if verb.group == group]
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


def _brief(verb: Verb) -> str:
    """The verb and what it is about; its options are for its own help, or no line would fit 80 columns."""
    words: list[str] = []
    for word in verb.usage.split():
        if word.startswith(("-", "[-")):
            break
        words.append(word)
    return " ".join([verb.name, *words])


def _help_on(words: Sequence[str]) -> str:
    if not words:
        return overview()
    known = {verb.name for verb in VERBS}
    both = " ".join(words[:2])
    if len(words) == 1 and words[0] not in known and _family(words[0]):
        return _family_help(words[0])
    verb = find_verb(both if both in known or words[0] not in known else words[0])
    from gonogo.cli.arguments import parser_of

    return parser_of(verb, load(verb)).format_help().rstrip()


def _family(first: str) -> list[Verb]:
    """The verbs of two words that begin with that one."""
    return [verb for verb in VERBS if verb.name.startswith(f"{first} ")]


def _family_help(first: str) -> str:
    rows = _family(first)
    wide = max(len(_brief(verb)) for verb in rows)
    listed = [f"  gonogo {_brief(verb):<{wide}}  {verb.help}" for verb in rows]
    return "\n".join([*listed, "", f"gonogo help {rows[0].name}    tells more about one of them"])


def version_line() -> str:
    """Ours and Python's."""
    import sys

    return f"gonogo {__version__} (Python {'.'.join(map(str, sys.version_info[:3]))})"
