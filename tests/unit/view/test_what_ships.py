"""What ships, in rows, notes and entries: the failures of other tools' notes, and what must be called out."""

from collections.abc import Sequence

from msgspec.structs import replace

from gonogo.changelog import Base, ProductChanges, Range, build
from gonogo.changelog.notes import Audience
from gonogo.changelog.notes import build as build_notes
from gonogo.commits import Commit, Fate, Struck, parse_commit
from gonogo.plan import ChangelogRules, Environment, Migration, Plan, Product
from gonogo.text.tones import Tone, line_text
from gonogo.view.changelog import commit_line, find_commit, remarks, rows
from gonogo.view.notes import entry_body, facts, to_markdown, to_text

RULES = ChangelogRules()
PRODUCT = Product("web", "2.0.0", "1.0.0", repo="/srv/web")


def commits(*messages: str) -> list[Commit]:
    """Commits with ids 1111..., 2222..., newest first."""
    return [parse_commit(message, oid=f"{at:x}" * 40, author="Ana") for at, message in enumerate(messages, 1)]


def ships(
    *messages: str, migrations: tuple[str, ...] = (), copies: dict[str, Struck] | None = None
) -> ProductChanges:
    """Changes of `web` since 1.0.0."""
    found = Range(base=Base("v1.0.0", "0" * 40, "1.0.0"), migrations=migrations)
    return build("web", commits(*messages), found, RULES, "2.0.0", copies=copies or {})


def told(changes: ProductChanges, audience: Audience, product: Product = PRODUCT) -> str:
    """The notes as Markdown."""
    plan = Plan("r", (Environment("prod"),), (product,))
    return to_markdown(build_notes(plan, {"web": changes}, audience))


REVERT = (f'Revert "feat: charge twice"\n\nThis reverts commit {"2" * 40}.', "feat: charge twice", "fix: stay")


def test_reverts_are_struck_inside_and_left_out_outside() -> None:
    """conventional-changelog 554, standard-version 829: neither listed as if they shipped, nor half listed."""
    changes = ships(*REVERT)
    inside = told(changes, Audience.INTERNAL)
    assert "- ~~charge twice~~ (reverted by 11111111) (22222222, Ana)" in inside
    assert "(reverts 22222222)" in inside
    for text in (told(changes, Audience.EXTERNAL), entry_body(changes, RULES)):
        assert "charge twice" not in text
        assert "stay" in text


def test_a_reverted_break_asks_nobody_to_upgrade() -> None:
    """It does not ship, so it is not among the first things users read."""
    changes = ships(f"Revert it\n\nThis reverts commit {'2' * 40}.", "feat!: other names", "fix: stay")
    assert "Before you upgrade" not in told(changes, Audience.EXTERNAL)
    assert changes.without_upgrade == ()


def test_what_a_hotfix_announced_is_not_announced_again() -> None:
    """semantic-release 1487 and its kin: the same fix in two releases' notes."""
    changes = ships("fix: once", "feat: new", copies={"1" * 40: Struck(Fate.RELEASED, "9" * 40, "v1.0.1")})
    assert "- ~~once~~ (released in v1.0.1 as 99999999)" in told(changes, Audience.INTERNAL)
    assert "once" not in told(changes, Audience.EXTERNAL)
    assert "once" not in entry_body(changes, RULES)


def test_each_line_of_a_squashed_commit_is_in_the_notes() -> None:
    """commitizen 651, semantic-release 2661: all but the first were lost."""
    changes = ships("Feature branch (#7)\n\n* feat(api): one\n* fix: two\n")
    for audience in Audience:
        assert "**api:** one" in told(changes, audience)
        assert "- two" in told(changes, audience)


def test_a_break_without_upgrade_notes_is_called_out() -> None:
    """One sentence for all of them, with the command; what says how to upgrade is not named."""
    changes = ships("feat!: a", "fix!: b", "feat!: c\n\nBREAKING CHANGE: say `x`")
    [sentence] = [text for text, tone in remarks(changes) if "upgrade" in text and tone is Tone.WARN]
    assert sentence == (
        "! 2 breaking changes do not say how to upgrade: 11111111, 22222222; write it into the notes: "
        "gonogo notes edit --for external"
    )
    assert told(changes, Audience.EXTERNAL).count("(to be written)") == 3


def test_touched_migrations_stand_beside_the_declared_class() -> None:
    """In the list, in the notes of those inside, and in JSON; users are not told of tables."""
    product = replace(PRODUCT, migration=Migration.EXPAND)
    changes = ships("feat: a", migrations=("db/1.sql", "db/2.sql", "db/3.sql", "db/4.sql"))
    assert ("expand migration: db/1.sql, db/2.sql, db/3.sql and 1 more", Tone.STRONG) in remarks(changes, product)
    assert "Migration: expand, which touches\n\n- `db/1.sql`\n" in told(changes, Audience.INTERNAL, product)
    assert "db/1.sql" not in told(changes, Audience.EXTERNAL, product)
    plan = Plan("r", (Environment("prod"),), (product,))
    notes = build_notes(plan, {"web": changes}, Audience.INTERNAL)
    assert facts(notes)["products"][0]["migrations"] == list(changes.range.migrations)
    assert "  - db/4.sql" in to_text(notes)


def test_doubts_about_the_range_reach_whoever_writes_the_notes() -> None:
    """A shallow clone's notes lack lines, and nobody would see it in them."""
    changes = replace(ships("feat: a"), range=Range(problems=("the clone is shallow",)))
    plan = Plan("r", (Environment("prod"),), (PRODUCT,))
    assert "web: the clone is shallow" in build_notes(plan, {"web": changes}, Audience.EXTERNAL).warnings


def test_an_issue_is_told_once() -> None:
    """The forge writes it behind the title, the notes beside the commit; elsewhere in the text it stays."""
    changes = ships("feat: add y (#12) (#13)", "fix: see #14 (draft)\n\nCloses #15")
    assert "- add y (#12, #13)\n" in told(changes, Audience.EXTERNAL)
    assert "- see #14 (draft) (#14, #15)\n" in told(changes, Audience.EXTERNAL)


def test_issues_of_several_repositories_are_told_apart() -> None:
    """`#12` of two repositories is two issues, and a forge would link both to its own."""
    other = Product("api", "1.1.0", repo="/srv/api")
    plan = Plan("r", (Environment("prod"),), (PRODUCT, other))
    notes = build_notes(plan, {"web": ships("feat: y (#12)", "fix: z a/b#3, PAY-4")}, Audience.INTERNAL)
    issues = {issue for group in notes.products[0].groups for entry in group.entries for issue in entry.issues}
    assert issues == {"web#12", "a/b#3", "PAY-4"}


def _said(lines: Sequence[Commit]) -> list[str]:
    return [line_text(commit_line(commit, author=True)) for commit in lines]


def test_a_struck_line_says_why_before_it_is_cut_off() -> None:
    """The reason stands in front, in words, beside the style."""
    [section] = [one for one in ships(*REVERT).sections if one.title == "Added"]
    assert _said(section.commits) == ["x 22222222 reverted by 11111111: charge twice  Ana"]
    assert commit_line(section.commits[0])[-1].tone is Tone.STRUCK


def test_breaks_come_first_and_every_commit_is_found_by_its_key() -> None:
    """Also the further lines of a squashed commit."""
    changes = ships("fix: a", "feat!: b", "Branch\n\n* feat: c\n* fix: d\n")
    found = rows(changes)
    assert found[[row.key.startswith("section:") for row in found].index(True)].key == "section:Breaking"
    for row in found:
        if row.commit is not None:
            assert find_commit({"web": changes}, row.key.removeprefix("commit:")) == ("web", row.commit)
