"""Days as changelogs write them: found in a heading, and another day written in the same form."""

import re
from collections.abc import Iterable
from datetime import date

from msgspec import Struct

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_MONTH = (
    "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    "|Nov(?:ember)?|Dec(?:ember)?)"
)
_FORMS = (
    re.compile(r"(?P<year>\d{4})(?P<mark>[-/.])(?P<number>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?![\w.])"),
    re.compile(
        rf"(?P<month>{_MONTH})(?P<mark>[. ]+)(?P<day>\d{{1,2}})(?P<suffix>st|nd|rd|th)?"
        r"(?P<second>,? )(?P<year>\d{4})\b",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?P<day>\d{{1,2}})(?P<suffix>st|nd|rd|th|\.)?(?P<mark>[- ])(?P<month>{_MONTH})"
        r"(?P<second>,? |\. |-)(?P<year>\d{4})\b",
        re.IGNORECASE,
    ),
    re.compile(rf"(?P<month>{_MONTH})(?P<second>,? )(?P<year>\d{{4}})\b", re.IGNORECASE),
    re.compile(r"(?P<first>\d{1,2})(?P<mark>[-/.])(?P<other>\d{1,2})(?P=mark)(?P<year>\d{4})(?![\w.])"),
)


class Day(Struct, frozen=True):
    """A day as it stands in a heading."""

    text: str
    form: int
    """Which of the forms it has."""
    parts: dict[str, str]

    def alike(self, other: "Day") -> bool:
        """Whether both are written in one form."""
        return self.form == other.form and self.parts.get("mark") == other.parts.get("mark")


def found_at(text: str) -> Day | None:
    """The day that `text` begins with; None where it begins with none."""
    for number, form in enumerate(_FORMS):
        if found := form.match(text):
            parts = {name: value or "" for name, value in found.groupdict().items()}
            return Day(found[0], number, parts)
    return None


def written_like(day: date, newest: Day, all_days: Iterable[Day]) -> str:
    """`day` in the form of the newest one; the others tell what it leaves open: `May`, `12`, `3/4/2026`.

    ISO 8601 where even they do not tell which number is the month.
    """
    alike = [newest, *(one for one in all_days if one.alike(newest))]
    parts = newest.parts
    number = "{:02}" if _padded(alike) else "{}"
    if newest.form == 0:
        mark = parts["mark"]
        return f"{day.year}{mark}{number.format(day.month)}{mark}{number.format(day.day)}"
    if newest.form == 4:
        order = _order(alike)
        if order is None:
            return day.isoformat()
        first, other = (day.day, day.month) if order == "day" else (day.month, day.day)
        return f"{number.format(first)}{parts['mark']}{number.format(other)}{parts['mark']}{day.year}"
    month = _month(day.month, alike)
    if newest.form == 3:
        return f"{month}{parts['second']}{day.year}"
    suffix = parts["suffix"] and (_ordinal(day.day) if parts["suffix"] != "." else ".")
    if newest.form == 1:
        return f"{month}{parts['mark']}{number.format(day.day)}{suffix}{parts['second']}{day.year}"
    return f"{number.format(day.day)}{suffix}{parts['mark']}{month}{parts['second']}{day.year}"


def _padded(days: list[Day]) -> bool:
    """Whether numbers below ten have a zero; where no day tells, only numbers do (ISO 8601)."""
    for one in days:
        numbers = [one.parts.get(name, "") for name in ("number", "day", "first", "other")]
        for number in numbers:
            if number and int(number) < 10:
                return len(number) == 2
    return days[0].form == 0


def _order(days: list[Day]) -> str | None:
    """Which of two numbers comes first, by a day that can be no month."""
    for one in days:
        if int(one.parts["first"]) > 12:
            return "day"
        if int(one.parts["other"]) > 12:
            return "month"
    return None


def _month(number: int, days: list[Day]) -> str:
    """The name of a month, as long as theirs; May is as long as either."""
    name = _MONTHS[number - 1]
    told = next((month for one in days if (month := one.parts["month"]).lower() != "may"), "")
    if told and told.capitalize() not in _MONTHS:
        name = name[:3]
    return name.lower() if days[0].parts["month"].islower() else name


def _ordinal(day: int) -> str:
    if 11 <= day <= 13:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
