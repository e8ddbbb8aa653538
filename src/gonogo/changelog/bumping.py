"""Which version the commits ask for, and what contradicts the planned one."""

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from gonogo.changelog.model import Base
from gonogo.changelog.written import Written
from gonogo.commits import Commit, Fate
from gonogo.plan import BelowOne, BumpRules, SchemeName
from gonogo.versions import (
    Bump,
    Unparsed,
    Version,
    bump,
    channel,
    compare,
    finalised,
    next_prerelease,
    parse,
)


class Reckoning(Struct, frozen=True):
    """What a next version is reckoned by, besides the commits."""

    scheme: SchemeName = SchemeName.SEMVER
    product: str = ""
    below_one: BelowOne = BelowOne()
    pattern: str = ""
    """Of calendar versions."""
    on: date | None = None
    """The day of the release, for calendar versions."""
    merges_speak: bool = False
    """Each merge stands for the branch it brought."""
    taken: tuple[Version, ...] = ()
    """Versions that are tagged, wherever: no two releases share one."""
    rules: BumpRules = BumpRules()

    def read(self, text: str) -> Version | Unparsed:
        """`text` as a version of this product."""
        return parse(text, self.scheme, self.product)


class Asked(Struct, frozen=True):
    """The answer."""

    bump: Bump
    forced_by: tuple[Commit, ...]
    following: str
    """Without prefix; "" when the scheme has no answer."""
    least: str = ""
    """The same before numbers that are taken were passed over: a plan below it contradicts the commits."""
    stated: bool = False
    """A `Release-As:` footer says so."""
    by_text: str = ""
    """What people wrote goes further than the commits: the file and its headings; "" where it does not."""


def ask(
    commits: Sequence[Commit], base: Base, planned: str, by: Reckoning, written: Written | None = None
) -> Asked:
    """The next version after `base`, and the commits that force it; or what people wrote, if that goes further."""
    step, forced_by = needed_bump(commits, base, by)
    told = written.step(early=_is_early(base, by), below_one=by.below_one) if written and commits else Bump.NONE
    by_text = _ORDER.index(told) > _ORDER.index(step)
    if by_text and written is not None:
        step, forced_by = told, ()
    if stated := _stated(commits, base, by):
        said, commit = stated
        return Asked(step, (commit,), said.number, said.number, stated=True)
    least = _least(base, step, planned, by)
    why = f"{written.file} (under {', '.join(written.headings[:3])})" if by_text and written is not None else ""
    return Asked(step, forced_by, next_version(base, step, planned, by), least, by_text=why)


_ORDER = (Bump.NONE, Bump.PATCH, Bump.MINOR, Bump.MAJOR)


def needed_bump(commits: Sequence[Commit], base: Base, by: Reckoning) -> tuple[Bump, tuple[Commit, ...]]:
    """How far the commits move the version, and which of them force it.

    Any commit asks for a patch at least, also a non-conforming one: a version that is out is not built again
    from other sources. Only merges ask for nothing: what they bring stands beside them, and a hotfix merged
    back brings nothing new. What was taken back, or stands there twice, counts for nothing more than a patch.
    """
    live = [commit for commit in commits if commit.struck is None or commit.struck.fate is Fate.RELEASED]
    # the title speaks for a squashed commit where it conforms; what else its branch did is told, and moves nothing
    titled = {commit.oid for commit in live if not commit.part and commit.type}
    early = _is_early(base, by)
    found: dict[Bump, list[Commit]] = {}
    for commit in live:
        step = _step(commit, by, early=early, speaks=not commit.part or commit.oid not in titled)
        found.setdefault(step, []).append(commit)
    for step in (Bump.MAJOR, Bump.MINOR):
        if step in found:
            return step, _once(found[step])
    patches = found.get(Bump.PATCH, [])
    # what was taken back, or stands there twice, still makes other sources than those that are out
    plain = patches or [commit for commit in commits if commit.struck is not None and _is_told(commit, by)]
    # a break that the plan counts as a patch is named before anything else
    forced = _once(commit for commit in patches if commit.breaking) or tuple(plain[:1])
    return (Bump.PATCH if plain else Bump.NONE), forced


def _step(commit: Commit, by: Reckoning, *, early: bool, speaks: bool) -> Bump:
    """How far one entry moves the version. An author's rule speaks for all of it, the others for no break."""
    if (ruled := by.rules.of_author(commit.author)) is not None:
        return ruled
    if commit.breaking:
        return by.below_one.breaking if early else Bump.MAJOR
    if (ruled := by.rules.of_kind(commit.type, commit.scope)) is not None and speaks:
        return ruled
    if commit.type == "feat" and speaks:
        return by.below_one.feature if early else Bump.MINOR
    return Bump.PATCH if _is_told(commit, by) else Bump.NONE


def _is_told(commit: Commit, by: Reckoning) -> bool:
    return bool(commit.type) or by.merges_speak or not commit.is_merge


def unclear(commits: Sequence[Commit], by: Reckoning) -> tuple[Commit, ...]:
    """Commits that look like a break, follow no convention in it, and that no rule of the plan decides."""
    return _once(
        commit
        for commit in commits
        if commit.looks_breaking
        and not commit.breaking
        and commit.struck is None
        and by.rules.of_author(commit.author) is None
    )


def silent(commits: Sequence[Commit], by: Reckoning) -> tuple[int, int]:
    """How many commits follow no convention, of how many: merges and what was taken back are not counted."""
    telling: dict[str, bool] = {}
    for commit in commits:
        if commit.struck is None and not (commit.is_merge and not commit.type) and not commit.release_as:
            ruled = by.rules.of_author(commit.author) is not None
            telling[commit.oid] = telling.get(commit.oid, False) or bool(commit.type or commit.breaking) or ruled
    return sum(not told for told in telling.values()), len(telling)


def _once(entries: Iterable[Commit]) -> tuple[Commit, ...]:
    """One entry of each commit: a squashed one may say it in several lines."""
    return tuple({entry.oid: entry for entry in reversed(list(entries))}.values())[::-1]


def _is_early(base: Base, by: Reckoning) -> bool:
    version = by.read(base.version)
    return by.scheme is not SchemeName.CALVER and isinstance(version, Version) and version.release[:1] == (0,)


def _stated(commits: Iterable[Commit], base: Base, by: Reckoning) -> tuple[Version, Commit] | None:
    """The newest `Release-As:` that still stands and goes forward."""
    past = by.read(base.version)
    for commit in commits:
        if commit.more.release_as and commit.struck is None:
            said = by.read(commit.release_as)
            if isinstance(said, Version) and (not isinstance(past, Version) or compare(said, past) == 1):
                return said, commit
    return None


def _least(base: Base, step: Bump, planned: str, by: Reckoning) -> str:
    return next_version(base, step, planned, replace(by, taken=()))


def next_version(base: Base, step: Bump, planned: str, by: Reckoning) -> str:
    """The version after `base`, without prefix; the planned one for a first release.

    "" for opaque names, and after a base that somebody named and that contains no release.

    A planned pre-release names its channel: the answer is the next free one there. A version that is taken,
    by a hotfix or a release on another branch, is passed over.
    """
    if not base.version:
        return "" if base.oid else planned
    version = by.read(base.version)
    if isinstance(version, Unparsed):
        return ""
    following = bump(version, step, pattern=by.pattern, on=by.on)
    if isinstance(following, Unparsed):
        return ""
    if step is Bump.NONE:
        return following.number
    free = _free(following, step, by)
    plan = by.read(planned)
    if isinstance(plan, Version) and (word := channel(plan)):
        early = next_prerelease(free, word, by.taken)
        return "" if isinstance(early, Unparsed) else early.text
    return free.text


def _free(version: Version, step: Bump, by: Reckoning) -> Version:
    """The next one by the same step: where 8.4.0 is taken, a feature is no patch of that other line."""
    used = {other.key for other in by.taken if not other.prerelease}
    while version.key in used:
        following = bump(version, step, pattern=by.pattern, on=by.on)
        if isinstance(following, Unparsed):
            break
        version = following
    return version


def contradiction(base: Base, asked: Asked, planned: str, by: Reckoning) -> str:
    """Why the planned version cannot be right, naming commits; "" when it can."""
    plan, past, following = (by.read(text) for text in (planned, base.version, asked.least))
    if not isinstance(plan, Version):
        return ""
    if isinstance(past, Version) and compare(plan, past) in {0, -1}:
        return f"planned {planned} is not newer than {base.tag}, which the target already contains"
    if not isinstance(following, Version) or (not asked.stated and not isinstance(past, Version)):
        return ""
    if asked.stated:
        if compare(finalised(plan), finalised(following)) == 0:
            return ""
        return f"planned {planned}, but {asked.forced_by[0].short} says Release-As: {asked.following}"
    if by.scheme is SchemeName.CALVER or asked.bump is Bump.NONE:
        return ""  # the calendar, not the commits, names the fields of a calendar version
    if compare(finalised(plan), finalised(following)) != -1:
        return ""
    if asked.by_text:
        return f"planned {planned}, but {asked.by_text} asks for {asked.least}"
    return f"planned {planned}, but {_why(asked.forced_by)} for {asked.least}: {named(asked.forced_by)}"


def _why(forced_by: tuple[Commit, ...]) -> str:
    kind = "breaking commit" if forced_by[0].breaking else "feature" if forced_by[0].type == "feat" else "commit"
    count = len(forced_by)
    return f"{count} {kind} asks" if count == 1 else f"{count} {kind}s ask"


def named(commits: tuple[Commit, ...], limit: int = 3) -> str:
    """Commits by their abbreviated ids, the first few of them."""
    names = ", ".join(commit.short for commit in commits[:limit])
    return names if len(commits) <= limit else f"{names} and {len(commits) - limit} more"
