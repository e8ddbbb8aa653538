"""A rehearsal of any plan: everything scratch, everything gone at the end, nothing else touched."""

import hashlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import textwrap
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest
from msgspec.structs import replace

from gonogo.errors import StorageError, UsageError
from gonogo.plan import Plan, Window
from gonogo.simulator.histories import History, everyday_chapters
from gonogo.simulator.rehearsal import rehearsal
from gonogo.simulator.repositories import generate
from support.stage import BEGAN, GivenPlan, Hands, shop, with_probes

pytestmark = pytest.mark.needs("git")


def repository(path: Path) -> Path:
    """A real repository with the tags of `web`."""
    generate(path, [History("web", everyday_chapters(("1.2.2", "1.2.3"), "1.2.3"))], BEGAN)
    return path


def served(plan: Plan, product: int = 0, environment: int = 0) -> str:
    """The version a cell's own address names over HTTP."""
    with urlopen(plan.products[product].probes[environment].url, timeout=5) as answer:
        return str(json.load(answer)["version"])


def fingerprint(tree: Path) -> dict[str, tuple[int, int, str]]:
    """Everything below `tree`: mode, time of change, content."""
    return {
        str(path): (
            path.lstat().st_mode,
            path.lstat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
        )
        for path in sorted(tree.rglob("*"))
    }


def test_it_plays_the_promotion_of_any_plan() -> None:
    """The first environment runs the planned versions; the next one gets them while one watches."""
    clock = Hands()
    with rehearsal(GivenPlan(shop()), clock) as played:
        plan = played.loaded.plan
        assert (served(plan, 0, 0), served(plan, 0, 1)) == ("1.2.3", "1.2.2")
        clock.elapsed = 600
        assert served(plan, 0, 1) == "1.2.3"


def test_the_fleet_does_not_follow_the_plan() -> None:
    """A plan that is edited to want another version finds the old one running; a new product is served too."""
    source = GivenPlan(shop())
    with rehearsal(source, Hands(), "done") as played:
        web = replace(source.plan.products[0], version="9.9.9")
        new = with_probes(replace(web, name="new", version="5.0.0"), source.plan.environments)
        source.plan = replace(source.plan, products=(web, new))
        assert played.source.changed()
        plan = played.source.load().plan
        assert plan.products[0].version == "9.9.9"
        assert (served(plan, 0), served(plan, 1)) == ("1.2.3", "5.0.0")
        assert not played.source.changed()


def test_a_scenario_that_disagrees_is_what_one_sees() -> None:
    """`wrong` runs what no plan asked for."""
    with rehearsal(GivenPlan(shop()), Hands(), "wrong") as played:
        assert served(played.loaded.plan) == "1.2.3-unplanned.1"


def test_the_double_asks_no_real_host_and_runs_no_command(tmp_path: Path) -> None:
    """No credential, no check, no address but the fleet's; and it says that it is a rehearsal."""
    with rehearsal(GivenPlan(shop(tmp_path / "missing")), Hands()) as played:
        plan = played.loaded.plan
        probes = [probe for product in plan.products for probe in product.probes]
        assert all(probe.url.startswith(played.fleet.origin) and not probe.auth for probe in probes)
        assert all(not source.auth for source in plan.sources)
        assert [item.check for item in plan.items] == [None, None]
        assert plan.name == "REHEARSAL Autumn"
        assert "checks are left out" in " ".join(played.notes)


def test_a_repository_is_copied_with_its_commits_and_left_as_it_was(tmp_path: Path) -> None:
    """Pins hold in the copy; the source is the same to the byte, and so is everything beside it."""
    outside = tmp_path / "home"
    source = repository(outside / "web")
    before = fingerprint(outside)
    with rehearsal(GivenPlan(shop(source)), Hands(), directory=tmp_path / "scratch") as played:
        copy = Path(played.loaded.plan.products[0].repo)
        assert played.directory in copy.parents
        assert played.loaded.plan.products[0].revision == "a" * 40
        (copy / "VERSION").write_text("scribbled")
        subprocess.run(["git", "-C", str(copy), "update-ref", "-d", "refs/tags/v1.2.3"], check=True)
    assert fingerprint(outside) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home"]


def test_what_runs_was_built_from_the_tags_of_the_copy(tmp_path: Path) -> None:
    """Else no hotfix could be rehearsed: its base would be another commit than what production says it runs."""
    plan = shop(repository(tmp_path / "web"))
    plan = replace(plan, products=tuple(replace(one, revision="") for one in plan.products))
    with rehearsal(GivenPlan(plan), Hands()) as played:
        double = played.loaded.plan
        with urlopen(double.products[0].probes[1].url, timeout=5) as answer:
            told = json.load(answer)
        asked = ["git", "-C", double.products[0].repo, "rev-parse", f"v{told['version']}^{{commit}}"]
        tagged = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    assert (told["version"], told["revision"]) == ("1.2.2", tagged)


def test_a_missing_repository_is_made_up_and_said_so(tmp_path: Path) -> None:
    """A believable history stands in; the pin, which cannot hold in it, is dropped."""
    with rehearsal(GivenPlan(shop(tmp_path / "missing")), Hands()) as played:
        (product, _api) = played.loaded.plan.products
        tags = subprocess.run(["git", "-C", product.repo, "tag"], capture_output=True, check=True, text=True)
        assert {"v1.2.2", "v1.2.3"} <= set(tags.stdout.split())
        assert product.revision == ""
        assert any("its history is made up" in note for note in played.notes)


def test_the_scratch_directory_is_private_and_gone_at_the_end(tmp_path: Path) -> None:
    """Also when what happens inside ends badly."""
    with pytest.raises(KeyboardInterrupt), rehearsal(GivenPlan(shop()), Hands()) as played:  # noqa: PT012
        directory = played.directory
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        assert played.journal_root.parent == played.state_dir.parent == directory
        raise KeyboardInterrupt
    assert not directory.exists()


def test_a_directory_that_is_taken_is_not_used(tmp_path: Path) -> None:
    """Nothing that was there before can be lost at the end."""
    (tmp_path / "kept").write_text("x")
    with (
        pytest.raises(StorageError, match="no scratch directory"),
        rehearsal(GivenPlan(shop()), Hands(), directory=tmp_path),
    ):
        pass
    assert (tmp_path / "kept").exists()


def test_an_unknown_scenario_says_which_there_are() -> None:
    """With the nearest name first."""
    with (
        pytest.raises(UsageError, match="no scenario 'promotoin'") as caught,
        rehearsal(GivenPlan(shop()), Hands(), "promotoin"),
    ):
        pass
    assert caught.value.remedy == "did you mean 'promotion'?"


def test_a_plan_of_this_machine_is_served_at_its_own_addresses() -> None:
    """For commands in other terminals, which read the plan as it is."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    plan = shop()
    (web, api) = plan.products
    url = f"http://127.0.0.1:{port}/staging/version"
    own = replace(plan, products=(replace(web, probes=(replace(web.probes[0], url=url),)), api))
    with rehearsal(GivenPlan(own), Hands(), own_addresses=True), urlopen(url, timeout=5) as answer:
        assert json.load(answer)["version"] == "1.2.3"


def test_an_interrupted_process_leaves_nothing(tmp_path: Path) -> None:
    """SIGINT in the middle of a rehearsal: no directory, no process."""
    program = textwrap.dedent(f"""
        import signal, sys
        from pathlib import Path
        from gonogo.simulator.rehearsal import rehearsal
        from support.stage import GivenPlan, Hands, shop
        with rehearsal(GivenPlan(shop(Path({str(tmp_path / "nowhere")!r}))), Hands()) as played:
            print(played.directory, flush=True)
            signal.pause()
    """)
    tests = Path(__file__).parents[2]
    environ = {**os.environ, "PYTHONPATH": str(tests), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", program], env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout
        directory = Path(process.stdout.readline().strip())
        assert directory.is_dir()
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)
    assert list(tmp_path.iterdir()) == []


def test_the_window_of_the_release_is_open_while_its_evening_is_rehearsed() -> None:
    """Days before it, production would be NO-GO all the time; it is said that it was moved."""
    clock = Hands()
    ahead = clock.now() + timedelta(days=3)
    window = Window(ahead, ahead + timedelta(hours=2), "Europe/Berlin", ("production",))
    with rehearsal(GivenPlan(replace(shop(), window=window)), clock) as played:
        moved = played.loaded.plan.window
        assert moved is not None
        assert moved.is_open(clock.now())
        assert moved.end - moved.start == timedelta(hours=2)
        assert moved.environments == ("production",)
        assert any("window" in note for note in played.notes)
    tonight = replace(window, start=clock.now() - timedelta(hours=1))
    with rehearsal(GivenPlan(replace(shop(), window=tonight)), clock) as played:
        assert played.loaded.plan.window == tonight
