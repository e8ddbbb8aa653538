"""The plan of the demo, with dates around the moment it is played."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from gonogo.plan import Target, VersionFile
from gonogo.simulator.demo.cast import ZONE, Cast, products


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


def _five_minutes(moment: datetime) -> datetime:
    return moment.replace(minute=moment.minute - moment.minute % 5, second=0, microsecond=0)


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
