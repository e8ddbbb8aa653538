"""A file is replaced as a whole or not at all."""

import os
from pathlib import Path

import pytest

from gonogo.errors import ConflictError, NotPermittedError, StorageError
from gonogo.io.host.atomic import make_private_directory, write_atomically


@pytest.mark.parametrize("umask", [0o000, 0o777])
def test_a_new_file_gets_its_mode_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    """Private unless asked otherwise."""
    before = os.umask(umask)
    try:
        write_atomically(tmp_path / "a", b"one")
        write_atomically(tmp_path / "b", b"two", mode=0o644)
    finally:
        os.umask(before)

    assert [(tmp_path / name).stat().st_mode & 0o777 for name in "ab"] == [0o600, 0o644]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_an_old_file_keeps_its_mode(tmp_path: Path) -> None:
    """The content changes, nothing else."""
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(0o4755)

    write_atomically(path, b"new")

    assert (path.read_bytes(), path.stat().st_mode & 0o7777) == (b"new", 0o4755)


@pytest.mark.needs("root")
def test_an_old_file_keeps_its_owner(tmp_path: Path) -> None:
    """Root editing for somebody does not take the file away."""
    path = tmp_path / "a"
    path.write_bytes(b"old")
    os.chown(path, 65534, 65534)

    write_atomically(path, b"new")

    assert (path.stat().st_uid, path.stat().st_gid) == (65534, 65534)


def test_a_link_inside_is_followed_and_one_that_leads_out_refused(tmp_path: Path) -> None:
    """A link planted in a repository must not overwrite what lies elsewhere."""
    tree, outside = tmp_path / "tree", tmp_path / "outside"
    tree.mkdir()
    outside.write_bytes(b"precious")
    (tree / "real").write_bytes(b"old")
    (tree / "inner").symlink_to("real")
    (tree / "outer").symlink_to(outside)

    write_atomically(tree / "inner", b"new")
    with pytest.raises(NotPermittedError, match="leads out of"):
        write_atomically(tree / "outer", b"new")

    assert (tree / "real").read_bytes() == b"new"
    assert (tree / "inner").is_symlink()
    assert outside.read_bytes() == b"precious"


def test_a_file_that_changed_since_it_was_read_is_left(tmp_path: Path) -> None:
    """Somebody else's edit is not lost."""
    path = tmp_path / "a"
    path.write_bytes(b"theirs")

    with pytest.raises(ConflictError, match="changed by somebody else"):
        write_atomically(path, b"mine", expected=b"before")

    assert path.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    """With the place."""
    with pytest.raises(StorageError, match="cannot write") as caught:
        write_atomically(tmp_path / "missing" / "a", b"x")
    assert caught.value.where == str(tmp_path / "missing" / "a")
    with pytest.raises(NotPermittedError, match="not a regular file"):
        write_atomically(tmp_path, b"x", within=tmp_path.parent)


def test_a_private_directory_is_private_under_any_umask(tmp_path: Path) -> None:
    """Its missing parents too."""
    before = os.umask(0o777)
    try:
        make_private_directory(tmp_path / "a" / "b")
    finally:
        os.umask(before)

    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("a", "a/b")] == [0o700, 0o700]
