"""The checklist: phases, items, groups of items, and what tells how each is done."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from gonogo.io.plan_file.addresses import check_url
from gonogo.io.plan_file.conditions import owner, read_check
from gonogo.io.plan_file.reading import Reading
from gonogo.io.plan_file.references import item_entries, item_ids, report_circles
from gonogo.io.plan_file.shape import ItemShape, StepShape
from gonogo.io.yaml.nodes import Path
from gonogo.io.yaml.problems import Mistake, Place
from gonogo.plan import Group, Guide, Item, ItemId, Window
from gonogo.text import clean
from gonogo.text.durations import parse_duration, parse_local, parse_zone

Checklist = list[str | ItemShape] | dict[str, list[str | ItemShape]]
_Entry = str | StepShape


def phases_of(checklist: Checklist) -> tuple[str, ...]:
    """The phases in the plan's order; one without a name when the checklist is a plain list."""
    if isinstance(checklist, dict):
        return tuple(checklist)
    return ("",) if checklist else ()


def items_of(
    reading: Reading, checklist: Checklist, window: Window | None
) -> tuple[tuple[Item, ...], tuple[Group, ...]]:
    """The items in the plan's order, and the groups they stand in. `window` is when the go is expected."""
    made = _Made(reading, window)
    entries = tuple(item_entries(checklist))
    for name, (path, given) in zip(item_ids(_written(given) for _, given in entries), entries, strict=True):
        made.take(name, path, given)
    return made.finish()


def _written(given: _Entry) -> object:
    return given if isinstance(given, str) else {"id": given.id, "title": given.title}


class _Made:
    """Items and groups on their way from the shape to the plan."""

    def __init__(self, reading: Reading, window: Window | None) -> None:
        self._reading = reading
        self._window = window
        self._zone = parse_zone(window.zone) if window else UTC
        self._items: dict[str, Item] = {}
        self._groups: dict[str, Group] = {}
        self._shapes: dict[Path, tuple[str, ItemShape]] = {}
        """Id and shape of each group, by its path."""
        self._places: dict[str, Place] = {}

    def take(self, name: str, path: Path, given: _Entry) -> None:
        """One entry; a group comes before its items."""
        place = self._reading.place(path if isinstance(given, str) else (*path, "id" if given.id else "title"))
        if not name:
            title = given if isinstance(given, str) else given.title
            self._reading.problems.add(Mistake.NO_ID, place, title=clean(title, 60))
        elif name in self._places:
            line = self._places[name].line
            self._reading.problems.add(Mistake.REPEATED, place, kind="item", name=name, line=line)
        else:
            self._places[name] = place
            if isinstance(given, ItemShape) and given.items:
                self._group(name, path, given)
            else:
                self._items[name] = self._item(name, path, given)

    def finish(self) -> tuple[tuple[Item, ...], tuple[Group, ...]]:
        """What was made, with groups in `after` replaced by what stands in them."""
        members = {name: self._members(name) for name in self._groups}
        items = {name: _resolved(item, members) for name, item in self._items.items()}
        waits = {name: item.after for name, item in items.items()}
        report_circles("items", waits, self._places, self._reading.problems)
        return tuple(items.values()), tuple(self._groups.values())

    def _members(self, group: str) -> tuple[ItemId, ...]:
        return tuple(item.id for item in self._items.values() if item.group == group)

    def _group(self, name: str, path: Path, given: ItemShape) -> None:
        self._shapes[path] = (name, given)
        for key in ("check", "evidence", "two_person", "point_of_no_return", "ci"):
            if key in self._reading.document.get(path):
                self._reading.add(Mistake.ONLY_WITH, (*path, key), _MOVE, key=key, where=f"in the group '{name}'")
        self._check_names(name, path, given)
        self._groups[name] = Group(ItemId(name), given.title, _phase(path), self._guide(given, path))

    def _item(self, name: str, path: Path, given: _Entry) -> Item:
        group, around = self._shapes.get(path[:-2], ("", None))
        if isinstance(given, str):
            given = StepShape(title=given)
        else:
            self._check_names(name, path, given)
        inherited = around or StepShape(title="")
        after = (*_listed(inherited.after), *_listed(given.after))
        due_path = path if given.due else path[:-2]
        return Item(
            id=ItemId(name),
            title=given.title,
            phase=_phase(path),
            owner=given.owner or inherited.owner or "",
            environment=given.environment or inherited.environment or "",
            after=tuple(ItemId(one) for one in dict.fromkeys(after) if one in self._reading.names.items.names),
            evidence_required=given.evidence == "required",
            two_person=given.two_person,
            point_of_no_return=given.point_of_no_return,
            check=read_check(self._reading, name, given.check, (*path, "check")) if given.check else None,
            ci=given.ci,
            group=group,
            guide=self._guide(given, path),
            due=self._due(given.due or inherited.due, (*due_path, "due")),
        )

    def _check_names(self, name: str, path: Path, given: StepShape) -> None:
        subject, names = f"item '{name}'", self._reading.names
        owner(self._reading, given.owner, (*path, "owner"), subject)
        if given.environment is not None:
            names.check(names.environments, given.environment, (*path, "environment"), subject, "is about")
        names.check_each(names.items, given.after, (*path, "after"), subject, "comes after")

    def _guide(self, given: StepShape, path: Path) -> Guide:
        reading = self._reading
        if given.link and not given.link.lower().startswith(("http://", "https://")):
            reading.add(Mistake.NOT_A_LINK, (*path, "link"), url=clean(given.link.rpartition("@")[2], 60))
        elif given.link:
            check_url(given.link, reading.place((*path, "link")), reading.problems, "a link")
        estimate = reading.positive(given.estimate, (*path, "estimate"), timedelta(0)) or None
        return Guide(given.description.strip(), given.link, given.command.strip(), estimate)

    def _due(self, text: str | None, path: Path) -> datetime | None:
        """UTC. A local time is one of the window's zone, as everything else that names none."""
        if not text:
            return None
        length, _, where = text.partition(" ")
        if where not in {"before go", "after go"}:
            return self._reading.read(lambda given: parse_local(given, self._zone), text, path, None)
        if self._window is None:
            self._reading.add(Mistake.NO_GO_TIME, path)
            return None
        away = self._reading.read(parse_duration, length, path, timedelta(0))
        try:
            return self._window.start + (away if where == "after go" else -away)
        except OverflowError:
            self._reading.add(Mistake.BAD_TIME, path, reason=f"{text} is not a moment of the calendar")
            return None


_MOVE = "say it of its items, one by one"


def _listed(names: str | list[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _phase(path: Path) -> str:
    return path[1] if isinstance(path[1], str) else ""


def _resolved(item: Item, members: Mapping[str, Iterable[ItemId]]) -> Item:
    """The item, waiting for what stands in a group where it named the group."""
    if not any(name in members for name in item.after):
        return item
    after = (one for name in item.after for one in members.get(name, (name,)))
    return replace(item, after=tuple(dict.fromkeys(after)))
