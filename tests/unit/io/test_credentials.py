"""Secrets come from where the user's configuration says, in bounds, and no text about them holds one."""

import asyncio
import base64
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from gonogo.errors import ConfigError
from gonogo.io.config import Config
from gonogo.io.config.credentials import Auth, Credential, Credentials, Secret, Tokens, credential_from

SECRET = "c4n4ry-s3cret"
PAY = Auth("pay", ("pay.example.com",))


def problem(auth: Auth, **environ: str) -> str:
    """The complaint, which never holds the secret."""
    with pytest.raises(ConfigError) as caught:
        credential_from(auth, environ)
    assert SECRET not in f"{caught.value}{caught.value.__cause__!r}{caught.value.__context__!r}"
    return str(caught.value)


def netrc(tmp_path: Path, text: str, mode: int = 0o600) -> str:
    """A netrc file."""
    path = tmp_path / "netrc"
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def command(*words: str, **more: timedelta) -> Auth:
    """A credential from a small program."""
    return replace(PAY, command=(sys.executable, "-c", *words), **more)


def test_netrc_gives_login_and_password_as_basic_or_the_password_as_token(tmp_path: Path) -> None:
    """Of the machine the configuration names, and no other."""
    path = netrc(tmp_path, f"machine other login x password y\nmachine m login ana password {SECRET}\n")
    auth = replace(PAY, netrc="m")
    basic = "Basic " + base64.b64encode(f"ana:{SECRET}".encode()).decode()
    assert credential_from(auth, {"NETRC": path}).value.reveal() == basic
    token = credential_from(replace(auth, scheme="Bearer"), {"NETRC": path})
    assert token.value.reveal() == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    ("text", "mode", "expected"),
    [
        (f"machine m login a password {SECRET}", 0o640, "can be read or written by others"),
        (f"machine x login a password {SECRET}", 0o600, "machine m is empty or not set"),
        (f"machine m password {SECRET} {SECRET} bogus", 0o600, "not a valid netrc file"),
    ],
)
def test_a_netrc_that_does_not_do_is_named(text: str, mode: int, expected: str, tmp_path: Path) -> None:
    """Open to others, without the machine, malformed."""
    assert expected in problem(replace(PAY, netrc="m"), NETRC=netrc(tmp_path, text, mode))


def test_a_command_is_an_argument_list_and_its_first_line_the_secret() -> None:
    """No shell sees it: what a shell would obey is handed over as it stands."""
    auth = command("import sys; print(sys.argv[1]); print('more')", "$HOME; `id`")
    assert credential_from(auth, {}).value.reveal() == "$HOME; `id`"


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (f"print('{SECRET}'); raise SystemExit(3)", "failed with exit code 3"),
        (f"import sys; sys.stderr.write('{SECRET}'); raise SystemExit(1)", "failed with exit code 1"),
        ("pass", "is empty or not set"),
        ("print('x' * 100_000)", "did not end within"),
        (f"print('{SECRET}\\x1b[2J')", "holds characters a header cannot carry"),
    ],
)
def test_a_command_that_does_not_do_is_named(program: str, expected: str) -> None:
    """Neither its output nor its errors are repeated."""
    assert expected in problem(command(program))


def test_a_command_that_hangs_is_ended_with_its_children() -> None:
    """Its time-out holds for what it started too."""
    program = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"
    assert "did not end within 0.5 s" in problem(command(program, timeout=timedelta(seconds=0.5)))


def test_a_command_that_hangs_ends_with_the_program(tmp_path: Path) -> None:
    """Whoever leaves the cockpit does not wait for it, and leaves nothing behind."""
    pid = tmp_path / "pid"
    hangs = f"import os, time; open({str(pid)!r}, 'w').write(f'{{os.getpid()}}.'); time.sleep(60)"
    program = (
        "import os, sys, threading, time\n"
        "from gonogo.io.config.token_command import printed_by\n"
        f"asked = (sys.executable, '-c', {hangs!r}), os.environ, 60.0, 'x'\n"
        "threading.Thread(target=printed_by, args=asked, daemon=True).start()\n"
        f"while not (os.path.exists({str(pid)!r}) and open({str(pid)!r}).read().endswith('.')): time.sleep(0.01)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
    deadline = time.monotonic() + 30
    while is_running(int(pid.read_text().rstrip("."))):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    """Whether there is such a process, which has not ended yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_command_that_runs_as_somebody_else_by_now_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with sudo: it is not ours to end, and its end may never come."""
    pid = tmp_path / "pid"

    def refused(_group: int, _signal: int) -> None:
        raise PermissionError

    program = f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    with monkeypatch.context() as patch:
        patch.setattr(os, "killpg", refused)
        assert "did not end within 2 s" in problem(command(program, timeout=timedelta(seconds=2)))
    os.kill(int(pid.read_text()), signal.SIGKILL)


def test_a_command_that_is_not_there_is_named() -> None:
    """By its own name."""
    assert "command /nowhere/token: No such file" in problem(replace(PAY, command=("/nowhere/token",)))


def test_one_run_of_a_command_serves_all_who_wait_and_is_kept_for_a_while(tmp_path: Path) -> None:
    """Twelve cells with one credential start one command; a token that was turned down is asked for anew."""
    runs = tmp_path / "runs"
    auth = command(f"import os; open({str(runs)!r}, 'a').write('x'); print(os.path.getsize({str(runs)!r}))")
    now = [0.0]

    async def scenario() -> list[str]:
        credentials = Credentials(Config(auth={"pay": auth}), lambda: now[0])
        found = [one.value.reveal() for one in await asyncio.gather(*(credentials.get("pay") for _ in range(12)))]
        for seconds, turned_down in ((1.0, True), (40.0, True), (41.0, False), (400.0, False)):
            now[0] = seconds
            if turned_down:
                credentials.turned_down(await credentials.get("pay"))
            found.append((await credentials.get("pay")).value.reveal())
        return found

    assert asyncio.run(scenario()) == ["1"] * 12 + ["1", "2", "2", "3"]


def test_a_run_that_fails_serves_all_who_wait_too(tmp_path: Path) -> None:
    """Twelve cells, of which a host is asked by four at a time, do not wait for three time-outs in turn."""
    runs, now = tmp_path / "runs", [0.0]
    auth = command(f"open({str(runs)!r}, 'a').write('x'); raise SystemExit(3)")

    async def scenario() -> list[tuple[set[str], int]]:
        credentials = Credentials(Config(auth={"pay": auth}), lambda: now[0])
        found = []
        for now[0] in (0.0, 1.9, 2.1):
            asked = (credentials.get("pay") for _ in range(4))
            said = {str(one) for one in await asyncio.gather(*asked, return_exceptions=True)}
            found.append((said, len(runs.read_text())))
        return found

    (first, once), (second, still_once), (_, anew) = asyncio.run(scenario())
    assert ["failed with exit code 3" in said for said in first] == [True]
    assert second == first
    assert (once, still_once, anew) == (1, 1, 2)


def test_who_does_not_wait_any_longer_ends_the_run_for_nobody(tmp_path: Path) -> None:
    """One cell's question is replaced, by an edited plan, say; the others get their token."""
    go_on = tmp_path / "go-on"
    auth = command(f"import os, time\nwhile not os.path.exists({str(go_on)!r}): time.sleep(0.01)\nprint('t0')")

    async def scenario() -> str:
        credentials = Credentials(Config(auth={"pay": auth}), lambda: 0.0)
        first, second = (asyncio.ensure_future(credentials.get("pay")) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait([first])
        go_on.touch()
        return (await second).value.reveal()

    assert asyncio.run(scenario()) == "t0"


def test_a_token_is_kept_for_whoever_begins_anew_with_the_same_memory(tmp_path: Path) -> None:
    """Metrics are asked in a loop of their own each time; the command does not run each time."""
    runs = tmp_path / "runs"
    auth = command(f"import os; open({str(runs)!r}, 'a').write('x'); print(os.path.getsize({str(runs)!r}))")
    kept: Tokens = {}

    def ask(given: Auth, at: float) -> str:
        credentials = Credentials(Config(auth={"pay": given}), lambda: at, kept)
        return asyncio.run(credentials.get("pay")).value.reveal()

    assert [ask(auth, 0.0), ask(auth, 20.0), ask(auth, 400.0)] == ["1", "1", "2"]
    assert ask(replace(auth, hosts=("other.test",)), 401.0) == "3"


def test_who_used_the_old_token_may_ask_again_at_once(tmp_path: Path) -> None:
    """Of many that are turned down together the first has it renewed, and none of them waits for its next turn."""
    runs = tmp_path / "runs"
    auth = command(f"import os; open({str(runs)!r}, 'a').write('x'); print(os.path.getsize({str(runs)!r}))")
    now = [0.0]

    async def scenario() -> list[bool]:
        credentials = Credentials(Config(auth={"pay": auth, "fix": replace(PAY, name="fix")}), lambda: now[0])
        old = await credentials.get("pay")
        young = credentials.turned_down(old)
        now[0] = 40.0
        first, second = credentials.turned_down(old), credentials.turned_down(old)
        new = await credentials.get("pay")
        fixed = Credential("fix", "Authorization", Secret("it never changes"), ())
        return [young, first, second, credentials.turned_down(new), credentials.turned_down(fixed)]

    assert asyncio.run(scenario()) == [False, True, True, False, False]


def test_every_spelling_an_answer_may_repeat_is_known() -> None:
    """Whole, alone, for a URL, for JSON; and what is too short is not looked for."""
    given = Credential("pay", "Authorization", Secret("Bearer a/b c"), (), Secret("a/b c"))
    assert {"Bearer a/b c", "a/b c", "a%2Fb%20c", "a\\/b c"} <= set(given.spellings())
    assert list(Credential("pay", "X", Secret("ab"), ()).spellings()) == []


def test_what_a_credential_is_made_of_does_not_print_itself() -> None:
    """Neither does the configuration it came from."""
    made = credential_from(replace(PAY, env="TOKEN"), {"TOKEN": SECRET})
    assert SECRET not in f"{made!r}{made}{Config(auth={'pay': PAY})!r}"
    assert os.environ.get("TOKEN") is None
