"""Where in an answer the version stands: guarded JMESPath, and named transforms for what it cannot cut.

An expression comes from a plan, which may be hostile, and is evaluated on an answer, which may be hostile
too: 180 characters of it could otherwise keep a processor busy for minutes. So it is measured when the plan is
loaded, before it is ever evaluated. Free regular expressions are not offered, for the same reason.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from gonogo.errors import GonogoError, UsageError
from gonogo.text import clean
from gonogo.text.names import suggest

if TYPE_CHECKING:
    from jmespath.parser import ParsedResult

LENGTH_LIMIT: Final = 512
"""Characters of an expression."""
NODE_LIMIT: Final = 96
DEPTH_LIMIT: Final = 24
GROWTH_LIMIT: Final = 64
"""Product of everything that can copy its input: branches of multi-selects, literals, `to_string`."""
GLUE_LIMIT: Final = 8
"""Characters `join` may put between words."""

FUNCTIONS: Final = frozenset(
    {
        "abs", "avg", "ceil", "contains", "ends_with", "floor", "join", "keys", "length", "map", "max", "max_by",
        "merge", "min", "min_by", "not_null", "reverse", "sort", "sort_by", "starts_with", "sum", "to_array",
        "to_number", "to_string", "type", "values",
    }
)  # fmt: skip
"""All of JMESPath's own; a function a later library adds is refused until somebody has looked at it."""


class NotExtracted(GonogoError):  # noqa: N818  # what an answer does, not a fault of ours
    """The expression does not fit this answer: a function got another type than it takes."""


class Expression:
    """A compiled expression that passed the guard. Immutable; may be shared between threads."""

    def __init__(self, text: str, parsed: "ParsedResult") -> None:
        self.text = text
        self._parsed = parsed

    def search(self, document: Any) -> Any:
        """What stands there; None when nothing does. Raises NotExtracted, and nothing else."""
        from jmespath.exceptions import JMESPathError

        try:
            return self._parsed.search(document)
        except (JMESPathError, RecursionError, ArithmeticError, ValueError, TypeError) as error:
            # the library lets Python's own errors through: max() of mixed types, a number too large for float
            raise NotExtracted(
                f"'{clean(self.text, 80)}' does not fit the answer: {clean(str(error), 160)}"
            ) from error


def compile_expression(text: str) -> Expression:
    """Compile a JMESPath expression. Raises UsageError with the reason when it is wrong or could grow large."""
    if not text.strip():
        raise UsageError("the expression is empty")
    if len(text) > LENGTH_LIMIT:
        raise UsageError(f"the expression has {len(text)} characters, the limit is {LENGTH_LIMIT}")
    import jmespath  # 12 ms, and only plans with expressions need it
    from jmespath.exceptions import JMESPathError

    try:
        with warnings.catch_warnings():
            # the library takes `word` between backticks and complains; users know it from other command lines
            warnings.simplefilter("ignore", PendingDeprecationWarning)
            parsed = jmespath.compile(text)
        reason = _objection(parsed.parsed)
    except RecursionError:
        raise UsageError("the expression is nested too deep") from None
    except (JMESPathError, ValueError) as error:
        first = (str(error).splitlines() or [""])[0].removeprefix("Invalid jmespath expression: ").rstrip(": ")
        raise UsageError(f"the expression is not JMESPath: {clean(first, 160)}") from error
    if reason:
        raise UsageError(reason)
    return Expression(text, parsed)


def _objection(tree: Mapping[str, Any]) -> str:
    """Why this tree is not evaluated; "" when it may be."""
    growth = 1
    for nodes, (node, depth) in enumerate(_walk(tree), start=1):
        if nodes > NODE_LIMIT:
            return f"the expression has more than {NODE_LIMIT} parts"
        if depth > DEPTH_LIMIT:
            return f"the expression is nested more than {DEPTH_LIMIT} deep"
        growth *= _growth(node)
        if growth > GROWTH_LIMIT:
            return f"the expression could copy its input more than {GROWTH_LIMIT} times"
        if node["type"] == "function_expression" and (why := _function_objection(node)):
            return why
    return ""


def _walk(tree: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], int]]:
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting.extend((child, depth + 1) for child in node["children"] if isinstance(child, dict))


def _growth(node: Mapping[str, Any]) -> int:
    """How many times over this node can give back what it got."""
    kind = node["type"]
    if kind in {"multi_select_list", "multi_select_dict"}:
        return max(1, len(node["children"]))
    if kind == "literal":
        return _leaves(node["value"])
    # each `to_string` of a `to_string` doubles the backslashes before every quotation mark
    return 2 if kind == "function_expression" and node["value"] == "to_string" else 1


def _leaves(value: Any) -> int:
    """Entries of a literal, all levels: `[0, 0, 0]` mapped over a list makes it three times as long."""
    if isinstance(value, Mapping):
        return max(1, sum(map(_leaves, value.values())))
    return max(1, sum(map(_leaves, value))) if isinstance(value, list) else 1


def _function_objection(node: Mapping[str, Any]) -> str:
    name = str(node["value"])
    if name not in FUNCTIONS:
        hint = f", did you mean '{near}'?" if (near := suggest(name, FUNCTIONS)) else ""
        return f"unknown function '{clean(name, 40)}'{hint}"
    if name == "join" and node["children"]:
        # an answer that brings both a long glue and a long list would be multiplied with itself
        glue = node["children"][0]
        if glue["type"] != "literal" or not isinstance(glue["value"], str) or len(glue["value"]) > GLUE_LIMIT:
            return f"join takes a literal of at most {GLUE_LIMIT} characters to put between the words"
    return ""


Transform = Callable[[str], str]
"""Text to text; "" where nothing is left. Never raises."""


def image_tag(image: str) -> str:
    """The tag of `host:5000/team/app:1.2.3@sha256:...`; "" when there is none, since `latest` would be a guess."""
    name = image.strip().partition("@")[0].rpartition("/")[2]
    return name.partition(":")[2]


def image_digest(image: str) -> str:
    """The digest, `sha256:...`, of an image reference; "" when it is not pinned."""
    return image.strip().partition("@")[2]


def strip_v(text: str) -> str:
    """`v1.2.3` without its v; other words that begin with v stay as they are."""
    text = text.strip()
    return text[1:] if text[:1] in {"v", "V"} and text[1:2].isdigit() else text


def first_token(text: str) -> str:
    """The first word."""
    return next(iter(text.split(maxsplit=1)), "")


def basename(text: str) -> str:
    """What stands after the last slash."""
    return text.strip().rstrip("/").rpartition("/")[2]


def before(mark: str, text: str) -> str:
    """What stands before the first `mark`; all of it where there is none."""
    return text.partition(mark)[0]


def after(mark: str, text: str) -> str:
    """What stands behind the first `mark`; "" where there is none, for nobody knows what the rest would be."""
    return text.partition(mark)[2]


TRANSFORMS: Final[Mapping[str, Transform]] = {
    "image_tag": image_tag,
    "image_digest": image_digest,
    "strip_v": strip_v,
    "first_token": first_token,
    "basename": basename,
}
"""By name. `before:X` and `after:X` come on top: what stands before the first X, and behind it."""

_BEFORE = "before:"
_AFTER = "after:"


def transform(names: Iterable[str]) -> Transform:
    """The transforms of that name, applied in order. Raises UsageError for a name that does not exist."""
    steps = tuple(_step(name) for name in names)

    def apply(text: str) -> str:
        for step in steps:
            text = step(text)
        return text

    return apply


def _step(name: str) -> Transform:
    if name in TRANSFORMS:
        return TRANSFORMS[name]
    for prefix, cut in ((_BEFORE, before), (_AFTER, after)):
        mark = name.removeprefix(prefix)
        if name.startswith(prefix) and mark:
            return partial(cut, mark)
    known = [*TRANSFORMS, f"{_BEFORE}X", f"{_AFTER}X"]
    hint = f"did you mean '{near}'?" if (near := suggest(name, known)) else ""
    raise UsageError(
        f"unknown transform '{clean(name, 40)}'", remedy=hint or f"known transforms: {', '.join(known)}"
    )
