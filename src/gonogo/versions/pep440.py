"""The versions of Python packages: PEP 440."""

import re

from gonogo.plan import SchemeName
from gonogo.versions.model import Part, Version, expression, trimmed

# The expression of PEP 440, appendix B, in its permissive form.
_PEP440 = r"""(?:(?P<epoch>[0-9]+)!)?(?P<release>[0-9]+(?:\.[0-9]+)*)
    (?P<pre>[-_.]?(?P<pre_word>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?P<pre_number>[0-9]+)?)?
    (?P<post>(?:-(?P<post_implicit>[0-9]+))|(?:[-_.]?(?:post|rev|r)[-_.]?(?P<post_number>[0-9]+)?))?
    (?P<dev>[-_.]?dev[-_.]?(?P<dev_number>[0-9]+)?)?
    (?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?"""
PRE_WORDS = {"alpha": "a", "a": "a", "beta": "b", "b": "b", "c": "rc", "rc": "rc", "pre": "rc", "preview": "rc"}
"""Every spelling of a pre-release, to the one the order uses."""


def read(text: str, number: str) -> Version | None:
    """Every spelling PEP 440 allows."""
    found = expression(_PEP440, re.VERBOSE | re.IGNORECASE).fullmatch(number)
    if found is None:
        return None
    release = tuple(int(field) for field in found["release"].split("."))
    pre = PRE_WORDS[found["pre_word"].lower()] + str(int(found["pre_number"] or 0)) if found["pre"] else ""
    dev = f"dev{int(found['dev_number'] or 0)}" if found["dev"] else ""
    # The local part is a build of the same public version. PEP 440 orders it behind; here, as with semver,
    # a rebuilt package is not a newer release.
    key = ((int(found["epoch"] or 0), *trimmed(release)), (_suffixes(found),))
    early = "" if found["post"] and not pre else ".".join(filter(None, (pre, dev)))
    return Version(text, SchemeName.PEP440, number, release, early, found["local"] or "", key)


def _suffixes(found: re.Match[str]) -> tuple[Part, ...]:
    """Order of the suffixes: dev before alpha before beta before rc before final before post."""
    has_pre, has_post, has_dev = (found[name] is not None for name in ("pre", "post", "dev"))
    if has_pre:
        pre = (1, 0, PRE_WORDS[found["pre_word"].lower()], int(found["pre_number"] or 0))
    else:
        pre = (0, 0, "", 0) if has_dev and not has_post else (2, 0, "", 0)
    post = int(found["post_implicit"] or found["post_number"] or 0)
    dev = int(found["dev_number"] or 0)
    return (
        pre,
        (1, post, "", 0) if has_post else (0, 0, "", 0),
        (0, dev, "", 0) if has_dev else (1, 0, "", 0),
    )
