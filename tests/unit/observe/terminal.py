"""A terminal in miniature: what a program writes becomes rows of text."""

import io
import re

from rich.cells import cell_len

_TOKEN = re.compile(r"\x1b\[([?\d;]*)([A-Za-z])|(\r)|(\n)|(.)", re.DOTALL)


class Terminal(io.StringIO):
    """Understands what rich writes: text, CR, LF, cursor up and down, erase, show and hide the cursor, colours.

    Like real ones it scrolls, keeps what scrolled off in `history`, wraps at its edge, and folds long rows when it
    gets narrower. Anything else that it is sent is an error.
    """

    def __init__(self, width: int = 80, height: int = 24) -> None:
        super().__init__()
        self.width, self.height = width, height
        self.history: list[str] = []
        self.cursor_shown = True
        self.styles: set[str] = set()
        self.writes = 0
        self._rows: list[list[str]] = [[]]
        self._row = self._column = 0

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def isatty(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        self.writes += 1
        for parameters, command, back, feed, character in _TOKEN.findall(text):
            if command:
                self._control(parameters, command)
            elif back:
                self._column = 0
            elif feed:
                self._column = 0
                self._feed()
            else:
                self._put(character)
        return len(text)

    def resize(self, width: int, height: int) -> None:
        """Fold what no longer fits, and let the top rows go when the rest has no room."""
        folded: list[list[str]] = []
        cursor_row = 0
        for number, row in enumerate(self._rows):
            folded += [row[start : start + width] for start in range(0, max(len(row), 1), width)]
            if number == self._row:
                cursor_row = len(folded) - 1
        self._row = cursor_row
        self._column = min(self._column, width - 1)
        self.width, self.height = width, height
        self._rows = folded
        while len(self._rows) > height:
            if self._row == len(self._rows) - 1:
                self.history.append(_text(self._rows.pop(0)))
                self._row -= 1
            else:
                self._rows.pop()

    def rows(self) -> list[str]:
        """What is on the screen, without the empty rows at its end."""
        shown = [_text(row) for row in self._rows]
        while shown and not shown[-1]:
            shown.pop()
        return shown

    def screen(self) -> str:
        return "\n".join(self.rows())

    def _put(self, character: str) -> None:
        width = cell_len(character)
        assert character.isprintable(), repr(character)
        if self._column + width > self.width:
            self._column = 0
            self._feed()
        row = self._rows[self._row]
        row += [" "] * (self._column - len(row))
        row[self._column : self._column + width] = [character, *[""] * (width - 1)]
        self._column += width

    def _feed(self) -> None:
        self._row += 1
        if self._row == len(self._rows):
            self._rows.append([])
        if len(self._rows) > self.height:
            self.history.append(_text(self._rows.pop(0)))
            self._row -= 1

    def _control(self, parameters: str, command: str) -> None:
        if command == "m":
            self.styles |= set(parameters.split(";"))
        elif command == "A":
            self._row = max(self._row - int(parameters or 1), 0)
        elif command == "B":
            self._row = min(self._row + int(parameters or 1), self.height - 1)
            self._rows += [[] for _ in range(self._row + 1 - len(self._rows))]
        elif command == "K":
            assert parameters == "2"
            self._rows[self._row] = []
        elif command in "hl":
            assert parameters == "?25"
            self.cursor_shown = command == "h"
        else:
            raise AssertionError(f"unknown control {parameters}{command}")


def _text(row: list[str]) -> str:
    return "".join(row).rstrip()
