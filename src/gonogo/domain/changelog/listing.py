"""One release of a whole history as plain lines."""

from collections.abc import Iterable, Iterator

from gonogo.domain.changelog.model import Section


def release_lines(tag: str, count: int, sections: Iterable[Section]) -> Iterator[str]:
    """The tag ("" for what is not released yet), then the sections as `gonogo changelog` shows them."""
    yield f"{tag or 'not released yet'}  {count} commit{'' if count == 1 else 's'}"
    for section in sections:
        yield ""
        yield f"{section.title}  {len(section.commits)}"
        for commit in section.commits:
            said = f"{commit.scope}: {commit.description}" if commit.scope else commit.description
            if commit.struck is not None:
                yield f"  {commit.oid[:8]} -{said}-  {commit.struck}"
            else:
                yield f"{'! ' if commit.breaking else '  '}{commit.oid[:8]} {said}  {commit.author}"
