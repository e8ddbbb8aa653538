"""URLs, paths, tag and branch names of a plan: what they may be, and what is refused with which words."""

import re
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from gonogo.io.yaml.problems import Mistake, Place, Problems
from gonogo.text import clean

_BRACES = re.compile(r"\{([^{}]*)\}")
FILLED: Final = ("product", "environment")
"""The placeholders of a probe's URL."""

SECRET_NAME = re.compile(
    r"(?:^|[_.-])(?:token|password|passwd|pwd|secret|authorization|cookie|(?:api|private|access)[_-]?key)$",
    re.IGNORECASE,
)
"""A key or a parameter whose value is a secret."""


def check_url(url: str, place: Place, problems: Problems, fixed: str = "") -> bool:
    """Whether `url` may be asked; records why not. `fixed` is whose URL takes no placeholders: `a source`."""
    before = len(problems)
    braces = _BRACES.findall(url)
    if "{" in _BRACES.sub("", url) or "}" in _BRACES.sub("", url):
        problems.add(Mistake.URL_TEXT, place, url=clean(url, 80), reason="a brace is not closed or not opened")
    elif braces and fixed:
        problems.add(Mistake.NO_PLACEHOLDERS, place, where=fixed)
    else:
        for name in braces:
            if name not in FILLED:
                known = "only {product} and {environment} are filled in"
                meant = next((one for one in FILLED if name and one.startswith(name.lower()[:3])), "")
                remedy = f"did you mean '{{{meant}}}'? {known}" if meant else known
                problems.add(Mistake.PLACEHOLDER, place, remedy, name=clean(name, 40))
    if len(problems) == before:
        _check_parts(url, place, problems)
    return len(problems) == before


def _check_parts(url: str, place: Place, problems: Problems) -> None:
    shown = clean(re.sub("//[^/]*@", "//***@", url), 80)
    if re.search(r"[\s\x00-\x1f\x7f\\]", url):
        problems.add(
            Mistake.URL_TEXT, place, url=shown, reason="it holds a blank, a backslash or a control character"
        )
        return
    scheme = url.partition(":")[0].lower()
    if scheme not in {"http", "https"} or "://" not in url:
        problems.add(Mistake.BAD_SCHEME, place, url=shown)
        return
    try:
        parts = urlsplit(_BRACES.sub("x", url))
        host, port = parts.hostname, parts.port
        parameters = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=100)
    except ValueError as error:
        problems.add(Mistake.URL_TEXT, place, url=shown, reason=clean(str(error), 80))
        return
    if "@" in parts.netloc:
        problems.add(Mistake.USERINFO, place)
    elif not host or port == 0:
        problems.add(Mistake.NO_HOST, place, url=shown)
    for name, _ in parameters:
        if SECRET_NAME.search(name):
            problems.add(Mistake.SECRET_IN_URL, place, name=clean(name, 40))


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
        problems.add(Mistake.NOT_LOCAL, place, repo=clean(repo, 80))
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
