"""How old an answer is by what it says of itself."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from msgspec.structs import replace

from gonogo.io.http.age import age_of, is_called_stale, marks_of
from gonogo.io.http.question import Answer, Request
from gonogo.io.http.validators import Validators, key_of

NOW = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)


def answer(*headers: tuple[str, str], age: float = 0.0) -> Answer:
    """An answer with these headers."""
    return Answer(200, headers, b"1.2.3", "http://a.test/", 0.01, age=age)


def ago(seconds: float) -> str:
    """An HTTP date."""
    return format_datetime(NOW - timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("told", "age"),
    [
        (answer(), 0),
        (answer(("age", "0")), 0),
        (answer(("age", "7")), 7),
        (answer(("age", "7"), ("age", "70")), 70),
        (answer(("age", "7, 70")), 70),
        (answer(("age", "-7")), 0),
        (answer(("age", "soon")), 0),
        (answer(("age", "9" * 400)), 0),
        (answer(("date", ago(0))), 0),
        (answer(("date", ago(59))), 0),  # clocks differ
        (answer(("date", ago(600))), 600),
        (answer(("date", ago(-600))), 0),
        (answer(("date", "yesterday")), 0),
        (answer(("date", ago(600)), ("age", "900")), 900),
        (answer(age=12.5), 12.5),
        (answer(("age", "3"), age=12.5), 12.5),
    ],
)  # fmt: skip
def test_the_oldest_of_what_is_told_counts(told: Answer, age: float) -> None:
    """`Age`, a `Date` that is behind, and how long ago a 304's content came whole."""
    assert age_of(told, NOW) == age


@pytest.mark.parametrize(("warning", "stale"), [("110 - stale", True), ('111 a "x"', True), ("199 - misc", False)])
def test_a_cache_may_call_its_own_answer_stale(warning: str, stale: bool) -> None:
    """By `Warning`, as older caches do."""
    assert is_called_stale(answer(("warning", warning))) is stale


def test_marks_of_caches_are_told() -> None:
    """Bounded, and harmless."""
    marks = marks_of(answer(("via", "1.1 \x1b[31mvarnish"), ("x-cache", "HIT"), ("cf-cache-status", "H" * 900)))
    assert marks.startswith("via: 1.1 ")
    assert "x-cache: HIT" in marks
    assert "\x1b" not in marks
    assert len(marks) <= 160
    assert marks_of(answer(("server", "nginx"))) == ""


def test_what_stands_on_an_old_answer_is_asked_for_whole_in_time() -> None:
    """A 304 is as old as the whole answer before it; beyond `whole_within` nobody asks for a 304."""
    now = [100.0]
    kept = Validators(lambda: now[0])
    key = key_of(Request("http://a.test/"), "http://a.test/")
    whole = answer(("etag", '"1"'))
    assert kept.settle(key, whole, asked_about=False) == whole
    now[0] += 12
    assert kept.conditions(key, whole_within=15.0)
    unchanged = kept.settle(key, replace(answer(), status=304), asked_about=True)
    assert unchanged is not None
    assert age_of(unchanged, NOW) == 12
    now[0] += 4
    assert kept.conditions(key, whole_within=15.0) == []
