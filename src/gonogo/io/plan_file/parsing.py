"""From the bytes of a plan to the plan, or to every mistake in them. What reads YAML is loaded with it."""

import os
from pathlib import Path

import msgspec

from gonogo.io.plan_file.references import References
from gonogo.io.plan_file.resolve import resolve
from gonogo.io.plan_file.secrets import find_passwords, find_secrets
from gonogo.io.plan_file.shape import PlanShape
from gonogo.io.plan_file.source import SIZE_LIMIT
from gonogo.io.yaml.guard import decode
from gonogo.io.yaml.nodes import read_document
from gonogo.io.yaml.problems import Problems, Stopped
from gonogo.plan import Plan


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
        from gonogo.io.plan_file.schema import fit  # only a wrong plan needs it

        shape = fit(document, problems)
    plan = resolve(shape, document, problems, names, directory) if shape is not None else None
    find_passwords(text, problems)
    return plan
