"""What moved between two looks at the same act, in lines."""

from gonogo.rules.confirmation import Preview

SHOWN = 5
"""Lines that are told; more are counted."""


def what_moved(before: Preview, after: Preview) -> tuple[str, ...]:
    """What is new and what is gone; never empty for two previews with different codes."""
    old, new = {_name(line): line for line in before.lines}, {_name(line): line for line in after.lines}
    found = [f"new: {_flat(line)}" for name, line in new.items() if name not in old]
    found += [f"gone: {_flat(line)}" for name, line in old.items() if name not in new]
    changed = [name for name, line in new.items() if name in old and old[name] != line]
    # those that differ in more than figures first: a figure may be an age that only went on
    changed.sort(key=lambda name: _said(old[name]) == _said(new[name]))
    found += [f"now: {_flat(new[name])}" for name in changed]
    if before.heading != after.heading:
        found.append(f"now: {after.heading}")
    if not found:
        # beneath the list: what runs where, or which commit is meant
        found += [f"now: {one}" for one in after.bound if one not in before.bound and " " in one]
    if not found:
        found.append("what it is bound to: the plan, the commits, or who acted on it")
    more = len(found) - SHOWN
    return (*found[:SHOWN], f"and {more} more") if more > 0 else tuple(found)


def _name(line: str) -> str:
    """What a line is about; what it says of it may count seconds."""
    return line.partition(": ")[0] if ": " in line else line


def _said(line: str) -> str:
    """A line without its numbers, which may be ages."""
    return "".join(letter for letter in line if not letter.isdigit())


def _flat(line: str) -> str:
    return " ".join(line.split())
