"""A word in a release of one's own answers for no fix in a release that does not name its author."""

import json
import shlex
from datetime import UTC, datetime

import pytest

from e2e.test_authority_forged import BY_HAND, RELEASE, Desk
from gonogo.io.journal import init_shared
from support.shared_install import Accounts, SharedPython, as_user

pytestmark = [pytest.mark.needs("accounts"), pytest.mark.needs("git")]

OTHERS = "2026.08"
PLAN = """\
release: "{release}"
environments: {{production: {{production: true}}}}
products:
  web: {{version: 1.1.0, repo: {repo}}}
people:
  only: {{account: {account}, roles: [release-manager]}}
"""
HISTORY = """
git init -q -b main . && echo one > a && git add a && git commit -q -m 'feat: one' && git tag -a -m x v1.0.0
echo two > b && git add b && git commit -q -m 'feat: two' && git tag -a -m x v1.1.0
git switch -q -c hotfix v1.0.0 && echo right > a && git commit -q -a -m 'fix: total' && git tag -a -m x v1.0.1
git rev-parse HEAD v1.1.0^{commit}
"""


def test_a_word_of_another_release_counts_only_from_an_account_that_this_plan_names(
    shared_python: SharedPython, accounts: Accounts
) -> None:
    """carol is named in her own plan and not in alice's; the same word of alice counts."""
    desk = Desk(shared_python, accounts, start=False)
    repo = accounts.home(desk.alice) / f"{desk.root.name}-web"
    who = "-c user.name=Ana -c user.email=ana@example.com -c commit.gpgSign=false -c tag.gpgSign=false"
    script = f"mkdir {shlex.quote(str(repo))} && cd {shlex.quote(str(repo))}" + HISTORY.replace(
        "git ", f"git {who} "
    )
    made = as_user(desk.alice, ["sh", "-e", "-c", script], timeout=60)
    assert made.returncode == 0, made.stderr
    fix, ships = made.stdout.split()
    desk.plan.write_text(PLAN.format(release=RELEASE, repo=repo, account=desk.alice), encoding="utf-8")
    assert desk.gonogo(desk.alice, "start").returncode == 0
    assert "fix.lost" in _blockers(desk)
    init_shared(desk.root, accounts.group, OTHERS, datetime(2026, 11, 24, tzinfo=UTC))
    word = {"product": "web", "fix": fix, "branch": "v1.1.0", "reason": "does the very same", "commit": ships}

    for user in (desk.carol, desk.alice):
        plan = desk.root / f"{user}.yaml"
        plan.write_text(PLAN.format(release=OTHERS, repo=repo, account=user), encoding="utf-8")
        plan.chmod(0o644)
        hand = BY_HAND.replace('"2026.11"', f'"{OTHERS}"')
        words = ("-c", hand, str(desk.root), "merge.equated", f"merge:web/{fix[:8]}/v1.1.0", json.dumps(word))
        assert as_user(user, [desk.python.python, *words], timeout=60).returncode == 0
        assert ("fix.lost" in _blockers(desk)) is (user == desk.carol)


def _blockers(desk: Desk) -> list[str]:
    found = json.loads(desk.gonogo(desk.alice, "why", "--env", "production", "--json").stdout)
    return [one["rule"] for one in found["blockers"]]
