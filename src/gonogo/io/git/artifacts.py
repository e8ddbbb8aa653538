"""Whether an earlier version can still be had: its tag, looked for in the product's repository."""

from gonogo.errors import GonogoError
from gonogo.facts.artifacts import Artifact, Found
from gonogo.io.git.door import GitDoor, UnknownRevisionError, check_ref
from gonogo.plan import Product
from gonogo.ports import Clock
from gonogo.text import clean


def look_for_tag(product: Product, version: str, clock: Clock) -> Artifact:
    """Whether `version` of `product` is tagged, and the tag leads to a commit. Never raises for what git says."""
    tag = product.tag.replace("{version}", version).replace("{product}", product.name)
    place = f"tag {clean(tag, 80)}"
    try:
        found, detail = _leads_to_a_commit(GitDoor(product.repo), tag), ""
    except GonogoError as error:
        found, detail = Found.UNKNOWN, clean(error.message, 200)
    return Artifact(product.name, version, found, place, clock.now(), detail)


def _leads_to_a_commit(door: GitDoor, tag: str) -> Found:
    name = f"refs/tags/{check_ref(tag)}^{{commit}}"
    try:
        told = door.run(["rev-parse", "--verify", "--quiet", "--end-of-options", name], accept=(0, 1))
    except UnknownRevisionError:
        return Found.MISSING
    return Found.THERE if told.strip() else Found.MISSING
