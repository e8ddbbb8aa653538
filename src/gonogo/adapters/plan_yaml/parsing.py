"""From the bytes of a plan to the plan, or to every mistake in them. What reads YAML is loaded with it."""

import os
from pathlib import Path

import msgspec

from gonogo.adapters.plan_yaml.guard import decode
from gonogo.adapters.plan_yaml.nodes import read_document
from gonogo.adapters.plan_yaml.problems import Problems, Stopped
from gonogo.adapters.plan_yaml.references import References
from gonogo.adapters.plan_yaml.resolve import resolve
from gonogo.adapters.plan_yaml.secrets import find_secrets
from gonogo.adapters.plan_yaml.shape import PlanShape
from gonogo.adapters.plan_yaml.source import SIZE_LIMIT
from gonogo.domain.plan import Plan


def parse_plan(raw: bytes, file: str, directory: str | Path) -> Plan:
    """The plan these bytes state. `file` is its name in messages; relative clones start at `directory`.

    Touches neither disk nor network. Raises PlanInvalid with every mistake.
    """
    problems = Problems(file, raw[: SIZE_LIMIT + 1].decode("utf-8", "replace").removeprefix("\ufeff"))
    plan: Plan | None = None
    try:
        plan = _parse(decode(raw), problems, os.fspath(directory))
    except Stopped as stopped:
        problems.stop(stopped)
    if plan is None or len(problems):
        raise problems.invalid()
    return plan


def _parse(text: str, problems: Problems, directory: str) -> Plan | None:
    document = read_document(text, problems)
    find_secrets(document, text, problems)
    names = References(document, problems)
    shape: PlanShape | None
    try:
        shape = msgspec.convert(document.value, PlanShape, strict=False)
    except msgspec.ValidationError:
        from gonogo.adapters.plan_yaml.schema import fit  # only a wrong plan needs it

        shape = fit(document, problems)
    return resolve(shape, document, problems, names, directory) if shape is not None else None
