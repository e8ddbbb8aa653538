"""docs/rules.md explains every rule by id, with an example, and nothing else."""

import re
from pathlib import Path

import pytest

from gonogo.plan import Level
from gonogo.plan.conditions import GATES, TagGate
from gonogo.plan.kinds import for_every
from gonogo.rules.gates import _JUDGED
from gonogo.rules.registry import ADJUSTABLE, RULES, Rule
from gonogo.rules.waivers import NEVER

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### `([^`]+)` · (.+?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))
WORDS = {Level.BLOCK: "blocks", Level.WARN: "warns", Level.OFF: "off"}


def test_the_page_has_the_rules_of_the_code() -> None:
    """Each once, and in the order of their families; none that is gone."""
    assert set(SECTIONS) == set(RULES)
    assert len(re.findall(r"^### ", PAGE, re.MULTILINE)) == len(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: str(rule.id))
def test_a_rule_is_explained(rule: Rule) -> None:
    """What it weighs by itself, what it means, a line as `why` prints it, and what to do next."""
    section = SECTIONS[rule.id]
    weighs = "always blocks" if rule.fixed else "unknown, always" if rule.unknown else WORDS[rule.level]
    assert section.startswith(weighs)
    assert rule.meaning.lower() in " ".join(section.lower().split())
    assert re.search(r"^    [x?!] \S.+\n        next: \S", section, re.MULTILINE)


def test_every_reason_in_the_code_has_a_rule_and_every_rule_is_said() -> None:
    """The ids that stand in the sources are the ids of the list."""
    folder = ROOT / "src" / "gonogo" / "rules"
    text = "\n".join(
        path.read_text(encoding="utf-8") for path in folder.glob("*.py") if path.name != "registry.py"
    )
    said = set(re.findall(r'"([a-z]+(?:[.][a-z-]+|_[a-z_]+))"', text))
    made = {f"cell.{one}" for one in ("behind", "ahead", "mixed", "differs", "absent", "disagree")}
    made |= {f"approval.{one}" for one in ("missing", "rejected", "unknown")} | {"on_call"}
    assert set(RULES) <= said | made
    reasons = set(re.findall(r'ReasonLine\(\s*"([^"]+)"', text))
    assert reasons <= set(RULES)


def test_every_kind_of_gate_is_judged() -> None:
    """A kind the format knows and nobody judges would pass in silence."""
    assert set(_JUDGED) == set(GATES)
    with pytest.raises(TypeError, match="no row for tag"):
        for_every(GATES, [row for row in _JUDGED.items() if row[0] is not TagGate])


def test_what_must_be_put_right_can_neither_be_set_nor_waived() -> None:
    """The rules that always block are the ones that no waiver lets pass."""
    fixed = {rule.id for rule in RULES.values() if rule.fixed}
    assert fixed <= NEVER
    # a plan that only watches may leave the life of the release out; a go is refused in a draft all the same
    assert NEVER & set(ADJUSTABLE) == {"release.draft"}
