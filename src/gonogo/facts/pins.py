"""Pinned commits: what proves that something was built from the commit the plan names."""

import re
from collections.abc import Sequence
from enum import StrEnum

from gonogo.facts import Running
from gonogo.plan import Product
from gonogo.versions import Version, parse

_COMMIT = r"[0-9a-f]{7,64}"
"""A commit id, or the beginning of one that is long enough to mean one commit."""


class Proof(StrEnum):
    """What a stated revision says about a pin."""

    PROVEN = "proven"
    ANOTHER = "another"
    """It is another commit, or the pinned one with changes on top."""
    NONE = "none"
    """Nothing is stated, or words that name no commit."""


def proof_of(pinned: str, revision: str) -> Proof:
    """Whether `revision`, as a source states it, is the pinned commit (full id).

    `deadbeef-dirty` is another one: what ran was built from a work tree that was changed after that commit.
    """
    shown = revision.strip().lower()
    if re.fullmatch(_COMMIT, shown):
        return Proof.PROVEN if pinned.lower().startswith(shown) else Proof.ANOTHER
    changed = "dirty" in shown or "modified" in shown
    return Proof.ANOTHER if changed or re.fullmatch(f"{_COMMIT}[^0-9a-z:].*", shown) else Proof.NONE


def revision_of(product: Product, running: Running) -> str:
    """The revision a source states; else the build of its version where that is a commit id: `1.2.3+9f1c2ab`."""
    if running.revision:
        return running.revision
    version = parse(running.version, product.scheme, product.name)
    build = version.build.lower() if isinstance(version, Version) else ""
    return build if re.fullmatch(_COMMIT, build) and not build.isdigit() else ""


def is_proven(product: Product, revisions: Sequence[str]) -> bool:
    """Whether every one of `revisions`, and there is one, is the commit that the plan pins; True without a pin."""
    if not product.revision:
        return True
    return bool(revisions) and all(proof_of(product.revision, one) is Proof.PROVEN for one in revisions)


def contradicts(product: Product, revisions: Sequence[str]) -> bool:
    """Whether one of `revisions` is another commit than the pinned one."""
    return bool(product.revision) and any(proof_of(product.revision, one) is Proof.ANOTHER for one in revisions)
