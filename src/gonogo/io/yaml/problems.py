"""Every sentence a plan can be answered with, and how a mistake is shown: place, source line, caret, remedy.

release.yaml:14:32: gate 'prod-eu' waits for approval 'securty', which is not defined
    - approvals: [engineering, securty]
                               ^~~~~~~
  did you mean 'security'? approvals start at line 61
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import Enum
from functools import cached_property
from typing import Final

from msgspec import Struct

from gonogo.errors import PlanInvalid, PlanProblem
from gonogo.text import clean
from gonogo.text.names import suggest
from gonogo.text.userinfo import may_hold_userinfo

SHOWN_COLUMNS: Final = 110
"""Width of the source line under a message."""
PROBLEM_LIMIT: Final = 200
"""Mistakes told in full; nobody reads more, and a hostile file has a hundred thousand."""
_SUGGESTION_LIMIT: Final = 50
"""Mistakes that get a "did you mean": comparing with every name is slow."""
_COMPARED: Final = 500
"""Names compared with."""


class Mistake(Enum):
    """What can be wrong with a plan, each with its sentence. The name, in lower case, is its code in JSON."""

    # the file
    TOO_LARGE = "the file has more than {limit} bytes"
    NOT_UTF8 = "the file is not UTF-8: byte {byte}"
    CONTROL_CHARACTER = "control character {character}"
    SYNTAX = "this is not YAML: {reason}"
    TOO_DEEP = "nested deeper than {limit} levels"
    TOO_MANY_NODES = "more than {limit} values, aliases counted as what they stand for"
    TOO_MANY_ALIASES = "more than {limit} aliases"
    UNDEFINED_ALIAS = "alias *{name} has no anchor &{name} before it"
    RECURSIVE_ALIAS = "alias *{name} contains itself"
    SECOND_DOCUMENT = "a second document begins"
    EMPTY_FILE = "the file holds no plan"
    TAG = "tag {tag} is not allowed"
    MERGE_KEY = "merge keys (<<) are not supported"
    EMPTY_KEY = "a key is empty"
    KEY_NOT_TEXT = "a key must be plain text"
    DUPLICATE_KEY = "key '{key}' stands here a second time, first at line {line}"
    SECRET_KEY = "'{key}' looks like a secret in a plan"  # noqa: S105  # a sentence about one
    SECRET_TEXT = "this looks like a secret: {kind}"  # noqa: S105  # a sentence about one
    NOT_A_CREDENTIAL = "`auth:` takes the name of a credential, and this is none"
    # the shape
    UNKNOWN_KEY = "unknown key '{key}' in {where}"
    MISSING_KEY = "{where} has no '{key}'"
    NO_VALUE = "'{key}' has no value"
    WRONG_KIND = "{where} must be {wanted}, not {found}"
    NOT_A = "'{text}' is not {wanted}"
    NOT_ONE_OF = "'{text}' is not one of: {known}"
    TOO_FEW = "{where} is empty"
    # values
    BAD_TIME = "{reason}"
    ENDS_BEFORE_START = "{where} ends at {end}, which is not after its start {start}"
    BAD_VERSION = "version '{text}' cannot be read: {reason}"
    BAD_CALENDAR = "'{pattern}' is no pattern of calendar versions: {reason}"
    NOT_BY_CALENDAR = "version '{text}' does not follow `calver: {pattern}`"
    RESERVED_HEADING = "'{heading}' is the heading of {meaning}, whatever their type"
    BAD_CRON = "'{text}' is not a cron expression: {reason}"
    BAD_EXPRESSION = "`{key}:` {reason}"
    BAD_TRANSFORM = "unknown transform '{name}'"
    TOO_LONG = "`{key}:` must be {limit} or shorter"
    NOT_POSITIVE = "`{key}:` must be longer than 0s"
    UNKNOWN_ZONE = "'{zone}' is not a time zone"
    TOO_MANY_CELLS = "{products} products in {environments} environments are more than {limit} cells"
    # names
    NOT_DEFINED = "{subject} {verb} {kind} '{name}', which is not defined"
    REPEATED = "{kind} '{name}' is defined a second time, first at line {line}"
    NO_ID = "the title '{title}' gives no id"
    NOT_A_LINK = "a link is an http or https address, not '{url}'"
    NO_GO_TIME = "it counts from the go, and the plan has no `window`"
    CIRCLE = "{kind} wait for each other in a circle: {circle}"
    SAME_ACCOUNT = "account '{account}' belongs to '{other}' already"
    QUORUM_OUT_OF_REACH = "approval '{name}' needs {quorum} of role '{role}', which {count} have"
    UNKNOWN_RULE = "there is no rule '{name}'"
    SIGNED_BY_WHOM = "`sign: decisions` needs `allowed_signers`, the file of the keys that count"
    FIXED_RULE = "rule '{name}' always counts: {meaning}"
    # probes
    UNKNOWN_PRESET = "unknown probe '{use}'"
    NO_SOURCE = "`use: {use}` cannot fill many cells"
    TOO_MANY_URLS = "a probe with {count} URLs, at most {limit}"
    PROBE_NEEDS = "`use: {use}` needs '{key}'"
    TWO_PROBES = "product '{product}' has both 'probe' and 'probes'"
    TWO_PLACES = "the probe has both 'url' and 'cluster'"
    BAD_SCHEME = "only http and https URLs are asked, not '{url}'"
    NO_HOST = "'{url}' names no host"
    UNCHECKED_AUTH = "a credential is not sent to a host whose certificate is not checked"
    USERINFO = "the URL carries a user name or a password"
    SECRET_IN_URL = "the URL carries a secret in its parameter '{name}'"  # noqa: S105  # a sentence about one
    PLACEHOLDER = "the URL asks for '{{{name}}}'"
    NO_PLACEHOLDERS = "placeholders are not filled in the URL of {where}"
    URL_TEXT = "'{url}' is not a URL: {reason}"
    TOO_OFTEN = "`every: {every}` is too often for {what}, at least {least}"
    STALE_TOO_SOON = "`stale_after: {stale}` must be longer than every + timeout, {every} + {timeout}"
    UNKNOWN_TOO_SOON = "`unknown_after: {unknown}` must be longer than `stale_after: {stale}`"
    # paths, tags, branches
    PATH_OUTSIDE = "path '{path}' leaves the repository"
    NOT_LOCAL = "'{repo}' is not a local clone"
    NO_VERSION_IN_PATTERN = "'{pattern}' has no {{version}}"
    RETIRED_AND_ACTIVE = "'{pattern}' retires {branch}, which every fix must reach"
    BAD_PATTERN = "'{pattern}' cannot be the name of a {kind}: {reason}"
    # choices
    PICK_ONE = "{where} needs exactly one of: {choices}"
    ONLY_WITH = "`{key}:` has no meaning {where}"

    @property
    def code(self) -> str:
        """`duplicate-key`: stable, for scripts."""
        return self.name.lower().replace("_", "-")


class Place(Struct, frozen=True):
    """Where something stands, counted from 1, in characters of the decoded text."""

    line: int
    column: int
    length: int = 1


class Stopped(Exception):  # noqa: N818  # the end of reading, turned into a problem by the loader
    """A mistake after which the rest of the file cannot be read."""

    def __init__(self, mistake: Mistake, place: Place, *, remedy: str = "", **facts: object) -> None:
        super().__init__(mistake.value.format(**facts))
        self.mistake = mistake
        self.place = place
        self.remedy = remedy
        self.facts = facts


_REMEDIES: Final = {
    Mistake.TOO_LARGE: "a plan is written by people; move generated parts out of it",
    Mistake.NOT_UTF8: "save the file as UTF-8",
    Mistake.CONTROL_CHARACTER: "remove it: it cannot be seen, and a terminal could obey it",
    Mistake.TOO_DEEP: "no key of a plan lies that deep",
    Mistake.TOO_MANY_ALIASES: "write out what is meant",
    Mistake.TOO_MANY_NODES: "write out what is meant, or split the release",
    Mistake.RECURSIVE_ALIAS: "write out what is meant",
    Mistake.UNDEFINED_ALIAS: "put text that begins with * in quotation marks",
    Mistake.SECOND_DOCUMENT: "one file holds one plan: remove the '---' and what follows it",
    Mistake.EMPTY_FILE: "`gonogo init` writes a plan to start from",
    Mistake.TAG: "a plan is data: write the plain value; put text that begins with ! in quotation marks",
    Mistake.MERGE_KEY: "write the keys out; `defaults:` holds what all probes share",
    Mistake.KEY_NOT_TEXT: "put text that begins with { or [ in quotation marks",
    Mistake.DUPLICATE_KEY: "remove one of the two",
    Mistake.SECRET_KEY: "secrets stand in your own configuration; a plan names them: `auth: NAME`",
    Mistake.SECRET_TEXT: "revoke it; secrets stand in your own configuration, a plan names them: `auth: NAME`",
    Mistake.NOT_A_CREDENTIAL: "secrets stand in your own configuration; a plan names them: `auth: NAME`",
    Mistake.TOO_MANY_CELLS: "split the release: nobody can look at so many",
    Mistake.NO_VALUE: "write one after the ':', or leave the key out",
    Mistake.NOT_A_LINK: "write it like https://wiki.example.com/page",
    Mistake.NO_GO_TIME: "state the window, or write a local time like 2026-11-24 21:00",
    Mistake.NO_ID: "give one: {id: NAME, title: ...}, with letters a-z, digits and hyphens",
    Mistake.TWO_PROBES: "`probe:` is for all environments, `probes:` for each its own",
    Mistake.TWO_PLACES: "`url:` is the API itself, `cluster:` a name in each one's own kubeconfig: leave one out",
    Mistake.TOO_MANY_URLS: "ask something that counts instances itself, such as prometheus or kubernetes",
    Mistake.UNCHECKED_AUTH: "take verify_tls out, and name the authority by ca_file in your own configuration",
    Mistake.USERINFO: "credentials stand in your own configuration; a plan names them: `auth: NAME`",
    Mistake.SECRET_IN_URL: "credentials stand in your own configuration; a plan names them: `auth: NAME`",
    Mistake.NO_PLACEHOLDERS: "write the URL out",
    Mistake.PATH_OUTSIDE: "paths are relative to the repository, without '..'",
    Mistake.NOT_LOCAL: "clone it and give the path of the clone, relative to this file",
    Mistake.CIRCLE: "remove one `after`",
    Mistake.SAME_ACCOUNT: "one account is one person; remove or correct one of the two",
    Mistake.REPEATED: "give one of the two another id",
    Mistake.BAD_SCHEME: "write it like https://web.{environment}.example.com/version",
    Mistake.NO_HOST: "write it like https://web.{environment}.example.com/version",
    Mistake.QUORUM_OUT_OF_REACH: "give the role to more people, or lower the quorum",
    Mistake.STALE_TOO_SOON: "an answer would be stale before the next can come; leave it out to have it derived",
    Mistake.UNKNOWN_TOO_SOON: "a cell turns stale first and unknown later; leave it out to have it derived",
}
"""The next step, where it is the same whatever the facts are."""


_ABOUT_SECRETS: Final = frozenset(
    {Mistake.SECRET_KEY, Mistake.SECRET_TEXT, Mistake.SECRET_IN_URL, Mistake.USERINFO, Mistake.NOT_A_CREDENTIAL}
)
"""Their source lines are never shown: reports are pasted into chats."""


class Problems:
    """Gathers the mistakes of one file. Not thread-safe."""

    def __init__(self, file: str, text: str = "") -> None:
        self.file = file
        self._text = text
        self._found: list[tuple[PlanProblem, Place]] = []
        self._secret_lines: set[int] = set()
        self._places: set[tuple[str, int, int]] = set()
        self._left_out = 0
        self._suggestions = 0

    def __len__(self) -> int:
        return len(self._found)

    @property
    def full(self) -> bool:
        """Whether further mistakes are only counted."""
        return len(self._found) >= PROBLEM_LIMIT

    def add(self, mistake: Mistake, place: Place, remedy: str = "", **facts: object) -> None:
        """Record a mistake, once per place and kind. The facts fill its sentence."""
        if self.full:
            self.leave_out()
            return
        what = clean(mistake.value.format(**facts), 400)
        key = (what, place.line, place.column)
        if key in self._places:  # an aliased part is read at every place it stands for
            return
        self._places.add(key)
        hint = clean(remedy or _REMEDIES.get(mistake, ""), 400)
        if mistake in _ABOUT_SECRETS:
            self.hide(place)
        self._found.append((PlanProblem(self.file, place.line, place.column, mistake.code, what, hint), place))

    def hide(self, place: Place) -> None:
        """Show no source line of what stands there: it holds a secret."""
        self._secret_lines.add(place.line)

    def is_hidden(self, place: Place) -> bool:
        """Whether that line has been found to hold a secret."""
        return place.line in self._secret_lines

    def leave_out(self) -> None:
        """Count one more mistake that is not told."""
        self._left_out += 1

    def stop(self, stopped: Stopped) -> None:
        """Record the mistake that ended the reading."""
        self.add(stopped.mistake, stopped.place, stopped.remedy, **stopped.facts)

    def suggestion(self, name: str, known: Iterable[str]) -> str:
        """`did you mean 'security'?`, or "" when nothing is near or enough has been suggested."""
        self._suggestions += 1
        if self._suggestions > _SUGGESTION_LIMIT:
            return ""
        near = suggest(name, list(known)[:_COMPARED])
        return f"did you mean '{clean(near, 60)}'?" if near else ""

    def invalid(self) -> PlanInvalid:
        """All of it as one error, in the file's order."""
        shown = (problem._replace(snippet=self.snippet(place)) for problem, place in self._found)
        found = sorted(shown, key=lambda problem: (problem.line, problem.column))
        count = len(found) + self._left_out
        message = f"{self.file} has {count} {'mistake' if count == 1 else 'mistakes'}"
        return PlanInvalid(message, problems=tuple(found), left_out=self._left_out, where=self.file)

    def snippet(self, place: Place) -> str:
        """The source line and a caret under it, indented by four, cut around the caret; "" without such a line."""
        if place.line > len(self._lines) or not self._lines[place.line - 1].strip():
            return ""
        if place.line in self._secret_lines:
            return "    (the line holds a secret and is not shown)"
        if place.line in self._lines_with_userinfo:
            return "    (the line may hold a secret and is not shown)"
        line = self._lines[place.line - 1]
        start = min(place.column - 1, len(line))
        indent = min(len(line) - len(line.lstrip()), start)
        left, right = _window(indent, len(line), start)
        shown = clean(line[left:right], SHOWN_COLUMNS)
        before = _columns(shown[: start - left])
        under = _columns(shown[start - left : start - left + place.length])
        return f"    {shown.rstrip()}\n    {' ' * before}^{'~' * max(0, under - 1)}"

    @cached_property
    def _lines(self) -> list[str]:
        return re.split("\r\n|\n|\r", self._text)

    @cached_property
    def _lines_with_userinfo(self) -> frozenset[int]:
        """Numbers of the lines in which the user name or password of a URL may stand.

        Text goes on in the next lines, so a URL that ends with its line may have its `@` there.
        """
        found: set[int] = set()
        begun, indent = 0, 0
        for number, line in enumerate(self._lines, 1):
            if may_hold_userinfo(line):
                found.add(number)
            if begun and len(line) - len(line.lstrip()) < indent:
                begun = 0
            if begun and "@" in line:
                found.update(range(begun, number + 1))
            before, slashes, rest = line.rpartition("//")
            if slashes and "/" not in rest:
                begun = number
                indent = len(before) - len(before.lstrip(" -")) + (1 if ": " in before else 0)
        return frozenset(found)


def _window(first: int, end: int, caret: int) -> tuple[int, int]:
    """The part of a line that is shown: all of it, else the caret at two thirds."""
    if end - first <= SHOWN_COLUMNS:
        return first, end
    left = max(first, min(caret - SHOWN_COLUMNS * 2 // 3, end - SHOWN_COLUMNS))
    return left, min(end, left + SHOWN_COLUMNS)


def _columns(text: str) -> int:
    """Columns of a terminal: a wide letter takes two, a combining mark none."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def a_list(names: Iterable[str], limit: int = 12) -> str:
    """`a, b, c`, with a remark where there are more than `limit`."""
    many = list(names)
    rest = f" and {len(many) - limit} more" if len(many) > limit else ""
    return ", ".join(clean(name, 60) for name in many[:limit]) + rest
