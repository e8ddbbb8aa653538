"""The signs used beside words, in Unicode and in ASCII. A sign never stands alone for a meaning."""

from msgspec import Struct

from gonogo.facts import Status
from gonogo.matrix import Cell, Freshness, Relation


class Glyphs(Struct, frozen=True):
    """One set of signs; each is one column wide."""

    match: str
    behind: str
    ahead: str
    mixed: str
    differs: str
    disagree: str
    absent: str
    unknown: str
    stale: str
    failed: str
    busy: str
    paused: str
    bullet: str
    ellipsis: str
    arrow: str
    cursor: str


UNICODE = Glyphs(
    match="✓", behind="↓", ahead="↑", mixed="◐", differs="≠", disagree="⇄", absent="∅", unknown="?",
    stale="◌", failed="✗", busy="»", paused="‖", bullet="•", ellipsis="…", arrow="→", cursor="▸",
)  # fmt: skip
ASCII = Glyphs(
    match="=", behind="<", ahead=">", mixed="%", differs="!", disagree="#", absent="0", unknown="?",
    stale="~", failed="X", busy="+", paused="|", bullet="*", ellipsis="~", arrow=">", cursor=">",
)  # fmt: skip


def cell_glyph(cell: Cell, glyphs: Glyphs) -> str:
    """The sign of a cell: what holds it back first, then how it stands to the plan."""
    if cell.freshness is Freshness.UNKNOWN:
        return glyphs.unknown
    if cell.freshness is Freshness.STALE:
        return glyphs.stale
    status = {
        Status.FAILED: glyphs.failed,
        Status.DEGRADED: glyphs.failed,
        Status.IN_PROGRESS: glyphs.busy,
        Status.PAUSED: glyphs.paused,
        Status.UNKNOWN: glyphs.unknown,
        Status.UNREACHABLE: glyphs.unknown,
    }.get(cell.status)
    return (
        status
        or {
            Relation.MATCH: glyphs.match,
            Relation.BEHIND: glyphs.behind,
            Relation.AHEAD: glyphs.ahead,
            Relation.MIXED: glyphs.mixed,
            Relation.DIFFERS: glyphs.differs,
            Relation.DISAGREE: glyphs.disagree,
            Relation.ABSENT: glyphs.absent,
            Relation.UNKNOWN: glyphs.unknown,
        }[cell.relation]
    )


def to_ascii(text: str) -> str:
    """Text for a terminal that shows ASCII only: what it cannot show becomes `?`, a few signs their look-alike."""
    return text.translate(_LOOKALIKES).encode("ascii", "replace").decode("ascii")


_LOOKALIKES = str.maketrans(
    {"—": "-", "–": "-", "…": "~", "→": ">", "‘": "'", "’": "'", "“": '"', "”": '"', "•": "*"}
)
