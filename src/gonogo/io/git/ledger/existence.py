"""Whether the branches that a plan names are there: told before a release starts, not first when it completes."""

from gonogo.io.git.door import GitDoor
from gonogo.io.git.ledger.branches import look_for
from gonogo.plan import Plan, Product
from gonogo.plan.branches import NoBranch, branches_of

_USUAL_MAINLINES = ("main", "master", "trunk", "develop")


def lacking_of(plan: Plan, product: Product) -> tuple[NoBranch, ...]:
    """Mainline and active branches that are neither in the product's clone nor at a remote, as of the last fetch.

    Raises GitError for a repository that cannot be read.
    """
    branches = branches_of(plan, product)
    git = GitDoor(product.repo)
    lacking = look_for(git, branches).lacking
    return tuple(
        NoBranch(
            product.name,
            product.repo,
            name,
            "main" if name == branches.main else "active",
            _remedy(git, product, is_main=name == branches.main),
        )
        for name in lacking
    )


def _remedy(git: GitDoor, product: Product, *, is_main: bool) -> str:
    fetch = f"git -C {product.repo} fetch"
    if not is_main:
        return f"{fetch}, or correct `active` of `branches`"
    known = git.run(["for-each-ref", "--format=%(refname)", "refs/heads/", "refs/remotes/"]).decode().splitlines()
    here = [name for name in _USUAL_MAINLINES if any(ref.endswith(f"/{name}") for ref in known)]
    hint = f". Did you mean '{here[0]}'?" if here else ""
    return f"{fetch}, or set `products.{product.name}.branches.main`{hint}"
