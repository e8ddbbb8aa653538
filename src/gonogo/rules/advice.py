"""Built-in advice about going into production: what experience says, and nobody has to follow."""

import re
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from gonogo.plan import Environment, Item
from gonogo.rules.facts import Facts, planned_span
from gonogo.rules.naming import manager, owner_of_product, person
from gonogo.rules.reason import ReasonLine, Weight
from gonogo.text.clocks import local_and_utc

_FRIDAY = 4
MANY_PRODUCTS = 8
"""From so many products on a release is a big bang."""


def advice(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """What speaks against the plan as it is, before production only; each is a rule of its own."""
    if environment.production:
        yield from _friday(facts)
        yield from _name(facts)
        yield from _big_bang(facts)
        yield from _no_way_back(facts)
        yield from _no_trigger(facts)
        yield from _no_staging(facts, environment)
        yield from _nobody_on_call(facts)
        yield from _announcements(facts)
    elif environment is facts.plan.environments[-1]:
        yield from _no_production(facts, environment)


def _said(facts: Facts, rule: str, fact: str, subject: str, remedy: str, who: str = "") -> ReasonLine:
    return ReasonLine(rule, Weight.WARNING, fact, subject, None, "plan", who or manager(facts.plan), remedy)


def _friday(facts: Facts) -> Iterable[ReasonLine]:
    """Whoever breaks it on a Friday repairs it on Saturday."""
    planned = planned_span(facts.plan)
    zone = planned[2] if planned else "UTC"
    start = planned[0] if facts.at == facts.now and planned else facts.at
    if (planned or facts.at != facts.now) and start.astimezone(ZoneInfo(zone)).weekday() == _FRIDAY:
        fact = f"{local_and_utc(start, zone)} is a Friday: nobody is there the day after"
        yield _said(facts, "friday_release", fact, "window", "choose Monday to Thursday in `window:`")


_NAMELESS = re.compile(
    r"(?:(?:the|new|next|my|first)[ _-]*)?(?:release|version|test|deploy(?:ment)?)[ _-]*v?\d{0,3}"
)


def _name(facts: Facts) -> Iterable[ReasonLine]:
    """In a year `Release 1` tells nobody anything."""
    for text in dict.fromkeys((facts.plan.release, facts.plan.name)):
        if _NAMELESS.fullmatch(text.strip().lower()):
            fact = f"'{text}' says nothing: there will be many of that name"
            yield _said(facts, "release_name", fact, "plan", "put a date or a content into `name:`")


def _big_bang(facts: Facts) -> Iterable[ReasonLine]:
    count = len(facts.plan.products)
    if count >= MANY_PRODUCTS:
        fact = f"{count} products go at once: when it breaks, nobody knows which one it was"
        yield _said(facts, "big_bang", fact, "plan", "split it into smaller releases")


def _no_way_back(facts: Facts) -> Iterable[ReasonLine]:
    """The version we come from is a way back; a command alone is one too."""
    for product in facts.plan.products:
        if not (product.back_to or product.rollback.command or facts.plan.rollback_notes):
            yield _said(
                facts,
                "rollback_plan",
                f"{product.name} has no way back: the plan names no version to return to",
                f"product:{product.name}",
                f"put `previous:` at {product.name}",
                owner_of_product(facts.plan, product.name),
            )


def _no_trigger(facts: Facts) -> Iterable[ReasonLine]:
    if not facts.plan.triggers:
        fact = "nobody has agreed on what means: go back. In that night somebody will have to argue about it"
        yield _said(facts, "no_trigger", fact, "plan", "put `rollback: {triggers: [{when: TEXT}]}` into the plan")


def _no_staging(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    if not environment.after:
        fact = f"nothing comes before {environment.name}: production is the first to see it"
        yield _said(facts, "no_staging", fact, f"environment:{environment.name}", "put `after: [staging]` there")


def _no_production(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """What is asked for before production is asked for nowhere then: a name nobody recognised loses it."""
    if not any(one.production for one in facts.plan.environments):
        fact = "no environment is production: approvals, window and go are asked for only where a gate says so"
        remedy = f"put `production: true` at {environment.name}"
        yield _said(facts, "no_production", fact, f"environment:{environment.name}", remedy)


def _nobody_on_call(facts: Facts) -> Iterable[ReasonLine]:
    if not facts.plan.on_call:
        fact = "the plan does not say who is called when it breaks"
        yield _said(facts, "on_call", fact, "plan", "put `on_call: [NAME]` into the plan")


_ANNOUNCES = re.compile(r"\b(?:announc\w*|notif(?:y|ies|ication)\w*|tell|inform|communicat\w*)\b")
_PLACE = re.compile(r"#\w|@\w|https?://|\b(?:in|on|to|at|via|by|through)\s+\S")


def _announcements(facts: Facts) -> Iterable[ReasonLine]:
    """An announcement that nobody knows where to make is made nowhere."""
    for item in facts.plan.items:
        if _ANNOUNCES.search(item.title.lower()) and not _PLACE.search(item.title.lower()):
            yield _announcement(facts, item)


def _announcement(facts: Facts, item: Item) -> ReasonLine:
    return _said(
        facts,
        "announcement_place",
        f"'{item.title}' does not say where",
        f"item:{item.id}",
        "name the channel in its title: Announce in #releases",
        person(facts.plan, item.owner),
    )
