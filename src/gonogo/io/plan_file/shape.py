"""The plan file's own shape, long and short forms, as msgspec structs: the one place that lists its keys.

The same structs read a plan (fast, first mistake only), make the schema that finds all mistakes, and make
the schema editors use; descriptions here are what an editor shows. Scalars are text. Formats are patterns, so
that a wrong one is found with all other mistakes; what a pattern cannot say is checked in `resolve`.
"""

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta, Struct, field

from gonogo.plan import Level, Migration, SchemeName
from gonogo.plan.conditions import ChangelogMust, MigrationMust, TagMust
from gonogo.text.durations import DURATION_PATTERN, LOCAL_PATTERN, NUMBER_PATTERN

# `$` of Python also matches before a last newline; (?!\n) makes it mean the end
_END = "$(?!\n)"

Name: TypeAlias = Annotated[
    str,
    Meta(
        pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,63}" + _END,
        title="a name: letters, digits and . _ -, at most 64",
        examples=["prod-eu"],
    ),
]
ReleaseId: TypeAlias = Annotated[
    str,
    Meta(
        pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,99}" + _END,
        title="a release id: letters, digits and . _ -, at most 100",
        examples=["2026.11-autumn"],
    ),
]
Account: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,63}\$?" + _END,
        title="the name of a unix account",
        examples=["aruiz"],
    ),
]
Version: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[!-~]{1,128}" + _END, title="a version: no blanks, at most 128 characters", examples=["1.4.0"]
    ),
]
Duration: TypeAlias = Annotated[
    str,
    Meta(
        pattern=f"^{DURATION_PATTERN}{_END}",
        title="a length of time",
        examples=["30s", "5m", "1h30m", "24h", "7d"],
    ),
]
Due: TypeAlias = Annotated[
    str,
    Meta(
        pattern=f"^(?:{LOCAL_PATTERN}|{DURATION_PATTERN} (?:before|after) go){_END}",
        title="a local time, or a length of time before or after the go",
        examples=["2026-11-24 21:00", "2d before go", "1h after go"],
    ),
]
Local: TypeAlias = Annotated[
    str,
    Meta(pattern=f"^{LOCAL_PATTERN}{_END}", title="a local time", examples=["2026-11-24 21:00", "2026-11-24"]),
]
Day: TypeAlias = Annotated[
    str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}" + _END, title="a day", examples=["2026-11-24"])
]
Number: TypeAlias = Annotated[
    str, Meta(pattern=f"^{NUMBER_PATTERN}{_END}", title="a number", examples=["0.01", "1%", "250"])
]
Percent: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^(?:100|[0-9]{1,2}(?:\.[0-9]{1,3})?)%" + _END,
        title="a share in percent, with its sign",
        examples=["5%", "0.5%"],
    ),
]
Commit: TypeAlias = Annotated[
    str,
    Meta(
        pattern="^(?:[0-9a-f]{40}|[0-9a-f]{64})" + _END,
        title="a full commit id: 40 (or 64) digits 0-9 a-f",
        examples=["9f1c2ab7d1e04c5b6a7f8e9d0c1b2a3948576f0e"],
    ),
]
Status: TypeAlias = Annotated[
    str, Meta(pattern="^[1-5][0-9]{2}" + _END, title="an HTTP status", examples=["200", "204"])
]
Text: TypeAlias = Annotated[str, Meta(max_length=4096)]
Texts: TypeAlias = Text | list[Text]
"""One, or several.

Not `Name | list[Name]`: in msgspec 0.22 a union of text with a pattern and a container reads one pointer as
another when its type is freed or looked through by the garbage collector, and the interpreter crashes (reported as
msgspec issue 717). Texts that refer to something need no pattern: they must be defined.
"""


class _Shape(Struct, forbid_unknown_fields=True):
    """A mapping of the plan; keys it does not list are mistakes."""


def _says(description: str) -> Meta:
    return Meta(description=description)


class PersonShape(_Shape):
    """Somebody who may act."""

    account: Annotated[Account, _says("The unix account; it is the identity.")]
    name: Annotated[Text, _says("How the screen calls them. Default: the key.")] = ""
    roles: Annotated[Texts, _says("What they may approve, waive or own.")] = []
    also: Annotated[Texts, _says("Further accounts of the same person; all of them count as one.")] = []
    shared: Annotated[
        bool | None,
        _says("Several people use the account: it approves and decides nothing. Default: true for root alone."),
    ] = None


class WindowShape(_Shape):
    """The live hours: outside them no production environment may be entered."""

    start: Annotated[Local, _says("First moment, local time of `zone`.")] = field(name="from")
    end: Annotated[Local, _says("First moment after it.")] = field(name="to")
    zone: Annotated[Text, _says("IANA zone. Default: UTC.")] = "UTC"
    environments: Annotated[
        Texts | None, _says("Outside it these are NO-GO. Default: every production environment.")
    ] = None


class EnvironmentShape(_Shape):
    """A place products run in."""

    after: Annotated[
        Texts | None, _says("Environments that must match and have soaked before. Default: the one listed before.")
    ] = None
    soak: Annotated[Duration, _says("How long a version must have run here before it may go on.")] = "0s"
    production: Annotated[
        bool | None,
        _says("Default: true where a word of the name is production, prod, prd or live (not pre-prod)."),
    ] = None


class TimingShape(_Shape):
    """How often is asked, and how long an answer is worth something."""

    every: Annotated[Duration | None, _says("Time between two questions, at least 2s. Default: 10s.")] = None
    timeout: Annotated[Duration | None, _says("Deadline of a whole call. Default: 5s.")] = None
    stale_after: Annotated[
        Duration | None,
        _says(
            "Age at which an answer turns stale. Default: the longest of 30s, 3 x every, 2 x (every + timeout)."
        ),
    ] = None
    unknown_after: Annotated[
        Duration | None, _says("Age at which it is unknown. Default: the longer of 90s and 3 x stale_after.")
    ] = None
    confidence: Annotated[
        Number | None,
        _says(
            "How surely an old share of 10 % is excluded before a sampled answer counts. Default: 95% (29 looks)."
        ),
    ] = None


class ProbeShape(Struct):
    """A question to an endpoint. Keys beyond these belong to the preset named by `use`."""

    use: Annotated[Text, _says("Preset. Default: auto, which looks in JSON, headers and text.")] = "auto"
    url: Annotated[Text, _says("http or https; {product} and {environment} are filled in.")] = ""
    urls: Annotated[Texts, _says("Instead of `url`: one for each instance; every instance's version counts.")] = []
    auth: Annotated[
        Name | None, _says("Name of a credential in the user's own configuration. Never the secret itself.")
    ] = None
    verify_tls: Annotated[
        bool, _says("false: certificates are not checked, and every verdict says so. Never together with auth.")
    ] = True
    every: Annotated[Duration | None, _says("As in `defaults`, for this probe.")] = None
    timeout: Annotated[Duration | None, _says("As in `defaults`, for this probe.")] = None
    stale_after: Annotated[Duration | None, _says("As in `defaults`, for this probe.")] = None
    unknown_after: Annotated[Duration | None, _says("As in `defaults`, for this probe.")] = None
    confidence: Annotated[Number | None, _says("As in `defaults`, for this probe.")] = None
    instances: Annotated[
        Number | None,
        _says("How many processes answer at `url`. 1: one look is enough; otherwise each answer is a sample."),
    ] = None
    vary_query: Annotated[
        bool, _says("false: never asked with a varying parameter, which finds a cache that hides its age.")
    ] = True
    version: Annotated[Text, _says("json: where the version stands, JMESPath.")] = ""
    revision: Annotated[Text, _says("json: where the revision stands, JMESPath.")] = ""
    status: Annotated[Text, _says("json: where the state stands, JMESPath.")] = ""
    status_map: Annotated[
        dict[str, Text] | None, _says("json: the source's own words for its state, and what they mean.")
    ] = None
    header: Annotated[Text, _says("header: name of the response header.")] = ""
    transform: Annotated[
        Texts,
        _says(
            "Cut the version: image_tag, image_digest, strip_v, first_token, basename, before:X, after:X."
            " One or a list."
        ),
    ] = []
    accept_status: Annotated[Texts, _says("HTTP status that is an answer. Default: 200.")] = []


class SourceShape(Struct):
    """One request that fills many cells. Keys beyond these belong to the preset named by `use`."""

    use: Annotated[Text, _says("Preset.")]
    id: Annotated[Name | None, _says("Name, so that metrics can refer to it. Default: the preset's.")] = None
    url: Annotated[Text, _says("http or https, written out.")] = ""
    auth: Annotated[Name | None, _says("Name of a credential in the user's own configuration.")] = None
    verify_tls: Annotated[bool, _says("As for a probe.")] = True
    every: Annotated[Duration | None, _says("As in `defaults`, for this source.")] = None
    timeout: Annotated[Duration | None, _says("As in `defaults`, for this source.")] = None
    stale_after: Annotated[Duration | None, _says("As in `defaults`, for this source.")] = None
    unknown_after: Annotated[Duration | None, _says("As in `defaults`, for this source.")] = None
    query: Annotated[Text, _says("prometheus: the query.")] = ""
    map: Annotated[
        dict[str, Text] | None,
        _says("prometheus: which label is the product, environment, version, revision, role; weight or replicas."),
    ] = None
    products: Annotated[
        dict[str, Text] | None, _says("The source's own names of products, and what this plan calls them.")
    ] = None
    environments: Annotated[
        dict[str, Text] | None, _says("The source's own names of environments, and what this plan calls them.")
    ] = None
    transform: Annotated[Texts, _says("Cut the version, as for a probe.")] = []


class FileShape(_Shape):
    """A file that must state the version."""

    path: Annotated[Text, _says("In the repository.")]
    key: Annotated[Text, _says("Where in TOML, JSON or YAML: project.version; in XML: project/version.")] = ""
    pattern: Annotated[Text, _says("Or the text around it, with {version}.")] = ""


class ProductRollbackShape(_Shape):
    """The way back of one product."""

    to: Annotated[Version | None, _says("The version to go back to. Default: `previous`.")] = None
    command: Annotated[list[Text], _says("Shown and copied, never run.")] = []


class ProductBranchesShape(_Shape):
    """Branches of one product; what is missing comes from the plan's `branches`."""

    model: Annotated[Literal["trunk", "gitflow"] | None, _says("trunk: fixes land on main first.")] = None
    main: Annotated[Text | None, _says("The mainline.")] = None
    release: Annotated[Text | None, _says("Pattern with {major}, {minor}, {patch}, {version}.")] = None
    hotfix: Annotated[Text | None, _says("Pattern with {major}, {minor}, {patch}, {version}.")] = None
    active: Annotated[Texts | None, _says("Further branches every hotfix must reach.")] = None
    retired: Annotated[
        Texts | None, _says("Release branches that no fix must reach any more; `*` stands for anything.")
    ] = None
    since: Annotated[Day | None, _says("The first day whose hotfixes are followed.")] = None


class CanaryShape(_Shape):
    """What may run of one product before a go."""

    before_go: Annotated[Percent | None, _says("A share up to this may run without a go. Default: none may.")] = (
        None
    )


class RolloutShape(_Shape):
    """How long the rollout of one product takes."""

    stalled_after: Annotated[
        Duration | None, _says("Without progress for so long, a rollout is stalled. Default: 30m.")
    ] = None
    estimate: Annotated[Duration | None, _says("How long it takes as a rule; a stalled one says so.")] = None


Step = Literal["none", "patch", "minor", "major"]


class BumpShape(_Shape):
    """What moves the version how far, where the commits alone would say otherwise."""

    types: Annotated[dict[str, Step], _says("By commit type. A break stays a break.")] = {}
    scopes: Annotated[dict[str, Step], _says("By scope, before the type. A break stays a break.")] = {}
    authors: Annotated[
        dict[str, Step],
        _says("By the author's name, `*` for anything: all of a commit, also what its message quotes."),
    ] = {}


class ProductShape(_Shape):
    """What carries one version through the release."""

    version: Annotated[Version, _says("The version that ships.")]
    previous: Annotated[Version | None, _says("The version we come from.")] = None
    scheme: Annotated[SchemeName, _says("How versions are read and ordered. Default: semver.")] = SchemeName.SEMVER
    owner: Annotated[Name | None, _says("A key of `people`.")] = None
    repo: Annotated[Text, _says("A local clone; relative paths start at this file.")] = ""
    paths: Annotated[Texts, _says("Only commits below these count.")] = []
    tag: Annotated[Text, _says("Pattern of the tag's name. Default: v{version}.")] = "v{version}"
    target: Annotated[
        Text, _says("Tag, branch or commit that ships. Default: the tag, or HEAD before it exists.")
    ] = ""
    start: Annotated[
        Text, _says("Tag, branch or commit the changes are counted from. Default: the release before.")
    ] = field(name="from", default="")
    calver: Annotated[Text, _says("Pattern of calendar versions, such as YYYY.MM.MICRO or YY.0M[.MICRO].")] = ""
    revision: Annotated[
        Commit | None,
        _says("Pin: the tag must point at this commit, and what runs must prove that it was built from it."),
    ] = None
    migration: Annotated[Migration, _says("What the release does to stored data. Default: none.")] = Migration.NONE
    migration_paths: Annotated[Texts, _says("Where migrations are kept.")] = []
    flags: Annotated[Texts, _says("Feature flags that come with it: told inside, and on the way back.")] = []
    rollback: Annotated[
        ProductRollbackShape | Text | None, _says("The way back: a version, or to and command.")
    ] = None
    files: Annotated[list[FileShape], _says("Files that must state the version at the tag.")] = []
    bump: Annotated[BumpShape | None, _says("What moves the version how far: by type, scope or author.")] = None
    branches: Annotated[
        ProductBranchesShape | None, _says("Its own branches; what is missing comes from the plan's `branches`.")
    ] = None
    canary: Annotated[CanaryShape | None, _says("What may run of it before a go.")] = None
    rollout: Annotated[RolloutShape | None, _says("How long its rollout takes.")] = None
    probe: Annotated[
        Text | ProbeShape | None, _says("The question for every environment: a URL, or a mapping.")
    ] = None
    probes: Annotated[dict[Name, Text | ProbeShape] | None, _says("Or one question for each environment.")] = None


class CheckShape(_Shape):
    """A condition that decides an item; exactly one of run, http, metric, file and git."""

    run: Annotated[list[Text] | None, _says("A command as a list of words, never a shell.")] = None
    http: Annotated[Text, _says("A URL that must answer; a redirect is an answer and is not followed.")] = ""
    metric: Annotated[Name | None, _says("A key of `metrics`.")] = None
    file: Annotated[Name | None, _says("A product: its version files must agree at the tag.")] = None
    git: Annotated[Name | None, _says("A product: its tag must be annotated and where it was pinned.")] = None
    timeout: Annotated[Duration | None, _says("run, http: when to give up.")] = None
    expect: Annotated[Status | None, _says("http: the status that is right. Default: 200.")] = None
    contains: Annotated[Text | None, _says("http: a text the answer must contain.")] = None
    above: Annotated[Number | None, _says("metric: must be above this.")] = None
    below: Annotated[Number | None, _says("metric: must be below this.")] = None
    duration: Annotated[Duration | None, _says("metric: for so long.")] = field(name="for", default=None)
    signed: Annotated[
        bool | None,
        _says("git: the tag must carry a good signature: by a key of `allowed_signers`, or of your GnuPG."),
    ] = None
    merged_into: Annotated[Name | None, _says("git: a branch that must contain the tag, here or at origin.")] = (
        None
    )
    good_for: Annotated[Duration | None, _says("How long a result counts. Default: 1h.")] = None


class StepShape(_Shape):
    """One line of the checklist."""

    title: Annotated[Text, _says("What is to be done.")]
    id: Annotated[
        Name | None, _says("Texts it on the command line and in the journal. Default: from the title.")
    ] = None
    owner: Annotated[Name | None, _says("A key of `people`.")] = None
    environment: Annotated[Name | None, _says("The environment it is about.")] = None
    after: Annotated[Texts, _says("Items that must be done before.")] = []
    evidence: Annotated[Literal["required", "optional"], _says("Whether a tick needs a link or a note.")] = (
        "optional"
    )
    two_person: Annotated[bool, _says("A second account must confirm.")] = False
    point_of_no_return: Annotated[bool, _says("After it, rollback means rolling forward.")] = False
    check: Annotated[CheckShape | None, _says("What decides it by itself.")] = None
    ci: Annotated[bool, _says("A job in CI may tick it. Default: false.")] = False
    description: Annotated[Text, _says("How it is done, in Markdown; shown where it is ticked.")] = ""
    link: Annotated[Text, _says("A page about it. http or https.")] = ""
    command: Annotated[Text, _says("What is typed for it: shown and copied, never run.")] = ""
    due: Annotated[Due | None, _says("Until when: a local time, or so long before or after the go.")] = None
    estimate: Annotated[Duration | None, _says("How long it takes.")] = None


class ItemShape(StepShape):
    """One line of the checklist, or a group of them."""

    items: Annotated[
        list[Text | StepShape],
        _says("Makes it a group: it is done when these are. They share its owner, environment and due date."),
    ] = []


class AllowedSignersShape(_Shape):
    """The keys that count, as a branch has them."""

    ref: Annotated[Text, _says("The branch that not everybody may push to: origin/main.")]
    file: Annotated[Text, _says("In the repository.")]
    repo: Annotated[
        Text, _says("A local clone; relative paths start at this file. Default: the plan's directory.")
    ] = "."


class ApprovalShape(_Shape):
    """A sign-off."""

    role: Annotated[Name, _says("Who may give it.")]
    quorum: Annotated[int, Meta(ge=1, le=99, description="So many accounts. Default: 1.")] = 1
    expires: Annotated[Duration | None, _says("How long it is good for.")] = None
    same_person: Annotated[bool, _says("Also somebody who gave another approval may give it. Default: false.")] = (
        False
    )


class GateShape(_Shape):
    """A condition before a promotion; exactly one of its kinds, such as checklist, approvals or metric."""

    checklist: Annotated[Texts | None, _says("Phases that must have no open item.")] = None
    approvals: Annotated[Texts | None, _says("Keys of `approvals` that must be given.")] = None
    changelog: Annotated[
        ChangelogMust | None,
        _says("What must hold for the commits of every product."),
    ] = None
    metric: Annotated[Name | None, _says("A key of `metrics`.")] = None
    above: Annotated[Number | None, _says("metric: must be above this.")] = None
    below: Annotated[Number | None, _says("metric: must be below this.")] = None
    duration: Annotated[Duration | None, _says("metric: for so long.")] = field(name="for", default=None)
    observed: Annotated[Texts | None, _says("Environments the planned versions must have been seen in.")] = None
    soak: Annotated[Duration | None, _says("How long they must have run in the environments before.")] = None
    places: Annotated[Texts | None, _says("soak: in these environments instead.")] = field(name="in", default=None)
    files: Annotated[Texts | None, _says("Products whose version files must agree at the tag, or `all`.")] = None
    tag: Annotated[TagMust | None, _says("What must hold for the tag of every product.")] = None
    merges: Annotated[Literal["done"] | None, _says("Every fix has reached every active branch.")] = None
    migration: Annotated[MigrationMust | None, _says("How the migrations must fit the way back.")] = None
    level: Annotated[Level, _says("How much it weighs. Default: block.")] = Level.BLOCK


class WaiversShape(_Shape):
    """Who may pass an unmet gate."""

    roles: Annotated[Texts, _says("Roles that may waive, with a reason and an end.")] = []


class BreakGlassShape(_Shape):
    """Who may waive blockers together in an emergency. Default: the release lead and one more of `people`."""

    roles: Annotated[Texts, _says("Roles of the two persons; the release lead needs none of them.")] = []
    persons: Annotated[Literal[2], _says("Always 2: one asks, another one confirms.")] = 2
    expires: Annotated[Duration, _says("How long it lasts, 4h at most. Default: 1h.")] = "1h"


class AuthorityShape(_Shape):
    """Roles that may act beside the release lead. Default: the lead alone."""

    go: Annotated[Texts, _says("Roles that may give GO.")] = []
    complete: Annotated[Texts, _says("Roles that may complete the release.")] = []
    cancel: Annotated[Texts, _says("Roles that may cancel it.")] = []
    resume: Annotated[Texts, _says("Roles that may end a hold.")] = []
    unfreeze: Annotated[Texts, _says("Roles that may lift a freeze that was declared by hand.")] = []
    take_lead: Annotated[Texts, _says("Roles that may be the release lead. Default: everybody in `people`.")] = []
    break_glass: Annotated[BreakGlassShape | None, _says("Who may break the glass, and for how long.")] = None


class MetricShape(_Shape):
    """A number asked from a source."""

    source: Annotated[Name, _says("The id of one of `sources`.")]
    query: Annotated[Text, _says("The question, in the source's language.")]
    every: Annotated[Duration, _says("Time between two questions. Default: 30s.")] = "30s"


class FreezeShape(_Shape):
    """A time in which nothing may go: from-to, weekly from-to, or cron-for."""

    start: Annotated[Text | None, _says("Local time; with weekly, a time of the week: FRI 16:00.")] = field(
        name="from", default=None
    )
    end: Annotated[Text | None, _says("First free moment.")] = field(name="to", default=None)
    weekly: Annotated[bool, _says("`from` and `to` are times of the week.")] = False
    cron: Annotated[Text | None, _says("Each time it begins, five fields.")] = None
    duration: Annotated[Duration | None, _says("cron: how long it lasts.")] = field(name="for", default=None)
    zone: Annotated[Text, _says("IANA zone. Default: UTC.")] = "UTC"
    reason: Annotated[Text, _says("Why.")] = ""
    environments: Annotated[Texts, _says("Only these. Default: all.")] = []
    products: Annotated[Texts, _says("Only these. Default: all.")] = []


class TriggerShape(_Shape):
    """What was agreed to mean: go back."""

    when: Annotated[Text, _says("In words.")]
    id: Annotated[Name | None, _says("Default: from the words.")] = None
    owner: Annotated[Name | None, _says("A key of `people`: who decides.")] = None
    metric: Annotated[Name | None, _says("A key of `metrics` that watches for it.")] = None
    above: Annotated[Number | None, _says("metric: above this.")] = None
    below: Annotated[Number | None, _says("metric: below this.")] = None
    duration: Annotated[Duration | None, _says("metric: for so long.")] = field(name="for", default=None)


class RollbackShape(_Shape):
    """When and how the release goes back."""

    triggers: Annotated[list[TriggerShape], _says("What means: go back. It asks, it never acts.")] = []
    notes: Annotated[Text, _says("What everybody must know about the way back.")] = ""
    checklist: Annotated[Texts, _says("What is to be done on the way back, in this order.")] = []


class BelowOneShape(_Shape):
    """How far a change moves a version below 1.0.0."""

    breaking: Annotated[Literal["major", "minor", "patch"], _says("A breaking change. Default: minor.")] = "minor"
    feature: Annotated[Literal["major", "minor", "patch"], _says("A feature. Default: minor.")] = "minor"


class ChangelogShape(_Shape):
    """How commits become a changelog."""

    convention: Annotated[
        Literal["conventional", "angular", "jira", "gitmoji", "none"],
        _says("How messages are read; none: they say nothing of versions. Default: conventional."),
    ] = "conventional"
    file: Annotated[
        Text, _says("The changelog in the repository; {product} is the name. Default: CHANGELOG.md.")
    ] = "CHANGELOG.md"
    internal_scopes: Annotated[Texts, _says("Scopes left out of the external notes.")] = []
    sections: Annotated[dict[str, Text], _says("Commit type to heading.")] = {}
    merges: Annotated[
        Literal["list", "leave-out", "first-parent"],
        _says("Merge commits: listed last, left out, or each in place of its branch. Default: list."),
    ] = "list"
    squash: Annotated[
        Literal["lines", "title"],
        _says("Conventional lines in a squashed commit's body: entries, or only its title. Default: lines."),
    ] = "lines"
    below_one: Annotated[BelowOneShape | None, _says("How far a change moves a version below 1.0.0.")] = None


class BranchesShape(_Shape):
    """Which branches there are and which way a fix travels."""

    model: Annotated[Literal["trunk", "gitflow"], _says("trunk: fixes land on main first. Default: trunk.")] = (
        "trunk"
    )
    main: Annotated[Text, _says("The mainline. Default: main.")] = "main"
    release: Annotated[Text, _says("Pattern with {major}, {minor}, {patch}, {version}.")] = (
        "release/v{major}.{minor}"
    )
    hotfix: Annotated[Text, _says("Pattern with {major}, {minor}, {patch}, {version}.")] = "hotfix/v{version}"
    active: Annotated[Texts, _says("Further branches every hotfix must reach.")] = []
    retired: Annotated[
        Texts, _says("Release branches that no fix must reach any more; `*` stands for anything.")
    ] = []
    since: Annotated[
        Day | None, _says("The first day whose hotfixes are followed. Default: all there ever were.")
    ] = None


class PlanShape(_Shape):
    """A release plan of gonogo."""

    release: Annotated[ReleaseId, _says("Stable id of the release; names its journal.")]
    environments: Annotated[
        Annotated[list[Name], Meta(min_length=1)]
        | Annotated[dict[Name, EnvironmentShape | None], Meta(min_length=1)],
        _says("Places in promotion order: a list of names, or a mapping."),
    ]
    products: Annotated[dict[Name, ProductShape], Meta(min_length=1, description="What ships, by name.")]
    name: Annotated[Text, _says("How people call it. Default: the id.")] = ""
    description: Annotated[Text, _says("What it is about.")] = ""
    manager: Annotated[Name | None, _says("A key of `people`: who is offered the lead of the release.")] = None
    target_date: Annotated[Day | None, _says("The day it is meant for.")] = None
    metadata: Annotated[dict[str, Any], _says("Whatever else; shown, never interpreted.")] = {}
    window: Annotated[WindowShape | None, _says("The live hours.")] = None
    people: Annotated[dict[Name, PersonShape], _says("Who may act.")] = {}
    defaults: Annotated[TimingShape | None, _says("Timing of all probes and sources.")] = None
    sources: Annotated[list[SourceShape], _says("Requests that fill many cells.")] = []
    checklist: Annotated[
        list[Text | ItemShape] | dict[str, list[Text | ItemShape]],
        _says("Items as a list, or phases with a list each. An item is a title, or a mapping."),
    ] = []
    approvals: Annotated[dict[Name, ApprovalShape], _says("Sign-offs the release knows.")] = {}
    gates: Annotated[dict[Name, list[GateShape]], _says("What must hold before a promotion, by environment.")] = {}
    waivers: Annotated[WaiversShape | None, _says("Who may pass an unmet gate.")] = None
    authority: Annotated[AuthorityShape | None, _says("Roles that may act beside the release lead.")] = None
    sign: Annotated[
        Literal["decisions"] | None,
        _says("`decisions`: they count only with an SSH signature of whoever decides."),
    ] = None
    allowed_signers: Annotated[
        AllowedSignersShape | Text,
        _says(
            "sign: file of the keys that count, as ssh-keygen(1) describes it; beside the plan, or at a branch."
        ),
    ] = ""
    rules: Annotated[dict[Name, Level], _says("Built-in rules by id: off, warn or block; see docs/rules.md.")] = {}
    metrics: Annotated[dict[Name, MetricShape], _says("Numbers asked from a source.")] = {}
    freezes: Annotated[dict[Name, FreezeShape], _says("Times in which nothing may go.")] = {}
    windows: Annotated[
        dict[Name, FreezeShape], _says("Times outside which nothing may go, in the form of freezes.")
    ] = {}
    on_call: Annotated[Texts, _says("Keys of `people` who can be called while it goes.")] = []
    rollback: Annotated[RollbackShape | None, _says("When and how to go back.")] = None
    changelog: Annotated[ChangelogShape | None, _says("How commits become a changelog.")] = None
    branches: Annotated[BranchesShape | None, _says("Branches and the way of a fix.")] = None


def listed(value: Any) -> tuple[str, ...]:
    """One or several, as several."""
    return (value,) if isinstance(value, str) else tuple(value or ())
