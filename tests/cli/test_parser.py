"""The command table and the reading of argv."""

import pytest

from gonogo.cli import parser
from gonogo.cli.arguments import option_strings, parser_of
from gonogo.cli.context import Options
from gonogo.cli.parser import VALUE_OPTIONS, VERBS, Parsed, Shown, Verb, find_verb, load, read, split_verb
from gonogo.errors import GonogoError, UsageError


def parsed(*argv: str) -> Parsed:
    """A command line that is to be run."""
    found = read(argv)
    assert isinstance(found, Parsed)
    return found


def shown(*argv: str) -> str:
    """A command line that asks for a text."""
    found = read(argv)
    assert isinstance(found, Shown)
    return found.text


def refusal(*argv: str) -> str:
    """A command line that is wrong, as it is told."""
    with pytest.raises(UsageError) as caught:
        read(argv)
    return str(caught.value)


@pytest.mark.parametrize(
    "argv",
    [
        ("status", "--env", "staging", "--json", "--plan", "p.yaml"),
        ("--json", "--plan", "p.yaml", "status", "--env", "staging"),
        ("--env", "staging", "--plan=p.yaml", "--json", "status"),
    ],
)
def test_options_stand_before_or_after_the_verb(argv: tuple[str, ...]) -> None:
    """The order of verb and options does not matter, not even for the verb's own options."""
    found = parsed(*argv)

    assert found.verb.name == "status"
    assert found.args.env == "staging"
    assert found.options == Options(plan="p.yaml", json=True)


def test_no_verb_opens_the_cockpit() -> None:
    """`gonogo` alone, and with options only, means `gonogo open`."""
    assert parsed().verb.name == "open"
    assert parsed("--plan", "p.yaml").options.plan == "p.yaml"


def test_a_plan_may_stand_as_a_word() -> None:
    """`gonogo open PLAN` and `--plan` are the same; two different ones are a question, not a guess."""
    assert parsed("open", "a.yaml").options.plan == "a.yaml"
    assert parsed("check", "--plan", "a.yaml", "a.yaml").options.plan == "a.yaml"
    assert refusal("check", "a.yaml", "--plan", "b.yaml") == "two plans: 'a.yaml' and --plan 'b.yaml'\n  name one"


def test_an_unknown_verb_gets_the_nearest_one() -> None:
    """A slip of the finger is told what it may have meant."""
    assert refusal("tik") == "there is no command 'tik'\n  did you mean 'gonogo tick'?"
    assert refusal("frobnicate") == "there is no command 'frobnicate'\n  gonogo help    lists all of them"


def test_a_file_in_the_verbs_place_is_told_how_to_open_it() -> None:
    """`gonogo release.yaml` is a natural thing to type."""
    assert refusal("release.yaml") == "there is no command 'release.yaml'\n  gonogo open release.yaml"


def test_an_unknown_option_names_the_help() -> None:
    """argparse's complaint becomes ours, and never its exit."""
    assert refusal("undo", "--fast") == "unrecognized arguments: --fast\n  gonogo undo --help"


def test_hostile_words_are_harmless_in_complaints() -> None:
    """What came in on the command line is shown, not obeyed."""
    assert "\x1b" not in refusal("\x1b[2J")
    assert "\x1b" not in refusal("undo", "\x1b[2J")


def test_options_are_not_guessed_from_a_beginning() -> None:
    """A script that works today must not change its meaning when an option is added."""
    assert "--jso" in refusal("status", "--jso")


def test_journal_has_words_of_its_own() -> None:
    """`gonogo journal verify` is one verb, also with options in between."""
    assert parsed("journal", "--json", "verify").verb.name == "journal verify"
    assert refusal("journal") == (
        "'journal' needs one more word\n  one of: journal init, journal verify, journal path"
    )
    assert (
        refusal("journal", "verfy")
        == "there is no command 'journal verfy'\n  did you mean 'gonogo journal verify'?"
    )


def test_a_word_behind_two_dashes_is_no_option() -> None:
    """A note may begin with a dash."""
    assert parsed("note", "tests", "--", "--json is broken").args.text == ["--json is broken"]


def test_help_needs_nothing_else_to_be_right() -> None:
    """Whoever asks for help does not know yet what is missing."""
    assert shown("skip", "--help").startswith("usage: gonogo skip ITEM --reason TEXT [options]")
    assert shown("help", "skip") == shown("skip", "-h")
    assert shown("help") == shown("--help") == parser.overview()
    assert shown("help", "journal", "path") == shown("journal", "path", "--help")


def test_version_is_one_line() -> None:
    """The tool's version and Python's."""
    assert shown("--version").startswith("gonogo 0.")


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_whoever_looks_for_the_verb_knows_every_option_with_a_value(verb: Verb) -> None:
    """Otherwise a value in front of the verb would be taken for it."""
    for name, takes_value in option_strings(verb, load(verb)).items():
        assert (name in VALUE_OPTIONS) == takes_value, name


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_usage_in_the_table_names_what_the_parser_takes(verb: Verb) -> None:
    """The overview comes from the table; the parser must not know more than it or less."""
    found = parser_of(verb, load(verb))
    own = [action for action in found._actions if action.container.title != "common options"]  # type: ignore[attr-defined]  # argparse sets it without declaring it
    for action in own:
        name = action.option_strings[0] if action.option_strings else str(action.metavar)
        assert name in verb.usage, name
    for word in verb.usage.replace("[", " ").replace("]", " ").split():
        assert word in found.format_help(), word


def test_an_error_is_one_of_ours() -> None:
    """No command line leaves the parser in another way than these three."""
    for argv in (["log", "-n", "x"], ["log", "-n"], ["note"], ["journal", "init"], ["status", "--env"]):
        with pytest.raises(GonogoError):
            read(argv)


def test_splitting_keeps_the_order_of_everything_else() -> None:
    """Only the verb is taken out."""
    assert split_verb(["--json", "note", "a", "b c"]) == ("note", ["--json", "a", "b c"])
    assert split_verb(["--json"]) == ("", ["--json"])
    assert find_verb("next-version").module == "next_version"


def test_a_family_of_verbs_has_its_own_help() -> None:
    """Whoever remembers one word only sees the others, each short enough to be typed at night."""
    for argv in (["hotfix", "--help"], ["help", "hotfix"]):
        found = read(argv)
        assert isinstance(found, Shown)
        assert "gonogo hotfix continue [PRODUCT]" in found.text
        assert max(len(row) for row in found.text.splitlines()) < 120
    assert "--push VERSION" in shown("help", "hotfix", "continue")
    assert "--filter" not in shown("help", "hotfix", "continue")
    assert "--commit COMMIT" in shown("help", "merges", "equal")


@pytest.mark.parametrize("verb", ["why", "status"])
def test_an_environment_without_its_option_is_told_with_the_option(verb: str) -> None:
    """The next command stands there, ready to be typed."""
    assert refusal(verb, "production").endswith(f"\n  gonogo {verb} --env production")
