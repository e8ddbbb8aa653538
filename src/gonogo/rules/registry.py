"""Every rule by its id: how much it weighs unless the plan says otherwise, and what it means.

`docs/rules.md` explains each with an example; a test compares that page with this list, and this list with what
verdicts can say. Ids are API: scripts and waivers name them.
"""

from collections.abc import Iterable

from msgspec import Struct

from gonogo.plan import Level


class Rule(Struct, frozen=True):
    """One rule of the verdict."""

    id: str
    family: str
    meaning: str
    level: Level = Level.BLOCK
    """How much it weighs unless the plan's `rules:` say otherwise."""
    unknown: bool = False
    """It says that an answer is missing: no setting makes it less, only a waiver that names it lets it pass."""
    fixed: bool = False
    """It always weighs what it weighs: what it says must be put right."""

    @property
    def adjustable(self) -> bool:
        """Whether the plan's `rules:` may set its level."""
        return not (self.unknown or self.fixed)


def _blocks(family: str, **meanings: str) -> Iterable[Rule]:
    return (Rule(_id(name), family, meaning) for name, meaning in meanings.items())


def _warns(family: str, **meanings: str) -> Iterable[Rule]:
    return (Rule(_id(name), family, meaning, Level.WARN) for name, meaning in meanings.items())


def _is_unknown(family: str, **meanings: str) -> Iterable[Rule]:
    return (Rule(_id(name), family, meaning, unknown=True) for name, meaning in meanings.items())


def _always(family: str, **meanings: str) -> Iterable[Rule]:
    return (Rule(_id(name), family, meaning, fixed=True) for name, meaning in meanings.items())


def _id(name: str) -> str:
    """`cell__older_than_live` is `cell.older-than-live`; a name without a family keeps its underscores."""
    family, _, rest = name.partition("__")
    return f"{family}.{rest.replace('_', '-')}" if rest else name


_ALL = (
    *_always(
        "ground",
        journal__alarm="the journal is not intact: no decision stands on a record somebody has touched",
        plan__amended="the plan was edited after the start and nobody has accepted the edit",
        plan__misrecorded="the journal records another plan under the hash of this one",
        clock__wrong="the clock of this session is not the kernel's: no time is judged right by it",
        decision__unsigned="what the release stands on is not signed, although the plan asks for it",
        program__older="a newer program has decided by newer rules",
    ),
    *_warns("ground", rules__changed="the release was started under older rules, and these judge otherwise"),
    *_is_unknown("ground", plan__changed="the plan on disk is not the plan judged here"),
    *_warns("ground", journal__beside="something lies in the journal's directory that is no part of the record"),
    *_warns("ground", clock__skew="the time of an event cannot be the one its author's clock gave it"),
    *_warns("ground", decision__denied="an account without the right to it recorded a decision"),
    *_always(
        "life",
        release__held="the release is on hold",
        release__over="the release was completed or cancelled",
    ),
    Rule("release.draft", "life", "nobody has started the release"),
    *_blocks(
        "cells",
        cell__behind="an environment before still runs an older version",
        cell__ahead="an environment before runs a newer version than planned",
        cell__mixed="an environment before runs several versions side by side",
        cell__differs="an environment before runs another version, and no order is known",
        cell__absent="the product does not run in an environment before",
        cell__status="a deployment is not healthy",
    ),
    *_is_unknown(
        "cells",
        cell__unknown="nobody knows what runs in a cell right now",
        cell__disagree="two sources say different things about a cell",
        source__contested="another account's session observes something else at a source than this account",
        host__unreachable="several cells are unknown because one host does not answer",
    ),
    *_warns(
        "cells",
        cell__older_than_live="production runs something newer than the plan wants",
        source__silent="a source does not answer while another one still speaks for its cells",
    ),
    *_blocks("decided", deployed__without_go="the planned version was deployed where no go was recorded for it"),
    *_warns(
        "decided",
        go__unused="a go was given and nothing has moved since",
        build__untried="a build of the planned version runs where only other builds were tried before",
        rollout__stalled="a rollout has stood still for longer than the plan gives it",
    ),
    *_blocks("soak", soak__short="a version has not run long enough in the environment before"),
    *_is_unknown("soak", soak__unknown="nobody has recorded since when a version runs there"),
    *_warns("soak", soak__unnamed="a soak time rests on a record of an account that the plan does not name"),
    *_blocks(
        "checklist",
        item__open="an item of an earlier phase is open",
        check__failed="an item is ticked and its check fails now",
    ),
    *_is_unknown(
        "checklist",
        check__stale="an item is ticked and its check's result no longer counts",
        check__unknown="an item is ticked and its check found nothing out",
    ),
    *_blocks(
        "approvals",
        approval__missing="an approval waits for somebody",
        approval__rejected="an approval was rejected",
        approval__void="an approval was given for something else than what ships now",
    ),
    *_is_unknown("approvals", approval__unknown="what was approved cannot be compared with what ships"),
    *_is_unknown(
        "git",
        git__loading="the history of a product is being read",
        git__old="nobody has looked at a product's repository for three minutes",
        git__unreadable="the history of a product cannot be read",
        tag__unknown="a tag cannot be looked at",
        changelog__unknown="the commits of a product cannot be looked at",
        changelog__unclear="commits look like a break and do not follow the convention",
        changelog__silent="most commits follow no convention, so that nothing is known of what they break",
    ),
    *_warns(
        "git",
        git__doubtful="the list of commits may not be complete",
        tls__unchecked="the certificate of an endpoint is not checked",
        version__contradicted="the commits ask for another version than the planned one",
    ),
    *_blocks(
        "git",
        tag__missing="the planned version has no tag",
        tag__moved="the tag leads elsewhere than was pinned or agreed on",
        tag__light="the tag is not annotated",
        tag__unpinned="the plan does not pin the commit of the tag",
        changelog__breaking="something breaks without a new major version",
        changelog__empty="a product ships nothing",
        files__disagree="a version file does not state the planned version",
    ),
    *_is_unknown("git", files__unknown="a version file could not be read at the tag"),
    *_blocks("git", fix__lost="what ships, or what one would roll back to, lacks a fix that runs or was hotfixed"),
    *_is_unknown("git", fix__unknown="whether what ships contains every fix that runs is not known"),
    *_blocks("git", merges__missing="a fix has not reached an active branch"),
    *_is_unknown("git", merges__unknown="whether a fix has reached a branch is not known"),
    *_blocks(
        "migration",
        migration__irreversible="a migration takes the way back away",
        migration__no_way_back="the rollback plan does not fit the migration",
    ),
    *_blocks("metrics", metric__breached="a number is not where a gate wants it"),
    *_is_unknown("metrics", metric__unknown="a number a gate asks for is missing, too old or too short"),
    *_blocks("observed", observed__missing="a version was never seen where a gate wants it to have run"),
    *_is_unknown("observed", observed__unknown="a version was never seen there, and the place does not answer"),
    *_blocks(
        "calendar",
        freeze__active="a freeze of the plan holds",
        freeze__now="somebody stopped the line",
        window__not_open="none of the windows in which one may go is open",
        window__closed="it is outside the window of the release",
    ),
    *_warns("calendar", freeze__planned="the release is planned into a freeze"),
    *_always("way back", version__bad="a planned version is marked bad"),
    *_is_unknown(
        "way back", version__marks_unknown="whether other releases mark a planned version bad is not known"
    ),
    *_blocks(
        "way back",
        version__bad_elsewhere="a planned version is marked bad in another release",
        version__held="another version is kept in place",
        rollback__incomplete="a rollback was started, and what runs is not its target yet",
        rollback__target_bad="the version to go back to is marked bad",
        trigger__asks="a rollback trigger fired and nobody has answered",
        trigger__roll_back="it was decided to go back",
    ),
    *_warns(
        "way back",
        trigger__go_on="a rollback trigger fired and it was decided to go on",
        trigger__blind="the metric of a rollback trigger cannot be read",
    ),
    *_warns(
        "advice",
        friday_release="the release is planned for a Friday",
        release_name="the name of the release says nothing",
        big_bang="many products go at once",
        rollback_plan="a product has no version to go back to",
        no_trigger="nobody has agreed on what means: go back",
        no_staging="nothing comes before production",
        no_production="no environment of the plan is production",
        on_call="nobody is named who can be called",
        announcement_place="an announcement does not say where",
    ),
    *_blocks("completion", cell__open="on completing: a cell does not run the planned version"),
)

RULES: dict[str, Rule] = {rule.id: rule for rule in _ALL}
"""In the order of the documentation."""
ADJUSTABLE: tuple[str, ...] = tuple(rule.id for rule in _ALL if rule.adjustable)
"""What the plan's `rules:` may name."""
