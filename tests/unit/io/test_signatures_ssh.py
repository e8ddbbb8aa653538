"""Signatures of decisions with the real ssh-keygen: which count, which do not, and why."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from gonogo.errors import ConfigError
from gonogo.events import Actor, Draft, Event, EventId
from gonogo.io.journal.signatures_ssh import SshSignatures
from gonogo.plan import Environment, Plan, Product, SignersFile
from gonogo.rules.signing import payload, with_signature
from gonogo.testing.clock import START
from support.ssh_keys import allow, make_key

pytestmark = pytest.mark.needs("sshd")

ANA = Actor(1001, "aruiz")
DRAFT = Draft(
    EventId("one"), "go.decided", "go:production", {"answer": "go", "facts": ("a", "b\u202e")}, 4, "0" * 64
)


class Desk:
    """Where Ana signs, and the file that says whose keys count."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.key = directory / "ana"
        self.public = make_key(self.key)
        self.signers = allow(directory / "allowed_signers", {"aruiz": self.public})
        environments, products = (Environment("production"),), (Product("web", "1.2.3"),)
        self.plan = Plan(
            "r", environments, products, sign="decisions", allowed_signers=SignersFile(str(self.signers))
        )

    def signatures(self, key: str | None = None) -> SshSignatures:
        """As a new process has them."""
        return SshSignatures("r", str(self.key) if key is None else key, "config.toml", self.directory / "state")

    def signed(self, key: str | None = None, draft: Draft = DRAFT) -> Event:
        """What Ana decided, as it is read back."""
        signature = self.signatures(key).sign(payload("r", draft, ANA))
        made = with_signature(draft, signature)
        data = {**made.data, "facts": ["a", "b\ufffd"]}
        return Event(7, made.id, START, ANA, made.kind, made.subject, data, made.expect, made.plan_sha256)

    def flaw(self, event: Event) -> str:
        """Why it does not count; "" when it does."""
        return self.signatures().flaws(self.plan, [event]).get(event.id, "")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A key and its file."""
    return Desk(tmp_path)


def test_a_signature_of_an_allowed_key_counts(desk: Desk) -> None:
    """Also when the record has made a control character visible and a list of a tuple."""
    assert desk.flaw(desk.signed()) == ""


def test_what_is_not_signed_does_not_count(desk: Desk) -> None:
    """And says so."""
    assert desk.flaw(replace(desk.signed(), data={"answer": "go"})) == "it is not signed"


def test_another_key_does_not_count(desk: Desk) -> None:
    """A key that stands in the file for somebody else is not Ana's."""
    other = make_key(desk.directory / "ben")
    event = desk.signed(str(desk.directory / "ben"))
    assert "not accepted" in desk.flaw(event)

    allow(desk.signers, {"aruiz": desk.public, "bokafor": other})

    assert "not accepted" in desk.flaw(event)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "approval.given"},
        {"subject": "go:staging"},
        {"expect": 5},
        {"plan_sha256": "1" * 64},
        {"actor": Actor(1002, "aruiz")},
        {"id": EventId("two")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_everything_that_means_something_is_signed(desk: Desk, change: dict[str, object]) -> None:
    """A signature is worth nothing on another event."""
    assert "not accepted" in desk.flaw(replace(desk.signed(), **change))


def test_a_changed_reason_breaks_the_signature(desk: Desk) -> None:
    """The data are signed as a whole."""
    event = desk.signed()
    assert "not accepted" in desk.flaw(replace(event, data={**event.data, "answer": "no_go"}))


def test_a_key_is_judged_at_the_time_of_the_event(desk: Desk) -> None:
    """Taken out later, it still counts for what it signed before; taken out before, it does not."""
    event = desk.signed()
    allow(desk.signers, {"aruiz": desk.public}, f'valid-before="{START.year + 1}0101"')
    assert desk.flaw(event) == ""
    allow(desk.signers, {"aruiz": desk.public}, f'valid-before="{START.year - 1}0101"')
    assert "not accepted" in desk.flaw(event)
    allow(desk.signers, {"aruiz": desk.public}, f'valid-after="{START.year + 1}0101"')
    assert "not accepted" in desk.flaw(event)


def test_a_signature_for_something_else_is_none(desk: Desk) -> None:
    """A commit that the same key signed says nothing here."""
    message = payload("r", DRAFT, ANA)
    words = ["ssh-keygen", "-Y", "sign", "-n", "git", "-f", str(desk.key)]
    made = subprocess.run(words, input=message, capture_output=True, check=True).stdout.decode().split("\n")
    body = "".join(line for line in made if not line.startswith("-----"))

    event = desk.signed()

    assert "not accepted" in desk.flaw(replace(event, data={**event.data, "signature": body}))


def test_a_file_of_signers_that_is_gone_lets_nothing_count(desk: Desk) -> None:
    """What cannot be judged is never good."""
    event = desk.signed()
    desk.signers.unlink()
    assert "cannot be read" in desk.flaw(event)


def test_a_good_signature_is_checked_once(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The next process remembers it; not when the file of signers has changed."""
    event = desk.signed()
    assert desk.flaw(event) == ""
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))

    assert desk.flaw(event) == ""
    allow(desk.signers, {"aruiz": desk.public, "eve": desk.public})
    assert "there is no ssh-keygen" in desk.flaw(event)


def test_signing_without_a_key_says_what_to_set_up(desk: Desk) -> None:
    """With the line to write."""
    with pytest.raises(ConfigError) as caught:
        desk.signed("")

    assert 'signing_key = "~/.ssh/id_ed25519"' in str(caught.value)


def test_a_key_with_a_passphrase_is_not_asked_for(desk: Desk) -> None:
    """Nothing waits for a terminal; the way out is named."""
    locked = desk.directory / "locked"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", locked], check=True)

    with pytest.raises(ConfigError) as caught:
        desk.signed(str(locked))

    assert "ssh-add" in str(caught.value)


@pytest.fixture
def agent(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """An agent that holds Ana's key, whose file is gone."""
    started = subprocess.run(["ssh-agent", "-s"], capture_output=True, text=True, check=True).stdout
    said = dict(part.split("=", 1) for part in started.replace("\n", "").split(";") if "=" in part)
    monkeypatch.setenv("SSH_AUTH_SOCK", said["SSH_AUTH_SOCK"])
    subprocess.run(["ssh-add", "-q", desk.key], check=True, capture_output=True)
    desk.key.unlink()
    yield desk
    os.kill(int(said["SSH_AGENT_PID"]), signal.SIGTERM)


def test_a_key_of_an_agent_signs(agent: Desk) -> None:
    """Named by its public half, as a file or as text."""
    assert agent.flaw(agent.signed(str(agent.key.with_name("ana.pub")))) == ""
    assert agent.flaw(agent.signed(agent.public)) == ""
