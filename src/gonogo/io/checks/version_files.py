"""`file`: the version files of a product all state the version that ships."""

from gonogo.errors import GonogoError
from gonogo.facts.version_files import FileVerdict
from gonogo.io.checks.finding import Cancelled
from gonogo.io.checks.git_tag import Wrong
from gonogo.io.repository_files.version_files import read_version_files
from gonogo.plan import Product


def files_agree(product: Product, cancelled: Cancelled = lambda: False) -> str:
    """Return how many agree, in one line.

    Raises Wrong when one does not, GonogoError when one cannot be read, or not at the tag, since there is none.
    """
    if not product.files:
        raise GonogoError(f"the plan names no version files of {product.name}")
    found = read_version_files(product, cancelled)
    match found.verdict:
        case FileVerdict.AGREES if not found.is_tagged:
            raise GonogoError(f"there is no tag {product.tag_name} yet; {found.summary}")
        case FileVerdict.AGREES:
            return found.summary
        case FileVerdict.DISAGREES:
            raise Wrong(found.summary)
        case FileVerdict.UNKNOWN:
            raise GonogoError(found.summary)
