"""Signatures by ssh-keygen: made with this account's key, judged by the plan's file of allowed signers.

A key counts for what its line in that file says, at the time of the event: `valid-before` takes a key out without
taking back what it signed before. The program asks nobody anything: a key with a passphrase lives in an ssh-agent.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gonogo.errors import ConfigError, GonogoError
from gonogo.events import Event, EventId
from gonogo.io.git.signers_file import as_file, stamp
from gonogo.io.host.atomic import make_private_directory, write_atomically
from gonogo.plan import Plan
from gonogo.rules.signing import NAMESPACE, is_wanted, payload, signature_of
from gonogo.text import clean

_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_SIGN_WITHIN = 60.0
"""Seconds: some keys wait for a touch. Nothing is locked meanwhile."""
_CHECK_WITHIN = 10.0
_AT_ONCE = 4
_SIGNATURE_LIMIT = 16 * 1024
_KEPT = 50_000
"""Good signatures that are remembered; each is one line of 65 bytes."""
_HANDED_ON = ("HOME", "SSH_AUTH_SOCK", "PATH", "XDG_RUNTIME_DIR")


class SshSignatures:
    """See `ports.Signatures`. `state_dir` is where good signatures are remembered."""

    def __init__(self, release: str, signing_key: str, config_path: str, state_dir: Path) -> None:
        self._release = release
        self._key = signing_key
        self._config_path = config_path
        self._memory = state_dir / "signatures" / hashlib.sha256(release.encode()).hexdigest()
        self._good: set[str] | None = None

    def sign(self, payload: bytes) -> str:
        """See `ports.Signatures.sign`."""
        if not self._key:
            raise ConfigError(
                "this plan wants decisions signed, and no key is set up",
                where=self._config_path or "config.toml",
                remedy='signing_key = "~/.ssh/id_ed25519"',
            )
        with tempfile.TemporaryDirectory(prefix="gonogo-sign-") as folder:
            done = _run(["-Y", "sign", "-n", NAMESPACE, "-f", self._key_file(folder)], payload, _SIGN_WITHIN)
        if done.returncode or _BEGIN.encode() not in done.stdout:
            raise ConfigError(
                f"signing failed: {_last_line(done) or 'no signature'}",
                where=self._key if "/" in self._key else self._config_path,
                remedy="ssh-add -l    lists the keys an agent holds; one with a passphrase must be there",
            )
        return "".join(line for line in done.stdout.decode("ascii").split("\n") if not line.startswith("-----"))

    def _key_file(self, folder: str) -> str:
        """Path of the key; a public key that stands in the configuration itself is put into `folder`."""
        if not self._key.startswith(("ssh-", "ecdsa-", "sk-", "key::")):
            return str(Path(self._key).expanduser().absolute())
        path = Path(folder) / "key.pub"
        path.write_text(self._key.removeprefix("key::") + "\n", encoding="utf-8")
        return str(path)

    def signers(self, plan: Plan) -> str:
        """See `ports.Signatures.signers`."""
        return stamp(plan.allowed_signers) if plan.sign and plan.allowed_signers else ""

    def flaws(self, plan: Plan, events: Sequence[Event]) -> Mapping[EventId, str]:
        """See `ports.Signatures.flaws`."""
        wanted = [event for event in events if is_wanted(plan, event.kind)]
        if not wanted:
            return {}
        try:
            if plan.allowed_signers is None:
                raise ConfigError("the plan does not say whose keys count", remedy="allowed_signers: FILE")
            with as_file(plan.allowed_signers) as copy:
                found = self._judge(wanted, copy.parent, hashlib.sha256(copy.read_bytes()).hexdigest())
        except GonogoError as error:
            return {event.id: error.message for event in wanted}
        return {event.id: why for event, why in zip(wanted, found, strict=True) if why}

    def _judge(self, events: Sequence[Event], folder: Path, signers: str) -> list[str]:
        good = self._remembered()
        names = [self._name(event, signers) for event in events]
        asked = [event for event, name in zip(events, names, strict=True) if name not in good]
        if not asked:
            return [""] * len(events)
        with ThreadPoolExecutor(_AT_ONCE, "signatures") as pool:
            told = pool.map(lambda event: self._why_not(event, folder), asked)
            answers = {event.id: why for event, why in zip(asked, told, strict=True)}
        found = [answers.get(event.id, "") for event in events]
        self._remember({name for name, why in zip(names, found, strict=True) if not why})
        return found

    def _why_not(self, event: Event, folder: Path) -> str:
        """Why the signature of `event` does not count; "" when it does."""
        signature = signature_of(event)
        if not signature:
            return "it is not signed"
        if len(signature) > _SIGNATURE_LIMIT or not signature.isascii():
            return "its signature is none"
        file = folder / f"{event.seq}.sig"
        file.write_text(f"{_BEGIN}\n{signature}\n{_END}\n", encoding="ascii")
        at = f"verify-time={event.at:%Y%m%d%H%M%S}"
        words = ["-Y", "verify", "-f", str(folder / "allowed_signers"), "-I", event.actor.user, "-n", NAMESPACE]
        try:
            signed = payload(self._release, event, event.actor)
            done = _run([*words, "-s", str(file), "-O", at], signed, _CHECK_WITHIN)
        except ConfigError as error:
            return f"its signature cannot be checked: {error.message}"
        return "" if done.returncode == 0 else f"its signature is not accepted: {_last_line(done)}"

    def _name(self, event: Event, signers: str) -> str:
        """Of this signature, judged by these signers: everything its judgement depends on."""
        parts = (signers, signature_of(event), event.at.isoformat(), event.actor.user)
        signed = payload(self._release, event, event.actor)
        return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass") + b"\n" + signed).hexdigest()

    def _remembered(self) -> set[str]:
        if self._good is None:
            try:
                self._good = set(self._memory.read_text(encoding="ascii").split())
            except (OSError, ValueError):
                self._good = set()  # then they are checked again
        return self._good

    def _remember(self, names: set[str]) -> None:
        good = self._remembered()
        if names <= good:
            return
        good |= names
        try:
            make_private_directory(self._memory.parent)
            write_atomically(self._memory, "\n".join(sorted(good)[:_KEPT]).encode() + b"\n", mode=0o600)
        except (OSError, GonogoError):
            return  # only slower the next time


def _run(words: Sequence[str], fed: bytes, seconds: float) -> "subprocess.CompletedProcess[bytes]":
    """ssh-keygen, without a terminal it could ask at. Raises ConfigError when it is not there or does not end."""
    program = shutil.which("ssh-keygen")
    if program is None:
        raise ConfigError("there is no ssh-keygen", remedy="install the OpenSSH client")
    environ = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    environ |= {"LC_ALL": "C", "TZ": "UTC", "SSH_ASKPASS_REQUIRE": "never"}
    try:
        return subprocess.run(
            [program, *words],
            input=fed,
            capture_output=True,
            env=environ,
            timeout=seconds,
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ConfigError(f"ssh-keygen did not end within {seconds:g} s") from None
    except OSError as error:
        raise ConfigError(f"ssh-keygen cannot be run: {error.strerror}") from error


def _last_line(done: "subprocess.CompletedProcess[bytes]") -> str:
    told = (done.stderr + b"\n" + done.stdout).decode("utf-8", "replace").splitlines()
    useful = [line for line in told if line.strip() and not line.startswith(("Signing data", "-----"))]
    return clean(useful[0], 200) if useful else f"ssh-keygen ended with {done.returncode}"
