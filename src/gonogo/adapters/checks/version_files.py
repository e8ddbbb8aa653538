"""`file`: the version files of a product all state the version that ships."""

from gonogo.adapters.checks.finding import Cancelled
from gonogo.adapters.checks.git_tag import Wrong
from gonogo.adapters.version_files import read_version_files
from gonogo.domain.plan import Product
from gonogo.domain.version_files import FileVerdict
from gonogo.errors import GonogoError


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
