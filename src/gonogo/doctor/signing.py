"""Can this account decide where decisions are signed? Looks only: a key that waits for a touch is not asked."""

from collections.abc import Iterator
from pathlib import Path

from gonogo.doctor.finding import Finding, Level
from gonogo.errors import GonogoError
from gonogo.io.config import Config
from gonogo.io.git.signers_file import read
from gonogo.io.host.looking import is_file
from gonogo.plan import Plan, SignersFile

GROUP = "signing"


def findings(plan: Plan, config: Config | None, account: str) -> Iterator[Finding]:
    """The own key and the file of the keys that count; nothing where the plan asks for no signatures."""
    if plan.sign and plan.allowed_signers is not None:
        if config is not None:
            yield _key(config)
        yield _signers(plan.allowed_signers, account)


def _key(config: Config) -> Finding:
    key = config.signing_key
    if not key:
        remedy = 'signing_key = "~/.ssh/id_ed25519" in config.toml'
        return Finding(GROUP, Level.FAIL, "your key", "is not set up: you can decide nothing in this plan", remedy)
    if key.startswith(("ssh-", "ecdsa-", "sk-", "key::")):
        return Finding(GROUP, Level.OK, "your key", "is one that an ssh-agent holds")
    if not is_file(Path(key).expanduser()):
        return Finding(GROUP, Level.FAIL, "your key", f"there is no {key}", "correct signing_key in config.toml")
    return Finding(GROUP, Level.OK, "your key", key)


def _signers(signers: SignersFile, account: str) -> Finding:
    try:
        content = read(signers)
    except GonogoError as error:
        return Finding(GROUP, Level.FAIL, str(signers), error.message, error.remedy)
    lines = [line.split() for line in content.decode("utf-8", "replace").splitlines()]
    listed = [line[0] for line in lines if line and not line[0].startswith("#")]
    if not any(account in one.split(",") for one in listed):
        what = f"names no key of {account}: what this account decides does not count"
        return Finding(GROUP, Level.WARN, str(signers), what, "have the line of your key added")
    return Finding(GROUP, Level.OK, str(signers), f"{len(listed)} lines, one of {account}")
