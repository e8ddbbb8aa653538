"""Pushing a hotfix to real remotes: over ssh, over http, against hooks, and when somebody else was first."""

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from gonogo.errors import RefusedError
from gonogo.hotfix.outcome import Finished, Given, PushFailed, Waiting
from gonogo.hotfix_jobs import pushing
from support import hotfix_world
from support.hotfix_stage import Wizard
from support.remotes import bare_clone, hook, refs, smart_http
from support.repositories import Made, git
from support.shared_install import Accounts
from support.sshd import bastion

pytestmark = pytest.mark.needs("git")

PUSH = Given(push="1.9.4")


class Site(NamedTuple):
    """A clone with a hotfix made and tagged, and the server it came from."""

    made: Made
    remote: Path
    wizard: Wizard

    @property
    def hotfix(self) -> tuple[str, str]:
        """Branch and tag as they are in the clone."""
        there = refs(self.made.path)
        return there["refs/heads/hotfix/v1.9.4"], there["refs/tags/v1.9.4"]


def site(tmp_path: Path, url: str = "") -> Site:
    """The hotfix waits to be pushed to `url`; by default to the path of a bare repository."""
    made = hotfix_world.linear(tmp_path / "repo")
    remote = tmp_path / "srv" / "web.git"
    if not remote.exists():
        remote.parent.mkdir(exist_ok=True)
        bare_clone(made.path, remote)
    git(made.path, "remote", "add", "origin", url or str(remote))
    wizard = Wizard(hotfix_world.plan_of(hotfix_world.product(made.path)), tmp_path / "state")
    waits = wizard.made(made.oids[3], made.oids[4])
    assert isinstance(waits, Waiting), waits
    return Site(made, remote, wizard)


@pytest.fixture
def local(tmp_path: Path) -> Site:
    """On a path, the quickest of all remotes."""
    return site(tmp_path)


def test_push_needs_the_version_typed(local: Site) -> None:
    """Without it, or with another one, the exact references and expected values are shown and nothing moves."""
    before = refs(local.remote)
    for typed in ("", "1.9.5", "v1.9.4"):
        waits = local.wizard.go_on(Given(push=typed))
        assert isinstance(waits, Waiting)
        assert any("refs/tags/v1.9.4, expected there: nothing" in fact for fact in waits.facts)
        assert "--push 1.9.4" in waits.remedy
    assert refs(local.remote) == before


def test_push_brings_branch_and_tag_and_nothing_else(local: Site) -> None:
    """Both arrive, at what was made here."""
    before = refs(local.remote)
    branch, tag = local.hotfix

    done = local.wizard.go_on(PUSH)

    assert isinstance(done, Finished)
    assert done.pushed_to == "origin"
    assert refs(local.remote) == {**before, "refs/heads/hotfix/v1.9.4": branch, "refs/tags/v1.9.4": tag}


def test_pushed_hotfix_is_not_aborted(local: Site) -> None:
    """A published tag stays; the way on is a higher version."""
    hotfix = local.wizard.hotfixes.live("hotfix")
    assert isinstance(local.wizard.go_on(PUSH), Finished)
    with pytest.raises(RefusedError):
        local.wizard.hotfixes.live("hotfix")
    assert refs(local.remote)["refs/tags/v1.9.4"]
    assert hotfix.tag == "v1.9.4"


def test_push_is_atomic_and_explained_when_a_hook_protects_the_tag(local: Site) -> None:
    """The hook's words come without its escapes, and neither branch nor tag is there."""
    before = refs(local.remote)
    hook(
        local.remote,
        "update",
        'case "$1" in refs/tags/*) printf "\\033[2JGH006: Protected tag\\n" >&2; exit 1;; esac',
    )

    failed = local.wizard.go_on(PUSH)

    assert isinstance(failed, PushFailed)
    assert not failed.lost_race
    assert "protects" in failed.reason
    assert any("Protected tag" in line for line in failed.lines)
    assert "\x1b" not in "".join(failed.lines)
    assert refs(local.remote) == before
    assert "refs/tags/v1.9.4" in refs(local.made.path)


def test_push_refused_by_an_ordinary_hook_can_be_repeated(local: Site) -> None:
    """What the hook says is shown; once it is content, the same command goes through."""
    hook(local.remote, "pre-receive", "echo 'no release on a Friday' >&2; exit 1")
    failed = local.wizard.go_on(PUSH)
    assert isinstance(failed, PushFailed)
    assert "hook" in failed.reason
    assert "no release on a Friday" in failed.lines
    assert local.wizard.hotfixes.live("hotfix").refusals == (failed.reason,)

    (local.remote / "hooks" / "pre-receive").unlink()
    assert isinstance(local.wizard.go_on(PUSH), Finished)


def _somebody_tags(local: Site) -> None:
    git(
        local.remote,
        "-c",
        "user.name=Ben",
        "-c",
        "user.email=b@example.com",
        "tag",
        "-a",
        "-m",
        "x",
        "v1.9.4",
        "main",
    )


def test_lost_race_is_planned_again_not_retried(local: Site) -> None:
    """Somebody pushed the same version first: theirs stays, ours is taken back, the next plan is 1.9.5."""
    _somebody_tags(local)
    theirs = refs(local.remote)

    failed = local.wizard.go_on(PUSH)

    assert isinstance(failed, PushFailed)
    assert failed.lost_race
    assert "somebody was first" in failed.reason
    assert refs(local.remote) == theirs
    local.wizard.hotfixes.abort(local.wizard.hotfixes.live("hotfix"), "lost the race")
    assert "refs/tags/v1.9.4" not in refs(local.made.path)
    again = local.wizard.planned(local.made.oids[3])
    assert again.work is not None
    assert again.work.version == "1.9.5"


def test_race_lost_between_looking_and_pushing(local: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The expected values go with the push: what came in between is not overwritten, and nothing half arrives."""
    look = pushing.look

    def slow_look(*arguments: object) -> pushing.Expected:
        seen = look(*arguments)  # type: ignore[arg-type]  # passed on as it came
        if "refs/tags/v1.9.4" not in refs(local.remote):
            _somebody_tags(local)
        return seen

    monkeypatch.setattr(pushing, "look", slow_look)
    failed = local.wizard.go_on(PUSH)
    assert isinstance(failed, PushFailed)
    assert failed.lost_race
    assert "refs/heads/hotfix/v1.9.4" not in refs(local.remote)


def test_push_that_arrived_without_an_answer_is_found_done(local: Site) -> None:
    """The connection dropped behind the push: going on finds it there and pushes nothing."""
    branch, tag = local.hotfix
    git(
        local.made.path,
        "push",
        "--quiet",
        "origin",
        f"{branch}:refs/heads/hotfix/v1.9.4",
        f"{tag}:refs/tags/v1.9.4",
    )
    hook(local.remote, "pre-receive", "exit 1")
    assert isinstance(local.wizard.go_on(PUSH), Finished)


def test_silent_remote_is_told(local: Site) -> None:
    """Neither a traceback nor a wait: what git says, and nothing moved."""
    git(local.made.path, "remote", "set-url", "origin", "http://127.0.0.1:1/web.git")
    with pytest.raises(Exception, match=r"unable to access|Failed to connect|refused"):
        local.wizard.go_on(PUSH)
    local.wizard.hotfixes.live("hotfix")


def test_remote_that_is_a_command_line_is_refused(local: Site, tmp_path: Path) -> None:
    """`ext::` runs programs; the door knows no such protocol."""
    git(local.made.path, "remote", "set-url", "origin", f"ext::sh -c touch% {tmp_path}/ran")
    with pytest.raises(Exception, match="ext"):
        local.wizard.go_on(PUSH)
    assert not (tmp_path / "ran").exists()


@pytest.mark.needs("nginx", "fcgiwrap", "root")
def test_push_over_http(tmp_path: Path) -> None:
    """git http-backend behind nginx: planned with its tags, pushed, refused the second time."""
    with smart_http(tmp_path / "srv", tmp_path / "http") as url:
        there = site(tmp_path, f"{url}/web.git")
        branch, tag = there.hotfix
        assert isinstance(there.wizard.go_on(PUSH), Finished)
        assert refs(there.remote)["refs/tags/v1.9.4"] == tag
        assert refs(there.remote)["refs/heads/hotfix/v1.9.4"] == branch
        following = there.wizard.planned(there.made.oids[4], version="1.9.3")
        assert following.work is not None
        assert following.work.version == "1.9.5"


@pytest.mark.needs("accounts", "sshd")
def test_push_over_ssh(tmp_path: Path, accounts: Accounts) -> None:
    """A bare repository of another account, by a key that the person's own git configuration names."""
    name = accounts.names[0]
    made = hotfix_world.linear(tmp_path / "seed")
    target = accounts.home(name) / "web.git"
    shutil.rmtree(target, ignore_errors=True)
    bare_clone(made.path, target)
    subprocess.run(["chown", "-R", f"{name}:", str(target)], check=True)
    directory = tmp_path / "ssh"
    directory.mkdir()
    with bastion(directory, accounts) as server:
        command = server.command(name, "")
        words = " ".join(word for word in command[:-2] if word != "-T")
        git(tmp_path, "config", "--global", "core.sshCommand", words)
        there = site(tmp_path, f"ssh://{name}@127.0.0.1:{server.port}{target}")
        assert isinstance(there.wizard.go_on(PUSH), Finished)
        listed = subprocess.run(
            [*command[:-1], f"git --git-dir {target} for-each-ref"], capture_output=True, text=True, check=True
        )
        assert "refs/tags/v1.9.4" in listed.stdout
    shutil.rmtree(target)
