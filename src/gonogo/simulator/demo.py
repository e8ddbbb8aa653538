"""The packaged demo: six products, four environments, and an evening on which things happen.

The plan is made with dates around `now`, so that its window is open and its freeze is ahead. The story lasts about
three minutes and then stays as it is. The same `now` gives the same demo, to the byte.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from gonogo.domain.observation import Role, Running, Status, Target
from gonogo.domain.plan import VersionFile
from gonogo.ports import Clock, PlanSource
from gonogo.simulator import scratch_git
from gonogo.simulator.fleet import Fleet
from gonogo.simulator.histories import CAST, Chapter, History
from gonogo.simulator.rehearsal import LAST_COMMIT, Rehearsal, scratch
from gonogo.simulator.repositories import generate
from gonogo.simulator.scenario import Act, Fault, Moment, Scenario, acts_between, in_order
from gonogo.simulator.scenarios import split

ENVIRONMENTS = ("dev", "staging", "prod-eu", "prod-us")
ZONE = "Europe/Berlin"
STORY = 180.0
"""Seconds until everything has happened."""
_YESTERDAY = -86_400.0
_LAST_MONTH = -26 * 86_400.0


_BREAKING = (
    "feat(query)!: drop the v1 query language\n\n"
    "BREAKING CHANGE: clients of /v1/search must send the query as JSON to /v2/search."
)


_BUG = "Seen in production: a card was charged twice when the bank answered late.\nCloses PAY-1511."
_OLD_FILE = "src/webhook.py"
"""Made in the first release of the product that has `bugs`, and left alone since."""


class Cast(Struct, frozen=True):
    """One product of the demo."""

    name: str
    previous: str
    version: str
    owner: str
    probe: str
    """The `probe:` of the plan, with {url} for its address."""
    path: str
    """What its address ends with."""
    nouns: tuple[str, ...]
    subjects: tuple[str, ...]
    """Messages of its new commits that a release manager should notice."""
    older: tuple[str, ...]
    """Releases before `previous`, oldest first."""
    file: VersionFile
    scheme: str = ""
    migration: str = ""
    bugs: tuple[tuple[str, str], ...] = ()
    """Fixes made after the planned release was cut: (message, the file it changes)."""


def products(now: datetime) -> tuple[Cast, ...]:
    """The products; the calendar version of one of them is that of the month."""
    return (
        Cast(
            "user-service",
            "1.2.2",
            "1.2.3",
            "ben",
            '"{url}"',
            "/version",
            ("session", "profile", "token", "address"),
            (
                "fix(session): end every session when the password changes\n\nCloses PAY-1482.",
                "fix(token): refuse a token issued in the future",
            ),
            ("1.0.0", "1.1.0", "1.2.0", "1.2.1"),
            VersionFile("pyproject.toml", key="project.version"),
        ),
        Cast(
            "payment-api",
            "4.5.3",
            "4.6.0",
            "ben",
            '{use: json, url: "{url}", version: build.version, revision: build.commit, status: health.state}',
            "/build.json",
            ("refund", "invoice", "currency", "ledger"),
            (
                "feat(refund): refund part of an invoice",
                "fix(currency): round half to even, as the bank does",
                "feat(invoice): print the tax number of the customer",
            ),
            ("4.3.0", "4.4.0", "4.5.0", "4.5.1"),
            VersionFile("pyproject.toml", key="project.version"),
            migration="expand",
            bugs=(
                # production lacks what this one stands on: conflicts
                ("fix(refund): keep the currency of a refund in parts", "src/refund.py"),
                # production has the file as it was before: picks cleanly
                (f"fix(webhook): do not charge a card twice after a timeout\n\n{_BUG}", _OLD_FILE),
            ),
        ),
        Cast(
            "search",
            "2.9.4",
            "3.0.0",
            "ewa",
            '"{url}"',
            "/version",
            ("index", "query", "synonym", "ranking"),
            (
                _BREAKING,
                "perf(index): read the index in one pass",
                "feat(synonym): learn synonyms from the catalogue",
            ),
            ("2.7.0", "2.8.0", "2.9.0"),
            VersionFile("package.json", key="version"),
        ),
        Cast(
            "web-frontend",
            _calendar(now, 1),
            _calendar(now, 0),
            "chloe",
            '{use: header, url: "{url}", header: X-App-Version}',
            "/",
            ("basket", "login", "banner", "menu"),
            (
                "feat(basket): keep the basket across devices",
                "fix(login): focus the first wrong field",
                "feat(banner): announce the maintenance window",
            ),
            (_calendar(now, 4), _calendar(now, 3), _calendar(now, 2)),
            VersionFile("package.json", key="version"),
            scheme="calver",
        ),
        Cast(
            "notifications",
            "1.8.0",
            "1.8.1",
            "dai",
            '{use: text, url: "{url}"}',
            "/VERSION",
            ("mail", "push", "template", "digest"),
            # a feature in a patch release: the cockpit says so
            ("fix(mail): do not send twice after a restart", "feat(digest): one mail a day instead of ten"),
            ("1.6.0", "1.7.0", "1.7.1"),
            VersionFile("VERSION", pattern="{version}"),
        ),
        Cast(
            "ledger",
            "0.13.2",
            "0.14.0",
            "dai",
            '"{url}"',
            "/version",
            ("entry", "balance", "statement", "audit"),
            ("feat(statement): close a month in one step", "fix(balance): add up in cents"),
            ("0.12.0", "0.13.0", "0.13.1"),
            VersionFile("helm/Chart.yaml", key="appVersion"),
        ),
    )


def scenario(now: datetime) -> Scenario:
    """The evening: what runs where, from before the curtain to the end of the story."""
    cast = {one.name: one for one in products(now)}
    moments = {
        Target(one.name, environment): _told(one, environment)
        for one in cast.values()
        for environment in ENVIRONMENTS
    }
    return Scenario("demo", "an evening at a web shop", moments, ACTS)


ACTS = (
    Act(0, "ben", "tick", "branches"),
    Act(0, "ben", "tick", "tests"),
    Act(0, "ben", "start", ""),
    Act(0, "chloe", "tick", "tickets"),
    Act(2, "ewa", "drive", "", "until ana takes over"),
    Act(
        42,
        "ben",
        "note",
        "qa-staging",
        "payment-api failed in staging: its migration waits for a lock, trying again",
    ),
    Act(44, "chloe", "reject", "qa", "payment-api does not come up in staging"),
    Act(
        58,
        "ewa",
        "waive",
        "item.open item:notes prod-eu",
        "support has read the draft, the last words do not matter",
    ),
    Act(76, "ben", "tick", "staging"),
    Act(84, "dai", "tick", "migration-review"),
    Act(90, "dai", "claim", "backup"),
    Act(96, "chloe", "tick", "qa-staging"),
    Act(98, "chloe", "revoke", "qa", "it is up, QA is through"),
    Act(99, "chloe", "approve", "qa"),
    Act(160, "ben", "note", "smoke-eu", "user-service and web are through, watching the error rate"),
)
"""What the others do. The rest of the checklist is left to whoever watches."""


def demo_acts(elapsed_from: float, elapsed_to: float) -> tuple[Act, ...]:
    """What the others do in (elapsed_from, elapsed_to], seconds since the curtain rose."""
    return acts_between(Scenario("demo", acts=ACTS), elapsed_from, elapsed_to)


def _told(one: Cast, environment: str) -> tuple[Moment, ...]:
    own = _STORIES.get((one.name, environment))
    new, old = (Running(one.version),), (Running(one.previous),)
    if own is not None:
        return in_order(own(one.version, one.previous))
    arrived = environment in {"dev", "staging"}
    return (Moment(_YESTERDAY if arrived else _LAST_MONTH, new if arrived else old),)


def _flapping(new: str, old: str) -> tuple[Moment, ...]:
    del old
    runs = (Running(new),)
    return (
        Moment(_YESTERDAY, runs),
        Moment(10, runs, fault=Fault.UNAVAILABLE, up=14, down=16),
        Moment(150, runs),
    )


def _promotion(at: float) -> Callable[[str, str], tuple[Moment, ...]]:
    def told(new: str, old: str) -> tuple[Moment, ...]:
        before = (Running(old),)
        return (
            Moment(_LAST_MONTH, before),
            Moment(at, before, Status.IN_PROGRESS, f"deploying {new}"),
            Moment(at + 9, (Running(new),)),
        )

    return told


def _failure(new: str, old: str) -> tuple[Moment, ...]:
    """A deployment that fails, and goes well when it is tried again."""
    before = (Running(old),)
    return (
        Moment(_LAST_MONTH, before),
        Moment(25, before, Status.IN_PROGRESS, f"deploying {new}"),
        Moment(35, before, Status.FAILED, "the migration waited 10 s for a lock and gave up"),
        Moment(60, before, Status.IN_PROGRESS, f"deploying {new}"),
        Moment(70, (Running(new),)),
    )


def _canary(new: str, old: str) -> tuple[Moment, ...]:
    return (
        Moment(_LAST_MONTH, (Running(old),)),
        Moment(100, split(new, old, 10), Status.IN_PROGRESS),
        Moment(122, split(new, old, 50), Status.IN_PROGRESS),
        Moment(146, (Running(new),)),
    )


def _rolling(new: str, old: str) -> tuple[Moment, ...]:
    """One pod after the other behind one address: each answer names the version of the pod that gave it."""
    pods = (Running(new, weight=50, role=Role.UNKNOWN), Running(old, weight=50, role=Role.UNKNOWN))
    return (
        Moment(_LAST_MONTH, (Running(old),)),
        Moment(108, pods, sampled=True),
        Moment(138, (Running(new),)),
    )


_STORIES: dict[tuple[str, str], Callable[[str, str], tuple[Moment, ...]]] = {
    ("notifications", "dev"): _flapping,
    ("search", "staging"): _promotion(12),
    ("payment-api", "staging"): _failure,
    ("user-service", "prod-eu"): _canary,
    ("web-frontend", "prod-eu"): _rolling,
    ("ledger", "prod-eu"): _promotion(130),
    ("notifications", "prod-eu"): _promotion(155),
}
"""payment-api and search stay behind in prod-eu: the next step is for whoever watches."""


def plan_text(now: datetime, url: Callable[[Target, str], str], repositories: Path, account: str) -> str:
    """The demo's plan. Whoever runs it (`account`) is its release manager.

    `url` gives the address of a target, with the path it ends with.
    """
    zone = ZoneInfo(ZONE)
    opened = _five_minutes(now - timedelta(minutes=30)).astimezone(zone)
    frozen = (now + timedelta(days=9)).astimezone(zone).replace(hour=0, minute=0)
    cast = products(now)
    return _PLAN.format(
        release=f"{now:%Y.%m}-shop",
        month=f"{now:%B %Y}",
        date=f"{now.astimezone(zone):%Y-%m-%d}",
        opens=f"{opened:%Y-%m-%d %H:%M}",
        closes=f"{opened + timedelta(hours=3):%Y-%m-%d %H:%M}",
        freeze_from=f"{frozen:%Y-%m-%d %H:%M}",
        freeze_to=f"{frozen + timedelta(days=3):%Y-%m-%d %H:%M}",
        zone=ZONE,
        account=_quoted(account),
        products="".join(_product_text(one, url, repositories) for one in cast),
    )


def _product_text(one: Cast, url: Callable[[Target, str], str], repositories: Path) -> str:
    marker = "{environment}"
    address = url(Target(one.name, marker), one.path).replace("%7Benvironment%7D", marker)
    lines = [
        f"  {one.name}:",
        f"    version: {one.version}",
        f"    previous: {one.previous}",
        f"    owner: {one.owner}",
        f"    repo: {_quoted(str(repositories / one.name))}",
        f"    probe: {one.probe.replace('{url}', address)}",
        f"    files: [{_file_text(one.file)}]",
    ]
    if one.scheme:
        lines.insert(3, f"    scheme: {one.scheme}")
    if one.migration:
        lines.append(f"    migration: {one.migration}")
    return "\n".join(lines) + "\n"


def _file_text(file: VersionFile) -> str:
    how = f"key: {file.key}" if file.key else f"pattern: {_quoted(file.pattern)}"
    return f"{{path: {file.path}, {how}}}"


def _quoted(text: str) -> str:
    """A YAML scalar that is text whatever it contains."""
    return "'" + text.replace("'", "''") + "'"


_PLAN = """\
# The plan of the demo. Everything in it is made up; it lives in a temporary directory and ends with the demo.
release: {release}
name: Shop release {month}
description: Refunds in parts, a new search, and a basket that follows the customer.
manager: ana
target_date: {date}

window: {{from: {opens}, to: {closes}, zone: {zone}}}

people:
  ana:   {{name: Ana Ruiz, account: {account}, shared: false, roles: [release-manager, engineering]}}
  # whoever plays a person in the demo is marked as such: `also` says that it is the same person
  ben:   {{name: Ben Okafor, account: bokafor, also: [bokafor (demo)], roles: [engineering]}}
  chloe: {{name: Chloe Martin, account: cmartin, also: [cmartin (demo)], roles: [qa, product]}}
  dai:   {{name: Dai Sato, account: dsato, also: [dsato (demo)], roles: [security, sre]}}
  ewa:   {{name: Ewa Nowak, account: enowak, also: [enowak (demo)], roles: [engineering, release-manager]}}

on_call: [dai]

environments:
  dev: {{}}
  staging: {{after: [dev], soak: 1m}}
  prod-eu: {{after: [staging], production: true, soak: 2m}}
  prod-us: {{after: [prod-eu], production: true}}

defaults: {{every: 3s, timeout: 2s, stale_after: 12s, unknown_after: 45s}}

products:
{products}
checklist:
  Pre-release:
    - {{id: branches, title: Cut the release branches, owner: ben}}
    - {{id: tests, title: Run the full test suite, owner: ben}}
    - {{id: tickets, title: Every ticket of the release is resolved, owner: chloe}}
    - {{id: notes, title: Release notes read by support, owner: ana}}
  Release candidate:
    - {{id: staging, title: All products deployed to staging, owner: ben, after: [tests], environment: staging}}
    - {{id: migration-review, title: Review the payment migration, owner: dai}}
    - {{id: qa-staging, title: QA on staging, owner: chloe, after: [staging]}}
    - id: rollback-rehearsed
      title: Rehearse the rollback
      owner: ana
      check: {{run: [sh, -c, "for n in 1 2 3 4 5; do echo product $n of 5 went back; sleep 1; done"], timeout: 1m}}
  Deployment:
    - {{id: backup, title: Back up the production database, owner: dai, evidence: required}}
    - id: migrate
      title: Apply the payment migration
      owner: dai
      after: [backup]
      point_of_no_return: true
      two_person: true
    - {{id: smoke-eu, title: Smoke tests in the EU, owner: ana, environment: prod-eu}}
    - {{id: smoke-us, title: Smoke tests in the US, owner: ana, environment: prod-us}}
  Post-release:
    - {{id: errors, title: Error rate below 1 % for half an hour, owner: dai}}
    - {{id: announce, title: "Announce the release in #releases", owner: ana}}

approvals:
  engineering: {{role: engineering}}
  qa: {{role: qa, same_person: true}}

waivers: {{roles: [release-manager]}}

gates:
  prod-eu:
    - {{checklist: [Pre-release, Release candidate]}}
    - {{changelog: no-breaking-without-major}}
    - {{changelog: not-empty, level: warn}}
    - {{approvals: [engineering, qa]}}

freezes:
  month-end:
    from: {freeze_from}
    to: {freeze_to}
    zone: {zone}
    environments: [prod-eu, prod-us]
    reason: Month-end close

rollback:
  triggers:
    - {{id: errors, when: error rate over 1 % for 5 minutes, owner: dai}}
    - {{id: login, when: any failed login smoke test, owner: chloe}}
  notes: The payment migration only adds columns; 4.5.3 runs on it.
"""


def histories(now: datetime) -> dict[str, History]:
    """The story of each product's repository, by name."""
    return {one.name: _history(one) for one in products(now)}


def _history(one: Cast) -> History:
    released = [
        Chapter(version, 40, features=not _is_patch(version, before))
        for before, version in zip(("", *one.older), (*one.older, one.previous), strict=True)
    ]
    features = one.scheme == "calver" or not _is_patch(one.version, one.previous)
    planned = Chapter(one.version, 14, one.subjects, features=features)
    fixes, paths = tuple(text for text, _ in one.bugs), tuple(path for _, path in one.bugs)
    since = Chapter("", len(fixes) or 4, fixes, features=False, paths=paths)
    if one.bugs:
        begun = ("feat(webhook): tell the shop when a payment settles",)
        released[0] = replace(released[0], subjects=begun, paths=(_OLD_FILE,))
    return History(
        one.name,
        (*released, planned, since),
        one.nouns,
        files=(one.file,),
        authors=CAST,
    )


def _settle(repositories: Path, one: Cast) -> None:
    """What a repository has that people work in: a name for commits, release branches, a remote to push to."""
    home = repositories / one.name
    for key, value in (("user.name", "Ana Ruiz"), ("user.email", "ana.ruiz@example.com")):
        scratch_git.run("-C", str(home), "config", key, value)
    if not one.bugs:
        return
    for version in (one.previous, one.version):
        major, minor, _ = version.split(".")
        scratch_git.run("-C", str(home), "branch", f"release/v{major}.{minor}", f"v{version}")
    remote = repositories / f"{one.name}.git"
    scratch_git.run("clone", "-q", "--bare", "--template=", "--", str(home), str(remote))
    scratch_git.run("-C", str(home), "remote", "add", "origin", str(remote))


def _tagged(repository: Path) -> dict[str, str]:
    """Version to the commit its tag leads to."""
    listed = scratch_git.run(
        "-C", str(repository), "for-each-ref", "--format=%(refname:strip=2) %(*objectname)", "refs/tags/"
    )
    rows = (line.partition(" ") for line in listed.splitlines())
    return {name.removeprefix("v"): commit for name, _, commit in rows}


def _at_their_tags(story: Scenario, commits: Mapping[str, Mapping[str, str]]) -> Scenario:
    """The same story, in which what runs was built from the commits that are tagged."""

    def built(target: Target, moment: Moment) -> Moment:
        known = commits[target.product]
        runs = tuple(replace(one, revision=known.get(one.version, "")) for one in moment.versions)
        return replace(moment, versions=runs)

    moments = {target: tuple(built(target, one) for one in told) for target, told in story.moments.items()}
    return replace(story, moments=moments)


def _is_patch(version: str, before: str) -> bool:
    return version.split(".")[:2] == before.split(".")[:2]


def _calendar(now: datetime, months_ago: int) -> str:
    month = now.year * 12 + now.month - 1 - months_ago
    return f"{month // 12}.{month % 12 + 1}.0"


def _five_minutes(moment: datetime) -> datetime:
    return moment.replace(minute=moment.minute - moment.minute % 5, second=0, microsecond=0)


@contextmanager
def demo(
    open_plan: Callable[[Path], PlanSource],
    clock: Clock,
    account: str,
    *,
    directory: Path | None = None,
    port: int = 0,
) -> Iterator[Rehearsal]:
    """Play the packaged demo from now on, for `account`, who is its release manager.

    `open_plan` opens the plan file; `directory` and `port` are as for `rehearsal`, and with both given and a fixed
    clock everything is the same each time. Raises StorageError, ConfigError (no git), BusyError (port taken).
    """
    began = clock.now().astimezone(UTC)
    story = scenario(began)
    with scratch(directory) as place, Fleet(story, clock, began, port=port) as fleet:
        repositories = place / "repositories"
        for name, history in histories(began).items():
            until = began.replace(minute=0, second=0, microsecond=0) - LAST_COMMIT
            generate(repositories / name, [history], until)
        for one in products(began):
            _settle(repositories, one)
        story = _at_their_tags(story, {one.name: _tagged(repositories / one.name) for one in products(began)})
        fleet.follow(story)
        path = place / "release.yaml"
        path.write_text(plan_text(began, fleet.url, repositories, account), encoding="utf-8")
        source = open_plan(path)
        loaded = source.load()
        fleet.publish(loaded.plan)
        yield Rehearsal(place, source, loaded, str(path), fleet, story, clock, began)
