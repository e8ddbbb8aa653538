"""`gonogo versions [PRODUCT]`: does every version file state the version that ships, and who disagrees?"""

from argparse import ArgumentParser

from gonogo.cli.commands._names import require_name
from gonogo.cli.context import Context
from gonogo.errors import ExitCode
from gonogo.facts.version_files import FileVerdict, ProductFiles
from gonogo.io.repository_files.version_files import read_version_files
from gonogo.text.tones import Span, Tone

_EXIT = {
    FileVerdict.AGREES: ExitCode.OK,
    FileVerdict.DISAGREES: ExitCode.NO_GO,
    FileVerdict.UNKNOWN: ExitCode.UNKNOWN,
}
_TONES = {FileVerdict.AGREES: Tone.GOOD, FileVerdict.DISAGREES: Tone.BAD, FileVerdict.UNKNOWN: Tone.UNKNOWN}


def add_arguments(parser: ArgumentParser) -> None:
    """Declare PRODUCT."""
    parser.add_argument("product", nargs="?", metavar="PRODUCT", default="", help="only this one")


def run(context: Context) -> int:
    """List every place. Exit 3 when one disagrees, 4 when one could not be read."""
    loaded = context.doors.load_plan(context.options)
    wanted = context.args.product
    require_name(wanted, (product.name for product in loaded.plan.products), "product")
    chosen = [one for one in loaded.plan.products if one.files and wanted in {"", one.name}]
    found = [read_version_files(product) for product in chosen]
    if context.options.json:
        context.out.json(
            {"release": loaded.plan.release, "products": [version_facts(product) for product in found]}
        )
    elif not found:
        context.out.text("the plan names no version files: see `files:` of a product")
    else:
        for product in found:
            _print(context, product)
    verdicts = {product.verdict for product in found}
    worst = next((one for one in (FileVerdict.DISAGREES, FileVerdict.UNKNOWN) if one in verdicts), None)
    return _EXIT[worst or FileVerdict.AGREES]


def _print(context: Context, product: ProductFiles) -> None:
    at = f" at {product.at}" if product.at else ""
    context.out.line(Span(product.product, Tone.STRONG), Span(f"  planned {product.planned}, read{at}"))
    if product.problem:
        context.out.line(Span("  unknown    ", Tone.UNKNOWN), Span(product.problem))
    for file in product.files:
        context.out.line(
            Span(f"  {file.verdict:<10} ", _TONES[file.verdict]),
            Span(f"{file.stated or '-':<14} "),
            Span(file.path, Tone.STRONG),
            Span(f"  {file.problem or file.place}", Tone.MUTED),
        )


def version_facts(product: ProductFiles) -> dict[str, object]:
    """A product's version files for JSON."""
    return {
        "product": product.product,
        "planned": product.planned,
        "at": product.at,
        "revision": product.revision,
        "verdict": product.verdict.value,
        "problem": product.problem,
        "files": [
            {
                "path": file.path,
                "place": file.place,
                "verdict": file.verdict.value,
                "stated": file.stated,
                "problem": file.problem,
            }
            for file in product.files
        ],
    }
