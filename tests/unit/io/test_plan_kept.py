"""Plans that were read before: taken for the same bytes, the same code, the same zones, and for nothing else."""

import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.errors import PlanInvalid
from gonogo.io.host.own_cache import OwnCache, cache_directory
from gonogo.io.plan_file import KeptPlans, PlanFile
from gonogo.io.plan_file import kept as module
from gonogo.io.plan_file.parsing import parse_plan
from gonogo.plan import Plan

FULL = Path(__file__).parents[2] / "golden" / "plan" / "full.yaml"
PLAN = b"release: r\nenvironments: [staging]\nproducts: {web: {version: 1.0.0, repo: ../web}}\n"
ZONED = PLAN + b"window: {from: 2026-11-24 21:00, to: 2026-11-24 23:00, zone: Europe/Berlin}\n"
LATER = datetime(2100, 1, 1, tzinfo=UTC)
"""So that no file counts as changed since the process began."""


def kept_in(directory: Path, loaded_from: datetime = LATER) -> KeptPlans:
    """The plans kept in this directory."""
    return KeptPlans(OwnCache(directory, files=4, largest=1024 * 1024), loaded_from)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A plan in a directory of its own."""
    file = tmp_path / "train" / "release.yaml"
    file.parent.mkdir()
    file.write_bytes(PLAN)
    return file


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Where plans are kept."""
    return tmp_path / "plans"


def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on reading YAML is an error."""

    def never(*_: object) -> Plan:
        raise AssertionError("the plan was read")

    monkeypatch.setattr("gonogo.io.plan_file.parsing.parse_plan", never)


def test_a_plan_that_was_read_is_not_read_again(path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes back as it was, also to another process."""
    first = PlanFile(path, kept_in(cache)).load()
    unread(monkeypatch)
    assert PlanFile(path, kept_in(cache)).load() == first


def test_one_changed_byte_is_another_plan(path: Path, cache: Path) -> None:
    """Whatever times, size and inode say."""
    PlanFile(path, kept_in(cache)).load()
    before = path.stat()
    with path.open("r+b") as file:
        file.write(PLAN.replace(b"1.0.0", b"1.0.1"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert PlanFile(path, kept_in(cache)).load().plan.products[0].version == "1.0.1"


def test_the_full_plan_comes_back_value_by_value(cache: Path) -> None:
    """Lengths of time, tuples and names of enumerations too, wherever they stand."""
    raw = FULL.read_bytes()
    plan = parse_plan(raw, "release.yaml", "/srv")
    kept_in(cache).keep("0" * 64, "release.yaml", "/srv", plan)
    again = kept_in(cache).find("0" * 64, "release.yaml", "/srv")
    assert again == plan
    assert repr(again) == repr(plan)


def test_a_plan_with_mistakes_is_never_kept(path: Path, cache: Path) -> None:
    """It is read, and told, every time."""
    path.write_bytes(PLAN + b"nonsense: 1\n")
    for _ in range(2):
        with pytest.raises(PlanInvalid):
            PlanFile(path, kept_in(cache)).load()
    assert not cache.exists()


def test_the_same_bytes_elsewhere_are_another_plan(path: Path, cache: Path, tmp_path: Path) -> None:
    """Relative clones start at the file."""
    PlanFile(path, kept_in(cache)).load()
    moved = tmp_path / "deeper" / "still" / "release.yaml"
    moved.parent.mkdir(parents=True)
    moved.write_bytes(PLAN)
    assert PlanFile(moved, kept_in(cache)).load().plan.products[0].repo == str(tmp_path / "deeper" / "web")


def test_places_are_told_as_one_types_them_now(path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Probes name their place in the file, relative to where one stands."""
    path.write_bytes(PLAN.replace(b"1.0.0,", b"1.0.0, probe: 'https://{environment}.example.com',"))
    monkeypatch.chdir(path.parent)
    there = PlanFile(path, kept_in(cache)).load().plan.products[0].probes[0].where
    monkeypatch.chdir(path.parents[1])
    here = PlanFile(path, kept_in(cache)).load().plan.products[0].probes[0].where
    assert (there.partition(":")[0], here.partition(":")[0]) == ("release.yaml", "train/release.yaml")


def test_another_version_of_gonogo_reads_anew(path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it makes of the same bytes may differ."""
    PlanFile(path, kept_in(cache)).load()
    monkeypatch.setattr(module, "__version__", "99.0.0")
    assert find(path, cache) is None


def find(path: Path, cache: Path) -> Plan | None:
    """What is kept for the plan file there."""
    digest = sha256(path.read_bytes()).hexdigest()
    shown = os.path.relpath(path)
    return kept_in(cache).find(digest, shown if not shown.startswith("..") else str(path), str(path.parent))


def test_changed_code_reads_anew(path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every loaded module counts, ours and those of libraries; also without a new version number."""
    code = tmp_path / "some_reader.py"
    code.write_text("HOW = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    __import__("some_reader")
    try:
        PlanFile(path, kept_in(cache)).load()
        assert find(path, cache) is not None
        code.write_text("HOW = 2\n")
        assert find(path, cache) is None
    finally:
        del sys.modules["some_reader"]


def test_changed_zones_read_anew(path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A parliament moved the clocks: the window's moments in UTC are others."""
    zones = tmp_path / "zones"
    (zones / "Europe").mkdir(parents=True)
    monkeypatch.setattr("zoneinfo.TZPATH", (str(zones),))
    path.write_bytes(ZONED)
    PlanFile(path, kept_in(cache)).load()
    assert find(path, cache) is not None
    (zones / "Europe" / "Berlin").write_bytes(b"TZif")
    assert find(path, cache) is None


def test_what_changed_while_the_process_ran_is_not_vouched_for(path: Path, cache: Path) -> None:
    """A cockpit that outlives an update reads with the old code: it must not leave that to the new one."""
    PlanFile(path, kept_in(cache, datetime.fromtimestamp(Path(module.__file__).stat().st_ctime, UTC))).load()
    assert not cache.exists()


@pytest.mark.parametrize("harm", ["torn", "flipped", "empty", "another form", "no plan"])
def test_a_damaged_file_is_not_believed(path: Path, cache: Path, harm: str) -> None:
    """The plan is read, and kept again."""
    first = PlanFile(path, kept_in(cache)).load()
    (file,) = cache.iterdir()
    raw = file.read_bytes()
    start = len(b"gonogo-plan@2\n") + 32
    body = b"\x93\x01\x02\x03"
    file.write_bytes(
        {
            "torn": raw[:-10] + bytes(10),
            "flipped": raw.replace(b"1.0.0", b"1.0.1"),
            "empty": b"",
            "another form": b"gonogo-plan@1\n" + raw[start - 32 :],
            "no plan": raw[: start - 32] + sha256(body).digest() + body,
        }[harm]
    )
    assert find(path, cache) is None
    assert PlanFile(path, kept_in(cache)).load() == first
    assert file.read_bytes() == raw


@pytest.mark.parametrize("mode", [0o666, 0o620])
def test_a_file_others_could_have_written_is_not_believed(path: Path, cache: Path, mode: int) -> None:
    """A plan says what may be run and asked."""
    PlanFile(path, kept_in(cache)).load()
    (file,) = cache.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(mode)
    assert find(path, cache) is None


def test_a_directory_others_can_write_is_not_used(path: Path, cache: Path) -> None:
    """Neither for reading nor for writing."""
    PlanFile(path, kept_in(cache)).load()
    cache.chmod(0o777)
    assert find(path, cache) is None
    path.write_bytes(PLAN + b"name: new\n")
    PlanFile(path, kept_in(cache)).load()
    assert len(list(cache.iterdir())) == 1


def test_few_are_kept(path: Path, cache: Path) -> None:
    """One for each edit would fill a disk."""
    for number in range(7):
        path.write_bytes(PLAN + b"name: edit %d\n" % number)
        PlanFile(path, kept_in(cache)).load()
    assert len(list(cache.iterdir())) == 4


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"XDG_CACHE_HOME": "/c", "HOME": "/h"}, Path("/c/gonogo/plans")),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/h"}, Path("/h/.cache/gonogo/plans")),
        ({}, None),
    ],
)
def test_the_cache_lies_in_the_user_s_own_directory(environ: Mapping[str, str], expected: Path | None) -> None:
    """Never beside the plan, and nowhere when there is no home."""
    assert cache_directory(environ, "plans") == expected
    assert (KeptPlans.of(environ, LATER) is None) is (expected is None)


values = st.recursive(
    st.text(max_size=8)
    | st.booleans()
    | st.integers(-99, 99)
    | st.floats(allow_nan=False)
    | st.just(timedelta(1)),
    lambda inner: st.tuples(inner, inner) | st.lists(inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(st.text(max_size=5), values, max_size=3))
def test_what_does_not_come_back_as_it_is_is_not_kept(metadata: dict[str, object]) -> None:
    """Kept exactly or not at all, whatever a later field may hold."""
    import tempfile

    plan = Plan("r", (), (), metadata=metadata)
    with tempfile.TemporaryDirectory() as room:
        kept = kept_in(Path(room) / "plans")
        kept.keep("0" * 64, "release.yaml", "/", plan)
        again = kept.find("0" * 64, "release.yaml", "/")
        assert again is None or repr(again) == repr(plan)


def test_a_tick_on_a_known_plan_loads_no_yaml(path: Path, cache: Path) -> None:
    """Nor anything that reads it: that is what plans are kept for."""
    PlanFile(path, kept_in(cache)).load()
    program = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path\n"
        "from gonogo.io.host.own_cache import OwnCache\n"
        "from gonogo.io.plan_file import KeptPlans, PlanFile\n"
        f"cache = OwnCache(Path({str(cache)!r}), files=4, largest=2**20)\n"
        "kept = KeptPlans(cache, datetime(2100, 1, 1, tzinfo=UTC))\n"
        f"print(PlanFile({str(path)!r}, kept).load().plan.release)\n"
        "print('yaml' in sys.modules, 'gonogo.io.plan_file.shape' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["r", "False", "False"]
