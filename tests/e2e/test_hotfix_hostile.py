"""Hostile names and hostile repositories: nothing of theirs becomes an option, a file or a program."""

import contextlib
import functools
import os
import random
import stat
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from gonogo.errors import GonogoError
from gonogo.hotfix.outcome import Given, Stopped
from gonogo.hotfix_jobs.discovery import discover
from gonogo.hotfix_jobs.survey import Survey
from gonogo.hotfix_jobs.tree_edits import read_file
from gonogo.io.git import door as git_door
from gonogo.io.git.door import GitDoor
from gonogo.io.git.history import changes
from gonogo.plan import Branches, ChangelogRules, Plan, VersionFile
from support import hotfix_world
from support.hotfix_stage import Wizard
from support.repositories import git

pytestmark = pytest.mark.needs("git")

CASES = 5_000
REAL = 200
MESSY = (
    "", "-", "--", "-d", "--output=x", "--upload-pack=touch ran", "--exec=touch ran", "--end-of-options", "@",
    "@{-1}", "HEAD~1", "main^{tree}", ":/fix", ":(glob)**", "refs/../../x", "a..b", "a...b", "x.lock", ".x", "x/.",
    "ext::sh -c touch% ran", "$(touch ran)", "`touch ran`", ";touch ran", "|touch ran", "&touch ran", "\nrm",
    "a\0b", "../../../etc/passwd", "/etc/passwd", "~root", "%00", "\x1b[2J", "\u202e", "é" * 300, "x" * 5_000,
    "*", "?", "[a]", "fd::3", "--git-dir=/", "-c core.pager=touch", "--config-env=a=b", "a//b",
    "--receive-pack=touch ran", "tag\r", "{version}",
)  # fmt: skip

LOG_OPTIONS = (
    "all all-match ancestry-path author= author-date-order basic-regexp bisect boundary branches= cherry "
    "cherry-mark cherry-pick children committer= count date= date-order decorate= dense disk-usage do-walk "
    "encode-email-headers encoding= exclude= exclude-first-parent-only exclude-hidden= expand-tabs "
    "extended-regexp filter= first-parent fixed-strings follow format= full-diff full-history glob= graph "
    "grep= grep-reflog= header ignore-missing in-commit-order indexed-objects invert-grep left-only left-right "
    "log-size mailmap max-age= max-count= max-parents= merge merges min-age= min-parents= missing= "
    "no-commit-header no-max-parents no-merges no-notes no-object-names no-walk not not-all notes= "
    "object-names objects objects-edge oneline parents perl-regexp pretty= progress= quiet regexp-ignore-case "
    "relative-date remotes= remove-empty reverse right-only show-linear-break show-notes= show-pulls "
    "show-signature simplify-by-decoration simplify-merges since= since-as-filter= single-worktree skip= "
    "sparse stdin tags= timestamp topo-order unpacked until= use-bitmap-index verify walk-reflogs "
)
"""What walks history takes beyond what git lists of itself."""


def names(count: int) -> list[str]:
    """Real messy names, every option of git log, fetch, push and tag, and what comes of joining them."""
    options: list[str] = []
    for verb in ("log", "diff", "format-patch", "fetch", "push", "tag"):
        listed = subprocess.run(
            ["git", verb, "--git-completion-helper-all"],
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(__file__).parent,
        )
        options += [word for word in listed.stdout.split() if word.startswith("-")]
    options += [f"--{name}" for name in LOG_OPTIONS.split()]
    assert len(options) > 300
    pool = [*MESSY, *options, *(f"{option}x" for option in options if option.endswith("="))]
    rng = random.Random(7)
    while len(pool) < count:
        pool.append(rng.choice(["", "v", "refs/heads/", "origin/"]) + rng.choice(pool) + rng.choice(MESSY))
    return pool[:count]


def options_of(argv: Sequence[str]) -> set[str]:
    """The options git reads in a call, without their values: words behind a `--` are none."""
    ends = [argv.index(word) for word in ("--", "--end-of-options") if word in argv]
    return {word.partition("=")[0] for word in argv[: min(ends, default=len(argv))] if word.startswith("-")}


class RecordingGit:
    """Answers what was asked before from memory; whatever is new because of a name is recorded and refused."""

    def __init__(self) -> None:
        self.learning = True
        self.known: dict[tuple[Any, ...], git_door.Answer] = {}
        self.asked: list[tuple[str, ...]] = []
        self._ask = GitDoor.ask

    def ask(self, door: GitDoor, argv: Sequence[str], **more: Any) -> git_door.Answer:
        """In place of `GitDoor.ask`."""
        key = (*argv, more.get("feed", b""))
        if self.learning:
            self.known[key] = self._ask(door, argv, **more)
        elif key not in self.known:
            self.asked.append(tuple(argv))
            # names on standard input are never options; a batch answers each of them
            feed = more.get("feed", b"")
            return git_door.Answer(0 if feed else 128, b"missing\n" * feed.count(b"\n"), b"fatal: bad revision")
        return self.known[key]


@pytest.fixture
def recording(monkeypatch: pytest.MonkeyPatch) -> RecordingGit:
    """Every door goes to it."""
    made = RecordingGit()
    monkeypatch.setattr(GitDoor, "ask", lambda door, argv, **more: made.ask(door, argv, **more))
    return made


def uses(survey: Survey, name: str) -> tuple[Callable[[], object], ...]:
    """Every place where a name from a person, a plan or a remote reaches git."""
    found, product = survey.found, survey.product
    tagged = replace(product, tag=name + "{version}")
    return (
        lambda: survey.commit(name),
        lambda: survey.check_tag(name, (), {}),
        lambda: Survey(found, product, Branches(main=name)).mainline(),
        lambda: Survey(found, tagged, Branches()).check_tag("1.9.3", (), {}),
        lambda: read_file(survey.door, "HEAD", name),
    )


def test_5000_hostile_names_reach_git_as_values_only(tmp_path: Path, recording: RecordingGit) -> None:
    """Each as commit, version, mainline, tag and path: refused, or handed over where git sees no option."""
    made = hotfix_world.linear(tmp_path / "repo")
    wizard = Wizard(hotfix_world.plan_of(hotfix_world.product(made.path)), tmp_path / "state")
    wizard.planned(made.oids[3], offline=True)
    found = discover(str(made.path))
    survey = Survey(found, hotfix_world.product(made.path), Branches())
    for use in uses(survey, "plain-name"):
        with contextlib.suppress(GonogoError):
            use()
    ours = set().union(*(options_of(key[:-1]) for key in recording.known))
    recording.learning = False
    cases = 0
    for name in names(CASES):
        recording.asked.clear()
        for attempt in uses(survey, name):
            cases += 1
            try:
                attempt()
            except (GonogoError, ValueError):
                continue
        for argv in recording.asked:
            assert options_of(argv) <= ours, (name, argv)
    assert cases == CASES * 5


def attempts(wizard: Wizard, name: str, oid: str, plans: Sequence[Plan]) -> Iterator[Callable[[], object]]:
    """Everything a name can be given as, by a person and by a plan."""
    yield lambda: wizard.planned(name, offline=True)
    yield lambda: wizard.planned(oid, offline=True, as_version=name)
    for plan in plans:
        other = Wizard(plan, wizard.state)
        yield functools.partial(other.planned, oid, offline=True)


def everything(root: Path) -> set[str]:
    """Every path below."""
    return {str(path) for path in root.rglob("*") if "/state/" not in str(path)}


def test_200_hostile_names_through_real_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the wizard, and by a plan that names branches, tags and files so: no file made, no command run."""
    made = hotfix_world.linear(tmp_path / "repo")
    plan = hotfix_world.plan_of(hotfix_world.product(made.path))
    wizard = Wizard(plan, tmp_path / "state")
    somewhere = tmp_path / "cwd"
    somewhere.mkdir()
    monkeypatch.chdir(somewhere)
    before, content = everything(tmp_path), hotfix_world.fingerprint(made.path)
    rng = random.Random(11)
    chosen = rng.sample(names(1_000), REAL // 4 - 10) + list(MESSY[:10])
    for name in chosen:
        product = hotfix_world.product(made.path)
        branches = hotfix_world.plan_of(product, branches=Branches(hotfix=name, release=name))
        files = hotfix_world.plan_of(replace(product, tag=name, files=(VersionFile(name, pattern=name),)))
        for attempt in attempts(wizard, name, made.oids[3], (branches, files)):
            try:
                attempt()
            except (GonogoError, ValueError):
                continue
    assert everything(tmp_path) == before
    assert hotfix_world.fingerprint(made.path) == content


HOOKS = (
    "pre-commit", "post-commit", "commit-msg", "prepare-commit-msg", "post-checkout", "pre-push", "post-rewrite",
    "reference-transaction", "post-index-change", "pre-merge-commit", "post-merge", "pre-auto-gc",
)  # fmt: skip


def plant(repo: Path, canary: Path) -> None:
    """Everything by which a repository can make git run something."""
    trigger = canary / "trigger"
    canary.mkdir()
    trigger.write_text(f'#!/bin/sh\necho "$0 $*" >> {canary}/sung\ncat > /dev/null 2>&1\nexit 0\n')
    trigger.chmod(trigger.stat().st_mode | stat.S_IXUSR)
    for name in HOOKS:
        (repo / ".git" / "hooks").mkdir(exist_ok=True)
        target = repo / ".git" / "hooks" / name
        target.write_text(trigger.read_text())
        target.chmod(0o755)
    settings = {
        "core.fsmonitor": str(trigger), "core.pager": str(trigger), "core.editor": str(trigger),
        "core.sshCommand": str(trigger), "core.askPass": str(trigger), "credential.helper": f"!{trigger}",
        "diff.external": str(trigger), "diff.canary.textconv": str(trigger), "diff.canary.command": str(trigger),
        "filter.canary.clean": str(trigger), "filter.canary.smudge": str(trigger),
        "merge.canary.driver": f"{trigger} %A", "gpg.program": str(trigger), "commit.gpgSign": "true",
        "tag.gpgSign": "true", "log.showSignature": "true", "trailer.canary.command": str(trigger),
        "uploadpack.packObjectsHook": str(trigger), "core.alternateRefsCommand": str(trigger),
        "sequence.editor": str(trigger), "core.gitProxy": str(trigger), "remote.origin.receivepack": str(trigger),
        "remote.origin.uploadpack": str(trigger), "remote.origin.vcs": "canary", "pager.log": str(trigger),
        "interactive.diffFilter": str(trigger), "rerere.enabled": "true",
        "core.hooksPath": str(repo / ".git/hooks"),
    }  # fmt: skip
    for name, value in settings.items():
        subprocess.run(["git", "-C", str(repo), "config", name, value], check=True)
    attributes = "* filter=canary diff=canary merge=canary\n"
    (repo / ".git" / "info").mkdir(exist_ok=True)
    (repo / ".git" / "info" / "attributes").write_text(attributes)


def test_a_repository_full_of_triggers_runs_nothing(tmp_path: Path) -> None:
    """Hooks, monitors, filters, drivers, pagers, signers, helpers: none fires in anything the wizard does."""
    made = hotfix_world.conflicts(tmp_path / "repo")
    remote = tmp_path / "web.git"
    git(made.path, "clone", "--quiet", "--bare", str(made.path), str(remote))
    git(made.path, "remote", "add", "origin", str(remote))
    plant(made.path, tmp_path / "canary")
    plan = hotfix_world.plan_of(hotfix_world.product(made.path))
    changes(plan.products[0], ChangelogRules())
    wizard = Wizard(plan, tmp_path / "state")
    wizard.planned()
    stopped = wizard.start(wizard.planned(made.oids[3], made.oids[4]))
    assert isinstance(stopped, Stopped)
    (Path(stopped.folder) / "app.txt").write_text(hotfix_world.changed((10, "ten corrected")))
    wizard.go_on(Given(resolved=("app.txt",)))
    wizard.go_on(Given(tested="make test: fine"))
    assert git(remote, "tag", "--list", "v1.9.4") == ""
    wizard.go_on(Given(push="1.9.4"))
    assert git(remote, "tag", "--list", "v1.9.4") == "v1.9.4"
    second = wizard.planned(made.oids[4])
    wizard.start(second)
    wizard.hotfixes.abort(wizard.hotfixes.live("hotfix"), "enough")

    assert not (tmp_path / "canary" / "sung").exists(), (tmp_path / "canary" / "sung").read_text()


def test_environment_of_the_caller_decides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIT_* and LD_* could point git at other repositories, programs and code: they are dropped."""
    made = hotfix_world.linear(tmp_path / "repo")
    other = hotfix_world.linear(tmp_path / "other")
    for name, value in {
        "GIT_DIR": str(other.path / ".git"), "GIT_WORK_TREE": str(other.path), "GIT_INDEX_FILE": "/dev/null",
        "GIT_SSH_COMMAND": f"touch {tmp_path}/ran", "GIT_EXTERNAL_DIFF": f"touch {tmp_path}/ran",
        "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": f"touch {tmp_path}/ran",
        "GIT_OBJECT_DIRECTORY": str(other.path), "GIT_AUTHOR_NAME": "Mallory", "GIT_COMMON_DIR": str(other.path),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    before = hotfix_world.fingerprint(other.path)
    wizard = Wizard(hotfix_world.plan_of(hotfix_world.product(made.path)), tmp_path / "state")
    wizard.made(made.oids[3])
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    assert "v1.9.4" in git(made.path, "tag")
    assert "Mallory" not in git(made.path, "log", "--all", "--format=%an %cn")
    assert hotfix_world.fingerprint(other.path) == before
    assert not (tmp_path / "ran").exists()
