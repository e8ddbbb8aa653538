"""From text to version, and the order of two. No other place compares versions."""

from gonogo.domain.plan import SchemeName
from gonogo.domain.text import clean
from gonogo.domain.version import calver, pep440, semver
from gonogo.domain.version.model import TEXT_LIMIT, Unparsed, Version, expression

_READERS = {SchemeName.SEMVER: semver.read, SchemeName.CALVER: calver.read, SchemeName.PEP440: pep440.read}


def parse(text: str, scheme: SchemeName, product: str = "") -> Version | Unparsed:
    """Read `text` by `scheme`; a leading `v` and a prefix naming `product` (`web/v1.2`, `web@1.2`) are allowed.

    With `product` given, the prefix of another product makes the text unparsed: its version is not ours.
    """
    shown = clean(text.strip(), TEXT_LIMIT)
    if not shown:
        return Unparsed("", "it is empty")
    if len(text) > TEXT_LIMIT:
        return Unparsed(shown, f"it is longer than {TEXT_LIMIT} characters")
    if scheme is SchemeName.OPAQUE:
        return Version(shown, scheme, shown)
    number = _without_prefix(shown, product)
    read = _READERS[scheme](shown, number)
    return read or Unparsed(shown, f"it is not a {scheme.value} version")


_ANY_PREFIX = r"@?[A-Za-z][\w.-]*(?:/[A-Za-z][\w.-]*)*[/@](?=[vV]?\d)"


def _without_prefix(text: str, product: str) -> str:
    if product and text.startswith(product) and text[len(product) : len(product) + 1] in {"/", "@", "-", "_", ":"}:
        text = text[len(product) + 1 :]
    elif not product and (prefix := expression(_ANY_PREFIX).match(text)):
        text = text[prefix.end() :]
    return text[1:] if text[:1] in {"v", "V"} and text[1:2].isdigit() else text


def compare(a: Version, b: Version) -> int | None:
    """-1, 0 or 1 by the rules of their scheme; None when they cannot be ordered."""
    if a.scheme is b.scheme and a.key is not None and b.key is not None:
        return (a.key > b.key) - (a.key < b.key)
    return 0 if a.text == b.text else None


def compare_texts(a: str, b: str, scheme: SchemeName, product: str = "") -> int | None:
    """As `compare`, for texts; equal texts are equal even where the scheme cannot read them."""
    if a == b:
        return 0
    first, second = parse(a, scheme, product), parse(b, scheme, product)
    if isinstance(first, Version) and isinstance(second, Version):
        return compare(first, second)
    return None


def same_version(a: str, b: str, scheme: SchemeName, product: str = "") -> bool:
    """Whether two texts name one version: `v1.2.3` and `1.2.3` do, builds of one version do."""
    return compare_texts(a, b, scheme, product) == 0


def is_newer(a: Version, b: Version) -> bool | None:
    """Whether `a` comes after `b`; None when they cannot be ordered."""
    order = compare(a, b)
    return None if order is None else order == 1
