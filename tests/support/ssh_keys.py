"""Real SSH keys and files of allowed signers, for tests."""

import subprocess
from collections.abc import Mapping
from pathlib import Path


def make_key(path: Path) -> str:
    """A key without a passphrase; returns its public half in one line."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", path], check=True)
    return path.with_name(f"{path.name}.pub").read_text(encoding="ascii").strip()


def allow(path: Path, keys: Mapping[str, str], options: str = "") -> Path:
    """A file in which each account has a key; `options` as in ALLOWED SIGNERS of ssh-keygen(1)."""
    words = f"{options} " if options else ""
    path.write_text("".join(f"{account} {words}{key}\n" for account, key in keys.items()), encoding="ascii")
    return path
