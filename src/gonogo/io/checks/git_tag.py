"""`git`: the tag of a product is there, annotated, perhaps signed, where it was pinned, and merged."""

from contextlib import nullcontext

from gonogo.errors import GonogoError
from gonogo.io.checks.finding import Cancelled
from gonogo.io.git.door import (
    GitDoor,
    GitError,
    GitTimeoutError,
    UnknownRevisionError,
    check_ref,
)
from gonogo.io.git.signers_file import as_file
from gonogo.plan import Product, SignersFile
from gonogo.text import clean


class Wrong(Exception):  # noqa: N818  # an answer, not an error
    """The tag is not as it must be; the text says how."""


def tag_is_right(
    product: Product,
    *,
    signed: bool = False,
    merged_into: str = "",
    allowed_signers: SignersFile | None = None,
    cancelled: Cancelled = lambda: False,
) -> str:
    """Return what is right about the planned version's tag, in one line.

    Raises Wrong when something is not as it must be, and GonogoError when it cannot be found out.
    """
    door = GitDoor(product.repo, cancelled=cancelled)
    reference = f"refs/tags/{check_ref(product.tag_name)}"
    kind, commit = _tag(door, product.tag_name, reference)
    if kind != "tag":
        raise Wrong(f"{product.tag_name} is a light tag: nobody is named as having made it")
    if product.revision and commit != product.revision:
        raise Wrong(f"{product.tag_name} points at {commit[:10]}, pinned is {product.revision[:10]}")
    if signed:
        _must_be_signed(door, product.tag_name, reference, allowed_signers)
    if merged_into:
        _must_be_merged(door, product.tag_name, commit, merged_into)
    rest = [part for part, holds in (("signed", signed), (f"merged into {merged_into}", merged_into)) if holds]
    return ", ".join([f"{product.tag_name} is annotated and at {commit[:10]}", *rest])


def _tag(door: GitDoor, name: str, reference: str) -> tuple[str, str]:
    """Type of the object the reference names, and the commit it leads to."""
    try:
        kind = door.run(["cat-file", "-t", reference]).decode().strip()
        commit = door.run(["rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}"])
    except UnknownRevisionError:
        raise Wrong(f"there is no tag {name}") from None
    return kind, commit.decode().strip()


_VERIFIERS = (
    # the repository must not choose the program that judges it, nor the list of whom to believe
    "gpg.program=gpg",
    "gpg.openpgp.program=gpg",
    "gpg.x509.program=gpgsm",
    "gpg.ssh.program=ssh-keygen",
)


_SSH = b"-----BEGIN SSH SIGNATURE-----"


def _must_be_signed(door: GitDoor, name: str, reference: str, allowed_signers: SignersFile | None) -> None:
    """The signature is good, and by an SSH key of the plan's list of signers or a key of this account's GnuPG.

    Raises Wrong, and GonogoError when nobody says whose keys count.
    """
    if not allowed_signers and _SSH in door.run(["cat-file", "tag", reference]):
        raise GonogoError(
            f"{name} is signed with an SSH key, and the plan does not say whose keys count: allowed_signers"
        )
    # outside of the try: a list of signers that cannot be read says nothing about the tag
    with as_file(allowed_signers) if allowed_signers else nullcontext("") as signers:
        settings = (*_VERIFIERS, f"gpg.ssh.allowedSignersFile={signers}")
        words = [word for setting in settings for word in ("-c", setting)]
        try:
            door.run([*words, "verify-tag", "--", reference.removeprefix("refs/tags/")])
        except GitTimeoutError:
            raise
        except GitError as error:
            raise Wrong(f"the signature of {name} is not accepted: {error.message}") from None


def _must_be_merged(door: GitDoor, name: str, commit: str, branch: str) -> None:
    """Merged here or, as far as somebody has fetched, at origin: a branch that nobody checked out is one too."""
    there = False
    for space in ("refs/heads/", "refs/remotes/origin/"):
        try:
            if door.succeeds(["merge-base", "--is-ancestor", commit, f"{space}{check_ref(branch)}"]):
                return
        except UnknownRevisionError:
            continue
        there = True
    shown = clean(branch, 80)
    raise Wrong(f"{name} is not merged into {shown}" if there else f"there is no branch {shown}")
