"""What to do, as somebody at the screen does it: advice names commands, and here most of them are a key.

A command that has no key here stays as it is: it is typed in a shell.
"""

import re

from gonogo.tui import intents
from gonogo.tui.intents import Intent
from gonogo.tui.intents.mending import BeginWayBack

_COMMAND = re.compile(r"(?<!in a shell: )\bgonogo (?P<words>[a-z](?:'[^']*'|(?!  | or gonogo )[^;()'\n])*)")
_TWINS: dict[str, tuple[type[Intent], ...]] = {
    "amend accept": (intents.AcceptAmendment,),
    "amend show": (intents.AcceptAmendment,),
    "approve": (intents.Approve,),
    "break-glass": (intents.AskBreakGlass,),
    "break-glass confirm": (intents.ConfirmBreakGlass,),
    "break-glass end": (intents.EndBreakGlass,),
    "cancel": (intents.CancelRelease,),
    "changelog": (intents.GoChangelog,),
    "check run": (intents.RunCheck,),
    "claim": (intents.Claim,),
    "complete": (intents.CompleteRelease,),
    "drive": (intents.Drive,),
    "drive --to": (intents.PassBaton,),
    "freeze now": (intents.StopLine,),
    "go": (intents.GiveGo,),
    "hold": (intents.HoldRelease,),
    "hold --product": (intents.HoldVersion,),
    "hotfix plan": (intents.Mend,),
    "hotfix status": (intents.Mend,),
    "log": (intents.GoTrail,),
    "mark-bad": (intents.MarkBad,),
    "matrix": (intents.GoMatrix,),
    "merges": (intents.ShowMerges,),
    "note": (intents.AddNote,),
    "notes edit": (intents.EditNotes,),
    "reject": (intents.Reject,),
    "resume": (intents.ResumeRelease,),
    "resume --product": (intents.ReleaseVersion,),
    "revoke": (intents.Revoke,),
    "rollback plan": (intents.ShowWayBack,),
    "rollback start": (intents.ShowWayBack, BeginWayBack),
    "skip": (intents.Skip,),
    "start": (intents.StartRelease,),
    "status": (intents.ShowRelease,),
    "thaw": (intents.Thaw,),
    "tick": (intents.Toggle,),
    "trigger answer": (intents.AnswerTrigger,),
    "trust": (intents.TrustCommands,),
    "unclaim": (intents.Claim,),
    "untick": (intents.Toggle,),
    "waive": (intents.Why, intents.Waive),
    "why": (intents.Why,),
}
"""By the words of a command: the wishes that do it here, one after the other."""
_NOT_HERE = re.compile(
    r"(?:matrix|merges|log|note|go|approve|hotfix|drive|rollback plan)\b.* --"
    r"(?:at|for|note-file|evidence|sign|json)\b|merges (?:equal|carry)\b|waive fix\b|status asks\b"
)
"""Forms of these commands that the screen has no twin of."""
_NAME = re.compile(r"(?!.*\.\.)[a-z0-9][\w.:/@+-]*")


def at_screen(advice: str) -> str:
    """The same advice in keys, and in names of the palette for what has no key."""
    return _COMMAND.sub(_in_keys, advice)


def _in_keys(found: re.Match[str]) -> str:
    words = found["words"].rstrip()
    rest = found["words"][len(words) :]
    two = " ".join(words.split()[:2])
    name = two if two in _TWINS else words.split()[0]
    wishes = _TWINS.get(name)
    if wishes is None or _NOT_HERE.match(words):
        return found[0]
    return f"press {', then '.join(map(pressed, wishes))}{_about(words, name)}{rest}"


def _about(words: str, name: str) -> str:
    """` for qa`: the name that follows the command, and no word that only stands for one."""
    after = words.removeprefix(name).split()
    about = after[0] if after else ""
    return f" for {about}" if _NAME.fullmatch(about) else ""


def pressed(intent: type[Intent]) -> str:
    """How it is wished for: `o (go)`, or by its name in the palette."""
    if intent.keys:
        return f"{intent.shown_key} ({intent.label})"
    return f": and type '{intent.label}'"
