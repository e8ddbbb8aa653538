"""How the first line of a message is read, by the convention the plan names.

https://www.conventionalcommits.org/en/v1.0.0/ - clause numbers stand where they are decided. Every
convention also reads what conforms to Conventional Commits: a history that changed its habits has both.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from gonogo.commits.issues import NOT_A_TRACKER, TICKET
from gonogo.commits.model import Headline

Convention = Callable[[str], Headline | None]
"""Reads a cleaned first line; None when it does not conform."""

KNOWN_TYPES = frozenset(
    {
        "build", "chore", "ci", "deprecate", "docs", "feat", "fix", "perf", "refactor", "remove", "revert",
        "security", "style", "test",
    }
)  # fmt: skip
"""Types that are taken for one also inside a body, where any word before a colon may be a footer."""

# Clauses 1-5: a noun, an optional scope in brackets, an optional `!`, then colon and space.
_CONVENTIONAL = re.compile(r"([A-Za-z][\w-]*)(?:\(([^()\r\n]+)\))?(!)?: +(\S.*)", re.ASCII)


# A long history has few types and scopes: one text each saves 10 MiB at 64,000 commits.
@lru_cache(1024)
def _shared(word: str) -> str:
    return word


def conventional(subject: str) -> Headline | None:
    """Conventional Commits 1.0."""
    found = _CONVENTIONAL.fullmatch(subject)
    if found is None:
        return None
    kind, scope, mark, description = found.groups("")
    return Headline(_shared(kind.lower()), _shared(scope.strip()) if scope else "", mark != "", description)


# Angular's tool takes any text as a scope, also none and brackets: `fix(core): x`, `fix(*): x`, `fix(): x`.
_ANGULAR = re.compile(r"([A-Za-z]+)\((.{0,100}?)\)(!)?: +(\S.*)", re.ASCII)


def angular(subject: str) -> Headline | None:
    """Angular's guidelines: as conventional, with `*`, nothing or several words as scope."""
    if (read := conventional(subject)) is not None:
        return _without_star(read)
    found = _ANGULAR.fullmatch(subject)
    if found is None:
        return None
    kind, scope, mark, description = found.groups("")
    return _without_star(Headline(_shared(kind.lower()), _shared(scope.strip()), bool(mark), description))


def _without_star(read: Headline) -> Headline:
    """`*` says: several scopes."""
    return Headline(read.type, "", read.breaking, read.description) if read.scope == "*" else read


_JIRA = re.compile(rf"\[?({TICKET.pattern})\]?\s*[:-]?\s*(?:\[([A-Za-z ]{{1,20}})\]\s*)?(\S.*)")
_JIRA_TYPES = {
    "bug": "fix", "bugfix": "fix", "hotfix": "fix", "feature": "feat", "story": "feat", "improvement": "perf",
    "task": "ticket", "doc": "docs", "documentation": "docs",
}  # fmt: skip
TICKET_TYPE = "ticket"
"""The type of a line that names a ticket and no type: what kind of change it is, only the ticket knows."""


def jira(subject: str) -> Headline | None:
    """`[PAY-12] text`, `PAY-12: text`, `[PAY-12] [bug] text`, `[PAY-12] fix(api): text`, `fix: PAY-12 text`."""
    if (read := conventional(subject)) is not None and not TICKET.fullmatch(read.type.upper()):
        return read
    found = _JIRA.fullmatch(subject)
    if found is None or found[1].startswith(NOT_A_TRACKER):
        return None
    if (inner := conventional(found[3])) is not None:
        return inner
    word = (found[2] or "").strip().lower()
    kind = _JIRA_TYPES.get(word) or (word if word in KNOWN_TYPES else TICKET_TYPE)
    return Headline(kind, "", False, found[3])


# https://gitmoji.dev: shortcode, then the emoji without its variation selector.
_GITMOJI: Mapping[str, str] = {
    "sparkles": "feat", "✨": "feat", "tada": "feat", "🎉": "feat", "children_crossing": "feat", "🚸": "feat",
    "bug": "fix", "🐛": "fix", "ambulance": "fix", "🚑": "fix", "adhesive_bandage": "fix", "🩹": "fix",
    "pencil2": "fix", "✏": "fix", "goal_net": "fix", "🥅": "fix", "rewind": "revert", "⏪": "revert",
    "lock": "security", "🔒": "security", "passport_control": "security", "🛂": "security",
    "boom": "feat", "💥": "feat", "zap": "perf", "⚡": "perf", "recycle": "refactor", "♻": "refactor",
    "art": "style", "🎨": "style", "lipstick": "feat", "💄": "feat", "fire": "remove", "🔥": "remove",
    "coffin": "remove", "⚰": "remove", "wastebasket": "deprecate", "🗑": "deprecate",
    "memo": "docs", "📝": "docs", "bulb": "docs", "💡": "docs", "page_facing_up": "docs", "📄": "docs",
    "white_check_mark": "test", "✅": "test",
    "test_tube": "test", "🧪": "test", "camera_flash": "test", "📸": "test",
    "construction_worker": "ci", "👷": "ci", "green_heart": "ci", "💚": "ci", "rocket": "ci", "🚀": "ci",
    "arrow_up": "build", "⬆": "build", "arrow_down": "build", "⬇": "build", "pushpin": "build", "📌": "build",
    "heavy_plus_sign": "build", "➕": "build", "heavy_minus_sign": "build", "➖": "build", "package": "build",
    "📦": "build", "wrench": "chore", "🔧": "chore", "hammer": "chore", "🔨": "chore", "bookmark": "chore",
    "🔖": "chore", "see_no_evil": "chore", "🙈": "chore", "construction": "chore", "🚧": "chore",
    "truck": "refactor", "🚚": "refactor", "building_construction": "refactor", "🏗": "refactor",
    "rotating_light": "style", "🚨": "style", "globe_with_meridians": "feat", "🌐": "feat",
    "wheelchair": "feat", "♿": "feat", "card_file_box": "feat", "🗃": "feat", "loud_sound": "feat", "🔊": "feat",
    "mute": "remove", "🔇": "remove", "triangular_flag_on_post": "feat", "🚩": "feat", "egg": "feat", "🥚": "feat",
    "alien": "fix", "👽": "fix", "twisted_rightwards_arrows": "", "🔀": "",
}  # fmt: skip
_BOOM = frozenset({"boom", "💥"})
_SHORTCODE = re.compile(r":([a-z0-9_+-]{1,40}):\s*(.*)")
_EMOJI = re.compile(r"([^\w\s\x00-\x7f])[\ufe0e\ufe0f]?\s*(.*)")
_SCOPED = re.compile(r"\(([^()]{1,80})\)\s*:?\s*(\S.*)")


def gitmoji(subject: str) -> Headline | None:
    """`:bug: text`, `🐛 text`, `✨ (scope): text`, `🐛 fix(api): text`; `💥` marks a break."""
    found = _SHORTCODE.fullmatch(subject) or _EMOJI.fullmatch(subject)
    if found is None:
        return conventional(subject)
    sign, rest = found.groups()
    kind = _GITMOJI.get(sign)
    if not kind or not rest:
        return None
    breaking = sign in _BOOM
    if (inner := conventional(rest)) is not None:
        return Headline(inner.type, inner.scope, breaking or inner.breaking, inner.description)
    scoped = _SCOPED.fullmatch(rest)
    return Headline(kind, scoped[1] if scoped else "", breaking, scoped[2] if scoped else rest)


def none(_subject: str) -> Headline | None:
    """No message says what kind of change it is: the plan says that nobody writes them so."""
    return None


CONVENTIONS: Mapping[str, Convention] = {
    "conventional": conventional,
    "angular": angular,
    "jira": jira,
    "gitmoji": gitmoji,
    "none": none,
}
"""By the name the plan gives them."""
