"""Names a plan defines, the checks of places that refer to them, and circles among `after`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from gonogo.io.yaml.nodes import Document, Path
from gonogo.io.yaml.problems import Mistake, Place, Problems
from gonogo.text import clean
from gonogo.text.names import slug, slug_of_any_script

ID_LIMIT = 64


class Defined(Struct, frozen=True):
    """The names of one kind, as the file has them, also those whose definition is wrong."""

    kind: str
    plural: str
    names: frozenset[str]
    order: tuple[str, ...]
    line: int = 0
    """Where they start; 0 when the plan has none."""

    def remedy(self, name: str, problems: Problems) -> str:
        """What was meant perhaps, and where to look."""
        if not self.line:
            return f"this plan defines no {self.plural}"
        near = problems.suggestion(name, self.order)
        return f"{near} {self.plural} start at line {self.line}".strip()


class References:
    """Knows every defined name; records a mistake for each use of another one."""

    def __init__(self, document: Document, problems: Problems) -> None:
        self._document = document
        self._problems = problems
        self.people = self._keys("person", "people", ("people",))
        self.environments = self._keys("environment", "environments", ("environments",))
        self.products = self._keys("product", "products", ("products",))
        self.approvals = self._keys("approval", "approvals", ("approvals",))
        self.metrics = self._keys("metric", "metrics", ("metrics",))
        self.sources = self._listed("source", "sources", ("sources",), source_ids(document.get(("sources",))))
        self.roles = self._listed("role", "roles", ("people",), _roles(document.get(("people",))))
        items = [item for _, item in item_entries(document.get(("checklist",)))]
        self.items = self._listed("item", "checklist items", ("checklist",), item_ids(items))
        phases = document.get(("checklist",))
        self.phases = self._listed("phase", "phases", ("checklist",), phases if isinstance(phases, dict) else ())

    def check(self, kind: Defined, name: str, path: Path, subject: str, verb: str) -> bool:
        """Whether `name`, used at `path`, is defined; records the mistake when it is not."""
        if name in kind.names:
            return True
        remedy = kind.remedy(name, self._problems)
        facts = {"subject": subject, "verb": verb, "kind": kind.kind, "name": clean(name, 60)}
        self._problems.add(Mistake.NOT_DEFINED, self._document.at(path), remedy, **facts)
        return False

    def check_each(self, kind: Defined, names: Any, path: Path, subject: str, verb: str) -> tuple[str, ...]:
        """As `check`, for one name or a list of them at `path`; returns those that are defined."""
        if isinstance(names, str):
            return (names,) if self.check(kind, names, path, subject, verb) else ()
        steps: list[tuple[str, Path]] = [(name, (*path, index)) for index, name in enumerate(names or ())]
        return tuple(name for name, step in steps if self.check(kind, name, step, subject, verb))

    def _keys(self, kind: str, plural: str, path: Path) -> Defined:
        found = self._document.get(path)
        names = [name for name in found if isinstance(name, str)] if isinstance(found, dict | list) else []
        return self._listed(kind, plural, path, names)

    def _listed(self, kind: str, plural: str, path: Path, names: Iterable[str]) -> Defined:
        order = tuple(dict.fromkeys(names))
        line = self._document.key(path).line if order else 0
        return Defined(kind, plural, frozenset(order), order, line)


def item_entries(checklist: Any) -> Iterator[tuple[Path, Any]]:
    """Every item as it was written, or as its shape has it, with its path; a group comes before what is in it."""
    if isinstance(checklist, list):
        yield from _entries(checklist, ("checklist",))
    elif isinstance(checklist, dict):
        for phase, items in checklist.items():
            if isinstance(items, list):
                yield from _entries(items, ("checklist", phase))


def _entries(items: list[Any], path: Path) -> Iterator[tuple[Path, Any]]:
    for index, item in enumerate(items):
        yield (*path, index), item
        inside = item.get("items") if isinstance(item, dict) else getattr(item, "items", None)
        if isinstance(inside, list):
            yield from (((*path, index, "items", step), one) for step, one in enumerate(inside))


def item_ids(items: Iterable[Any]) -> tuple[str, ...]:
    """The id of each item as it was written: the one it gives, else the slug of its title; "" when it has neither.

    Of titles with the same Latin letters (`通知 web`, `发布 web`) all but the first have ids of all their letters,
    so that an id that worked before stays what it was.
    """
    made: list[str] = []
    for item in items:
        given = item.get("id") if isinstance(item, dict) else None
        title = item if isinstance(item, str) else str(item.get("title", "")) if isinstance(item, dict) else ""
        name = given if isinstance(given, str) else short_id(title)
        if not isinstance(given, str) and name in made and not title.isascii():
            name = _bounded(slug_of_any_script(title[:200]))
        made.append(name)
    return tuple(made)


def short_id(title: str) -> str:
    """The slug of a title, not longer than a name may be."""
    return _bounded(slug(title[:200]) or slug_of_any_script(title[:200]))


def _bounded(name: str) -> str:
    return name[:ID_LIMIT].rstrip("-")


def source_ids(sources: Any) -> tuple[str, ...]:
    """The id of each source: given, else the preset's name, numbered from the second on."""
    ids: list[str] = []
    for source in sources if isinstance(sources, list) else ():
        source = source if isinstance(source, dict) else {}
        given, use = source.get("id"), str(source.get("use", ""))
        if isinstance(given, str):
            ids.append(given)
        else:
            number = sum(one == use or one.startswith(f"{use}-") for one in ids) + 1
            ids.append(use if number == 1 else f"{use}-{number}")
    return tuple(ids)


def _roles(people: Any) -> Iterator[str]:
    for person in people.values() if isinstance(people, dict) else ():
        roles = person.get("roles", ()) if isinstance(person, dict) else ()
        yield from [roles] if isinstance(roles, str) else (role for role in roles if isinstance(role, str))


def find_circles(after: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Circles among names that wait for each other, each once, as (a, b, a). Linear in the number of names."""
    circles: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in after:
        trail: list[str] = []
        on_trail: set[str] = set()
        waiting: list[tuple[str, Iterator[str]]] = []
        if start not in done:
            waiting.append((start, iter(after.get(start, ()))))
            trail.append(start)
            on_trail.add(start)
        while waiting:
            name, rest = waiting[-1]
            following = next(rest, None)
            if following is None:
                waiting.pop()
                on_trail.discard(trail.pop())
                done.add(name)
            elif following in on_trail:
                circles.append((*trail[trail.index(following) :], following))
            elif following not in done and following in after:
                waiting.append((following, iter(after[following])))
                trail.append(following)
                on_trail.add(following)
    return tuple(circles)


def report_circles(
    kind: str,
    after: Mapping[str, Sequence[str]],
    places: Mapping[str, Place],
    problems: Problems,
) -> None:
    """Record each circle at the place of its first member."""
    for circle in find_circles(after):
        shown = " -> ".join(circle if len(circle) <= 8 else (*circle[:4], "...", *circle[-3:]))
        problems.add(Mistake.CIRCLE, places[circle[0]], kind=kind, circle=shown)
