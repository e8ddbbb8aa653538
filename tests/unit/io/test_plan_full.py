"""The full example: every key has its place in the model, in the schema and in the documentation."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from gonogo.io.plan_file.parsing import parse_plan
from gonogo.io.plan_file.schema import json_schema, keys_of
from gonogo.plan import (
    BelowOne,
    Bump,
    Canary,
    Level,
    MergePolicy,
    Migration,
    Plan,
    Probe,
    Rollout,
    SchemeName,
    SquashPolicy,
    Timing,
)
from gonogo.plan.conditions import (
    ApprovalsGate,
    ChangelogGate,
    ChecklistGate,
    FileCheck,
    FilesGate,
    GitCheck,
    HttpCheck,
    MergesGate,
    MetricGate,
    MigrationGate,
    ObservedGate,
    RunCheck,
    SoakGate,
    TagGate,
)
from gonogo.plan.probes import ArgocdOptions, HeaderOptions, JsonOptions, KubernetesOptions, PrometheusTable

ROOT = Path(__file__).parents[3]
FULL = ROOT / "tests" / "golden" / "plan" / "full.yaml"


@pytest.fixture(scope="module")
def plan() -> Plan:
    """The full example."""
    return parse_plan(FULL.read_bytes(), "release.yaml", "/srv/train")


def smallest() -> str:
    """The smallest plan, from the example's own header comment."""
    lines = FULL.read_text(encoding="utf-8").splitlines()
    return "\n".join(line.removeprefix("#   ") for line in lines if line.startswith("#   "))


def test_the_smallest_plan_loads() -> None:
    """Two lines and a product are a plan."""
    plan = parse_plan(smallest().encode(), "release.yaml", "/srv/train")
    assert plan.release == "2026.11"
    assert [(env.name, env.after, env.production) for env in plan.environments] == [
        ("staging", (), False),
        ("production", ("staging",), True),
    ]
    assert plan.products[0].repo == "/srv/train"
    assert plan.products[0].probes[1].url == "https://web.production.example.com/version"
    assert [item.id for item in plan.items] == ["run-the-full-test-suite", "announce-the-window"]
    assert plan.phases == ("",)


def test_what_the_release_says_of_itself(plan: Plan) -> None:
    """Names stay text, the window is in UTC with the zone people think in."""
    assert (plan.release, plan.name, plan.manager) == ("2026.11-autumn", "Autumn train 2026.11", "ana")
    assert plan.description == "Payments rework and three service updates."
    assert plan.target_date == "2026-11-24"
    assert plan.metadata == {"jira_epic": "PROJ-123", "stakeholders": ["product", "engineering", "qa"]}
    assert plan.window is not None
    assert plan.window.start == datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
    assert plan.window.end == datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
    assert plan.window.zone == "Europe/Berlin"


def test_people_and_what_they_may(plan: Plan) -> None:
    """Roles belong to people, approvals and waivers to roles."""
    person = plan.person_of("aruiz")
    assert person is not None
    assert (person.key, person.name, person.roles) == ("ana", "Ana Ruiz", ("release-manager", "engineering"))
    assert [(slot.name, slot.role, slot.quorum, slot.expires) for slot in plan.approvals] == [
        ("engineering", "engineering", 1, None),
        ("qa", "qa", 1, None),
        ("security", "security", 1, timedelta(hours=24)),
    ]
    assert plan.waiver_roles == ("release-manager",)


def test_environments_in_promotion_order(plan: Plan) -> None:
    """What comes after what, how long it soaks, and what is production."""
    assert [(env.name, env.after, env.soak, env.production) for env in plan.environments] == [
        ("dev", (), timedelta(0), False),
        ("staging", ("dev",), timedelta(minutes=30), False),
        ("prod-eu", ("staging",), timedelta(minutes=20), True),
        ("prod-us", ("prod-eu",), timedelta(0), True),
    ]


def test_a_product_with_every_key(plan: Plan) -> None:
    """All that is said of user-service."""
    product = plan.product("user-service")
    assert product is not None
    assert (product.version, product.previous, product.scheme) == ("1.2.3", "1.2.2", SchemeName.SEMVER)
    assert (product.owner, product.repo, product.paths) == ("ben", "/srv/user-service", ("services/user",))
    assert (product.tag_name, product.revision) == ("v1.2.3", "9f1c2ab7d1e04c5b6a7f8e9d0c1b2a3948576f0e")
    assert product.migration is Migration.EXPAND
    assert product.canary == Canary(5.0)
    assert product.rollout == Rollout(timedelta(minutes=45), timedelta(minutes=15))
    assert product.migration_paths == ("services/user/migrations",)
    assert product.rollback.to == "1.2.2"
    assert product.rollback.command == ("helm", "rollback", "user-service", "41")
    assert [(file.path, file.key, file.pattern) for file in product.files] == [
        ("pyproject.toml", "project.version", ""),
        ("user/__init__.py", "", '__version__ = "{version}"'),
        ("helm/user/Chart.yaml", "appVersion", ""),
    ]


def test_without_a_rollback_the_way_back_leads_to_the_version_before(plan: Plan) -> None:
    """`previous` is the target unless `rollback` names one."""
    product = plan.product("payment-api")
    assert product is not None
    assert (product.rollback.to, product.previous, product.back_to) == ("", "4.5.3", "4.5.3")


def probe(plan: Plan, product: str, environment: str) -> Probe:
    """The one probe of a target."""
    found = plan.product(product)
    assert found is not None
    return next(one for one in found.probes if one.environment == environment)


def test_probes_in_their_three_forms(plan: Plan) -> None:
    """A URL, a mapping for all environments, a mapping for each."""
    short = probe(plan, "user-service", "prod-eu")
    assert (short.use, short.url) == ("auto", "https://user.prod-eu.example.com/version")
    long = probe(plan, "payment-api", "dev")
    assert (long.use, long.url, long.auth) == ("spring-info", "https://pay.dev.example.com/actuator", "payments")
    each = probe(plan, "web-frontend", "staging")
    assert (each.use, each.options) == ("json", JsonOptions(version="build.version", revision="build.commit"))
    assert probe(plan, "web-frontend", "dev").options == HeaderOptions(header="X-App-Version")
    kubernetes = KubernetesOptions("prod-eu", namespace="web", deployment="web", container="app")
    assert probe(plan, "web-frontend", "prod-eu").options == kubernetes
    assert probe(plan, "web-frontend", "prod-us").options == ArgocdOptions(app="web-us", image="example/web")
    lines = FULL.read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines, 1) if line.strip().startswith("staging: {use: json"))
    assert each.where == f"release.yaml:{at}:16"
    assert each.timing == replace(Timing(), confidence=pytest.approx(0.999))
    assert (each.instances, each.vary_query) == (1, False)
    assert (short.instances, short.vary_query) == (None, True)
    assert plan.timing == short.timing == Timing()


def test_sources_and_metrics(plan: Plan) -> None:
    """One request for many cells, and a number asked from it."""
    source = plan.sources[0]
    assert (source.id, source.use, source.url) == ("prom", "prometheus", "https://prometheus.example.com")
    assert isinstance(source.options, PrometheusTable)
    assert source.options.query == "count by (app, env, version) (app_build_info)"
    assert source.options.map == {
        "product": "app",
        "environment": "env",
        "version": "version",
        "weight": "value",
    }
    metric = plan.metrics[0]
    assert (metric.name, metric.source, metric.every) == ("error-rate", "prom", timedelta(seconds=30))
    assert metric.query == "sum(rate(errors[5m])) / sum(rate(requests[5m]))"


def test_the_checklist_in_phases(plan: Plan) -> None:
    """Items in short and long form, each in its phase."""
    assert plan.phases == ("Pre-release", "Release candidate", "Deployment", "Post-release")
    assert [item.id for item in plan.items] == [
        "create-release-branch", "tests", "tickets", "tell-qa", "milestone", "candidate", "qa",
        "rehearse-rollback", "backup", "migrate", "smoke-eu", "versions-agree", "tagged", "announce",
    ]  # fmt: skip
    tests, tickets, migrate, smoke = (plan.item(name) for name in ("tests", "tickets", "migrate", "smoke-eu"))
    assert tests is not None
    assert tests.check == RunCheck(("make", "test"), timedelta(minutes=20), good_for=timedelta(hours=2))
    assert tickets is not None
    assert tickets.evidence_required
    assert migrate is not None
    assert (migrate.after, migrate.two_person, migrate.point_of_no_return) == (("backup",), True, True)
    assert smoke is not None
    assert smoke.check == HttpCheck("https://user.prod-eu.example.com/health", 200, "ok")
    checks = [item.check for item in plan.items if item.id in {"versions-agree", "tagged"}]
    assert checks == [
        FileCheck("user-service"),
        GitCheck("user-service", signed=True, merged_into="main"),
    ]
    qa = plan.item("qa")
    assert qa is not None
    assert (qa.environment, qa.owner, qa.phase) == ("staging", "chloe", "Release candidate")


def test_items_say_how_they_are_done(plan: Plan) -> None:
    """A group gives its items owner and due date; what waits for it waits for each of them."""
    group = plan.group("freeze-the-branch")
    assert group is not None
    members = [item for item in plan.items if item.group == group.id]
    assert [(item.id, item.owner) for item in members] == [("tell-qa", "ben"), ("milestone", "ben")]
    assert {item.due for item in members} == {datetime(2026, 11, 23, 20, 0, tzinfo=UTC)}
    assert members[1].guide.link == "https://wiki.example.com/milestone"
    candidate = plan.item("candidate")
    assert candidate is not None
    assert candidate.after == ("tell-qa", "milestone")
    assert candidate.guide.description == "From the commit that **passed the night run**."
    assert (candidate.guide.command, candidate.guide.estimate) == ("make candidate", timedelta(minutes=15))


def test_gates_and_rules(plan: Plan) -> None:
    """What must hold before production, and how much each weighs."""
    where = "prod-eu"
    assert plan.gates == (
        ChecklistGate(where, ("Pre-release", "Release candidate")),
        ApprovalsGate(where, ("engineering", "qa", "security")),
        ChangelogGate(where, "no-breaking-without-major"),
        ChangelogGate(where, "not-empty", level=Level.WARN),
        ChangelogGate(where, "version-fits", level=Level.WARN),
        MetricGate(where, "error-rate", below=0.01, duration=timedelta(minutes=5)),
        ObservedGate(where, ("staging",)),
        SoakGate(where, timedelta(hours=1), ("staging",)),
        FilesGate(where, ("user-service",)),
        TagGate(where, "annotated"),
        MergesGate(where),
        MigrationGate(where, "planned"),
    )
    assert plan.rules == {
        "friday_release": Level.WARN,
        "big_bang": Level.OFF,
        "rollback_plan": Level.BLOCK,
        "cell.older-than-live": Level.BLOCK,
    }
    assert plan.on_call == ("dai",)


def test_freezes_in_their_three_forms(plan: Plan) -> None:
    """A span, times of the week, cron."""
    quarter, weekends, night = plan.freezes
    (evenings,) = plan.windows
    assert (evenings.name, evenings.weekly) == ("evenings", ((1, 20, 0), (1, 23, 59)))
    assert quarter.span == (datetime(2026, 12, 23, 23, tzinfo=UTC), datetime(2027, 1, 1, 23, tzinfo=UTC))
    assert (quarter.environments, quarter.reason) == (("prod-eu", "prod-us"), "Quarter close")
    assert weekends.weekly == ((4, 16, 0), (0, 8, 0))
    assert (night.cron, night.duration, night.products) == ("0 2 * * *", timedelta(hours=1), ("payment-api",))


def test_rollback_changelog_and_branches(plan: Plan) -> None:
    """The last three sections."""
    errors, login = plan.triggers
    assert (errors.id, errors.metric, errors.above, errors.duration) == (
        "errors", "error-rate", 0.01, timedelta(minutes=5),
    )  # fmt: skip
    assert (login.owner, login.when) == ("chloe", "any failed login smoke test")
    assert plan.rollback_notes.startswith("Payment API cannot go back")
    assert (plan.changelog.convention, plan.changelog.file) == ("conventional", "CHANGELOG.md")
    assert plan.changelog.internal_scopes == ("ci", "deps", "refactor")
    assert plan.changelog.sections["feat"] == "Added"
    assert (plan.changelog.merges, plan.changelog.squash, plan.changelog.below_one) == (
        MergePolicy.LEAVE_OUT, SquashPolicy.TITLE, BelowOne(Bump.MINOR, Bump.PATCH),
    )  # fmt: skip
    web = plan.product("web-frontend")
    assert web is not None
    assert (web.calver, web.start) == ("YYYY.MM.MICRO", "2026.10.2")
    assert (plan.branches.model, plan.branches.main, plan.branches.release) == (
        "trunk", "main", "release/v{major}.{minor}",
    )  # fmt: skip
    assert (plan.branches.hotfix, plan.branches.active) == ("hotfix/v{version}", ("release/v1.x",))
    assert (plan.branches.retired, plan.branches.since) == (("release/v0.*",), "2024-01-01")


def as_an_editor_reads_it(text: str) -> Any:
    """YAML 1.1 values as JSON has them: dates are texts there."""
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


@pytest.mark.parametrize("text", [FULL.read_text(encoding="utf-8"), smallest()], ids=["full", "smallest"])
def test_the_schema_for_editors_accepts_what_the_loader_accepts(text: str) -> None:
    """1.10 is a number to an editor, and nothing to complain about."""
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    errors = list(Draft202012Validator(schema).iter_errors(as_an_editor_reads_it(text)))
    assert [error.message for error in errors] == []


def test_the_schema_for_editors_finds_a_slip() -> None:
    """A misspelled key is underlined while one types."""
    wrong = as_an_editor_reads_it(smallest().replace("checklist", "cheklist"))
    assert not Draft202012Validator(json_schema()).is_valid(wrong)


def test_every_key_has_a_description() -> None:
    """What an editor shows at a key."""
    schema = json_schema()
    parts = [schema, *schema["$defs"].values()]
    bare = [
        key for part in parts for key, value in part.get("properties", {}).items() if not value.get("description")
    ]
    assert bare == []


def test_the_documentation_lists_the_keys_of_the_schema() -> None:
    """docs/plan.md has a line for every key, and none for a key that is gone."""
    section, listed = "", set()
    for line in (ROOT / "docs" / "plan.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ").partition(":")[0]
        elif found := re.match(r"\| `(\w+)`", line):
            listed.add(found[1] if section == "The plan" else f"{section}.{found[1]}")
    known = keys_of(json_schema())
    steps = {key for key in known if key.startswith("Step.")}
    assert listed == known - steps
    assert {key.replace("Step.", "Item.") for key in steps} == {
        key for key in listed if key.startswith("Item.")
    } - {
        "Item.items"  # the section on items in a group says so in one sentence
    }


def test_the_example_shows_every_key_of_the_format() -> None:
    """What the example leaves out is named here, with the reason it may."""
    shown = set(re.findall(r"([a-z_]+):", FULL.read_text(encoding="utf-8")))
    known = {key.rpartition(".")[2] for key in keys_of(json_schema())}
    assert known - shown == {
        "target",  # of a product: only where neither its tag nor HEAD ships
        "status", "status_map", "transform", "accept_status",  # options of single presets
    }  # fmt: skip
