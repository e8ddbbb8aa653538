"""What every part of the resolver needs: the document, where mistakes go, the defined names, typed readers."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from gonogo.io.plan_file.references import References
from gonogo.io.yaml.nodes import Document, Path
from gonogo.io.yaml.problems import Mistake, Place, Problems
from gonogo.plan import SchemeName
from gonogo.text import clean
from gonogo.text.durations import parse_duration, parse_number
from gonogo.versions import Unparsed, parse

T = TypeVar("T")


class Reading:
    """One plan on its way from text to types. A value that is wrong is recorded and replaced by a harmless one."""

    def __init__(self, document: Document, problems: Problems, names: References, directory: str) -> None:
        self.document = document
        self.problems = problems
        self.names = names
        self.directory = directory
        """Absolute path of the directory the plan stands in."""

    def add(self, mistake: Mistake, path: Path, remedy: str = "", **facts: object) -> None:
        """Record a mistake of the value at `path`."""
        self.problems.add(mistake, self.document.at(path), remedy, **facts)

    def add_lack(self, mistake: Mistake, path: Path, **facts: object) -> None:
        """Record what the mapping at `path` lacks, unless one of its keys has been found wrong before."""
        if self.document.is_whole(path):
            self.problems.add(mistake, self.document.key(path), **facts)  # type: ignore[arg-type]  # no fact is called remedy

    def where(self, path: Path) -> str:
        """`release.yaml:67:12`, for messages about this value later on."""
        place = self.document.at(path)
        return f"{self.problems.file}:{place.line}:{place.column}"

    def place(self, path: Path) -> Place:
        """Place of the value at `path`."""
        return self.document.at(path)

    def read(self, parse_text: Callable[[str], T], text: str | None, path: Path, default: T) -> T:
        """What `parse_text` makes of `text`; `default` for None and, recorded, for what it refuses."""
        if text is None:
            return default
        try:
            return parse_text(text)
        except ValueError as error:
            self.add(Mistake.BAD_TIME, path, reason=str(error))
            return default

    def duration(self, text: str | None, path: Path, default: timedelta = timedelta(0)) -> timedelta:
        """A length of time that may be zero."""
        return self.read(parse_duration, text, path, default)

    def positive(self, text: str | None, path: Path, default: timedelta) -> timedelta:
        """A length of time that must not be zero."""
        length = self.read(parse_duration, text, path, default)
        if text is not None and not length:
            self.add(Mistake.NOT_POSITIVE, path, key=path[-1])
            return default
        return length

    def number(self, text: str | None, path: Path) -> float | None:
        """A number or a share; None when there is none."""
        return self.read(parse_number, text, path, None)

    def version(self, text: str | None, scheme: SchemeName, product: str, path: Path) -> str:
        """A version its scheme understands, as it was written; "" when there is none."""
        if text is None:
            return ""
        parsed = parse(text, scheme, product)
        if isinstance(parsed, Unparsed):
            remedy = "write one the scheme can order, or say `scheme: calver`, `pep440` or `opaque`"
            self.add(Mistake.BAD_VERSION, path, remedy, text=clean(text, 60), reason=parsed.reason)
        return text
