"""The user's configuration: read strictly, private where it matters, and silent about secrets."""

import traceback
from pathlib import Path

import pytest

from gonogo.errors import ConfigError
from gonogo.io.config import Config, Credential, Secret, config_path, load_config


def written(text: str, mode: int = 0o600) -> Path:
    """Write the configuration where it is looked for."""
    import os

    path = config_path(os.environ)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def problem(text: str) -> str:
    """The complaint about a configuration."""
    written(text)
    with pytest.raises(ConfigError) as caught:
        load_config()
    return str(caught.value)


def test_no_file_is_an_empty_configuration() -> None:
    """Nothing has to be set up."""
    assert load_config() == Config()


def test_the_path_follows_xdg() -> None:
    """A relative XDG_CONFIG_HOME is ignored, as the specification says."""
    assert config_path({"XDG_CONFIG_HOME": "/x"}) == Path("/x/gonogo/config.toml")
    assert config_path({"XDG_CONFIG_HOME": "x", "HOME": "/h"}) == Path("/h/.config/gonogo/config.toml")


def test_every_key_is_read() -> None:
    """Journal, addresses and credentials."""
    path = written(
        'journal = "/srv/releases"\nallow_addresses = ["169.254.0.10"]\n'
        '[auth.pay]\nhosts = ["pay.example.com"]\nheader = "X-Key"\nscheme = "Bearer"\nenv = "PAY"\n'
    )
    config = load_config()
    assert (config.journal, config.allow_addresses, config.path) == ("/srv/releases", ("169.254.0.10",), str(path))
    credential = config.credential("pay", {"PAY": " t0ken\n"})
    assert (credential.header, credential.value.reveal()) == ("X-Key", "Bearer t0ken")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('jurnal = "x"', "unknown key 'jurnal'\n  did you mean 'journal'?"),
        ("[auth.pay]\ntoken = 's3cret'\nhosts=['h']\nenv='E'", "unknown key 'auth.pay.token'"),
        ("journal = 5", "'journal' must be one line of text"),
        ("auth = 5", "'auth' must be a table of credentials, [auth.NAME]"),
        ("[auth]\npay = 5", "'auth.pay' must be a table with hosts and env, file"),
        ("[auth.pay]\nenv = 'E'", "'auth.pay.hosts' must be the hosts"),
        ("[auth.pay]\nhosts = 'h'\nenv = 'E'", "'auth.pay.hosts' must be a list of texts"),
        ("[auth.pay]\nhosts = ['h']", "'auth.pay' must be either env, file"),
        ("[auth.pay]\nhosts = ['h']\nenv = 'E'\nfile = 'F'", "'auth.pay' must be either env, file"),
        ("a = = 1", "not TOML: Invalid value (at line 1, column 5)"),
        ("#" * 300_000, "larger than 256 KiB"),
    ],
)
def test_a_mistake_names_its_key(text: str, expected: str) -> None:
    """With the file, a remedy where there is one, and never the value."""
    complaint = problem(text)
    assert expected in complaint
    assert "config.toml" in complaint
    assert "s3cret" not in complaint


def test_a_configuration_others_can_write_is_refused() -> None:
    """It decides where secrets go; others may read it, for it holds none."""
    written("", 0o644)
    assert load_config().path
    path = written("", 0o662)
    with pytest.raises(ConfigError, match=f"can be written by others\n  chmod go-w {path}"):
        load_config()


def with_token_file(mode: int, content: str = "t0ken\n") -> Config:
    """A configuration with a token in a file of that mode."""
    token = config_path({"XDG_CONFIG_HOME": "/nowhere"})  # only its name is used
    path = written("").parent / token.name.replace("config.toml", "token")
    path.write_text(content)
    path.chmod(mode)
    written(f"[auth.pay]\nhosts = ['h']\nfile = '{path}'\n")
    return load_config()


def test_a_token_in_a_private_file_is_read_anew_each_time() -> None:
    """A rotated token is picked up without a restart."""
    config = with_token_file(0o600)
    assert config.credential("pay").value.reveal() == "t0ken"
    Path(config.auth["pay"].file).write_text("rotated")
    assert config.credential("pay").value.reveal() == "rotated"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o622])
def test_a_token_file_others_can_touch_is_refused(mode: int) -> None:
    """Read or write, group or world."""
    with pytest.raises(ConfigError, match="can be read or written by others\n  chmod 600"):
        with_token_file(mode).credential("pay")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "is empty or not set"),
        ("a\nb", "holds characters"),
        ("naïve", "holds characters"),
        ("x" * 20_000, "larger"),
    ],
)
def test_a_token_that_cannot_be_sent_is_refused(content: str, expected: str) -> None:
    """A line break in a header would be a second header."""
    with pytest.raises(ConfigError, match=expected):
        with_token_file(0o600, content).credential("pay")


def test_a_credential_that_is_missing_says_what_is_missing() -> None:
    """The name with a suggestion, the variable, or the file."""
    written("[auth.pay]\nhosts = ['h']\nenv = 'PAY'\n[auth.doc]\nhosts = ['h']\nfile = '/nowhere/token'\n")
    config = load_config()
    with pytest.raises(ConfigError, match="did you mean 'pay'"):
        config.credential("pa")
    with pytest.raises(ConfigError, match="environment variable PAY is empty or not set"):
        config.credential("pay", {})
    with pytest.raises(ConfigError, match="file /nowhere/token: No such file or directory"):
        config.credential("doc")


def test_a_token_file_is_a_regular_file() -> None:
    """A pipe would hang, a directory has no token."""
    written(f"[auth.pay]\nhosts = ['h']\nfile = '{written('').parent}'\n")
    with pytest.raises(ConfigError, match="not a regular file"):
        load_config().credential("pay")


@pytest.mark.parametrize(
    ("listed", "host", "port", "expected"),
    [
        ("pay.example.com", "pay.example.com", 443, True),
        ("pay.example.com", "PAY.example.com", 8443, True),
        ("pay.example.com:8443", "pay.example.com", 8443, True),
        ("pay.example.com:8443", "pay.example.com", 443, False),
        ("*.example.com", "pay.eu.example.com", 443, True),
        ("*.example.com", "example.com", 443, False),
        ("*.example.com", "evilexample.com", 443, False),
        ("example.com", "pay.example.com", 443, False),
        ("example.com", "example.com.evil.net", 443, False),
        ("::1", "::1", 80, True),
        ("[::1]:80", "::1", 80, True),
        ("[::1]:81", "::1", 80, False),
        ("*", "example.com", 443, False),
    ],
)
def test_a_credential_belongs_to_its_hosts(listed: str, host: str, port: int, expected: bool) -> None:
    """By name, by name and port, or below a domain; never by a part of a name."""
    assert Credential("c", "A", Secret("s"), (listed,)).is_for(host, port) is expected


def test_a_secret_does_not_print_itself() -> None:
    """Neither alone nor inside what holds it, nor in a trace back."""
    credential = Credential("c", "A", Secret("s3cret"), ("h",))
    assert "s3cret" not in f"{credential!r} {credential.value} {credential.value!r}"
    try:
        raise ValueError(credential)
    except ValueError:
        assert "s3cret" not in traceback.format_exc()
