"""Which build of a version is the planned one, and what proves that it comes from the pinned commit."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from gonogo.acts.cells import RecordTransition
from gonogo.acts.lifecycle import Start, preview_complete
from gonogo.events import Actor
from gonogo.events.state import BadVersion, Deployed
from gonogo.facts import Running, Seen, Status
from gonogo.facts.evidence import NOTHING, absorb
from gonogo.facts.history import soak
from gonogo.facts.pins import Proof, proof_of
from gonogo.facts.version_files import FileVerdict, judged
from gonogo.matrix import Cell, Relation
from gonogo.plan import Environment, SchemeName, Target, VersionFile
from gonogo.plan.conditions import ObservedGate
from gonogo.rules.rollback import bad_mark
from gonogo.rules.snapshot import build
from gonogo.versions import consistent, fulfils, same_build
from gonogo.view.matrix import relation_sentence
from support.deciding import ANA, CHLOE, NOBODY, NOW, World, make_plan, make_product

PIN = "deadbeef0123456789abcdef0123456789abcdef"
STAGING, PRODUCTION = Target("web", "staging"), Target("web", "production")

BUILDS = [
    ("1.4.0", "1.4.0", True),
    ("1.4.0", "v1.4.0", True),
    ("1.4.0", "web-1.4.0", True),
    ("1.4.0", "1.4.0+7", True),
    ("1.4.0", "1.4.0+2026.11", True),
    ("1.4.0", "1.4.0+9f1c2ab7d1", True),  # a commit id, as .NET writes it
    ("1.4.0", "1.4.0+dirty", False),
    ("1.4.0", "1.4.0+7.dirty", False),
    ("1.4.0", "1.4.0+9f1c2ab7d1.dirty", False),
    ("1.4.0", "1.4.0-dirty", False),
    ("1.4.0", "1.4.0+hotfix.1", False),
    ("1.4.0", "1.4.0+local", False),
    ("1.4.0", "1.4.0-3-g9f1c2ab", False),
    ("1.4.0", "1.4", False),
    ("1.4.0", "1", False),
    ("1.4.0", "01.4.0", False),
    ("1.4.0", "1.04.0", False),
    ("1.4.0", "1.4.0-rc.1", False),
    ("1.4.0", "1.4.0-rc.1+7", False),
    ("1.4", "1.4", True),
    ("1.4", "1.4.0", False),
    ("1.4.0+7", "1.4.0+7", True),
    ("1.4.0+7", "v1.4.0+7", True),
    ("1.4.0+7", "1.4.0", False),
    ("1.4.0+7", "1.4.0+8", False),
    ("1.4.0+7", "1.4.0+07", False),
    ("1.4.0+7", "1.4.0+7.dirty", False),
    ("1.4.0-rc.1", "1.4.0-rc.1+12", True),
]


@pytest.mark.parametrize(("planned", "runs", "is_it"), BUILDS)
def test_only_the_planned_build_is_the_planned_version(planned: str, runs: str, *, is_it: bool) -> None:
    """In the matrix, in version files, and in what was recorded: one answer to one question."""
    product = make_product(version=planned)
    world = World(make_plan(products=(product,), approvals=())).sees({"staging": runs})
    cell = build(world.inputs, world.now).matrix.cells[STAGING]

    assert fulfils(planned, runs, SchemeName.SEMVER, "web") is is_it
    assert (cell.relation is Relation.MATCH) is is_it
    assert cell.counts_as_match is is_it
    stated = judged(product, VersionFile("VERSION", key="version"), runs)
    assert (stated.verdict is FileVerdict.AGREES) is is_it
    assert [one.version for one in cell.versions] == [runs]


@pytest.mark.parametrize(
    "runs", ["1.4.0-dirty", "1.4.0-3-g9f1c2ab", "1.4.0-3-g9f1c2ab-dirty", "1.4.0+dirty", "1.4"]
)
def test_what_was_built_beside_the_version_has_no_order(runs: str) -> None:
    """Read as a pre-release it would seem to come before the version it was made from."""
    world = World(make_plan(products=(make_product(version="1.4.0"),))).sees({"staging": runs})

    assert build(world.inputs, world.now).matrix.cells[STAGING].relation is Relation.DIFFERS


def test_a_pre_release_and_another_version_keep_their_order() -> None:
    """Only what lies beside the planned version itself cannot be ordered."""
    plan = make_plan(products=(make_product(version="1.4.0"),))
    found = {
        runs: build(World(plan).sees({"staging": runs}).inputs, NOW).matrix.cells[STAGING].relation
        for runs in ("1.4.0-rc.1", "1.3.0-dirty", "1.5.0-dirty", "1.5.0+dirty")
    }

    assert list(found.values()) == [Relation.BEHIND, Relation.BEHIND, Relation.AHEAD, Relation.AHEAD]


def test_a_build_that_matches_is_shown() -> None:
    """Which one it is says the sentence, not only that it fits."""
    world = World(make_plan(products=(make_product(version="1.4.0"),))).sees({"staging": "1.4.0+7"})

    cell = build(world.inputs, world.now).matrix.cells[STAGING]

    assert relation_sentence(cell) == "runs the planned 1.4.0 as 1.4.0+7"


def test_two_builds_side_by_side_are_two_things() -> None:
    """Both may be builds of the planned version; it is not done until one is left."""
    plan = make_plan(products=(make_product(version="1.4.0"),))
    for others in (("1.4.0+7", "1.4.0+8"), ("1.4.0", "1.4.0+dirty"), ("1.4.0", "1.4")):
        running = tuple(Running(one, replicas=1) for one in others)
        answer = Seen(STAGING, running, Status.SUCCEEDED, NOW, "test")
        world = World(plan)
        world.inputs = replace(world.inputs, evidence={STAGING: absorb(NOTHING, answer)})
        assert build(world.inputs, NOW).matrix.cells[STAGING].relation is Relation.MIXED, others


def test_a_source_that_names_no_build_does_not_contradict_one_that_does() -> None:
    """Unless the build says that something else was made."""
    assert consistent("1.4.0", "1.4.0+7", SchemeName.SEMVER)
    assert not consistent("1.4.0", "1.4.0+dirty", SchemeName.SEMVER)
    assert not consistent("1.4.0+7", "1.4.0+8", SchemeName.SEMVER)
    assert same_build("1.4", "1.4.0", SchemeName.PEP440)  # PEP 440 says that they are one


@pytest.mark.parametrize(
    ("revision", "proof"),
    [
        (PIN, Proof.PROVEN),
        (PIN.upper(), Proof.PROVEN),
        ("deadbeef", Proof.PROVEN),
        ("deadbee", Proof.PROVEN),
        ("deadbe", Proof.NONE),  # too short to mean one commit
        ("", Proof.NONE),
        ("main", Proof.NONE),
        ("build 7", Proof.NONE),
        ("sha256:" + "d" * 64, Proof.NONE),
        ("cafebabe", Proof.ANOTHER),
        ("deadbeef-dirty", Proof.ANOTHER),
        ("deadbeef+", Proof.ANOTHER),
        ("deadbeef.modified", Proof.ANOTHER),
        ("v1.4.0-3-gdeadbeef-dirty", Proof.ANOTHER),
        (PIN + "00", Proof.ANOTHER),
    ],
)
def test_a_pinned_commit_must_be_proven(revision: str, proof: Proof) -> None:
    """A commit id that is it; another one, or changes on top of it, differ; words and silence prove nothing."""
    relations = {Proof.PROVEN: Relation.MATCH, Proof.ANOTHER: Relation.DIFFERS, Proof.NONE: Relation.UNKNOWN}

    assert proof_of(PIN, revision) is proof
    assert _pinned({"staging": revision}).relation is relations[proof]


def _pinned(revisions: dict[str, str], version: str = "1.2.3") -> Cell:
    return build(_world(revisions, version).inputs, NOW).matrix.cells[STAGING]


def _world(revisions: dict[str, str], version: str = "1.2.3", **more: object) -> World:
    """The plan pins a commit; each environment names the one it was built from."""
    world = World(make_plan(products=(make_product(revision=PIN),), approvals=(), items=(), **more))
    evidence = {}
    for environment, revision in revisions.items():
        target = Target("web", environment)
        answer = Seen(target, (Running(version, revision),), Status.SUCCEEDED, NOW, "test")
        evidence[target] = absorb(NOTHING, answer)
    world.inputs = replace(world.inputs, evidence=evidence)
    return world


def test_a_commit_in_the_build_proves_the_pin_as_well() -> None:
    """`1.2.3+deadbeef` names its commit; another one differs."""
    assert _pinned({"staging": ""}, "1.2.3+deadbeef").relation is Relation.MATCH
    assert _pinned({"staging": ""}, "1.2.3+cafebabe").relation is Relation.DIFFERS
    assert _pinned({"staging": ""}, "1.2.3+7").relation is Relation.UNKNOWN


def test_production_waits_until_the_environment_before_proves_its_commit() -> None:
    """Unknown is never GO, and the reason says what to do about it."""
    running = {"production": PIN}
    words = {}
    for revision in ("", "cafebabe", "deadbeef"):
        world = _world({"staging": revision, **running}).do(ANA, Start())
        judged_now = build(world.inputs, NOW).verdict("production")
        assert judged_now is not None
        words[revision] = [(one.rule, one.fact) for one in judged_now.reasons if one.subject == "cell:web/staging"]

    assert words == {
        "": [
            (
                "cell.unknown",
                "web in staging runs 1.2.3, and nothing proves that it was built from the pinned deadbeef01",
            )
        ],
        "cafebabe": [
            ("cell.differs", "web in staging runs 1.2.3 built from cafebabe, but the plan pins deadbeef01")
        ],
        "deadbeef": [],
    }


def test_completing_waits_for_the_proof_too() -> None:
    """A cell whose commit nobody names is not done."""
    from gonogo.rules.completion import open_ends

    for revision, rules in (("", {"cell.open"}), ("deadbeef-dirty", {"cell.open"}), ("deadbeef", set())):
        world = _world({"staging": PIN, "production": revision}).do(ANA, Start())
        found = {one.rule for one in open_ends(build(world.inputs, NOW))}
        assert found & {"cell.open"} == rules, revision


def test_a_held_version_is_not_measured_against_the_pin_of_the_planned_one() -> None:
    """The pin is the planned version's; what is kept in its place was built from another commit."""
    from gonogo.acts.versions import HoldVersion

    world = _world({"staging": "cafebabe"}, "1.2.2")
    world.do(ANA, HoldVersion("web", "staging", "1.2.2", "it broke"))

    assert build(world.inputs, NOW).matrix.cells[STAGING].relation is Relation.MATCH


@pytest.mark.parametrize(
    ("revisions", "rules"),
    [((PIN,), []), (("cafebabe",), ["observed.missing"]), ((), ["observed.missing"])],
)
def test_what_was_observed_once_must_have_been_the_pinned_commit(
    revisions: tuple[str, ...], rules: list[str]
) -> None:
    """The version alone was the same; what was built differed, or nobody knows."""
    gates = (ObservedGate("production", ("staging",)),)
    world = _world({"staging": PIN, "production": PIN}, gates=gates)
    world.do(ANA, RecordTransition(STAGING, ("1.2.3",), "succeeded", "auto", revisions))
    older = Seen(STAGING, (Running("1.2.2"),), Status.SUCCEEDED, NOW, "test")
    world.inputs = replace(world.inputs, evidence={**world.inputs.evidence, STAGING: absorb(NOTHING, older)})

    found = build(world.inputs, NOW).verdict("production")

    assert found is not None
    assert [one.rule for one in found.reasons if one.rule.startswith("observed.")] == rules


def test_an_answer_that_proves_the_pin_is_recorded_once_more() -> None:
    """The same version was recorded without its commit; then with it; then no more."""
    world = _world({})
    plain = RecordTransition(STAGING, ("1.2.3",), "succeeded", "auto")
    proving = replace(plain, revisions=("deadbeef",))

    counts = [len(world.attempt(ANA, one)) for one in (plain, plain, proving, proving, plain)]  # type: ignore[arg-type]

    assert counts == [1, 0, 1, 0, 0]
    assert world.state.cells[STAGING][-1].revisions == ("deadbeef",)


def test_a_soak_counts_from_the_pinned_commit_on() -> None:
    """The same version was deployed again from the commit that ships: what ran before stood no test for it."""
    product = make_product(revision=PIN)
    hour = timedelta(hours=1)
    records = [
        Deployed(NOW - 5 * hour, ("1.2.3",), "succeeded", "ana", "", ("cafebabe",)),
        Deployed(NOW - 2 * hour, ("1.2.3",), "succeeded", "ana", "", (PIN,)),
    ]

    assert getattr(soak(product, "1.2.3", records, NOW), "length", None) == 2 * hour


def test_a_new_build_of_the_planned_version_soaks_anew() -> None:
    """`+8` is another thing than `+7`."""
    hour = timedelta(hours=1)
    records = [
        Deployed(NOW - 5 * hour, ("1.2.3+7",), "succeeded", "ana"),
        Deployed(NOW - 2 * hour, ("1.2.3+8",), "succeeded", "ana"),
    ]

    assert getattr(soak(make_product(), "1.2.3", records, NOW), "length", None) == 2 * hour


def test_a_source_that_names_no_build_in_between_hides_no_new_build() -> None:
    """`1.2.3` may be either of the two; the one after it is not the one before it."""
    hour = timedelta(hours=1)
    records = [
        Deployed(NOW - (5 - number) * hour, (version,), "succeeded", "ana")
        for number, version in enumerate(("1.2.3", "1.2.3+7", "1.2.3", "1.2.3+8"))
    ]

    assert getattr(soak(make_product(), "1.2.3", records, NOW), "length", None) == 2 * hour


def test_a_build_that_answers_and_is_not_on_record_yet_has_not_soaked() -> None:
    """Also where this session may not record anything: the time of the build before it is not its own."""
    environments = (Environment("staging", soak=timedelta(hours=1)), Environment("production", after=("staging",)))
    world = World(make_plan(environments=environments, approvals=(), items=()))
    world.do(ANA, Start(), RecordTransition(STAGING, ("1.2.3+7",), "succeeded", "test"))
    world.later(timedelta(hours=2)).sees({"staging": "1.2.3+7", "production": "1.2.2"})
    assert not _soaking(world)

    world.reports("staging", "1.2.3+8", Status.SUCCEEDED)

    (said,) = _soaking(world)
    assert said.endswith("is not known: 1.2.3+8 runs there now, and nobody has recorded since when")


def _soaking(world: World) -> list[str]:
    judged = world.scene().snapshot().verdict("production")
    assert judged is not None
    return [one.fact for one in judged.reasons if one.rule.startswith("soak.")]


@pytest.mark.parametrize(
    ("marked", "planned", "is_bad"),
    [
        ("1.4.0", "1.4.0+7", True),
        ("1.4.0+7", "1.4.0", True),
        ("1.4.0+7", "1.4.0+7", True),
        ("1.4.0+7", "1.4.0+8", False),
    ],
)
def test_a_bad_version_is_bad_in_all_its_builds_and_a_bad_build_by_itself(
    marked: str, planned: str, *, is_bad: bool
) -> None:
    """The repaired build may ship; a plan that names no build may not ship the bad one."""
    world = World()
    mark = BadVersion("web", marked, ANA, NOW, 1, "it burns")
    world.inputs = replace(world.inputs, state=replace(world.state, bad={("web", marked): mark}))

    assert (bad_mark(world.state, make_product(), planned) is not None) is is_bad


def _untried(world: World, environment: str) -> list[str]:
    judged = world.scene().snapshot().verdict(environment)
    assert judged is not None
    return [one.fact for one in judged.reasons if one.rule == "build.untried"]


def test_a_build_that_runs_where_only_another_was_tried_is_told() -> None:
    """The version is the planned one; what was tried in staging is not what runs in production."""
    world = World()
    world.do(ANA, Start(), RecordTransition(STAGING, ("1.2.3+8",), "succeeded", "test"))
    world.sees({"staging": "1.2.3+8", "production": "1.2.3+7"})
    fact = "web 1.2.3+7 runs in production, and that build ran nowhere before: staging ran 1.2.3+8"
    assert _untried(world, "production") == [fact]
    assert not _untried(world, "staging")


def test_a_build_that_was_tried_nowhere_is_completed_by_nobody_in_silence() -> None:
    """It keeps nobody from completing; who does has read it."""
    world = World(make_plan(items=(), approvals=()))
    world.do(ANA, Start(), RecordTransition(STAGING, ("1.2.3+8",), "succeeded", "test"))
    world.sees({"staging": "1.2.3+8", "production": "1.2.3+7"})
    lines = [one for one in preview_complete(world.scene(ANA)).lines if "build.untried" in one]
    fact = "web 1.2.3+7 runs in production, and that build ran nowhere before: staging ran 1.2.3+8"
    assert lines == [f"warning  build.untried cell:web/production: {fact}"]


@pytest.mark.parametrize(
    ("staging", "production"),
    [("1.2.3+8", "1.2.3+8"), ("1.2.3+8", "1.2.3"), ("1.2.3", "1.2.3+7"), ("1.2.3+8", "1.2.2+7")],
)
def test_builds_that_cannot_be_compared_or_are_the_same_are_not_told(staging: str, production: str) -> None:
    """A source that names no build says nothing of it, and another version is told by other rules."""
    world = World()
    world.do(ANA, Start())
    world.sees({"staging": staging, "production": production})
    assert not _untried(world, "production")


def test_a_build_that_was_tried_and_replaced_since_was_tried() -> None:
    """Staging may be one build ahead: what ran there before was seen there."""
    world = World()
    world.do(ANA, Start(), RecordTransition(STAGING, ("1.2.3+7",), "succeeded", "test"))
    world.do(ANA, RecordTransition(STAGING, ("1.2.3+8",), "succeeded", "test"))
    world.sees({"staging": "1.2.3+8", "production": "1.2.3+7"})
    assert not _untried(world, "production")


@pytest.mark.parametrize(("by", "told"), [(NOBODY, True), (CHLOE, False)])
def test_a_soak_on_the_word_of_an_account_nobody_answers_for_is_told(by: Actor, *, told: bool) -> None:
    """It counts, since a watch may be a service account's; but a record can be made by hand."""
    environments = (Environment("staging", soak=timedelta(hours=1)), Environment("production", after=("staging",)))
    world = World(make_plan(environments=environments, approvals=(), items=()))
    world.do(ANA, Start()).do(by, RecordTransition(STAGING, ("1.2.3",), "succeeded", "test"))
    world.later(timedelta(hours=2)).sees({"staging": "1.2.3", "production": "1.2.2"})
    said = _soaking(world)
    assert bool(said) is told
    assert all(one.endswith("rests on a record of mallory, whom the plan does not name") for one in said)
