"""Where the texts of sheets lie while no journal has them: a file for each audience of a release."""

from pathlib import Path

from gonogo.changelog.notes import Audience
from gonogo.io.host.kept_texts import KeptText
from gonogo.tui.sheets import Sheet


class SheetFiles:
    """The files of one visit. Every method but `of` raises GonogoError."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.release = ""
        """What the texts belong to, once the plan is known."""
        self._written: dict[Audience, str] = {}

    def of(self, audience: Audience) -> KeptText:
        """The file of an audience."""
        return KeptText(self._directory / "drafts", f"notes-{audience.value}", self.release)

    def write(self, sheet: Sheet) -> None:
        """Make the text of `sheet` safe; what lies there from another time, and nobody has read, is set aside."""
        if self._written.get(sheet.audience) == sheet.text:
            return
        file = self.of(sheet.audience)
        if sheet.audience not in self._written and sheet.kept is not None:
            file.set_aside()
        file.write(sheet.text)
        self._written[sheet.audience] = sheet.text

    def forget(self, sheet: Sheet) -> None:
        """The journal has the text now. What lies there from another time, and was not read, stays."""
        if self._written.pop(sheet.audience, None) is not None or sheet.kept is None:
            self.of(sheet.audience).forget()
