"""From a raw message to a commit. A message that follows no convention is kept whole; nothing here drops one."""

import re
from collections.abc import Set as AbstractSet
from functools import lru_cache

from msgspec.structs import replace

from gonogo.commits.conventions import KNOWN_TYPES, Convention, conventional
from gonogo.commits.footers import BREAKING_TOKENS, read_footers, told_break
from gonogo.commits.issues import issue_references
from gonogo.commits.model import NOT_DESCRIBED, NOTHING_MORE, Commit, Footer, Headline, More, stamp
from gonogo.text import BLOCK_LIMIT, LINE_LIMIT, clean, clean_block

_MANY = 50
"""Lines of one message that are told apart at most: co-authors, picks, entries of a squashed commit."""


def parse_commit(
    message: bytes | str,
    *,
    oid: str = "",
    author: bytes | str = "",
    authored: int | None = None,
    parents: int = 1,
    with_body: bool = True,
    convention: Convention = conventional,
    types: AbstractSet[str] = KNOWN_TYPES,
    with_issues: bool = True,
    merges_speak: bool = False,
) -> Commit:
    """Read one message. `authored` is in seconds since 1970; bytes that are not UTF-8 are shown as `\\xff`.

    `types` are those told apart inside a squashed commit's body. Looking for issues is a third of the work. The
    body of a merge is not told, for its branch's commits stand beside it; with `merges_speak` it stands for them.
    """
    text = message.decode("utf-8", "backslashreplace") if isinstance(message, bytes) else message
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    subject, _, rest = text.lstrip("\r\n").partition("\n")
    shown = clean(subject.strip(), LINE_LIMIT)
    headline = _behind_prefix(shown, convention) or convention(shown)
    silent = parents > 1 and not merges_speak
    telling = with_body or _is_telling(rest) or "evert" in shown or "Reapply" in shown
    near = _near_break_in_title(shown) if "!" in shown and not (headline and headline.breaking) else ""
    more = _read_more(shown, rest, headline, silent, with_body, convention, types) if telling else NOTHING_MORE
    if (more.upgrade or more.also) and _is_bot(author):
        # what a bot writes below its title is the changelog of another project: a person says what it means here
        doubt = more.looks_breaking or (f"BREAKING CHANGE: {_one_line(more.upgrade)}" if more.upgrade else "")
        more = replace(more, upgrade="", also=(), looks_breaking=doubt)
    if near and not more.looks_breaking:
        more = replace(more, looks_breaking=near)
    if headline is None and more.also and (parents > 1 or _says_only_what_was_joined(shown)):
        # `Merge pull request #5 from ...` says nothing, the title of what was merged stands below
        headline, more = more.also[0], replace(more, also=more.also[1:])
    cited = _cited(shown, rest) if with_issues else ""
    known = stamp(oid, authored)
    if headline is None:
        return Commit(
            known, shown, _author(author), "", "", 0, _one_line(more.upgrade), cited, parents, more,
        )  # fmt: skip
    breaking = _one_line(more.upgrade) or (headline.description if headline.breaking else "")
    return Commit(
        known, shown, _author(author), headline.type, headline.scope, _place(headline.description, shown),
        breaking, cited, parents, more,
    )  # fmt: skip


def _cited(subject: str, rest: str) -> str | None:
    """The issues; None where only the subject can name any: then they are looked for when somebody asks."""
    return " ".join(issue_references(subject, rest)) if "#" in rest or "-" in rest else None


def _place(description: str, subject: str) -> int | str:
    return len(subject) - len(description) if subject.endswith(description) else description


def _is_telling(rest: str) -> bool:
    """Whether a body can say more than prose: `in` is a hundred times cheaper than reading it."""
    return (
        ": " in rest or "BREAKING" in rest or "reaking" in rest
        or "everts" in rest or "cherry picked" in rest or "elease-" in rest
    )  # fmt: skip


# What forges and people write before the title they squash: Azure DevOps, Bitbucket, and the key of an issue.
_PREFIX = re.compile(
    r"(?:Merged PR \d{1,9}: *|Merged in \S{1,200} \(pull request #\d{1,9}\):? *"
    r"|\[?[A-Z][A-Z0-9_]{1,19}-\d{1,9}\]?(?: *[:|-])? +|\(?#\d{1,9}\)?(?: *[:|-])? +)(?=\S)"
)
_JOINED = re.compile(
    r"Merged in \S{1,200} \(pull request #\d{1,9}\)|Merged PR \d{1,9}|Merge pull request #\d{1,9} .*"
    r"|Squashed commit of the following:?"
)
"""Titles that say only that something was joined: what it was stands below."""


def _behind_prefix(subject: str, convention: Convention) -> Headline | None:
    """The headline behind what a forge or a habit puts before it; None where none conforms."""
    found = _PREFIX.match(subject)
    return convention(subject[found.end() :]) if found is not None else None


def _says_only_what_was_joined(subject: str) -> bool:
    return _JOINED.fullmatch(subject) is not None


# `feat!(api): x`, `feat(api)! : x`, `feat!:x`: nobody writes that by chance, and no clause makes it a break.
_NEAR_TITLE = re.compile(r"[A-Za-z][\w-]{0,40} ?(?:\([^()]{0,100}\))? ?! ?(?:\([^()]{0,100}\))? ?:.*", re.ASCII)
# A line that begins as breaks are announced, at a bullet, as a heading or in bold, and that is none by clause 16.
_NEAR_LINE = re.compile(
    r"^[ \t>#*_+-]{0,12}(?:(?-i:BREAKING[ -]CHANGES?\b.{0,200})|breaking[ -]changes?[*_]{0,3} ?(?::.{0,200}|$))",
    re.MULTILINE | re.IGNORECASE,
)


def _near_break_in_title(subject: str) -> str:
    """The title, where it looks like a break and follows no convention; else ""."""
    found = _PREFIX.match(subject)
    said = subject[found.end() :] if found is not None else subject
    return said if _NEAR_TITLE.fullmatch(said) else ""


def _near_break(rest: str) -> str:
    """The first line of a body that looks like a break; "" where none does. Asked only where no line is one."""
    found = _NEAR_LINE.search(rest)
    return clean(found[0].strip(), LINE_LIMIT) if found is not None else ""


# A long history has few authors: one text each.
@lru_cache(1024)
def _author(raw: bytes | str) -> str:
    return clean(raw.decode("utf-8", "backslashreplace") if isinstance(raw, bytes) else raw, 200)


_BOT = re.compile(
    r"\[bot\]$|^(?:renovate|dependabot|greenkeeper|snyk|pyup|depfu|scala.steward)\b|-bot$", re.IGNORECASE
)


@lru_cache(1024)
def _is_bot(author: bytes | str) -> bool:
    """Whether a name is one of those under which forges and services raise dependencies."""
    return _BOT.search(_author(author)) is not None


def _one_line(upgrade: str) -> str:
    """The words of a BREAKING CHANGE footer (clause 13 prefers them to the description)."""
    return clean(" ".join(upgrade.split()), 4 * LINE_LIMIT) if upgrade else ""


def _read_more(
    subject: str,
    rest: str,
    headline: Headline | None,
    silent: bool,
    with_body: bool,
    convention: Convention,
    types: AbstractSet[str],
) -> More:
    # a message without a footer that matters is the usual case: looking for two words costs a fiftieth of parsing
    footers = read_footers(rest) if with_body or "BREAKING" in rest else ()
    bounded = rest[:BLOCK_LIMIT]
    upgrade = _upgrade(footers) or (told_break(bounded) if "BREAKING" in bounded else "")
    also, undone = ((), "") if silent else _squashed(subject, bounded, convention, types)
    near = _near_break(bounded) if not upgrade and "reaking" in bounded.lower() else ""
    more = More(
        clean_block(rest.strip("\r\n"), BLOCK_LIMIT) if with_body else "",
        footers if with_body else (),
        upgrade,
        _co_authors(bounded) if "uthored-" in rest else (),
        _reverts(subject, bounded, headline),
        tuple(_PICKED.findall(bounded)[-_MANY:]) if "cherry picked" in rest else (),
        _release_as(bounded) if "elease-" in rest else "",
        also,
        joined="everts" in rest and _is_joined(subject, bounded, headline),
        looks_breaking=near or (f"{undone} (the same commit says it takes this back)" if undone else ""),
        in_part=bool(undone) and not near,
    )
    return NOTHING_MORE if more == NOTHING_MORE else more


def _upgrade(footers: tuple[Footer, ...]) -> str:
    said = [footer for footer in footers if footer.token in BREAKING_TOKENS]
    return ("\n".join(footer.value for footer in said).strip() or NOT_DESCRIBED) if said else ""


_CO_AUTHOR = re.compile(r"^co-authored-by:[ \t]*([^<\n]{1,200})", re.MULTILINE | re.IGNORECASE)
_PICKED = re.compile(r"^\(cherry picked from commit ([0-9a-f]{7,64})\)", re.MULTILINE)
_RELEASE_AS = re.compile(r"^release-as:[ \t]*(\S{1,80})[ \t]*$", re.MULTILINE | re.IGNORECASE)


def _co_authors(rest: str) -> tuple[str, ...]:
    names = (clean(name.strip(), 200) for name in _CO_AUTHOR.findall(rest)[:_MANY])
    return tuple(dict.fromkeys(name for name in names if name))


def _release_as(rest: str) -> str:
    said = _RELEASE_AS.findall(rest)
    return clean(said[-1], 80) if said else ""


# What `git revert` writes, what GitHub and GitLab write, and the header of Angular and of semantic-release.
_REVERTS = re.compile(r"\b[Tt]his reverts (?:commits? |merge request )?((?:[0-9a-f]{7,64}(?:,? and |, ?|\s)?)+)")
_OID = re.compile(r"[0-9a-f]{7,64}")
_QUOTED = re.compile(r'Revert(?:ed)?:? "(.+)"(?: \(#\d+\))*|Reapply "(.+)"(?: \(#\d+\))*')


def _reverts(subject: str, rest: str, headline: Headline | None) -> tuple[str, ...]:
    """What a message says it takes back: object ids, else the subject of another commit after a `\"`."""
    if "everts" in rest and (named := _REVERTS.findall(rest)):
        oids = [oid for text in named for oid in _OID.findall(text)]
        return tuple(dict.fromkeys(oids))[:_MANY]
    if headline is not None and headline.type == "revert":
        return (f'"{headline.description}',)
    if quoted := _QUOTED.fullmatch(headline.description if headline else subject):
        # to apply again is to revert the revert
        return (f'"{quoted[1]}',) if quoted[1] else (f'"Revert "{quoted[2]}"',)
    return ()


_NUMBER = re.compile(r"\s*\(#\d+\)")


def _squashed(
    subject: str, rest: str, convention: Convention, types: AbstractSet[str]
) -> tuple[tuple[Headline, ...], str]:
    """The conventional lines of a squashed commit's body: at a bullet, or where a paragraph begins.

    And a break among those that another line takes back: which of the two is in the commit, no message proves.
    """
    if ": " not in rest:
        return (), ""
    if subject.startswith("Squashed commit of the following"):
        rest = _titles_of_template(rest)
    found: dict[str, Headline] = {}
    told = _NUMBER.sub("", subject)
    fresh, broke = True, ""
    for line in rest.split("\n"):
        bare = line.rstrip()
        bullet = bare[:2] in {"* ", "- "}
        # an indented line is an example or a quotation, no entry
        if (bullet or fresh) and ": " in bare and bare[0] != " ":
            said = clean(bare[2:].strip() if bullet else bare, LINE_LIMIT)
            read, key = convention(said), _NUMBER.sub("", said)
            if (undone := _undone(said, read)) in found:
                gone = found.pop(undone)  # done and undone within the same commit
                broke = broke or (undone if gone.breaking else "")
            elif read is not None and read.type in types and key != told:
                found[key] = read
        fresh = not bare
    return tuple(dict.fromkeys(found.values()))[:_MANY], broke


_TEMPLATE = re.compile(r"^commit [0-9a-f]{40,64}\n(?:\S.*\n)*\n    (\S.*)", re.MULTILINE)
"""What `git merge --squash` leaves for a message: each commit with its author, date and indented text."""


def _titles_of_template(rest: str) -> str:
    """The titles of the commits in git's own template, each a paragraph."""
    return "\n\n".join(_TEMPLATE.findall(rest))


def _undone(said: str, read: Headline | None) -> str:
    """The line that a line of a squashed commit takes back; "" when it takes back none."""
    quoted = _QUOTED.fullmatch(said)
    if quoted and quoted[1]:
        return _NUMBER.sub("", quoted[1])
    return _NUMBER.sub("", read.description) if read is not None and read.type == "revert" else ""


_BULLET = re.compile(r"^[*-] ", re.MULTILINE)


def _is_joined(subject: str, rest: str, headline: Headline | None) -> bool:
    """Whether a message is of several commits made one: it is more than what one of them takes back."""
    says_so = _QUOTED.fullmatch(headline.description if headline else subject) is not None
    return not says_so and (headline is None or headline.type != "revert") and _BULLET.search(rest) is not None
