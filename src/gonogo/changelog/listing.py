"""One release of a whole history as plain lines."""

from collections.abc import Iterable, Iterator

from gonogo.changelog.model import Section


def release_lines(tag: str, count: int, sections: Iterable[Section]) -> Iterator[str]:
    """The tag ("" for what is not released yet), then the sections as `gonogo changelog` shows them."""
    yield f"{tag or 'not released yet'}  {count} commit{'' if count == 1 else 's'}"
    for section in sections:
        yield ""
        yield f"{section.title}  {len(section.commits)}"
        for commit in section.commits:
            if commit.struck is not None:
                yield f"x {commit.short} {commit.struck}: {commit.headline}  {commit.author}"
            else:
                yield f"{'! ' if commit.breaking else '  '}{commit.short} {commit.headline}  {commit.author}"
