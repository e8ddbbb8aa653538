"""When a question is varied, and what a difference between its two forms comes to."""

import asyncio
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from gonogo.facts import Reason, Running, Status
from gonogo.io.probes.asking import Came
from gonogo.io.probes.interface import NotUnderstood, Outcome, Understood
from gonogo.io.probes.past_caches import VARIED_EVERY, Asked, PastCaches, varied_url


class Both:
    """What the plain and the varied form answer, and what was asked."""

    def __init__(self, plain: Outcome, varied: Outcome, came: Came | None = None) -> None:
        self.plain, self.varied, self.came = plain, varied, came or Came()
        self.asked: list[bool] = []

    async def put(self, past_caches: bool) -> Asked:
        """Answer."""
        self.asked.append(past_caches)
        return (self.varied, self.came) if past_caches else (self.plain, Came())


def runs(version: str) -> Understood:
    """An answer."""
    return Understood((Running(version),))


def refuses(code: int) -> NotUnderstood:
    """An error status."""
    return NotUnderstood(Reason.HTTP_STATUS, f"{code} Phrase", code=code)


def ask(both: Both, times: int = 1, *, wanted: bool = True) -> list[Asked]:
    """Ask so many times."""
    asking = PastCaches(wanted)

    async def all_of_them() -> list[Asked]:
        return [await asking.ask(both.put) for _ in range(times)]

    return asyncio.run(all_of_them())


def test_the_first_question_is_varied_and_then_one_in_ten() -> None:
    """A decision asks in a process of its own, so its questions are first ones."""
    both = Both(runs("1"), runs("1"))
    ask(both, 2 * VARIED_EVERY)
    assert both.asked == ([True] + [False] * (VARIED_EVERY - 1)) * 2


def test_none_is_varied_where_the_plan_says_so() -> None:
    """`vary_query: false`."""
    both = Both(runs("1"), runs("2"))
    ask(both, 2 * VARIED_EVERY, wanted=False)
    assert not any(both.asked)


def test_what_a_cache_hides_is_found_and_asked_past_from_then_on() -> None:
    """The plain form says 1 for ever; 2 runs."""
    both = Both(runs("1"), runs("2"))
    found = ask(both, 6)
    assert {outcome.versions[0].version for outcome, _ in found if isinstance(outcome, Understood)} == {"2"}
    assert both.asked == [True, False, True, True, True, True, True]
    assert "the plain form answers otherwise" in found[-1][1].way[0]


@pytest.mark.parametrize("code", [400, 403, 404, 414, 429])
def test_an_error_of_the_varied_form_alone_is_told_and_not_counted(code: int) -> None:
    """The endpoint does not know the parameter."""
    [(outcome, came)] = ask(Both(runs("1"), refuses(code)))
    assert isinstance(outcome, Understood)
    assert outcome.status is Status.SUCCEEDED
    assert "not counted" in came.way[-1]


def test_many_looks_at_an_endpoint_that_knows_no_parameters_are_plain_ones() -> None:
    """Varied ones all failed, and the cell stayed at 2 of 29 looks for ever."""
    both = Both(runs("1"), refuses(404))
    asking = PastCaches(True)
    assert asking.varies
    asyncio.run(asking.ask(both.put))
    assert not asking.varies
    both.varied = runs("1")
    for _ in range(VARIED_EVERY):
        asyncio.run(asking.ask(both.put))
    assert asking.varies
    assert not PastCaches(False).varies


@pytest.mark.parametrize("code", [500, 502, 503, 504])
def test_a_cache_in_front_of_nobody_is_not_believed(code: int) -> None:
    """And every question is varied until somebody answers."""
    both = Both(runs("1"), refuses(code))
    found = ask(both, 3)
    for outcome, _ in found:
        assert isinstance(outcome, Understood)
        assert outcome.status is Status.UNKNOWN
        assert "past it nobody answers" in outcome.message
    assert both.asked == [True, False] * 3


def test_who_cannot_be_reached_is_not_asked_twice() -> None:
    """Nor who wants to be left alone."""
    for came, failed in (
        (Came(), NotUnderstood(Reason.TIMEOUT, "")),
        (Came(retry_after=timedelta(seconds=9)), refuses(503)),
        (Came(), refuses(401)),
    ):
        both = Both(runs("1"), failed, came)
        [(outcome, _)] = ask(both)
        assert outcome is failed
        assert both.asked == [True]


def test_an_error_of_both_forms_is_that_error() -> None:
    """Nothing about caches is said."""
    [(outcome, _)] = ask(Both(refuses(404), refuses(404)))
    assert outcome == refuses(404)


def test_the_parameter_joins_the_query_that_is_there() -> None:
    """And never repeats."""
    one, other = varied_url("http://a.test/v?key=1"), varied_url("http://a.test/v?key=1")
    assert parse_qs(urlsplit(one).query)["key"] == ["1"]
    assert one != other
    assert urlsplit(varied_url("http://a.test/v")).query.startswith("gonogo=")
