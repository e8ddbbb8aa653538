"""Whatever is wrong with a URL of a plan, what is told of it shows neither its user's name nor its password."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gonogo.cli.output import problem_facts
from gonogo.errors import PlanInvalid
from gonogo.io.plan_file.parsing import parse_plan
from support.wrong_urls import CANARY, SPELLINGS, wrong_urls

HEAD = "release: 1.0.0\nenvironments: [staging, production]\n"
PRODUCT = HEAD + "products:\n  web:\n    version: 1.0.0\n"
PLACES = {
    "a probe": PRODUCT + "    probe: {quoted}\n",
    "a probe's url": PRODUCT + "    probe:\n      use: json\n      url: {quoted}\n",
    "a list": PRODUCT
    + "    probe:\n      use: json\n      urls:\n        - https://a.example.com/\n        - {quoted}\n",
    "a list in brackets": PRODUCT + "    probe: {{use: json, urls: [{quoted}, 'https://b.example.com/']}}\n",
    "an environment's": PRODUCT + "    probes:\n      staging: {quoted}\n      prod: {quoted}\n",
    "a source": PRODUCT + "sources:\n  - use: prometheus\n    url: {quoted}\n",
    "a check": PRODUCT + "checklist:\n  - title: a\n    check: {{http: {quoted}}}\n",
    "a clone": PRODUCT + "    repo: {quoted}\n",
    "an unknown key": PRODUCT + "    probbe: {quoted}\n",
    "a key": PRODUCT + "    {quoted}: 1\n",
    "a wrong kind": PRODUCT + "    merge: {quoted}\n    quiet: [{quoted}]\n",
    "a version": HEAD + "products:\n  web:\n    version: {quoted}\n    scheme: {quoted}\n",
    "an environment": "release: 1.0.0\nenvironments: [{quoted}]\nproducts: {{web: {{version: 1.0.0}}}}\n",
    "a block": PRODUCT + "    probe:\n      use: jsonn\n      url: |\n        {raw}\n",
    "a folded block": PRODUCT + "    probe:\n      use: json\n      url: >-\n        {raw}\n  web: 1\n",
    "a broken quote": PRODUCT + '    probe: "{raw}\n',
    "a broken bracket": PRODUCT + "    probe: [{raw}\n  x: y: z\n",
    "plain": PRODUCT + "    probe: {raw}\n",
    "a wrong mark": PRODUCT + "    probe: @{raw}\n",
    "a tag": PRODUCT + "    probe: !!python/x {quoted}\n",
    "a comment": PRODUCT + "    nothing: 1 # {raw}\n",
    "an alias": PRODUCT + "    probe: *{raw}\n",
}
ASKED = ("a probe", "a probe's url", "a list", "a list in brackets", "an environment's", "a source", "a check")
"""Places of a URL."""


def told(text: str) -> str:
    """All that is said of a plan, in words and as JSON; "" for a plan that is right."""
    try:
        parse_plan(text.encode(), "release.yaml", "/srv/plan")
    except PlanInvalid as invalid:
        return f"{invalid}\n{invalid.message}\n{json.dumps([problem_facts(one) for one in invalid.problems])}"
    return ""


@pytest.mark.parametrize("place", PLACES)
@settings(max_examples=25)
@given(url=wrong_urls())
def test_no_message_and_no_excerpt_shows_a_password(place: str, url: str) -> None:
    """Quoted, plain, in blocks, in lists, under keys that do not exist: refused, and neither part is shown."""
    said = told(PLACES[place].format(quoted=json.dumps(url), raw=url))
    assert said, "such a plan is refused"
    assert not [one for one in SPELLINGS if one in said], said


@pytest.mark.parametrize("place", ASKED)
@settings(max_examples=25)
@given(url=wrong_urls(("http:", "//", "", "https:/")))
def test_nor_where_the_url_has_no_scheme(place: str, url: str) -> None:
    """Where a URL is expected, what stands before an `@` may be a password."""
    said = told(PLACES[place].format(quoted=json.dumps(url), raw=url))
    assert said, "such a plan is refused"
    assert not [one for one in SPELLINGS if one in said], said


@given(st.integers(1, len(f"https://anna:{CANARY}@host")))
def test_a_url_that_is_folded_is_shown_in_none_of_its_lines(at: int) -> None:
    """The mistake may lie in the second line, which begins in the middle of the password."""
    url = f"https://anna:{CANARY}@host/ x: y"
    for form in (
        "    probe: {0}\n      {1}\n",
        '    probe: "{0}\\\n      {1}\n',
        "    probe: >-\n      {0}\n      {1}\n   x",
    ):
        said = told(PRODUCT + form.format(url[:at], url[at:]))
        shown = [one for one in said.splitlines() if one.startswith("    ")]
        assert not [one for one in shown if CANARY[-4:] in one or CANARY[:4] in one], said


@pytest.mark.parametrize(
    "text",
    ["title: see https://anna:{}@host", "metadata: {{a: 'https://anna:{}@host/x'}}", "# https://anna:{}@host"],
)
def test_a_url_with_a_password_is_refused_wherever_it_stands(text: str) -> None:
    """A plan is shared, printed and copied."""
    said = told(PRODUCT + text.format(CANARY) + "\n")
    assert "this looks like a secret: a URL with a password" in said
    assert CANARY not in said


@pytest.mark.parametrize("password", ["$TOKEN", "${TOKEN}", "{token}", "<token>"])
def test_the_name_of_a_variable_is_no_password(password: str) -> None:
    """A command of a check may well put one there."""
    assert not told(f"{PRODUCT}# curl https://ci:{password}@host/\n")
