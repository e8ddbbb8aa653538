"""What moved between two looks, told in lines."""

from gonogo.rules.confirmation import Preview
from gonogo.tui.moved import SHOWN, what_moved


def _preview(
    *lines: str, bound: tuple[str, ...] = ("x",), heading: str = "GO for production: web 1.2.3"
) -> Preview:
    return Preview("go", "production", "1.2.3", heading, lines, bound)


def test_what_is_new_and_what_is_gone_is_named() -> None:
    """By what a line is about, whatever it says of it."""
    before = _preview("blocker  item.open item:a: 'A' is open", "warning  on_call: nobody")
    after = _preview("warning  on_call: nobody", "blocker  trigger.asks errors: 2 %", bound=("y",))

    assert what_moved(before, after) == (
        "new: blocker trigger.asks errors: 2 %",
        "gone: blocker item.open item:a: 'A' is open",
    )


def test_a_version_that_changed_is_told_although_only_figures_differ() -> None:
    """1.2.3 -> 1.2.4 differs in a digit, and in everything."""
    before = _preview("web version: 1.2.3")
    assert what_moved(before, _preview("web version: 1.2.4", bound=("y",))) == ("now: web version: 1.2.4",)


def test_an_age_that_went_on_stands_behind_what_changed() -> None:
    """What differs in more than figures is told first."""
    before = _preview("soak.short web: 20s left", "cell web: runs fine")
    after = _preview("soak.short web: 19s left", "cell web: failed", bound=("y",))
    assert what_moved(before, after)[0] == "now: cell web: failed"


def test_something_beneath_the_list_is_told_too() -> None:
    """What runs there is part of what was confirmed."""
    before = _preview(bound=("digest", "web 1.2.2 succeeded behind"))
    after = _preview(bound=("digest", "web 2.0.0 succeeded ahead"))
    assert what_moved(before, after) == ("now: web 2.0.0 succeeded ahead",)
    assert len(what_moved(before, _preview(bound=("other",)))) == 1


def test_a_long_list_is_counted() -> None:
    """A dialog has a screen, not a book."""
    after = _preview(*(f"rule {number}: open" for number in range(9)), bound=("y",))
    told = what_moved(_preview(), after)
    assert len(told) == SHOWN + 1
    assert told[-1] == "and 4 more"
