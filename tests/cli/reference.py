"""docs/cli.md, made from the command table: `PYTHONPATH=tests python -m cli.reference > docs/cli.md`."""

from gonogo.cli.arguments import parser_of
from gonogo.cli.parser import VERBS, Verb, load, overview
from gonogo.errors import ExitCode

_HEAD = """\
# Commands

`gonogo` alone opens the cockpit; whatever the cockpit can do, a verb can do too. This page is made from the
program's own help, and a test compares the two.

- stdout is what was asked for; stderr is everything else: refusals, warnings, what went wrong beside.
- Options may stand before or after the verb. What is typed wins over the environment, the environment over
  the configuration (`~/.config/gonogo/config.toml`), the configuration over the default.
- The plan is `--plan` (or the word PLAN), then `GONOGO_PLAN`, then the nearest `release.yaml` from here up to
  the root of the repository. Journals are below `--journal`, then `GONOGO_JOURNAL`, then `journal` of the
  configuration, then your own state directory. A directory that is named must hold a journal already, made by
  `gonogo journal init`; only in your own state directory is one made by the first act.
- The actor is the unix account the kernel names; no option and no variable changes it.
- Colours only on a terminal, and never under `NO_COLOR`, `CLICOLOR=0`, `TERM=dumb` or `--no-color`;
  `CLICOLOR_FORCE=1` colours a pipe as well. Signs are ASCII under `--ascii` and where the locale is not UTF-8.
"""

_JSON = """\
## JSON

With `--json` a command prints one object that has `schema_version: 1`; keys are only ever added under the same
number. Times are ISO 8601 in UTC, lengths of time are in seconds. The text is printable ASCII: what a terminal
could obey is written as an escape and reads back as it was. `matrix --watch --json` prints one line for each
change.

What is refused or goes wrong is an object on stderr, in one line:

```json
{"schema_version": 1, "error": {"kind": "conflict", "exit_code": 5, "rule": "item.changed", "message": "..."}}
```

`kind` is one of usage, refused, conflict, integrity, io, busy, not_permitted, config and failure; `message` says
what, `remedy` what to do, `rule` which rule said no, `where` and `problems` the places. What only went wrong
beside is `{"warning": {"message": "..."}}`.
"""

_MEANINGS = {
    ExitCode.OK: "done, or GO",
    ExitCode.FAILURE: "failure; a bug leaves its traceback in a file that stderr names",
    ExitCode.USAGE: "wrong command line, or an invalid plan",
    ExitCode.NO_GO: "NO-GO, or refused by a rule; wins when there are blockers and unknowns, both are listed",
    ExitCode.UNKNOWN: "UNKNOWN: an answer is missing",
    ExitCode.CONFLICT: "conflict: somebody else changed it first, nothing was recorded",
    ExitCode.INTEGRITY: "the journal is not what was written",
    ExitCode.IO: "input/output failed, or the disk is full",
    ExitCode.BUSY: "the journal is busy",
    ExitCode.NOT_PERMITTED: "this account may not",
    ExitCode.CONFIG: "this machine or account is not set up for it",
    ExitCode.TIMEOUT: "waiting timed out",
    ExitCode.INTERRUPTED: "Ctrl-C; ended by signal n is 128+n",
}

_REMARKS = {
    "open": "Refused with exit 2 where stdin, stdout or stderr is no terminal, or TERM is dumb or not set.",
    "status": "Asks every endpoint once and reads git. The exit code is that of ENV, or of the next environment: "
    "the first one in which not every product runs its planned version. "
    "Without ENV it is 3 or 4, never 0, while a recorded go lost its ground or is void anywhere, or something was "
    "deployed without a go.",
    "why": "The same judgement and exit code as `status`.",
    "matrix": "Exit 0 whatever the cells say: `status` judges. A watch ends with Ctrl-C and exit 0.",
    "watch": "Ends with Ctrl-C and exit 0, or with SIGTERM and 143. With `--json` one object a line, whose `kind` is "  # noqa: E501  # one remark
    "`cell`, `verdict`, `go` or `polling`. Changes of cells are recorded by whichever session polls.",
    "changelog": "Exit 4 when a history cannot be read.",
    "next-version": "With PRODUCT the bare version alone, for scripts.",
    "tick": "What you ticked already is said to be so, exit 0; what somebody else ticked is a conflict, exit 5. "
    "ITEM may be a unique beginning of the id.",
    "claim": "Somebody else's claim is a conflict, exit 5, with who and when; so is ticking what they are at.",
    "unclaim": "Of somebody else's claim only with a reason.",
    "start": "Recorded: the plan as it is, its hash, versions and pins. Whoever starts has requested the release, "
    "and cannot approve it.",
    "approve": "Asks everything anew and shows what would be signed; exit 3 without --confirm, exit 5 when it has "
    "changed since, exit 77 for whoever can never count. On a terminal the version is typed instead of the code.",
    "reject": "It blocks until you revoke, also after the content has changed.",
    "go": "Asks everything anew. While a reason blocks or is unknown and nobody waived it, exit 3 or 4 with the "
    "list, and the attempt is on record. Else the list is shown (exit 3) with the code that confirms it; exit 5 "
    "when anything has moved since, with the new list. On a terminal the version is typed instead of the code.",
    "waive": "Asks everything anew: only what stands there now can be waived. What is unknown needs its subject.",
    "drive": "Whoever starts the release leads it. Taking over needs a note; docs/deciding.md says who may.",
    "amend": "`show` exits 3 while an edit waits, else 0. Accepting reopens items whose text or check changed, "
    "ends waivers of what changed, and voids approvals of other content.",
    "freeze": "Anybody may stop the line; a freeze for later stands in the plan.",
    "hold": "Anybody may. With --product and --env it is a version hold: that version stays there.",
    "mark-bad": "Refused from then on: starting, approving, accepting it by an amendment, go, completing.",
    "complete": "Asks everything anew. With anything open, exit 3 with the list, and the attempt is on record.",
    "cancel": "Nothing is rolled back by it: what stays where is shown first.",
    "undo": "Refused (3) when there is none, a conflict (5) when somebody has changed the item since.",
    "check": "Every mistake on stdout, with line and column, and exit 2; or one line and exit 0. Exit 3 when "
    "nobody could give an approval or a second hand, whoever starts. Touches no network and no repository without "
    "`--live`.",
    "init": "Never overwrites.",
    "journal init": "Needs root; anybody else is told the command that root must run.",
    "doctor": "One line for each thing looked at: ok, warn or fail, and what to do. Exit 1 when one fails. Asks "
    "every host of the plan once, without credentials; runs no command and writes nothing.",
    "journal verify": "Exit 6 with a list of what is wrong.",
    "demo": "Nothing outside a temporary directory is touched; leaving removes it.",
    "rehearse": "Nothing outside a temporary directory is touched; leaving removes it. With `--serve` the fleet "
    "also answers at the plan's own addresses on this machine, so that every other command can be tried on them.",
}


def page() -> str:
    """The whole page."""
    parts = [_HEAD, "```text", overview(), "```", "", _exit_codes(), _JSON]
    for group in dict.fromkeys(verb.group for verb in VERBS):
        parts += [f"## {group}", ""]
        parts += [_section(verb) for verb in VERBS if verb.group == group]
    return "\n".join(parts).rstrip() + "\n"


def _exit_codes() -> str:
    rows = [f"| {int(code)} | {_MEANINGS[code]} |" for code in ExitCode]
    return "\n".join(["## Exit codes", "", "| code | meaning |", "| --- | --- |", *rows, ""])


def _section(verb: Verb) -> str:
    help_text = parser_of(verb, load(verb)).format_help().rstrip()
    remark = [_REMARKS[verb.name], ""] if verb.name in _REMARKS else []
    return "\n".join([f"### gonogo {verb.name}", "", "```text", help_text, "```", "", *remark])


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201  # it is what this is for
