"""What a plan says of changelogs and calendar versions."""

from gonogo.io.plan_file.addresses import check_inside
from gonogo.io.plan_file.reading import Reading
from gonogo.io.plan_file.shape import BelowOneShape, BumpShape, ChangelogShape, ProductShape, listed
from gonogo.io.yaml.nodes import Path
from gonogo.io.yaml.problems import Mistake
from gonogo.plan import BelowOne, Bump, BumpRules, ChangelogRules, MergePolicy, SchemeName, SquashPolicy
from gonogo.plan.headings import BREAKING, MERGES, REPEATED
from gonogo.text import clean
from gonogo.versions import Version, parse
from gonogo.versions.calver import follows, wrong_with_pattern

_RESERVED = {
    BREAKING.lower(): "changes that break something",
    MERGES.lower(): "merge commits that say nothing",
    REPEATED.lower(): "changes that another release has announced",
}


def changelog_of(reading: Reading, given: ChangelogShape) -> ChangelogRules:
    """The rules; types are read in any case, so they are kept in lower case."""
    check_inside(given.file, reading.place(("changelog", "file")), reading.problems)
    for kind, heading in given.sections.items():
        if meaning := _RESERVED.get(heading.strip().lower()):
            facts = {"heading": clean(heading, 60), "meaning": meaning}
            reading.add(
                Mistake.RESERVED_HEADING, ("changelog", "sections", kind), "choose another heading", **facts
            )
    early = given.below_one or BelowOneShape()
    return ChangelogRules(
        given.convention,
        given.file,
        listed(given.internal_scopes),
        {kind.lower(): heading for kind, heading in given.sections.items()},
        MergePolicy(given.merges),
        SquashPolicy(given.squash),
        BelowOne(Bump(early.breaking), Bump(early.feature)),
    )


def bump_of(given: BumpShape | None) -> BumpRules:
    """Types are read in any case, as in commits."""
    if given is None:
        return BumpRules()
    return BumpRules(
        {kind.lower(): Bump(step) for kind, step in given.types.items()},
        {scope: Bump(step) for scope, step in given.scopes.items()},
        {name: Bump(step) for name, step in given.authors.items()},
    )


def check_calendar(reading: Reading, name: str, given: ProductShape, path: Path) -> None:
    """A pattern makes sense for calendar versions only, and the plan's own follow it."""
    if not given.calver:
        return
    here = (*path, "calver")
    if given.scheme is not SchemeName.CALVER:
        where = f"for '{name}', whose scheme is {given.scheme.value}"
        reading.add(Mistake.ONLY_WITH, here, "say `scheme: calver`", key="calver", where=where)
    elif reason := wrong_with_pattern(given.calver):
        reading.add(Mistake.BAD_CALENDAR, here, pattern=clean(given.calver, 60), reason=reason)
    else:
        for key, text in (("version", given.version), ("previous", given.previous)):
            read = parse(text or "", given.scheme, name)
            if isinstance(read, Version) and not follows(given.calver, read.number):
                facts = {"text": clean(read.text, 60), "pattern": given.calver}
                reading.add(Mistake.NOT_BY_CALENDAR, (*path, key), "correct one of the two", **facts)
