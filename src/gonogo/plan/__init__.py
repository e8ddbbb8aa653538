"""The release plan as the rest of gonogo sees it: short forms unfolded, names resolved, times in UTC.

The file's own shape (short and long forms) and its mistakes are `io.plan_file`'s business. Nothing
here says who ticked or approved: that is in the journal.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, NewType

from msgspec import Struct

from gonogo.plan.conditions import Check, Gate
from gonogo.plan.conditions import Level as Level
from gonogo.plan.probes import Probe as Probe
from gonogo.plan.probes import Source as Source
from gonogo.plan.probes import Timing as Timing

ItemId = NewType("ItemId", str)


class SchemeName(StrEnum):
    """How a product's versions are read and ordered."""

    SEMVER = "semver"
    CALVER = "calver"
    PEP440 = "pep440"
    OPAQUE = "opaque"


class Bump(StrEnum):
    """How far a change moves a version."""

    NONE = "none"
    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"


class MergePolicy(StrEnum):
    """What merge commits are to a changelog."""

    LIST = "list"
    """Listed last, unless they say something conventional themselves."""
    LEAVE_OUT = "leave-out"
    """Those that say nothing conventional are counted, not listed."""
    FIRST_PARENT = "first-parent"
    """Each stands for the branch it brought, whose own commits are not read."""


class SquashPolicy(StrEnum):
    """What the conventional lines in a squashed commit's body are."""

    LINES = "lines"
    """Entries of their own: nothing a branch brought is lost."""
    TITLE = "title"
    """Steps on the way: the first line speaks for all of them."""


class Migration(StrEnum):
    """What the release does to stored data, from harmless to no way back."""

    NONE = "none"
    EXPAND = "expand"
    CONTRACT = "contract"
    IRREVERSIBLE = "irreversible"


class Person(Struct, frozen=True):
    """Somebody who may act. The unix account is the identity."""

    key: str
    name: str
    account: str
    roles: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Further accounts of the same person: all of them count as one."""
    shared: bool | None = None
    """Whether several people use the account; None: only root is taken for one."""


class Window(Struct, frozen=True):
    """The live hours: half-open, [start, end), in UTC, with the zone people think in."""

    start: datetime
    end: datetime
    zone: str = "UTC"
    environments: tuple[str, ...] = ()
    """Those that may be entered inside it only; empty means every production environment."""

    def covers(self, environment: "Environment") -> bool:
        """Whether `environment` may be entered inside the window only."""
        return environment.name in self.environments if self.environments else environment.production

    def is_open(self, at: datetime) -> bool:
        """Whether `at` (UTC) lies inside."""
        return self.start <= at < self.end


class Environment(Struct, frozen=True):
    """A place a product runs in; the plan lists them in promotion order."""

    name: str
    after: tuple[str, ...] = ()
    """Environments that must match and have soaked before this one."""
    soak: timedelta = timedelta(0)
    """How long a version must have run here before it may go on."""
    production: bool = False


class VersionFile(Struct, frozen=True):
    """A file that must state the product's version: by `key` (TOML, JSON, YAML) or by `pattern`."""

    path: str
    key: str = ""
    pattern: str = ""


class ProductRollback(Struct, frozen=True):
    """The way back of one product; the command is shown and copied, never run."""

    to: str = ""
    """As the plan states it; "" leaves it to `previous`."""
    command: tuple[str, ...] = ()


class Canary(Struct, frozen=True):
    """A share of the planned version that may run where no go was given yet."""

    before_go: float | None = None
    """Percent; None where the plan names no limit, and no share may run."""


class Rollout(Struct, frozen=True):
    """How long a rollout of one product takes."""

    stalled_after: timedelta = timedelta(minutes=30)
    """Time without progress from which on it is stalled."""
    estimate: timedelta | None = None
    """How long it takes as a rule; None where the plan does not say."""


class BumpRules(Struct, frozen=True):
    """What moves a product's version how far, where its commits alone would say otherwise.

    An author's rule speaks for all of a commit, also for what its message quotes; the others never lower a break.
    """

    types: Mapping[str, Bump] = {}
    """By commit type, in lower case."""
    scopes: Mapping[str, Bump] = {}
    authors: Mapping[str, Bump] = {}
    """By name, `*` standing for anything: `*[bot]`."""

    def of_author(self, author: str) -> Bump | None:
        """The step of everything this author commits; None where no rule names them."""
        return next((step for name, step in self.authors.items() if _fits(name, author)), None)

    def of_kind(self, kind: str, scope: str) -> Bump | None:
        """The step of a commit that breaks nothing; None where no rule names its scope or type."""
        return self.scopes.get(scope, self.types.get(kind))


def _fits(pattern: str, name: str) -> bool:
    """Whether a name fits a pattern in which only `*` means something: brackets are part of a bot's name."""
    parts = pattern.casefold().split("*")
    rest = name.casefold()
    if len(parts) == 1:
        return rest == parts[0]
    if not rest.startswith(parts[0]) or not rest[len(parts[0]) :].endswith(parts[-1]):
        return False
    rest = rest[len(parts[0]) : len(rest) - len(parts[-1])] if parts[-1] else rest[len(parts[0]) :]
    for part in parts[1:-1]:
        at = rest.find(part)
        if at < 0:
            return False
        rest = rest[at + len(part) :]
    return True


_ENDS_OF_PREFIX = frozenset("vV/@-_:")
"""What a prefix ends in that a version may repeat: `web/v1.2.3` by `web/v{version}`."""


class ProductBranches(Struct, frozen=True):
    """What a product says of its own branches; None is left to the plan. `branches_of` puts both together."""

    model: str | None = None
    main: str | None = None
    release: str | None = None
    hotfix: str | None = None
    active: tuple[str, ...] | None = None
    retired: tuple[str, ...] | None = None
    since: str | None = None


class Product(Struct, frozen=True):
    """What carries one version through the release."""

    name: str
    version: str
    previous: str = ""
    scheme: SchemeName = SchemeName.SEMVER
    owner: str = ""
    """A key of `people`; "" when nobody is named."""
    repo: str = ""
    """Absolute path of the local clone; "" when the plan names none."""
    paths: tuple[str, ...] = ()
    """Only commits below these count; empty means the whole repository."""
    tag: str = "v{version}"
    target: str = ""
    """Tag, branch or commit that ships; "" means: the tag of `version` if it exists, else HEAD."""
    start: str = ""
    """`from` in the plan: tag, branch or commit the changes are counted from; "" means the release before."""
    calver: str = ""
    """Pattern of calendar versions, such as YYYY.MM.MICRO; "" takes any numbers."""
    revision: str = ""
    """Full commit id the tag must point at; "" when not pinned."""
    migration: Migration = Migration.NONE
    migration_paths: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    """Feature flags that come with it."""
    rollback: ProductRollback = ProductRollback()
    files: tuple[VersionFile, ...] = ()
    probes: tuple[Probe, ...] = ()
    bump: BumpRules = BumpRules()
    withdrawn: tuple[str, ...] = ()
    """Versions that the journal says are bad: no plan states them, and none is proposed as the next one."""
    branches: ProductBranches = ProductBranches()
    canary: Canary = Canary()
    rollout: Rollout = Rollout()

    @property
    def tag_name(self) -> str:
        """The tag of the planned version."""
        return self.tag_of(self.version)

    def tag_of(self, version: str) -> str:
        """The tag of a version by the pattern; `v1.2.3` by `v{version}` is no `vv1.2.3`."""
        before, _, after = self.tag.replace("{product}", self.name).partition("{version}")
        for repeated in (before, before[-1:]):
            if repeated[-1:] in _ENDS_OF_PREFIX and version.startswith(repeated):
                rest = version.removeprefix(repeated)
                return f"{before}{rest if rest[:1].isdigit() else version}{after}"
        return f"{before}{version}{after}"

    @property
    def back_to(self) -> str:
        """The version the plan goes back to: the one it states, else the one it comes from; "" when neither."""
        return self.rollback.to or self.previous


class Guide(Struct, frozen=True):
    """What tells how a line of the checklist is done. Text of the plan's author: shown, never run."""

    description: str = ""
    """Markdown."""
    link: str = ""
    """An http or https URL."""
    command: str = ""
    """To be typed by a person."""
    estimate: timedelta | None = None

    def __bool__(self) -> bool:
        return bool(self.description or self.link or self.command or self.estimate)


class Group(Struct, frozen=True):
    """Items under a common title. It has no state of its own: it is done when its items are."""

    id: ItemId
    title: str
    phase: str = ""
    guide: Guide = Guide()


class Item(Struct, frozen=True):
    """One line of the checklist."""

    id: ItemId
    title: str
    phase: str = ""
    """"" when the checklist is one plain list."""
    owner: str = ""
    """A key of `people`; "" when nobody is named."""
    environment: str = ""
    after: tuple[ItemId, ...] = ()
    evidence_required: bool = False
    two_person: bool = False
    point_of_no_return: bool = False
    check: Check | None = None
    ci: bool = False
    """Whether a job in CI may tick it."""
    group: str = ""
    """Id of the `Group` it stands in; "" for none."""
    guide: Guide = Guide()
    due: datetime | None = None
    """UTC: until when it is to be done. None when nothing was said."""


class ApprovalSlot(Struct, frozen=True):
    """A sign-off the release needs: so many distinct accounts of a role."""

    name: str
    role: str
    quorum: int = 1
    expires: timedelta | None = None
    same_person: bool = False
    """Whether somebody who has given another approval may give this one too."""


class Freeze(Struct, frozen=True):
    """A time in which nothing may go; exactly one of span, weekly and cron is set."""

    name: str
    zone: str
    reason: str = ""
    environments: tuple[str, ...] = ()
    """Empty means all."""
    products: tuple[str, ...] = ()
    """Empty means all."""
    span: tuple[datetime, datetime] | None = None
    """[start, end) in UTC."""
    weekly: tuple[tuple[int, int, int], tuple[int, int, int]] | None = None
    """(weekday with Monday 0, hour, minute) of start and end, local time of `zone`."""
    cron: str = ""
    duration: timedelta = timedelta(0)


class Metric(Struct, frozen=True):
    """A number asked from a source."""

    name: str
    source: str
    query: str
    every: timedelta = timedelta(seconds=30)


class Trigger(Struct, frozen=True):
    """What was agreed to mean: go back. It asks, it never acts."""

    id: str
    when: str
    owner: str = ""
    metric: str = ""
    above: float | None = None
    below: float | None = None
    duration: timedelta = timedelta(0)


class BelowOne(Struct, frozen=True):
    """How far a change moves a version below 1.0.0, where Semantic Versioning (clause 4) leaves it open."""

    breaking: Bump = Bump.MINOR
    """What cargo and npm users expect."""
    feature: Bump = Bump.MINOR


class ChangelogRules(Struct, frozen=True):
    """How commits become a changelog."""

    convention: str = "conventional"
    file: str = "CHANGELOG.md"
    """Below the repository; `{product}` stands for the product's name."""
    internal_scopes: tuple[str, ...] = ()
    sections: Mapping[str, str] = {}
    """Commit type to heading; empty means the built-in ones."""
    merges: MergePolicy = MergePolicy.LIST
    squash: SquashPolicy = SquashPolicy.LINES
    below_one: BelowOne = BelowOne()

    def file_of(self, product: str) -> str:
        """The changelog of a product, below its repository."""
        return self.file.replace("{product}", product)


class Branches(Struct, frozen=True):
    """Which branches there are and which way a fix travels."""

    model: str = "trunk"
    main: str = "main"
    release: str = "release/v{major}.{minor}"
    hotfix: str = "hotfix/v{version}"
    active: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    """Release branches that nothing is brought to any more; `*` stands for anything."""
    since: str = ""
    """The first day (ISO, UTC) whose hotfixes are followed; "" for all there ever were."""


class SignersFile(Struct, frozen=True):
    """Where it is written whose keys count."""

    path: str
    """Absolute; of one in a repository relative to its top."""
    repo: str = ""
    """Absolute path of the local clone it is read from; "" when it lies in the file system."""
    ref: str = ""
    """Branch or tag of that clone; a name without `refs/` is a remote's branch before one of its own."""

    def __str__(self) -> str:
        return f"{self.ref}:{self.path}" if self.ref else self.path


BREAK_GLASS_LONGEST = timedelta(hours=4)
"""No plan makes a break-glass longer."""


class BreakGlass(Struct, frozen=True):
    """Who may waive blockers together in an emergency, and for how long; see `rules.glass`."""

    roles: tuple[str, ...] = ()
    """Each of the two leads or has one of them. Empty: the release lead and one more person the plan names."""
    expires: timedelta = timedelta(hours=1)


class Authority(Struct, frozen=True):
    """Roles that may act beside the release lead, and who may become the lead; see `rules.authority`."""

    go: tuple[str, ...] = ()
    complete: tuple[str, ...] = ()
    cancel: tuple[str, ...] = ()
    resume: tuple[str, ...] = ()
    unfreeze: tuple[str, ...] = ()
    """Who may lift a freeze that was declared by hand."""
    take_lead: tuple[str, ...] = ()
    """Empty means everybody the plan names."""
    break_glass: BreakGlass = BreakGlass()


class Plan(Struct, frozen=True):
    """A whole release plan, valid in itself."""

    release: str
    environments: tuple[Environment, ...]
    products: tuple[Product, ...]
    name: str = ""
    description: str = ""
    manager: str = ""
    target_date: str = ""
    metadata: Mapping[str, Any] = {}
    window: Window | None = None
    people: tuple[Person, ...] = ()
    timing: Timing = Timing()
    sources: tuple[Source, ...] = ()
    items: tuple[Item, ...] = ()
    groups: tuple[Group, ...] = ()
    phases: tuple[str, ...] = ()
    """In the plan's order; ("",) when the checklist is one plain list."""
    approvals: tuple[ApprovalSlot, ...] = ()
    gates: tuple[Gate, ...] = ()
    waiver_roles: tuple[str, ...] = ()
    authority: Authority = Authority()
    sign: str = ""
    """`decisions`: they count only with a signature; "" when none is asked for."""
    allowed_signers: SignersFile | None = None
    """The file that says whose keys count; None when none is named."""
    rules: Mapping[str, Level] = {}
    metrics: tuple[Metric, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    windows: tuple[Freeze, ...] = ()
    """Times like freezes with the opposite meaning: where one speaks, outside of all of them nothing may go."""
    on_call: tuple[str, ...] = ()
    """Keys of `people` who can be called while the release goes."""
    triggers: tuple[Trigger, ...] = ()
    rollback_notes: str = ""
    rollback_checklist: tuple[str, ...] = ()
    """What is to be done on the way back, in this order."""
    changelog: ChangelogRules = ChangelogRules()
    branches: Branches = Branches()

    def product(self, name: str) -> Product | None:
        """The product of that name."""
        return next((product for product in self.products if product.name == name), None)

    def environment(self, name: str) -> Environment | None:
        """The environment of that name."""
        return next((env for env in self.environments if env.name == name), None)

    def item(self, item_id: str) -> Item | None:
        """The checklist item of that id."""
        return next((item for item in self.items if item.id == item_id), None)

    def group(self, group_id: str) -> Group | None:
        """The group of items of that id."""
        return next((group for group in self.groups if group.id == group_id), None)

    def person_of(self, account: str) -> Person | None:
        """The person behind a unix account."""
        return next(
            (person for person in self.people if account == person.account or account in person.also), None
        )

    def person(self, key: str) -> Person | None:
        """The person of that key."""
        return next((person for person in self.people if person.key == key), None)


class LoadedPlan(Struct, frozen=True):
    """A plan with the bytes it came from: every decision names this hash."""

    plan: Plan
    path: str
    sha256: str


class Target(NamedTuple):
    """One product in one environment."""

    product: str
    environment: str

    def __str__(self) -> str:
        return f"{self.product}/{self.environment}"
