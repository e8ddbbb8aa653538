"""What an approval signs: the content of the release in short texts, and one hash of it.

Versions, revisions, changelog, rollback plan and migration classes. Whoever signs sees these texts; when one
of them differs later, the signature is void and the difference can be named.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence

from msgspec import Struct

from gonogo.changelog import Changes, ProductChanges
from gonogo.events.sizes import CONTENT, size
from gonogo.plan import Plan, Product, Trigger
from gonogo.text import clean, describe_command
from gonogo.text.spans import span

_TAG = b"gonogo-content@1\n"
_SHORT = 16
"""Digits of the hashes inside a text: enough to notice a change, the whole content is hashed once more."""
ENTIRE = "the whole release"
"""Name of the one text a very large release is kept as."""
_READ = 240
"""Characters of a text that a person reads before signing; of a longer one the rest is a hash."""
_OID = 40
"""Digits of a commit's name."""


class Content(Struct, frozen=True):
    """The content of a release at one moment."""

    texts: Mapping[str, str]
    """By name, such as `web/version`; release-wide ones have no slash."""
    unknown: tuple[str, ...] = ()
    """Products whose history was not read: their texts are not all there, and nothing may be signed."""

    @property
    def digest(self) -> str:
        """SHA-256 of everything, 64 digits."""
        return digest_of(self.texts)


class Difference(Struct, frozen=True):
    """One text that is not what it was."""

    name: str
    before: str
    """"" when there was none; `after` likewise."""
    after: str

    def __str__(self) -> str:
        name = self.name.replace("/", " ", 1)
        before, after = _abbreviated(self.before), _abbreviated(self.after)
        if not self.before:
            return f"{name}: {after} is new"
        if not self.after:
            return f"{name}: {before} is gone"
        return f"{name}: {before} -> {after}"


def _abbreviated(text: str) -> str:
    """The name of a commit in as many digits as a person compares; any other text as it is."""
    is_oid = len(text) == _OID and not set(text) - set("0123456789abcdef")
    return text[:12] if is_oid else text


def content_of(plan: Plan, changes: Mapping[str, Changes]) -> Content:
    """The content of `plan`, with what git said about its products."""
    texts: dict[str, str] = {}
    unknown = []
    for product in plan.products:
        known = changes.get(product.name)
        texts[f"{product.name}/version"] = product.version
        texts[f"{product.name}/migration"] = product.migration.value
        texts[f"{product.name}/rollback"] = _way_back(product)
        if product.flags:
            texts[f"{product.name}/flags"] = _read(", ".join(product.flags))
        if not product.repo:
            texts[f"{product.name}/revision"] = product.revision or "not pinned, no repository"
        elif isinstance(known, ProductChanges) and known.complete and known.planned == product.version:
            texts[f"{product.name}/revision"] = known.target_oid
            texts[f"{product.name}/changelog"] = _changelog(known)
        else:
            unknown.append(product.name)
    if plan.sign:
        # whoever takes this out of the plan voids every approval that was given under it
        # a path differs from checkout to checkout, a branch does not
        kept = plan.allowed_signers if plan.allowed_signers and plan.allowed_signers.ref else None
        texts["signatures"] = f"{plan.sign} are signed" + (f", by keys in {kept}" if kept else "")
    if plan.rollback_notes:
        texts["rollback notes"] = _read(plan.rollback_notes)
    if plan.rollback_checklist:
        texts["rollback checklist"] = _read("; ".join(plan.rollback_checklist))
    for trigger in plan.triggers:
        texts[f"rollback trigger {trigger.id}"] = _read(_agreed(trigger))
    return Content(texts, tuple(unknown))


def _changelog(changes: ProductChanges) -> str:
    commits = [commit.oid for section in changes.sections for commit in section.commits]
    since = changes.base or "the beginning"
    many = "1 commit" if changes.count == 1 else f"{changes.count} commits"
    return f"{many} since {since} ({_short(','.join(sorted(commits)))})"


def _agreed(trigger: Trigger) -> str:
    """What means: go back, with its numbers."""
    bounds = [
        f"{word} {bound!r}"
        for word, bound in (("above", trigger.above), ("below", trigger.below))
        if bound is not None
    ]
    if not trigger.metric:
        return trigger.when
    lasting = f" for {span(trigger.duration)}" if trigger.duration else ""
    return f"{trigger.when}: {trigger.metric} {' or '.join(bounds)}{lasting}"


def _way_back(product: Product) -> str:
    if not product.back_to and not product.rollback.command:
        return "none"
    command = f" by {describe_command(product.rollback.command)}" if product.rollback.command else ""
    return _read(f"to {product.back_to or 'nothing named'}{command}")


def _read(text: str) -> str:
    """The text itself on one line; of a long one its beginning, and a hash of all of it."""
    line = clean(" ".join(text.split()), len(text) + 1)
    return line if line == text and len(line) <= _READ else f"{line[:_READ]} ({_short(text)})"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_SHORT]


def digest_of(texts: Mapping[str, str]) -> str:
    """SHA-256 of texts by name, in any order."""
    return hashlib.sha256(_TAG + json.dumps(dict(texts), sort_keys=True).encode()).hexdigest()


def recorded(texts: Mapping[str, str], limit: int = CONTENT) -> Mapping[str, str]:
    """The texts as an event keeps them in `limit` bytes: all, one hash for each product, or one of everything."""
    for kept in (texts, _coarse(texts)):
        if size(dict(kept)) <= limit:
            return kept
    return _entire(texts)


def _entire(texts: Mapping[str, str]) -> Mapping[str, str]:
    return {ENTIRE: digest_of(texts)}


def _coarse(texts: Mapping[str, str]) -> Mapping[str, str]:
    groups: dict[str, dict[str, str]] = {}
    for name, text in texts.items():
        groups.setdefault(name.partition("/")[0], {})[name] = text
    return {name: digest_of(group)[:_SHORT] for name, group in groups.items()}


def differences(before: Mapping[str, str], now: Content) -> tuple[Difference, ...]:
    """What differs from the texts an event kept. Texts of products that are unknown now are not compared."""
    if set(before) == {ENTIRE} and now.unknown:
        return ()  # one hash of everything says nothing while a part of it is missing
    after = _as_kept(before, now.texts)
    skipped = set(now.unknown)
    return tuple(
        Difference(name, before.get(name, ""), after.get(name, ""))
        for name in dict.fromkeys([*after, *before])
        if name.partition("/")[0] not in skipped and before.get(name) != after.get(name)
    )


def _as_kept(before: Mapping[str, str], texts: Mapping[str, str]) -> Mapping[str, str]:
    """The texts as fine or coarse as those of an event."""
    if set(before) == {ENTIRE}:
        return _entire(texts)
    is_coarse = not any("/" in name for name in before) and any("/" in name for name in texts)
    return _coarse(texts) if is_coarse else texts


def lines(content: Content) -> tuple[str, ...]:
    """The content as a person reads it before signing: one line for each text."""
    return tuple(f"{name.replace('/', ' ', 1)}: {text}" for name, text in content.texts.items())


def code_of(parts: Sequence[str]) -> str:
    """A short code for a list on a screen, such as `7f3a-91c2`: another list has another code."""
    digits = hashlib.sha256(json.dumps(list(parts)).encode()).hexdigest()
    return f"{digits[:4]}-{digits[4:8]}"
