"""From the file's shape to the plan: short forms unfolded, names checked, times in UTC."""

import os.path
import re
from collections.abc import Mapping, Sequence

from gonogo.io.plan_file.addresses import check_clone, check_inside, check_ref_name
from gonogo.io.plan_file.branches import read_branches, read_product_branches
from gonogo.io.plan_file.changelogs import bump_of, changelog_of, check_calendar
from gonogo.io.plan_file.checklist import items_of, phases_of
from gonogo.io.plan_file.conditions import (
    approvals_of,
    metrics_of,
    owner,
    triggers_of,
)
from gonogo.io.plan_file.gates import gates_of, rules_of
from gonogo.io.plan_file.moments import freezes_of, window_of, windows_of
from gonogo.io.plan_file.probing import probes_of, sources_of, timing_of
from gonogo.io.plan_file.reading import Reading
from gonogo.io.plan_file.references import References, report_circles
from gonogo.io.plan_file.shape import (
    AuthorityShape,
    BranchesShape,
    BreakGlassShape,
    CanaryShape,
    ChangelogShape,
    EnvironmentShape,
    PersonShape,
    PlanShape,
    ProductRollbackShape,
    ProductShape,
    RollbackShape,
    RolloutShape,
    TimingShape,
    WaiversShape,
    listed,
)
from gonogo.io.yaml.nodes import Document, Path
from gonogo.io.yaml.problems import Mistake, Problems
from gonogo.plan import (
    BREAK_GLASS_LONGEST,
    Authority,
    BreakGlass,
    Canary,
    Environment,
    Person,
    Plan,
    Product,
    ProductRollback,
    Rollout,
    SignersFile,
    Timing,
    VersionFile,
)
from gonogo.text.durations import duration_text, parse_day

CELL_LIMIT = 10_000
"""Products times environments."""
_PRODUCTION = re.compile(r"(?:.*[-_.])?(?:production|prod|prd|live)(?:[-_.].*)?", re.ASCII)
_BEFORE_IT = re.compile(r"(?:.*[-_.])?(?:pre|non|not|no|test|staging|stage)[-_.].*", re.ASCII)


def resolve(shape: PlanShape, document: Document, problems: Problems, names: References, directory: str) -> Plan:
    """The plan; every mistake found on the way goes to `problems`, and then the plan means nothing."""
    reading = Reading(document, problems, names, directory)
    people = _people(reading, shape.people)
    environments = _environments(reading, shape.environments)
    timing = timing_of(reading, shape.defaults or TimingShape(), ("defaults",), Timing())
    if shape.manager is not None:
        names.check(names.people, shape.manager, ("manager",), "the release", "is managed by")
    reading.read(parse_day, shape.target_date, ("target_date",), None)
    rollback = shape.rollback or RollbackShape()
    branches = shape.branches or BranchesShape()
    window = window_of(reading, shape.window)
    items, groups = items_of(reading, shape.checklist, window)
    return Plan(
        release=shape.release,
        environments=environments,
        products=_products(reading, shape.products, environments, timing, branches),
        name=shape.name,
        description=shape.description,
        manager=shape.manager or "",
        target_date=shape.target_date or "",
        metadata=shape.metadata,
        window=window,
        people=people,
        timing=timing,
        sources=sources_of(reading, shape.sources, timing),
        items=items,
        groups=groups,
        phases=phases_of(shape.checklist),
        approvals=approvals_of(reading, shape.approvals, people),
        gates=gates_of(reading, shape.gates),
        waiver_roles=_waiver_roles(reading, shape.waivers or WaiversShape()),
        authority=_authority(reading, shape.authority or AuthorityShape()),
        sign=shape.sign or "",
        allowed_signers=_allowed_signers(reading, shape),
        rules=rules_of(reading, shape.rules),
        metrics=metrics_of(reading, shape.metrics),
        freezes=freezes_of(reading, shape.freezes),
        windows=windows_of(reading, shape.windows),
        on_call=names.check_each(names.people, shape.on_call, ("on_call",), "the release", "is answered for by"),
        triggers=triggers_of(reading, rollback.triggers),
        rollback_notes=rollback.notes,
        rollback_checklist=tuple(rollback.checklist),
        changelog=changelog_of(reading, shape.changelog or ChangelogShape()),
        branches=read_branches(reading, branches),
    )


def _people(reading: Reading, given: Mapping[str, PersonShape]) -> tuple[Person, ...]:
    accounts: dict[str, str] = {}
    for key, person in given.items():
        # one account must never stand for two people: who signed would be anybody's guess
        for field, account in (("account", person.account), *(("also", one) for one in listed(person.also))):
            other = accounts.setdefault(account.lower(), key)
            if other != key:
                reading.add(Mistake.SAME_ACCOUNT, ("people", key, field), account=account, other=other)
    return tuple(
        Person(key, person.name or key, person.account, listed(person.roles), listed(person.also), person.shared)
        for key, person in given.items()
    )


def _environments(
    reading: Reading, given: Sequence[str] | Mapping[str, EnvironmentShape | None]
) -> tuple[Environment, ...]:
    made: dict[str, Environment] = {}
    before: tuple[str, ...] = ()
    for index, name in enumerate(given):
        path: Path = ("environments", index if not isinstance(given, Mapping) else name)
        if name in made:
            place = reading.place(path)
            line = reading.place(("environments", [*made].index(name))).line
            reading.problems.add(Mistake.REPEATED, place, kind="environment", name=name, line=line)
            continue
        shape = given[name] if isinstance(given, Mapping) else None
        made[name] = _environment(reading, name, shape or EnvironmentShape(), path, before)
        before = (name,)
    places = {name: reading.place(("environments", name, "after")) for name in made}
    report_circles("environments", {env.name: env.after for env in made.values()}, places, reading.problems)
    return tuple(made.values())


def _environment(
    reading: Reading, name: str, given: EnvironmentShape, path: Path, before: tuple[str, ...]
) -> Environment:
    after = before
    if given.after is not None:
        names = reading.names
        subject = f"environment '{name}'"
        after = names.check_each(names.environments, given.after, (*path, "after"), subject, "comes after")
    production = given.production
    if production is None:
        production = _is_called_production(name.lower())
    return Environment(name, after, reading.duration(given.soak, (*path, "soak")), production)


def _is_called_production(name: str) -> bool:
    """By one of the words for it, in any place of the name: a word more must not take the gates away."""
    return name.startswith("prod-") or bool(_PRODUCTION.fullmatch(name) and not _BEFORE_IT.fullmatch(name))


def _products(
    reading: Reading,
    given: Mapping[str, ProductShape],
    environments: tuple[Environment, ...],
    timing: Timing,
    branches: BranchesShape,
) -> tuple[Product, ...]:
    if len(given) * len(environments) > CELL_LIMIT:
        # two short lists make a long table, and each of its cells would be polled
        facts = {
            "products": f"{len(given):,}",
            "environments": f"{len(environments):,}",
            "limit": f"{CELL_LIMIT:,}",
        }
        reading.problems.add(Mistake.TOO_MANY_CELLS, reading.document.key(("products",)), **facts)
        return ()
    return tuple(_product(reading, name, shape, environments, timing, branches) for name, shape in given.items())


def _product(
    reading: Reading,
    name: str,
    given: ProductShape,
    environments: tuple[Environment, ...],
    timing: Timing,
    branches: BranchesShape,
) -> Product:
    path: Path = ("products", name)
    owner(reading, given.owner, (*path, "owner"), f"product '{name}'")
    tag = reading.place((*path, "tag"))
    named = check_ref_name(given.tag, tag, reading.problems, "tag", ("version", "product"))
    if named and "{version}" not in given.tag:
        remedy = "every version needs a tag of its own; write it like v{version}"
        reading.add(Mistake.NO_VERSION_IN_PATTERN, (*path, "tag"), remedy, pattern=given.tag)
    if given.target:
        check_ref_name(given.target, reading.place((*path, "target")), reading.problems, "tag or branch")
    if given.start:
        check_ref_name(given.start, reading.place((*path, "from")), reading.problems, "tag or branch")
    check_calendar(reading, name, given, path)
    return Product(
        name=name,
        version=reading.version(given.version, given.scheme, name, (*path, "version")),
        previous=reading.version(given.previous, given.scheme, name, (*path, "previous")),
        scheme=given.scheme,
        owner=given.owner or "",
        repo=_repo(reading, given.repo, (*path, "repo")),
        paths=_inside(reading, given.paths, (*path, "paths")),
        tag=given.tag,
        target=given.target,
        start=given.start,
        calver=given.calver,
        revision=given.revision or "",
        migration=given.migration,
        migration_paths=_inside(reading, given.migration_paths, (*path, "migration_paths")),
        flags=tuple(given.flags),
        bump=bump_of(given.bump),
        rollback=_product_rollback(reading, name, given, (*path, "rollback")),
        files=tuple(_file(reading, given, (*path, "files", index), index) for index in range(len(given.files))),
        probes=probes_of(reading, name, given, environments, timing),
        branches=read_product_branches(reading, given.branches, (*path, "branches"), branches),
        canary=_canary(reading, given.canary, (*path, "canary")),
        rollout=_rollout(reading, given.rollout, (*path, "rollout")),
    )


def _canary(reading: Reading, given: CanaryShape | None, path: Path) -> Canary:
    share = reading.number(given.before_go, (*path, "before_go")) if given else None
    return Canary(round(share * 100, 3) if share is not None else None)


def _rollout(reading: Reading, given: RolloutShape | None, path: Path) -> Rollout:
    if given is None:
        return Rollout()
    stalled = reading.positive(given.stalled_after, (*path, "stalled_after"), Rollout().stalled_after)
    if given.estimate is None:
        return Rollout(stalled)
    return Rollout(stalled, reading.positive(given.estimate, (*path, "estimate"), stalled))


def _repo(reading: Reading, given: str, path: Path) -> str:
    if not given or not check_clone(given, reading.place(path), reading.problems):
        return ""
    # not resolved: a plan is read without looking at what it names
    return os.path.normpath(f"{reading.directory}/{given}" if not given.startswith("/") else given)


def _inside(reading: Reading, given: str | Sequence[str], path: Path) -> tuple[str, ...]:
    paths = listed(given)
    for index, one in enumerate(paths):
        here = path if isinstance(given, str) else (*path, index)
        check_inside(one, reading.place(here), reading.problems)
    return paths


def _product_rollback(reading: Reading, name: str, product: ProductShape, path: Path) -> ProductRollback:
    """The way back as far as the plan states one; without a version of its own it leads to `previous`."""
    given, place = product.rollback, (*path, "to")
    if isinstance(given, str):
        given, place = ProductRollbackShape(to=given), path
    given = given or ProductRollbackShape()
    to = reading.version(given.to, product.scheme, name, place)
    return ProductRollback(to or "", tuple(given.command))


def _file(reading: Reading, product: ProductShape, path: Path, index: int) -> VersionFile:
    given = product.files[index]
    check_inside(given.path, reading.place((*path, "path")), reading.problems)
    if bool(given.key) == bool(given.pattern):
        reading.add_lack(Mistake.PICK_ONE, path, where=f"file '{given.path}'", choices="key, pattern")
    if given.pattern and "{version}" not in given.pattern:
        remedy = "put {version} where the version stands"
        reading.add(Mistake.NO_VERSION_IN_PATTERN, (*path, "pattern"), remedy, pattern=given.pattern)
    return VersionFile(given.path, given.key, given.pattern)


def _waiver_roles(reading: Reading, given: WaiversShape) -> tuple[str, ...]:
    names = reading.names
    return names.check_each(names.roles, given.roles, ("waivers", "roles"), "a waiver", "is given by")


def _break_glass(reading: Reading, given: BreakGlassShape) -> BreakGlass:
    names, path = reading.names, ("authority", "break_glass")
    roles = names.check_each(names.roles, given.roles, (*path, "roles"), "authority.break_glass", "is given to")
    expires = reading.positive(given.expires, (*path, "expires"), BREAK_GLASS_LONGEST)
    if expires > BREAK_GLASS_LONGEST:
        reading.add(Mistake.TOO_LONG, (*path, "expires"), key="expires", limit=duration_text(BREAK_GLASS_LONGEST))
    return BreakGlass(roles, expires)


def _authority(reading: Reading, given: AuthorityShape) -> Authority:
    names = reading.names

    def roles(key: str) -> tuple[str, ...]:
        path = ("authority", key)
        return names.check_each(names.roles, getattr(given, key), path, f"authority.{key}", "is given to")

    return Authority(
        go=roles("go"),
        complete=roles("complete"),
        cancel=roles("cancel"),
        resume=roles("resume"),
        unfreeze=roles("unfreeze"),
        take_lead=roles("take_lead"),
        break_glass=_break_glass(reading, given.break_glass or BreakGlassShape()),
    )


def _allowed_signers(reading: Reading, shape: PlanShape) -> SignersFile | None:
    """Where the keys are; they are read when somebody signs or looks, not with the plan."""
    given, path = shape.allowed_signers, ("allowed_signers",)
    if shape.sign and not given:
        reading.add(Mistake.SIGNED_BY_WHOM, ("sign",), "write allowed_signers: allowed_signers")
    if not given:
        return None
    if isinstance(given, str):
        return SignersFile(os.path.normpath(given if given.startswith("/") else f"{reading.directory}/{given}"))
    check_ref_name(given.ref, reading.place((*path, "ref")), reading.problems, "branch")
    check_inside(given.file, reading.place((*path, "file")), reading.problems)
    return SignersFile(given.file, _repo(reading, given.repo, (*path, "repo")), given.ref)
