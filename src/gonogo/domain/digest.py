"""What an approval signs: the content of the release in short texts, and one hash of it.

Versions, revisions, changelog, rollback plan and migration classes. Whoever signs sees these texts; when one
of them differs later, the signature is void and the difference can be named.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence

from msgspec import Struct

from gonogo.domain.changelog import Changes, ProductChanges
from gonogo.domain.plan import Plan, Product

_TAG = b"gonogo-content@1\n"
_SHORT = 16
"""Digits of the hashes inside a text: enough to notice a change, the whole content is hashed once more."""
TEXTS_LIMIT = 600
"""Texts kept apart in one event; a larger release keeps one hash for each product instead."""


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
        if not self.before:
            return f"{name}: {self.after} is new"
        if not self.after:
            return f"{name}: {self.before} is gone"
        return f"{name}: {self.before} -> {self.after}"


def content_of(plan: Plan, changes: Mapping[str, Changes]) -> Content:
    """The content of `plan`, with what git said about its products."""
    texts: dict[str, str] = {}
    unknown = []
    for product in plan.products:
        known = changes.get(product.name)
        texts[f"{product.name}/version"] = product.version
        texts[f"{product.name}/migration"] = product.migration.value
        texts[f"{product.name}/rollback"] = _way_back(product)
        if not product.repo:
            texts[f"{product.name}/revision"] = product.revision or "not pinned, no repository"
        elif isinstance(known, ProductChanges) and known.complete and known.planned == product.version:
            texts[f"{product.name}/revision"] = known.target_oid
            texts[f"{product.name}/changelog"] = _changelog(known)
        else:
            unknown.append(product.name)
    if plan.sign:
        # whoever takes this out of the plan voids every approval that was given under it
        texts["signatures"] = f"{plan.sign} are signed"
    if plan.rollback_notes:
        texts["rollback notes"] = _short(plan.rollback_notes)
    for trigger in plan.triggers:
        words = [trigger.when, trigger.metric, repr(trigger.above), repr(trigger.below), str(trigger.duration)]
        texts[f"rollback trigger {trigger.id}"] = _short("\n".join(words))
    return Content(texts, tuple(unknown))


def _changelog(changes: ProductChanges) -> str:
    commits = [commit.oid for section in changes.sections for commit in section.commits]
    since = changes.base or "the beginning"
    return f"{changes.count} commits since {since} ({_short(','.join(sorted(commits)))})"


def _way_back(product: Product) -> str:
    if not product.rollback.to and not product.rollback.command:
        return "none"
    command = f" by command {_short(chr(0).join(product.rollback.command))}" if product.rollback.command else ""
    return f"to {product.rollback.to or 'nothing named'}{command}"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_SHORT]


def digest_of(texts: Mapping[str, str]) -> str:
    """SHA-256 of texts by name, in any order."""
    return hashlib.sha256(_TAG + json.dumps(dict(texts), sort_keys=True).encode()).hexdigest()


def recorded(texts: Mapping[str, str]) -> Mapping[str, str]:
    """The texts as an event keeps them: of a very large release only one hash for each product."""
    return texts if len(texts) <= TEXTS_LIMIT else _coarse(texts)


def _coarse(texts: Mapping[str, str]) -> Mapping[str, str]:
    groups: dict[str, dict[str, str]] = {}
    for name, text in texts.items():
        groups.setdefault(name.partition("/")[0], {})[name] = text
    return {name: digest_of(group)[:_SHORT] for name, group in groups.items()}


def differences(before: Mapping[str, str], now: Content) -> tuple[Difference, ...]:
    """What differs from the texts an event kept. Texts of products that are unknown now are not compared."""
    is_coarse = not any("/" in name for name in before) and any("/" in name for name in now.texts)
    after = _coarse(now.texts) if is_coarse else now.texts
    skipped = set(now.unknown)
    return tuple(
        Difference(name, before.get(name, ""), after.get(name, ""))
        for name in dict.fromkeys([*before, *after])
        if name.partition("/")[0] not in skipped and before.get(name) != after.get(name)
    )


def lines(content: Content) -> tuple[str, ...]:
    """The content as a person reads it before signing: one line for each text."""
    return tuple(f"{name.replace('/', ' ', 1)}: {text}" for name, text in content.texts.items())


def code_of(parts: Sequence[str]) -> str:
    """A short code for a list on a screen, such as `7f3a-91c2`: another list has another code."""
    digits = hashlib.sha256(json.dumps(list(parts)).encode()).hexdigest()
    return f"{digits[:4]}-{digits[4:8]}"
