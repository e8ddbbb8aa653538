"""How deep an answer may be nested: told before anything is built from it, in one pass whatever it holds."""

import json

import pytest

from gonogo.io.http.question import Answer
from gonogo.io.probes.document import DEPTH_LIMIT, Document, depth_of, parse
from gonogo.io.probes.interface import NotUnderstood
from support.pace import grows_with_its_size


def parsed(text: str) -> Document | NotUnderstood:
    """As an endpoint's answer."""
    return parse(Answer(200, (), text.encode(), "", 0.0))


def test_what_is_nested_deeper_than_the_limit_is_not_read() -> None:
    """The limit itself is; brackets within strings do not count, and many side by side are not deep."""
    assert isinstance(parsed("[" * DEPTH_LIMIT + "]" * DEPTH_LIMIT), Document)
    assert isinstance(parsed("[" * (DEPTH_LIMIT + 1) + "]" * (DEPTH_LIMIT + 1)), NotUnderstood)
    assert isinstance(parsed(json.dumps(["[{" * 500, '\\"[' * 500])), Document)
    assert isinstance(parsed(json.dumps([[{}]] * 5_000)), Document)


@pytest.mark.parametrize("piece", ['"', '\\"', '"\\', "[", '["', "\\", '{"a":'])
def test_a_megabyte_of_anything_is_measured_in_one_pass(piece: str) -> None:
    """No text makes it slow: each character is looked at once."""
    grows_with_its_size(lambda size: depth_of("[" * 100 + piece * (size // len(piece))), 1024 * 1024)
