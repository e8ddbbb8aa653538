"""Who asks the endpoints, in words."""

from gonogo.facts.pollers import PolledBy
from gonogo.view.pollers import polled_by, stopped

ANA, BEN = PolledBy("ana", 4711, sources=9), PolledBy("ben", 4712, sources=3)
ME = PolledBy("me", 1, here=True, sources=5)


def test_the_sessions_that_ask_are_named() -> None:
    """One, two, this one, or so many more."""
    assert polled_by(()) == ""
    assert polled_by((ME,)) == "polled here"
    assert polled_by((ANA,)) == "polled by ana (pid 4711)"
    assert polled_by((ME, ANA)) == "polled here and by ana (pid 4711)"
    assert polled_by((ANA, BEN)) == "polled by ana (pid 4711) and ben (pid 4712)"
    assert polled_by((ANA, BEN, PolledBy("dai", 1, sources=1))) == "polled by ana (pid 4711) and 2 more"


def test_a_stopped_session_is_named_with_what_to_do() -> None:
    """It is not among those who ask."""
    still = PolledBy("ana", 4711, sources=9, stopped=True)

    assert polled_by((still,)) == ""
    assert stopped((ME, still)) == "ana (pid 4711) is stopped: fg, or kill 4711"
    assert stopped((ME,)) == ""
