"""Calendar versions: read and ordered by their fields; with the plan's pattern, made for a day.

A pattern is written in the words of calver.org, such as `YYYY.MM.MICRO` or `YY.0M[.MICRO][-MODIFIER]`;
brackets hold what may be missing. The order needs no pattern: it is that of the numbers.
"""

import re
from datetime import date

from gonogo.plan import SchemeName
from gonogo.versions.model import (
    Bump,
    Unparsed,
    Version,
    expression,
    identifier,
    prerelease_key,
    trimmed,
)

NUMBERS = r"\d+(?:[._-]\d+)*"
"""What a calendar version begins with."""
_CALVER = rf"({NUMBERS})(?:[-._]?([A-Za-z][0-9A-Za-z]*(?:[.-][0-9A-Za-z]+)*))?(?:\+([0-9A-Za-z.-]+))?"
_AFTER_FINAL = ("post", "hotfix", "patch")

_WORD = r"YYYY|YY|0Y|MM|0M|WW|0W|DD|0D|MAJOR|MINOR|MICRO|PATCH|MODIFIER"
_TOKEN = rf"({_WORD})|([\[\]])|([._-])"
_DIGITS = {
    "YYYY": r"[12]\d{3}", "YY": r"[1-9]?\d{1,2}", "0Y": r"\d{2,3}",
    "MM": r"1[0-2]|[1-9]", "0M": r"0[1-9]|1[0-2]",
    "WW": r"[1-4]\d|5[0-3]|[1-9]", "0W": r"0[1-9]|[1-4]\d|5[0-3]",
    "DD": r"[12]\d|3[01]|[1-9]", "0D": r"0[1-9]|[12]\d|3[01]",
    "MAJOR": r"\d+", "MINOR": r"\d+", "MICRO": r"\d+", "PATCH": r"\d+",
    "MODIFIER": r"[A-Za-z][0-9A-Za-z]*(?:[.-]?[0-9A-Za-z]+)*",
}  # fmt: skip
_COUNTERS = ("MAJOR", "MINOR", "MICRO", "PATCH")
_BUMPED = {Bump.MAJOR: "MAJOR", Bump.MINOR: "MINOR"}


def read(text: str, number: str) -> Version | None:
    """Numeric fields of any count; a word after them is a pre-release, unless it says post, hotfix or patch."""
    found = expression(_CALVER).fullmatch(number)
    if found is None:
        return None
    numbers, word, build = found.groups("")
    release = tuple(int(field) for field in re.split(r"[._-]", numbers))
    later = word.lower().startswith(_AFTER_FINAL)
    pre = (((2, 0, "", 0),), tuple(identifier(part) for part in word.lower().split("."))) if later else ()
    key = (trimmed(release), pre or prerelease_key(word.lower().replace("-", ".")))
    return Version(text, SchemeName.CALVER, number, release, "" if later else word, build, key)


def count_up(numbers: str) -> str:
    """The same fields with the last one higher; 24.09 becomes 24.10, its width stays."""
    last = re.split(r"[._-]", numbers)[-1]
    return f"{numbers.removesuffix(last)}{int(last) + 1:0{len(last)}d}"


def wrong_with_pattern(pattern: str) -> str:
    """Why `pattern` is none; "" when it is."""
    words = [found[1] for found in re.finditer(_TOKEN, pattern) if found[1]]
    if re.sub(_TOKEN, "", pattern):
        return f"only {_WORD.replace('|', ', ')}, brackets and the separators . _ - may stand in it"
    if not words or words[0] == "MODIFIER" or not any(word not in {*_COUNTERS, "MODIFIER"} for word in words):
        return "it must begin with a number and name a part of the date, such as YYYY.MM.MICRO"
    if len(set(words)) != len(words):
        return "each part may stand in it once"
    brackets = "".join(re.findall(r"[\[\]]", pattern))
    return (
        "" if brackets == "[]" * (len(brackets) // 2) else "its brackets must come in pairs, none inside another"
    )


def follows(pattern: str, number: str) -> bool:
    """Whether a version's number is one of the pattern's."""
    return _fields(pattern, number) is not None


def _fields(pattern: str, number: str) -> dict[str, str] | None:
    def part(found: re.Match[str]) -> str:
        word, bracket, separator = found.groups()
        if word:
            return f"(?P<{'Y' if word[0] == '0' else ''}{word}>{_DIGITS[word]})"
        return {"[": "(?:", "]": ")?"}.get(bracket or "", re.escape(separator or ""))

    read_as = expression(re.sub(_TOKEN, part, pattern) + r"(?:\+[0-9A-Za-z.-]+)?").fullmatch(number)
    if read_as is None:
        return None
    # a group's name must not begin with a digit, so 0M is called Y0M in the expression
    return {name.removeprefix("Y") if name[:2] == "Y0" else name: text for name, text in
            read_as.groupdict().items() if text is not None}  # fmt: skip


def following(pattern: str, version: Version, by: Bump, on: date | None) -> str | Unparsed:
    """The number after `version` on the day `on`: its date, and counters from 0; the same day counts up.

    Without a day, or on one before that of `version`, the date stays: a version never goes back.
    """
    fields = _fields(pattern, version.number)
    if fields is None:
        return Unparsed(version.text, f"it does not follow the pattern {pattern}")
    words = [found[1] for found in re.finditer(_TOKEN, pattern) if found[1]]
    day = {word: _of_day(word, on, weekly="WW" in words or "0W" in words) for word in words} if on else {}
    dated = [word for word in words if word not in {*_COUNTERS, "MODIFIER"}]
    moved = bool(on) and _ordered(day, dated) > _ordered(fields, dated)
    unfinished = bool(fields.pop("MODIFIER", ""))
    if unfinished and not moved:
        return _filled(pattern, fields)
    return _counted(
        pattern, words, {**fields, **{w: day[w] for w in dated}} if moved else fields, by, moved, version
    )


def _counted(
    pattern: str, words: list[str], fields: dict[str, str], by: Bump, moved: bool, version: Version
) -> str | Unparsed:
    counters = [word for word in words if word in _COUNTERS]
    asked = _BUMPED.get(by)
    up = asked if asked in counters else None if moved else counters[-1] if counters else None
    if up is None and not moved:
        return Unparsed(version.text, f"that day has its version, and the pattern {pattern} has no counter")
    fields = dict(fields)
    if up is not None:
        fields[up] = str(int(fields.get(up, "0")) + 1)
    reset = counters[counters.index(up) + 1 :] if up else [word for word in counters if word in {"MICRO", "PATCH"}]
    for word in reset:
        if _is_optional(pattern, word):
            fields.pop(word, None)
        else:
            fields[word] = "0"
    return _filled(pattern, fields)


def _of_day(word: str, on: date | None, *, weekly: bool) -> str:
    if on is None or word in {*_COUNTERS, "MODIFIER"}:
        return ""
    iso = on.isocalendar()
    year = iso.year if weekly else on.year
    number = {
        "Y": year if word == "YYYY" else year - 2000, "M": on.month, "W": iso.week, "D": on.day
    }[word[-1]]  # fmt: skip
    return f"{number:02d}" if word[0] == "0" else str(number)


def _ordered(fields: dict[str, str], words: list[str]) -> list[int]:
    """The date in the order of a calendar, whatever the order of the pattern."""
    return [int(fields[word]) for kind in "YMWD" for word in words if word[-1] == kind and word in fields]


def _is_optional(pattern: str, word: str) -> bool:
    return any(word in inside for inside in re.findall(r"\[([^\]]*)\]", pattern))


def _filled(pattern: str, fields: dict[str, str]) -> str:
    def optional(found: re.Match[str]) -> str:
        named = re.findall(_WORD, found[1])
        return found[1] if all(word in fields for word in named) else ""

    chosen = re.sub(r"\[([^\]]*)\]", optional, pattern)
    return re.sub(_WORD, lambda found: fields.get(found[0], "0"), chosen).rstrip("._-")
