"""The window and the freezes: local times of a zone, times of the week, cron."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from gonogo.io.plan_file.reading import Reading
from gonogo.io.plan_file.shape import FreezeShape, WindowShape
from gonogo.io.yaml.nodes import Path
from gonogo.io.yaml.problems import Mistake
from gonogo.plan import Freeze, Window
from gonogo.text import clean
from gonogo.text.durations import parse_local, parse_week_point, parse_zone
from gonogo.text.names import suggest

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_LOCAL_REMEDY = "write local times like 2026-11-24 21:00"
_WEEK_REMEDY = "write times of the week like FRI 16:00, with MON TUE WED THU FRI SAT SUN"


def window_of(reading: Reading, given: WindowShape | None) -> Window | None:
    """The live hours in UTC."""
    if given is None:
        return None
    zone = _zone(reading, given.zone, ("window", "zone"))
    span = _span(reading, given.start, given.end, zone, ("window",), "the window")
    environments = reading.names.check_each(
        reading.names.environments, given.environments, ("window", "environments"), "the window", "holds for"
    )
    return Window(*span, given.zone, environments) if span else None


def _zone(reading: Reading, name: str, path: Path) -> ZoneInfo | None:
    try:
        return parse_zone(name)
    except ValueError:
        near = suggest(name, _zone_names())
        remedy = f"did you mean '{near}'?" if near else "write an IANA zone such as Europe/Berlin or UTC"
        reading.add(Mistake.UNKNOWN_ZONE, path, remedy, zone=clean(name, 60))
        return None


def _zone_names() -> dict[str, None]:
    """Sorted, because difflib takes the first of equals; `suggest` compares in lower case."""
    from zoneinfo import available_timezones

    return dict.fromkeys(sorted(available_timezones()))


def _local(reading: Reading, text: str, zone: tzinfo, path: Path) -> datetime | None:
    try:
        return parse_local(text, zone)
    except ValueError as error:
        reading.add(Mistake.BAD_TIME, path, _LOCAL_REMEDY, reason=clean(str(error), 120))
        return None


def _span(
    reading: Reading, start_text: str, end_text: str, zone: ZoneInfo | None, path: Path, where: str
) -> tuple[datetime, datetime] | None:
    start = _local(reading, start_text, zone or UTC, (*path, "from"))
    end = _local(reading, end_text, zone or UTC, (*path, "to"))
    if start is None or end is None:
        return None
    if end <= start:
        reading.add(Mistake.ENDS_BEFORE_START, (*path, "to"), where=where, end=end_text, start=start_text)
        return None
    return start, end


def freezes_of(reading: Reading, given: dict[str, FreezeShape]) -> tuple[Freeze, ...]:
    """The freezes that could be read."""
    return _all(reading, "freezes", "freeze", given)


def windows_of(reading: Reading, given: dict[str, FreezeShape]) -> tuple[Freeze, ...]:
    """The windows outside which nothing may go, as far as they could be read."""
    return _all(reading, "windows", "window", given)


def _all(reading: Reading, key: str, kind: str, given: dict[str, FreezeShape]) -> tuple[Freeze, ...]:
    made = (_freeze(reading, (key, name), f"{kind} '{name}'", one) for name, one in given.items())
    return tuple(one for one in made if one is not None)


def _freeze(reading: Reading, path: Path, subject: str, given: FreezeShape) -> Freeze | None:
    zone = _zone(reading, given.zone, (*path, "zone"))
    environments = reading.names.check_each(
        reading.names.environments, given.environments, (*path, "environments"), subject, "holds for"
    )
    products = reading.names.check_each(
        reading.names.products, given.products, (*path, "products"), subject, "holds for"
    )
    common = {
        "name": str(path[-1]),
        "zone": given.zone,
        "reason": given.reason,
        "environments": environments,
        "products": products,
    }
    if not _has_one_form(reading, given, path, subject):
        return None
    if given.cron is not None:
        length = reading.positive(given.duration, (*path, "for"), timedelta(hours=1))
        return Freeze(**common, cron=given.cron, duration=length) if _cron(reading, given.cron, path) else None  # type: ignore[arg-type]  # one dict, several types
    assert given.start is not None
    assert given.end is not None
    if given.weekly:
        start = _week_point(reading, given.start, (*path, "from"))
        end = _week_point(reading, given.end, (*path, "to"))
        return Freeze(**common, weekly=(start, end)) if start and end else None  # type: ignore[arg-type]  # one dict, several types
    span = _span(reading, given.start, given.end, zone, path, subject)
    return Freeze(**common, span=span) if span else None  # type: ignore[arg-type]  # one dict, several types


def _has_one_form(reading: Reading, given: FreezeShape, path: Path, subject: str) -> bool:
    dated = given.start is not None and given.end is not None
    if given.cron is None and given.start is not None and given.end is None:
        reading.add_lack(Mistake.MISSING_KEY, path, where=subject, key="to")
        return False
    if (given.cron is not None and (given.start or given.end or given.weekly)) or (
        given.cron is None and not dated
    ):
        forms = "`from` and `to`; `weekly`, `from` and `to`; `cron` and `for`"
        reading.add_lack(Mistake.PICK_ONE, path, where=subject, choices=forms)
        return False
    if given.cron is not None and given.duration is None:
        reading.add_lack(Mistake.MISSING_KEY, path, where=subject, key="for")
        return False
    if given.cron is None and given.duration is not None:
        reading.add(Mistake.ONLY_WITH, (*path, "for"), "it goes with `cron`", key="for", where="without `cron`")
    return True


def _week_point(reading: Reading, text: str, path: Path) -> tuple[int, int, int] | None:
    try:
        return parse_week_point(text)
    except ValueError as error:
        reading.add(Mistake.BAD_TIME, path, _WEEK_REMEDY, reason=clean(str(error), 120))
        return None


_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def _cron(reading: Reading, text: str, path: Path) -> bool:
    from cronsim import CronSim, CronSimError  # only plans with cron freezes need it

    # the library takes a sixth field for seconds, in front of the minutes
    reason = "" if len(text.split()) == 5 else "wrong number of fields"
    try:
        next(CronSim(text, _SOME_DAY))
    except CronSimError as error:
        reason = str(error).lower()
    except StopIteration:
        reason = "it never comes"
    except (ValueError, IndexError, KeyError):
        reason = "it cannot be read"
    if reason:
        remedy = 'five fields: minute hour day month weekday, such as "0 2 * * *"'
        reading.add(Mistake.BAD_CRON, (*path, "cron"), remedy, text=clean(text, 60), reason=clean(reason, 80))
    return not reason
