"""Commit messages as bad as they come: the same seed makes the same ones."""

import random
from collections.abc import Sequence

from support.repositories import CommitSpec

SEED = 20_261_124
_TYPES = ("feat", "fix", "FEAT", "docs", "chore", "perf", "revert", "unheard-of", "Fix ", "")
_SCOPES = ("", "(api)", "(*s*)", "(<b>)", "(`)", "([JIRA-12])", "(|)", "(\u202ex)", "(@team)", "(\u6f22\u5b57)")
_CONTROL = tuple(chr(code) for code in (*range(1, 0x20), *range(0x7F, 0xA0)))
_SEQUENCES = (
    "\x1b]52;c;ZXZpbA==\x07", "\x1b]0;owned\x07", "\x1b[2J\x1b[H", "\x1b[31mred", "\x9b2J", "\x1bP1$r0m\x1b\\",
    "\x1b]8;;https://evil.test\x1b\\link", "\x1b[?1049l", "\x0e", "\x1b_Gx\x1b\\", "\x1b]unfinished",
)  # fmt: skip
_RTL = (
    "\u202eevil\u202c", "\u2066a\u2069", "\u200f\u05e9\u05dc\u05d5\u05dd", "\u0645\u0631\u062d\u0628\u0627",
    "\u061c", "\u2028", "\u2029", "\ufeff", "\u00ad",
)  # fmt: skip
_WIDE = (
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", "\U0001f3f3\ufe0f\u200d\U0001f308",
    "\U0001f1e9\U0001f1ea", "1\ufe0f\u20e3", "\u2764\ufe0f", "\u6f22\u5b57\u304b\u306a", "\ud55c\uae00",
    "\u1112\u1161\u11ab", "e\u0301\u0302\u0303", "\u0915\u094d\u0937", "\uff21", "\ufdfa", "\u200d", "\ufe0f",
    "\U000e0041", "\U0001f44d\U0001f3ff",
)  # fmt: skip
_MARKUP = (
    "[/]",
    "[bold red]x",
    "[@click=app.quit]x[/]",
    "[JIRA-12]",
    "{0}",
    "%s%n",
    "$(id)",
    "`id`",
    "\\[b",
    "$x",
)
_MARKDOWN = (
    "# heading", "```", "~~~", "---", "===", "- item", "1. item", "> quote", "| a | b |", "|---|---|",
    "[text](https://evil.test)", "![image](https://evil.test/x.png)", "<script>alert(1)</script>", "<!-- comment",
    "-->", "&lt;b&gt;", "https://evil.test", "www.evil.test", "mail eve@evil.test", "@everyone", "**bold** _em_",
    "`code`", "``", "~~gone~~", "$math$", "trailing \\", "[id]: https://evil.test", "<https://evil.test>",
    "[ ] task",
    "[^1]", "<details>", "    code", "\tcode", "* * *", "## [9.9.9] - 2030-01-01", "[Unreleased]", "\u00a0# x",
)  # fmt: skip
_POOLS = (_CONTROL, _SEQUENCES, _RTL, _WIDE, _MARKUP, _MARKDOWN)
_BYTES = (
    b"\xff\xfe", b"\xc3(", b"caf\xe9", "\u00fcber".encode("latin-1"), b"\xed\xa0\x80", b"\xf5\x80", b"\x80\x81",
    "\u65e5\u672c".encode("shift-jis"), b"\xe2\x82",
)  # fmt: skip
_ENCODINGS = ("", "", "", "ISO-8859-1", "Shift_JIS", "UTF-16", "no-such", "-x")
_BODIES = (
    "", "\n\nBREAKING CHANGE: {}", "\n\nBREAKING CHANGE: 1. do\n{}\n\n```\n{}", "\n\n* feat: {}\n* fix(x): {}",
    "\n\n{}\n\nCo-authored-by: {} <a@b.test>", "\n\nRelease-As: {}", "\n\nThis reverts commit {}.",
    "\n\n(cherry picked from commit {})", "\r\n\r\n{}\r\n", "\n" * 50 + "{}",
)  # fmt: skip


def messy_messages(count: int, seed: int = SEED) -> Sequence[CommitSpec]:
    """So many commits whose subjects, scopes, bodies, authors and encodings are all against us."""
    rng = random.Random(seed)  # the same messages every time, no secret
    return [_messy(rng, at) for at in range(count)]


def _messy(rng: random.Random, at: int) -> CommitSpec:
    kind, mark = rng.choice(_TYPES), rng.choice(("", "", "!"))
    subject = f"{kind}{rng.choice(_SCOPES)}{mark}: {_some(rng, 4)}" if rng.random() < 0.7 else _some(rng, 4)
    if at % 50 == 0:
        subject += (rng.choice(_MARKDOWN) + rng.choice(_WIDE)) * 10_000
        subject = subject[:10_000]
    body = rng.choice(_BODIES)
    text = subject + body.replace("{}", "\0").replace("\0", _some(rng, 3))
    message = text.encode("utf-8", "surrogatepass").replace(b"\0", b"")
    if rng.random() < 0.2:
        where = rng.randrange(len(message) + 1)
        message = message[:where] + rng.choice(_BYTES) + message[where:]
    author = "".join(letter for letter in _some(rng, 2) if letter not in "<>\n\0\r").strip() or "x"
    return CommitSpec(
        message or b"x", author=f"{author} <a@b.test>", encoding=rng.choice(_ENCODINGS), files={"a.txt": f"{at}\n"}
    )


def _some(rng: random.Random, most: int) -> str:
    words = [rng.choice(rng.choice(_POOLS)) for _ in range(rng.randint(0, most))]
    return rng.choice(("", " ", "a ")).join(words)
