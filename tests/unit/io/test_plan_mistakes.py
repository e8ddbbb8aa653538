"""Every sentence a plan can be answered with, pinned with line, column, source line and remedy.

Golden cases: `tests/golden/plan/bad/NAME.yaml` beside `NAME.expected`, the whole report. Files too large to keep
are made here.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from gonogo.errors import ExitCode, PlanInvalid, PlanProblem
from gonogo.io.plan_file.parsing import parse_plan
from gonogo.io.yaml.problems import Mistake

BAD = Path(__file__).parents[2] / "golden" / "plan" / "bad"
CASES = sorted(BAD.glob("*.yaml"))

_START = "release: a\nenvironments: [s]\nproducts: {w: {version: 1.0.0}}\n"


@cache
def report(raw: bytes) -> PlanInvalid:
    """What the loader says about these bytes; kept, since the files too large to keep take seconds each."""
    with pytest.raises(PlanInvalid) as invalid:
        parse_plan(raw, "release.yaml", "/srv/plan")
    return invalid.value.with_traceback(None)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_golden_case_is_answered_as_it_was(case: Path) -> None:
    """The report of a wrong plan is, word by word, what a person once read and found helpful."""
    assert f"{report(case.read_bytes())}\n" == case.with_suffix(".expected").read_text(encoding="utf-8")


def test_a_plan_with_nine_mistakes_reports_nine() -> None:
    """Mistakes of the shape and of references come in one report, one each, in the order of the file."""
    invalid = report((BAD / "nine-mistakes.yaml").read_bytes())
    assert len(invalid.problems) == 9
    assert [problem.line for problem in invalid.problems] == sorted(problem.line for problem in invalid.problems)
    assert invalid.message == "release.yaml has 9 mistakes"
    assert invalid.exit_code is ExitCode.USAGE


def test_the_report_of_the_design_looks_as_designed() -> None:
    """Place and sentence, the source line, the caret under the word, what to do."""
    assert str(report((BAD / "caret.yaml").read_bytes())) == (
        "release.yaml:8:32: gate 'prod-eu' waits for approval 'securty', which is not defined\n"
        "    - approvals: [engineering, securty]\n"
        "                               ^~~~~~~\n"
        "  did you mean 'security'? approvals start at line 9"
    )


def _nested(opening: str, depth: int, closing: str = "") -> bytes:
    return (_START + "metadata: " + opening * depth + "x" + closing * depth + "\n").encode()


def _bomb(width: int, levels: int) -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines).encode()


def _merge_bomb() -> bytes:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 20)}]}}" for n in range(1, 7)]
    return "\n".join(lines).encode()


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a file of more than a megabyte": (
        lambda: b"# " + b"x" * 1_048_576,
        "1:1: the file has more than 1,048,576 bytes",
    ),
    "100,000 lists in each other": (lambda: _nested("[", 100_000), "4:74: nested deeper than 64 levels"),
    "100,000 lists, closed": (lambda: _nested("[", 100_000, "]"), "4:74: nested deeper than 64 levels"),
    "100,000 mappings in each other": (
        lambda: _nested("{a: ", 100_000, "}"),
        "4:263: nested deeper than 64 levels"),
    "100,000 block lists in each other": (lambda: b"- " * 100_000 + b"x", "1:129: nested deeper than 64 levels"),
    "100,000 complex keys in each other": (lambda: b"? " * 100_000 + b"x", "1:129: nested deeper than 64 levels"),
    "a staircase of 1,000 steps": (
        lambda: "\n".join(" " * n + "a:" for n in range(1_000)).encode(),
        "65:65: nested deeper than 64 levels",
    ),
    "65 levels": (lambda: _nested("[", 64, "]"), "4:74: nested deeper than 64 levels"),
    "100,001 values": (
        lambda: _START.encode() + b"metadata: [" + b"x," * 100_001 + b"]",
        "4:199984: more than 100,000 values, aliases counted as what they stand for",
    ),
    "a billion laughs": (
        lambda: _bomb(10, 9),
        "5:45: more than 100,000 values, aliases counted as what they stand for",
    ),
    "a quadratic blow-up": (
        lambda: b"a: &a [" + b"x," * 5_000 + b"]\nb: [" + b"*a," * 500 + b"]",
        "2:59: more than 100,000 values, aliases counted as what they stand for",
    ),
    "1,001 aliases": (
        lambda: b"a: &a x\nb: [" + b"*a," * 1_001 + b"]",
        "2:3005: more than 1,000 aliases",
    ),
    "merge keys of merge keys": (_merge_bomb, "2:10: merge keys (<<) are not supported"),
    "a mapping that holds itself": (lambda: b"a: &a {b: *a}", "1:11: alias *a contains itself"),
    "a list that holds itself as a key": (lambda: b"&a [*a]: b", "1:5: alias *a contains itself"),
    "an alias before its anchor": (lambda: b"a: *b\nc: &b x", "1:4: alias *b has no anchor &b before it"),
    "an object of Python": (
        lambda: b"a: !!python/object/apply:os.system [id]",
        "1:4: tag tag:yaml.org,2002:python/object/apply:os.system is not allowed",
    ),
    "a module of Python": (
        lambda: b"!!python/module:os {}",
        "1:1: tag tag:yaml.org,2002:python/module:os is not allowed",
    ),
    "a binary": (lambda: b"a: !!binary aGk=", "1:4: tag tag:yaml.org,2002:binary is not allowed"),
    "a tag of its own": (
        lambda: b"%TAG ! tag:evil,2026:\n---\na: !x y",
        "3:4: tag tag:evil,2026:x is not allowed"),
    "a bare tag": (lambda: b"a: ! y", "1:4: tag ! is not allowed"),
    "a tag on a key": (lambda: b"!!str a: b", "1:1: tag tag:yaml.org,2002:str is not allowed"),
    "10,000 times the same key": (
        lambda: b"a: b\n" * 10_000,
        "2:1: key 'a' stands here a second time, first at line 1",
    ),
    "100 documents": (lambda: b"--- a\n" * 100, "2:1: a second document begins"),
    "a date that is none": (
        lambda: (_START + "target_date: 2026-02-30").encode(),
        "4:14: 2026-02-30 is not a day of the calendar",
    ),
    "an integer of 5,000 digits": (
        lambda: (_START + "approvals: {a: {role: r, quorum: " + "9" * 5_000 + "}}").encode(),
        f"4:34: '{'9' * 59}…' is not a whole number from 1 to 99",
    ),
    "a duration of 5,000 digits": (
        lambda: (_START + "defaults: {every: " + "9" * 5_000 + "s}").encode(),
        f"4:19: '{'9' * 59}…' is not a length of time",
    ),
    "a version of 5,000 digits": (
        lambda: b"release: a\nenvironments: [s]\nproducts: {w: {version: " + b"1" * 5_000 + b"}}",
        f"3:25: '{'1' * 59}…' is not a version: no blanks, at most 128 characters",
    ),
    "a NUL": (lambda: b"release: a\x00b", "1:11: control character U+0000"),
    "an escape sequence": (lambda: b"release: \x1b[2J", "1:10: control character U+001B"),
    "an escaped escape sequence": (lambda: b'name: "\\x1b]0;x\\a"', "1:7: control character U+001B"),
    "a C1 control character": (lambda: "release: \x9b2J".encode(), "1:10: control character U+009B"),
    "a line end other programs do not count": (
        lambda: "release: a\u2028b: c".encode(),
        "1:11: control character U+2028",
    ),
    "a byte order mark in the middle": (lambda: "a: b\n\ufeffc: d".encode(), "2:1: control character U+FEFF"),
    "Latin-1": (lambda: b"a: b\nname: gr\xfcn", "2:9: the file is not UTF-8: byte 0xfc"),
    "UTF-16": (lambda: "release: a".encode("utf-16"), "1:1: the file is not UTF-8: byte 0xff"),
    "UTF-32": (lambda: "release: a".encode("utf-32-be"), "1:1: control character U+0000"),
    "a surrogate": (lambda: b"name: \xed\xa0\x80", "1:7: the file is not UTF-8: byte 0xed"),
    "an overlong slash": (lambda: b"name: \xc0\xaf", "1:7: the file is not UTF-8: byte 0xc0"),
    "an escaped surrogate": (
        lambda: b'name: "\\ud800"',
        "1:10: this is not YAML: found invalid Unicode character escape code, while parsing a quoted scalar",
    ),
    "a tab": (
        lambda: b"a:\n\tb: c",
        "2:1: this is not YAML: found character that cannot start any token, while scanning for the next token",
    ),
    "a million commas": (
        lambda: b"a: [" + b"," * 1_000_000,
        "1:5: this is not YAML: did not find expected node content, while parsing a flow node",
    ),
    "a million question marks": (lambda: b"?" * 1_000_000, "1:1: the plan must be a mapping, not text"),
    "a megabyte of blanks": (lambda: b" " * 1_000_000, "1:1: the file holds no plan"),
    "50,000 unknown keys": (
        lambda: "\n".join(f"k{n}: 1" for n in range(49_000)).encode(),
        "1:1: unknown key 'k0' in the plan",
    ),
    "a matrix of four million cells": (
        lambda: (
            f"release: a\nenvironments: [{', '.join(f'e{n}' for n in range(2_000))}]\n"
            f"products: {{{', '.join(f'p{n}: {{version: 1.0.0}}' for n in range(2_000))}}}"
        ).encode(),
        "3:1: 2,000 products in 2,000 environments are more than 10,000 cells",
    ),
    "19,000 items of the wrong shape": (
        lambda: ("release: a\nchecklist:\n" + "- {tittle: x, ownr: y}\n" * 19_000).encode(),
        "3:4: unknown key 'tittle' in checklist[0]",
    ),
    "15,000 owners nobody knows": (
        lambda: (
            _START + "checklist:\n" + "".join(f"- {{title: t{n}, owner: x{n}}}\n" for n in range(15_000))
        ).encode(),
        "5:22: item 't0' is owned by person 'x0', which is not defined",
    ),
    "an expression that would grow": (
        lambda: b"release: a\nenvironments: [s]\nproducts: {w: {version: 1.0.0, probe: {use: json, "
        b"url: 'http://h/', version: '" + b"|".join([b"[@,@]"] * 28) + b"'}}}",
        "3:78: `version:` the expression could copy its input more than 64 times",
    ),
}  # fmt: skip


def test_there_are_forty_hostile_files() -> None:
    """The table below is at least as long as promised."""
    assert len(HOSTILE) >= 40


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused(name: str) -> None:
    """Whatever it holds: one sentence with its place, and neither a crash nor another exception."""
    make, expected = HOSTILE[name]
    told = [f"{problem.line}:{problem.column}: {problem.what}" for problem in report(make()).problems]
    assert expected in told


def test_a_hundred_thousand_mistakes_are_told_in_two_hundred() -> None:
    """What nobody would read is counted."""
    invalid = report(b"release: a\n" + b"a: b\n" * 1_000)
    assert len(invalid.problems) == 200
    assert invalid.left_out > 790
    assert str(invalid).endswith(f"\nand {invalid.left_out} more")


@pytest.mark.parametrize(
    "secret", ["ghp_0123456789abcdefghijABCDEFGHIJ", "hunter2", "1234", "user:word", "Bearer xyz"]
)
def test_a_report_never_repeats_a_secret(secret: str) -> None:
    """Reports are pasted into chats: the line that holds a secret is not shown."""
    for case in ("secrets", "probes"):
        assert secret not in str(report((BAD / f"{case}.yaml").read_bytes()))


def test_every_sentence_is_exercised() -> None:
    """A mistake the loader can name and no case shows is a sentence nobody has read."""
    shown: set[str] = set()
    for raw in [*(case.read_bytes() for case in CASES), *(make() for make, _ in HOSTILE.values())]:
        shown.update(problem.code for problem in report(raw).problems)
    assert {mistake.code for mistake in Mistake} == shown


def test_every_remedy_is_shown_somewhere() -> None:
    """The next step belongs to the sentence: golden cases hold each fixed one."""
    from gonogo.io.yaml.problems import _REMEDIES

    reports = [
        report(raw) for raw in (*(case.read_bytes() for case in CASES), *(m() for m, _ in HOSTILE.values()))
    ]
    shown = {problem.remedy for invalid in reports for problem in invalid.problems}
    assert {remedy for remedy in _REMEDIES.values() if remedy not in shown} == set()


def test_a_problem_holds_nothing_a_terminal_obeys() -> None:
    """Source lines are cleaned before they are shown."""
    problem = report("release: a\nname: b\u202ec\nnam: d\n\u202eevil: x".encode()).problems[-1]
    assert "\u202e" not in str(problem)
    assert isinstance(problem, PlanProblem)
