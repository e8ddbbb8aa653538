"""`gonogo changelog [PRODUCT]`: what ships, from the commits."""

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from gonogo.changelog import Changes, Unreadable
from gonogo.cli.commands._names import require_name
from gonogo.cli.context import Context, via
from gonogo.errors import ExitCode, UsageError
from gonogo.plan import Plan, Product
from gonogo.text.tones import Line
from gonogo.view import changelog as words


def add_arguments(parser: ArgumentParser) -> None:
    """Declare PRODUCT, from where, and what to do with it."""
    add_range(parser)
    parser.add_argument("--all", action="store_true", help="the whole history, release by release")
    parser.add_argument("--commit", metavar="ID", default="", help="one of the commits, whole, with its files")
    parser.add_argument("--entry", action="store_true", help="show the entry for the changelog file")
    parser.add_argument("--write", action="store_true", help="enter it there; every other byte stays")


def add_range(parser: ArgumentParser) -> None:
    """Declare PRODUCT and --from."""
    parser.add_argument("product", nargs="?", metavar="PRODUCT", default="", help="only this one; by default all")
    parser.add_argument(
        "--from", dest="start", metavar="REF", default="", help="count from this tag, branch or commit"
    )


def run(context: Context) -> int:
    """Read the histories and print them; one that cannot be read is an answer we do not have."""
    plan = context.doors.load_plan(context.options).plan
    if context.args.all:
        _refuse_beside_all(context)
        from gonogo.cli.commands import _changelog_all

        return _changelog_all.run(context, plan, _wanted(context, plan))
    changes = read(context, plan)
    if context.args.commit:
        from gonogo.cli.commands import _changelog_commit

        return _changelog_commit.run(context, plan, changes)
    if context.args.entry or context.args.write:
        from gonogo.cli.commands import _changelog_entry

        return _changelog_entry.run(context, plan, changes, into_file=context.args.write)
    if context.options.json:
        from gonogo.cli.facts import changes_facts

        told = [changes_facts(one) | _declared(plan, one) for one in changes]
        context.out.json({"release": plan.release, "products": told})
    for index, one in enumerate(() if context.options.json else changes):
        if index:
            context.out.line()
        context.out.lines(lines(one, plan.product(one.product)))
    return exit_code(changes)


def _refuse_beside_all(context: Context) -> None:
    """What is about one range says nothing of a whole history. Raises UsageError."""
    options = (("start", "--from"), ("commit", "--commit"), ("entry", "--entry"), ("write", "--write"))
    if beside := [name for key, name in options if getattr(context.args, key)]:
        raise UsageError(f"--all does not go with {' and '.join(beside)}", remedy="leave one of them out")


def read(context: Context, plan: Plan) -> tuple[Changes, ...]:
    """The changes of the product asked for, or of all that name a repository. Raises UsageError when none does."""
    wanted = _wanted(context, plan)
    marked = _bad(context, plan)
    products = tuple(
        replace(product, withdrawn=tuple(bad)) if (bad := marked.get(product.name)) else product
        for product in wanted
    )
    if start := context.args.start:
        if len(products) != 1:
            raise UsageError("--from needs one product", remedy="name the product before --from")
        products = tuple(replace(product, start=start) for product in products)
    return context.doors.read_changes(plan, products)


def _bad(context: Context, plan: Plan) -> Mapping[str, list[str]]:
    """By product: the versions that anybody marked bad, here or in a release beside. No journal is made for it."""
    place = context.doors.on_disk(context.doors.journal_place(context.options, plan.release)).directory
    if not place.exists():
        return {}
    session = context.doors.open_session(context.options, via())
    try:
        session.refresh()
        marked = [*session.inputs.state.bad]
    finally:
        session.close()
    # who reads the journals of others is loaded only where there are any
    if any(one != place for one in place.parent.iterdir()):
        marked += [(mark.product, mark.version) for mark in context.doors.read_marks(str(place)).marks]
    found: dict[str, list[str]] = {}
    for product, version in marked:
        found.setdefault(product, []).append(version)
    return found


def _wanted(context: Context, plan: Plan) -> tuple[Product, ...]:
    wanted = context.args.product
    require_name(wanted, (product.name for product in plan.products), "product")
    products = tuple(product for product in plan.products if product.repo and wanted in {"", product.name})
    if not products:
        who = f"'{wanted}'" if wanted else "no product"
        said = f"{who} names no repository" if wanted else f"{who} of the plan names a repository"
        raise UsageError(said, remedy="add `repo: PATH`, a local clone, to the product in the plan")
    return products


def _declared(plan: Plan, changes: Changes) -> dict[str, str]:
    """What the plan says of migrations, beside those that are touched."""
    product = plan.product(changes.product)
    return {"migration": product.migration.value} if product is not None else {}


def lines(changes: Changes, product: Product | None) -> Iterator[Line]:
    """The summary, then every section; headings stand apart."""
    yield words.summary(changes)
    for row in words.each_row(changes, product):
        if row.key.startswith("section:"):
            yield ()
        yield row.line


def exit_code(changes: tuple[Changes, ...]) -> ExitCode:
    """UNKNOWN as soon as one history could not be read."""
    return ExitCode.UNKNOWN if any(isinstance(one, Unreadable) for one in changes) else ExitCode.OK
