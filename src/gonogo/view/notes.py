"""Release notes as Markdown, plain text and JSON, and the templates that put them together."""

from collections.abc import Callable, Iterable, Mapping
from string import Template
from typing import Any

from gonogo.changelog import MERGES, ProductChanges, Section
from gonogo.changelog.keepachangelog.reading import Origin
from gonogo.changelog.notes import Audience, Entry, Group, Notes, ProductNotes, upgrade_notes, users_notice
from gonogo.errors import UsageError
from gonogo.plan import ChangelogRules, Migration
from gonogo.text import markdown

TEMPLATES: Mapping[Audience, str] = {
    Audience.INTERNAL: "# ${title}\n\n${summary}\n\n${products}\n\n${places}\n",
    Audience.EXTERNAL: "# ${title}\n\n${upgrade}\n\n${products}\n\n${places}\n",
}
"""What the notes are put together by, where the plan's directory has no template of its own."""

FIELDS = ("title", "release", "name", "day", "summary", "upgrade", "products", "places")
"""What a template may ask for, as `${FIELD}`."""

ORIGINS: Mapping[Origin, str] = {
    Origin.WRITTEN: "as people wrote it under [Unreleased]",
    Origin.GENERATED: "made from the commits, for [Unreleased] is empty",
}
"""Where a changelog entry comes from, in words."""

TO_BE_WRITTEN = "(to be written)"


def to_markdown(notes: Notes, template: str = "", where: str = "") -> str:
    """The notes by a template, by default the built-in one of their audience.

    `where` names the template's file. Raises UsageError when it asks for what there is not.
    """
    return _filled(template or TEMPLATES[notes.audience], _markdown_fields(notes), where)


def entry_body(changes: ProductChanges, rules: ChangelogRules) -> str:
    """What the commits say, as the body of a Keep a Changelog entry: `### ` headings, a line for each commit.

    Merges say nothing of their own, and what only concerns the house (types, `internal_scopes`) is left out; a
    commit that follows no convention is not, for nobody can tell that it is internal.
    """
    groups = [_entry_group(section, rules) for section in changes.sections if section.title != MERGES]
    return "\n\n".join("\n".join(lines) for lines in groups if lines)


def _entry_group(section: Section, rules: ChangelogRules) -> list[str]:
    told = users_notice(section, rules)
    if not told:
        return []
    lines = [f"### {markdown.line(section.title)}", ""]
    for commit in told:
        lines.append(f"- {_said(commit.scope, commit.description)} ({commit.short})")
        lines += _indented(upgrade_notes(commit))
    return lines


def _said(scope: str, description: str) -> str:
    """`**scope:** description`, safe where a line begins."""
    said = description or "(no subject)"
    return f"**{markdown.inside(scope)}:** {markdown.inside(said)}" if scope else markdown.line(said)


def _indented(block: str) -> list[str]:
    """Further paragraphs of a list item; none for an empty text."""
    return [f"  {line}" if line else "" for line in ("", *markdown.block(block).split("\n"))] if block else []


def to_text(notes: Notes) -> str:
    """Plain lines for a mail or a chat: no marks, nothing escaped."""
    lines = [_title(notes), "=" * len(_title(notes))]
    for product in notes.products:
        lines += ["", _heading(product)]
        if product.unknown:
            lines.append(f"  unknown: {product.unknown}")
        if product.migrations:
            lines += ["", f"  Migration: {product.migration.value}, which touches"]
            lines += [f"  - {path}" for path in product.migrations]
        if product.flags:
            lines += ["", f"  Flags: {', '.join(product.flags)}"]
        if product.written:
            lines += ["", *(f"  {line}".rstrip() for line in product.written.split("\n"))]
        for group in () if product.written else product.groups:
            lines += ["", f"  {group.title}"]
            for entry in group.entries:
                lines += _text_entry(entry, notes.audience)
    for place in notes.places:
        lines += ["", place, f"  {TO_BE_WRITTEN}"]
    return "\n".join(lines) + "\n"


def _filled(template: str, fields: Mapping[str, str], where: str) -> str:
    try:
        text = Template(template).substitute(fields)
    except (KeyError, ValueError) as error:
        wrong = f"${{{error.args[0]}}}" if isinstance(error, KeyError) else "a lone $"
        known = ", ".join(f"${{{name}}}" for name in FIELDS)
        raise UsageError(
            f"the template asks for {wrong}, which there is not", where=where, remedy=f"use {known}; $$ is a $"
        ) from None
    lines = [line.rstrip() for line in text.strip().split("\n")]
    kept = [line for at, line in enumerate(lines) if line or (at and lines[at - 1])]
    return "\n".join(kept) + "\n"


def _title(notes: Notes) -> str:
    return f"{notes.name} ({notes.release})" if notes.name else notes.release


def _markdown_fields(notes: Notes) -> Mapping[str, str]:
    return {
        "title": markdown.line(_title(notes)),
        "release": markdown.line(notes.release),
        "name": markdown.line(notes.name),
        "day": notes.day.isoformat() if notes.day else "",
        "summary": _summary(notes),
        "upgrade": _upgrade(notes.products),
        "products": "\n\n".join(_markdown_product(product, notes.audience) for product in notes.products),
        "places": "\n\n".join(f"## {place}\n\n{TO_BE_WRITTEN}" for place in notes.places),
    }


def _summary(notes: Notes) -> str:
    """The release in one table: product, version, breaks, migration."""
    rows = ["| product | version | from | breaking | migration |", "|---|---|---|---|---|"]
    for product in notes.products:
        cells = (
            product.product,
            product.version,
            product.previous or "-",
            "?" if product.unknown else str(len(product.breaking)),
            product.migration.value,
        )
        rows.append(f"| {' | '.join(markdown.cell(cell) for cell in cells)} |")
    return "\n".join(rows)


def _upgrade(products: Iterable[ProductNotes]) -> str:
    """What users must do, before anything else; "" when nothing breaks."""
    steps = [(product, entry) for product in products for entry in product.breaking]
    if not steps:
        return ""
    lines = ["## Before you upgrade", ""]
    for product, entry in steps:
        lines.append(f"- **{markdown.line(product.product)}**: {markdown.inside(entry.text)}")
        lines += _indented(entry.upgrade or TO_BE_WRITTEN)
    return "\n".join(lines)


def _heading(product: ProductNotes) -> str:
    return f"{product.product} {product.version}"


def _markdown_product(product: ProductNotes, audience: Audience) -> str:
    lines = [f"## {markdown.line(_heading(product))}"]
    if product.unknown:
        lines += ["", f"Unknown: {markdown.inside(product.unknown)}"]
    elif not product.groups and not product.written:
        lines += ["", "No changes that users notice." if audience is Audience.EXTERNAL else "No commits."]
    if audience is Audience.INTERNAL:
        lines += _markdown_migration(product)
        if product.flags:
            lines += ["", f"Flags: {', '.join(markdown.code(flag) for flag in product.flags)}."]
    if product.written:
        lines += ["", product.written]  # Markdown already, and published as it stands
    # inside the house the commits stand below what was written for users
    for group in product.groups if audience is Audience.INTERNAL or not product.written else ():
        lines += ["", *_markdown_group(group, audience)]
    return "\n".join(lines)


def _markdown_migration(product: ProductNotes) -> list[str]:
    if not product.migrations:
        return [] if product.migration is Migration.NONE else ["", f"Migration: {product.migration.value}."]
    touched = (f"- {markdown.code(path, 300)}" for path in product.migrations)
    return ["", f"Migration: {product.migration.value}, which touches", "", *touched]


def _markdown_group(group: Group, audience: Audience) -> list[str]:
    lines = [f"### {markdown.line(group.title)}", ""]
    for entry in group.entries:
        text = _said(entry.scope, entry.text)
        text = f"{markdown.struck(text)} ({markdown.inside(entry.undone)})" if entry.undone else text
        lines.append(f"- {text}{_origin(entry, audience, markdown.inside)}")
    return lines


def _text_entry(entry: Entry, audience: Audience) -> list[str]:
    scope = f"{entry.scope}: " if entry.scope else ""
    undone = f" ({entry.undone})" if entry.undone else ""
    lines = [f"  - {scope}{entry.text}{undone}{_origin(entry, audience, str)}"]
    return [*lines, *(f"    {line}".rstrip() for line in entry.upgrade.split("\n"))] if entry.upgrade else lines


def _origin(entry: Entry, audience: Audience, shown: Callable[[str], str]) -> str:
    """Tickets for everybody, commit and author for those inside."""
    parts = [*entry.issues]
    if audience is Audience.INTERNAL:
        parts += [entry.commit[:8], entry.author]
    said = ", ".join(part for part in parts if part)
    return f" ({shown(said)})" if said else ""


def facts(notes: Notes) -> dict[str, Any]:
    """The notes for JSON."""
    return {
        "release": notes.release,
        "name": notes.name,
        "audience": notes.audience.value,
        "day": notes.day.isoformat() if notes.day else None,
        "places": list(notes.places),
        "warnings": list(notes.warnings),
        "products": [
            {
                "product": product.product,
                "version": product.version,
                "previous": product.previous,
                "migration": product.migration.value,
                "migrations": list(product.migrations),
                "flags": list(product.flags),
                "left_out": product.left_out,
                "unknown": product.unknown,
                "groups": [
                    {"title": group.title, "entries": [_entry_facts(entry) for entry in group.entries]}
                    for group in product.groups
                ],
            }
            for product in notes.products
        ],
    }


def _entry_facts(entry: Entry) -> dict[str, Any]:
    return {
        "text": entry.text,
        "scope": entry.scope,
        "commit": entry.commit,
        "author": entry.author,
        "issues": list(entry.issues),
        "upgrade": entry.upgrade,
        "undone": entry.undone,
    }
