"""JSON Schemas from the shape: one for editors, and one that finds all mistakes of a plan at once."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import msgspec

from gonogo.errors import UsageError
from gonogo.io.plan_file.shape import PlanShape
from gonogo.io.yaml.nodes import Document, Node, Path
from gonogo.io.yaml.problems import Mistake, Problems, a_list
from gonogo.text import clean
from gonogo.text.names import suggest

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_DEFS = "#/$defs/"


def json_schema() -> dict[str, Any]:
    """The schema for editors. Where gonogo reads text, an editor may see a number or a truth value: 1.10."""
    made = msgspec.json.schema(PlanShape)
    definitions = {name.removesuffix("Shape"): _widened(part) for name, part in made["$defs"].items()}
    plan = definitions.pop("Plan")
    return {"$schema": _DRAFT, **plan, "title": "gonogo release plan", "$defs": definitions}


def keys_of(schema: Mapping[str, Any]) -> frozenset[str]:
    """Every key the schema knows, as `Product.version`; the plan's own without a prefix."""
    own = [*schema["properties"]]
    parts = [f"{name}.{key}" for name, part in schema["$defs"].items() for key in part.get("properties", ())]
    return frozenset([*own, *parts])


def _widened(part: Any) -> Any:
    if isinstance(part, list):
        return [_widened(one) for one in part]
    if not isinstance(part, dict):
        return part
    wide = {key: _widened(value) for key, value in part.items() if key != "propertyNames"}
    if "propertyNames" in part:
        wide["propertyNames"] = part["propertyNames"]
    if part.get("type") == "string":
        wide["type"] = ["string", "number", "boolean"]
    if "off" in part.get("enum", ()):
        wide["enum"] = [*part["enum"], False]  # what many an editor takes a bare `off` for
    if isinstance(reference := part.get("$ref"), str):
        wide["$ref"] = reference.removesuffix("Shape")
    if wide.get("default", ()) is None:
        del wide["default"]
    if str(wide.get("title", "")).endswith("Shape"):
        del wide["title"]
    return wide


def fit(document: Document, problems: Problems) -> PlanShape | None:
    """Record every mistake of the shape, take it out of `document`, and return what is left.

    So names and values in what is left can still be checked, and one report holds both. None when nothing is
    left to check, or when nobody would read on.
    """
    from jsonschema import Draft202012Validator  # 50 ms, and only a wrong plan needs it

    validator = Draft202012Validator(_for_text(msgspec.json.schema(PlanShape)))
    wrong: list[Path] = []
    for error in validator.iter_errors(document.value):
        _report(document, error, problems)
        wrong += _to_remove(error)
        if problems.full:
            return None
    # taking out a wrong value can leave its mapping without a key it must have: that goes then, and so on upwards
    for _ in range(8):
        _remove(document, wrong)
        try:
            return msgspec.convert(document.value, PlanShape, strict=False)
        except msgspec.ValidationError as error:
            wrong = [path for found in validator.iter_errors(document.value) for path in _to_remove(found)]
            if not wrong:
                # the two schemas of the same structs disagree; then this one sentence is all there is
                reason = clean(str(error), 200)
                raise UsageError(f"the plan cannot be read: {reason}", where=problems.file) from error
    return None


# jsonschema's errors are Any here: its stubs make every attribute a union with "unset"
def _for_text(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of the same plan with every scalar as text, references replaced by what they refer to.

    Of several forms the one that is meant is known by its kind (no two forms have the same), so that only its
    mistakes are told, and found one by one: `anyOf` would gather those of all forms before it tells the first.
    """
    definitions = schema["$defs"]

    def inlined(part: Any) -> Any:
        if isinstance(part, list):
            return [inlined(one) for one in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            return inlined(definitions[part["$ref"].removeprefix(_DEFS)])
        if "anyOf" in part:
            return _by_kind([inlined(branch) for branch in part["anyOf"]])
        kind = part.get("type")
        if kind == "integer":
            return {"type": "string", "pattern": "^[1-9][0-9]?$(?!\n)", "title": "a whole number from 1 to 99"}
        if kind == "boolean":
            return {"type": "string", "pattern": "^(true|false)$(?!\n)", "title": "true or false"}
        if "enum" in part and isinstance(part["enum"], list):
            return _by_kind([{"type": "string", "enum": part["enum"]}])
        return {key: inlined(value) for key, value in part.items()}

    made: dict[str, Any] = inlined({"$ref": schema["$ref"]})
    return made


def _by_kind(branches: list[dict[str, Any]]) -> dict[str, Any]:
    """One schema for several forms: the kinds it may have, and what each must keep to."""
    flat = [one for branch in branches for one in branch.get("allOf", [{"if": branch, "then": branch}])]
    rules = {rule["if"]["type"]: rule["then"] for rule in flat}
    kept = [{"if": {"type": kind}, "then": rule} for kind, rule in rules.items()]
    return {"type": [*rules], "allOf": kept}


def _report(document: Document, error: Any, problems: Problems) -> None:
    path: Path = tuple(error.absolute_path)
    where = where_of(path)
    match error.validator:
        case "additionalProperties":
            _unknown_keys(document, path, error, problems)
        case "required":
            _missing_keys(document, path, error, problems)
        case "pattern" if "propertyNames" in error.absolute_schema_path:
            _not_a(document.key((*path, str(error.instance))), error, problems)
        case "pattern" if path[-1] == "auth":
            problems.add(Mistake.NOT_A_CREDENTIAL, document.at(path))
        case "pattern" | "maxLength":
            _not_a(document.at(path), error, problems)
        case "enum":
            known = [str(one) for one in error.validator_value]
            remedy = problems.suggestion(error.instance, known)
            text = clean(error.instance, 60)
            problems.add(Mistake.NOT_ONE_OF, document.at(path), remedy, text=text, known=a_list(known))
        case "minItems" | "minProperties":
            problems.add(Mistake.TOO_FEW, document.key(path), where=where)
        case _:
            found = _kind(error.instance)
            problems.add(Mistake.WRONG_KIND, document.at(path), where=where, wanted=_wanted(error), found=found)


def _unknown_keys(document: Document, path: Path, error: Any, problems: Problems) -> None:
    known = error.schema["properties"]
    for key in error.instance:
        if key not in known and problems.full:
            problems.leave_out()
        elif key not in known:
            remedy = problems.suggestion(key, known) or f"known keys: {a_list(known, 30)}"
            facts = {"key": clean(key, 60), "where": where_of(path)}
            problems.add(Mistake.UNKNOWN_KEY, document.key((*path, key)), remedy, **facts)


def _missing_keys(document: Document, path: Path, error: Any, problems: Problems) -> None:
    # what stands there without a value, or misspelled, has been told already
    given = document.node(path).keys or {}
    known = error.schema["properties"]
    misspelled = islice((key for key in given if key not in known), 20)
    announced = {*given, *(suggest(key, known) for key in misspelled)}
    for key in error.validator_value:
        if f"'{key}'" == error.message.partition(" is a required")[0] and key not in announced:
            problems.add(Mistake.MISSING_KEY, document.key(path), key=key, where=where_of(path))


def _not_a(place: Any, error: Any, problems: Problems) -> None:
    wanted = error.schema.get("title", f"text of at most {error.schema.get('maxLength', 4096)} characters")
    examples = error.schema.get("examples", ())
    remedy = f"write it like {', '.join(examples[:3])}" if examples else ""
    problems.add(Mistake.NOT_A, place, remedy, text=clean(str(error.instance), 60), wanted=wanted)


_KINDS = {"object": "a mapping", "array": "a list", "string": "text"}


def _wanted(error: Any) -> str:
    given = error.validator_value
    kinds = given if isinstance(given, list) else [given]
    return " or ".join(_KINDS[kind] for kind in kinds if kind in _KINDS)


def _kind(value: object) -> str:
    return "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list) else "text"


def where_of(path: Path) -> str:
    """`the plan`, `products.web`, `checklist[2]`: where a mistake is, in words of the file."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return clean(text.removeprefix("."), 80) or "the plan"


_STAND_INS: Mapping[str, Any] = {
    "release": "unnamed",
    "environments": ["unnamed"],
    "products": {"unnamed": {"version": "0.0.0"}},
}
"""What takes the place of a key the plan cannot do without, so that the rest can be checked. Never leaves here."""


def _to_remove(error: Any) -> list[Path]:
    path: Path = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        return [(*path, key) for key in error.instance if key not in error.schema["properties"]]
    if error.validator == "pattern" and "propertyNames" in error.absolute_schema_path:
        return [(*path, str(error.instance))]
    return [path]


def _remove(document: Document, paths: Iterable[Path]) -> None:
    """Take out what is wrong, with its place: list indexes of both stay in step. Aliased parts go once."""
    holders: dict[int, tuple[Any, Node, set[str | int]]] = {}
    wholes = {path for path in paths if len(path) < 2}
    for path in paths:
        if any(path[:depth] in wholes for depth in range(min(len(path), 2))):
            continue  # it goes with the key it lies in, which may be one that has no place for it any more
        if len(path) < 2:
            _stand_in(document, path)
            continue
        holder, node = document.get(path[:-1]), document.node(path[:-1])
        holders.setdefault(id(holder), (holder, node, set()))[2].add(path[-1])
    for holder, node, steps in holders.values():
        for step in sorted(steps, key=lambda step: step if isinstance(step, int) else 0, reverse=True):
            del holder[step]
            if node.parts is not None:
                del node.parts[step]


def _stand_in(document: Document, path: Path) -> None:
    key = str(path[0]) if path else ""
    if not isinstance(document.value, dict):
        document.value, document.root = {}, Node(document.root.event, {}, {})
    if not path or key in _STAND_INS:
        for name, value in _STAND_INS.items():
            if name == key or name not in document.value:
                document.value[name] = value
                document.root.parts.pop(name, None)
    else:
        document.value.pop(key, None)
        document.root.parts.pop(key, None)
