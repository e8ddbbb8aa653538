"""URLs, paths, tag and branch names of a plan: what they may be, and what is refused with which words."""

import re
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from gonogo.io.yaml.problems import Mistake, Place, Problems
from gonogo.text import clean
from gonogo.text.userinfo import without_userinfo

_BRACES = re.compile(r"\{([^{}]*)\}")
FILLED: Final = ("product", "environment")
"""The placeholders of a probe's URL."""

SECRET_NAME = re.compile(
    r"(?:^|[_.-])(?:token|password|passwd|pwd|secret|authorization|cookie|(?:api|private|access)[_-]?key)$",
    re.IGNORECASE,
)
"""A key or a parameter whose value is a secret."""


def check_url(url: str, place: Place, problems: Problems, fixed: str = "") -> bool:
    """Whether `url` may be asked; records all that is wrong.

    `fixed` is whose URL takes no placeholders: `a source`.
    """
    before = len(problems)
    shown = _shown(url)
    if shown != url:
        problems.hide(place)
    braces = _BRACES.findall(url)
    if "{" in _BRACES.sub("", url) or "}" in _BRACES.sub("", url):
        problems.add(Mistake.URL_TEXT, place, url=clean(shown, 80), reason="a brace is not closed or not opened")
    elif braces and fixed:
        problems.add(Mistake.NO_PLACEHOLDERS, place, where=fixed)
    else:
        for name in braces:
            if name not in FILLED and f"{{{name}}}" in shown:
                _name_placeholder(name, place, problems)
    _check_parts(_BRACES.sub("x", url).replace("{", "x").replace("}", "x"), clean(shown, 80), place, problems)
    return len(problems) == before


def _shown(url: str) -> str:
    """What of a URL is told. Whatever is wrong with it, what stands before an `@` may be a password."""
    before, at, after = url.rpartition("@")
    if not at:
        return without_userinfo(url)
    begin = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://(?:[^/@:]*(?::\d*)?/)?", before)
    return f"{begin[0] if begin else ''}***@{without_userinfo(after)}"


def _name_placeholder(name: str, place: Place, problems: Problems) -> None:
    known = "only {product} and {environment} are filled in"
    meant = next((one for one in FILLED if name and one.startswith(name.lower()[:3])), "")
    remedy = f"did you mean '{{{meant}}}'? {known}" if meant else known
    problems.add(Mistake.PLACEHOLDER, place, remedy, name=clean(name, 40))


def _check_parts(url: str, shown: str, place: Place, problems: Problems) -> None:
    """What is wrong with the parts of a URL whose placeholders are filled; `shown` is what is told of it."""
    if re.search(r"[\s\x00-\x1f\x7f\\]", url):
        problems.add(
            Mistake.URL_TEXT, place, url=shown, reason="it holds a blank, a backslash or a control character"
        )
    scheme = url.partition(":")[0].lower()
    if scheme not in {"http", "https"} or "://" not in url:
        problems.add(Mistake.BAD_SCHEME, place, url=shown)
        return
    try:
        parts = urlsplit(url)
    except ValueError:  # its text quotes the URL
        problems.add(Mistake.URL_TEXT, place, url=shown, reason="its brackets enclose no IPv6 address")
        return
    authority = re.split(r"[/\\?#]", url.partition("://")[2], maxsplit=1)[0]
    if "@" in authority or "%40" in authority:
        problems.add(Mistake.USERINFO, place)
    else:
        _check_host(url, shown, place, problems)
    try:
        parameters = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        problems.add(Mistake.URL_TEXT, place, url=shown, reason="it has more than 100 parameters")
        return
    for name, _ in parameters:
        if SECRET_NAME.search(name):
            problems.add(Mistake.SECRET_IN_URL, place, name=clean(name, 40))


def _check_host(url: str, shown: str, place: Place, problems: Problems) -> None:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        problems.add(Mistake.URL_TEXT, place, url=shown, reason="its port is no number from 1 to 65535")
        return
    if not parts.hostname or port == 0:
        problems.add(Mistake.NO_HOST, place, url=shown)


def fill(url: str, product: str, environment: str) -> str:
    """The URL of one target. Names are letters, digits and . _ -, so nothing needs quoting."""
    return url.replace("{product}", product).replace("{environment}", environment)


def check_inside(path: str, place: Place, problems: Problems) -> bool:
    """Whether `path` stays in the repository; records when it does not."""
    steps = path.replace("\\", "/").split("/")
    # a leading colon is pathspec magic to git, a leading ~ somebody's home to a shell
    if not path or steps[0] in {"", "~"} or ".." in steps or path.startswith((":", "~", "-")):
        problems.add(Mistake.PATH_OUTSIDE, place, path=clean(path, 80))
        return False
    return True


def check_clone(repo: str, place: Place, problems: Problems) -> bool:
    """Whether `repo` can be a directory of this machine; a remote repository is none."""
    if "://" in repo or "::" in repo or re.match(r"[\w.-]+@[\w.-]+:", repo) or repo.startswith(("-", "~")):
        shown = _shown(repo) if ":" in repo.rpartition("@")[0] else repo  # `git@host:path` holds no secret
        problems.add(Mistake.NOT_LOCAL, place, repo=clean(shown, 80))
        return False
    return True


def check_ref_name(
    pattern: str, place: Place, problems: Problems, kind: str, placeholders: tuple[str, ...] = ()
) -> bool:
    """Whether git could have a `kind` of that name once `placeholders` are filled in; records why not."""
    reason = _ref_objection(pattern, placeholders)
    if reason:
        problems.add(Mistake.BAD_PATTERN, place, pattern=clean(pattern, 80), kind=kind, reason=reason)
    return not reason


def _ref_objection(pattern: str, placeholders: tuple[str, ...]) -> str:
    """Why git refuses it, by the rules of git-check-ref-format; "" when it does not."""
    for name in _BRACES.findall(pattern):
        if name not in placeholders:
            known = " and ".join(f"{{{one}}}" for one in placeholders) or "nothing"
            return f"{{{clean(name, 40)}}} is not filled in, only {known}"
    text = _BRACES.sub("1", pattern)
    if text.startswith("-"):
        return "it begins with a hyphen"
    if found := re.search(r"[\x00-\x20\x7f~^:?*\[\\{}]|\.\.|@\{|//", text):
        return f"git allows no '{clean(found[0], 4)}' there"
    if (
        not text
        or text == "@"
        or text.startswith(("/", "."))
        or text.endswith(("/", ".", ".lock"))
        or "/." in text
    ):
        return "it is empty, or a part of it begins or ends with what git does not allow"
    return ""
