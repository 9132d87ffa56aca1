"""A stream that may break without anyone noticing: what is shown must never cost a film."""

import io
from typing import TextIO


def show_cursor(stream: TextIO | None) -> None:
    """Leave a terminal as a table that is cut off would not: with its cursor, on a new line."""
    try:
        if stream is not None and stream.isatty():
            stream.write("\x1b[?25h\n")
            stream.flush()
    except (OSError, ValueError):
        return


class SteadyStream(io.TextIOBase):
    """Writes to a stream until that breaks, and nothing from then on.

    A reader that went away (`2>&1 | head`), a closed terminal, a full disk: none of them is the render's
    concern. Characters that the stream's encoding lacks become `?`.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self.broken = False

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the stream beneath; UTF-8 if it has none."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    def isatty(self) -> bool:
        """Whether the stream beneath is a terminal."""
        return not self.broken and self._stream.isatty()

    def fileno(self) -> int:
        """The descriptor of the stream beneath."""
        return self._stream.fileno()

    def writable(self) -> bool:
        """Always, though perhaps to nowhere."""
        return True

    def write(self, text: str, /) -> int:
        """Write, or lose the text. The length is always the text's, so that nobody tries again."""
        if not self.broken:
            encoding = self.encoding
            try:
                self._stream.write(text.encode(encoding, "replace").decode(encoding))
            except BlockingIOError:  # a terminal that someone made non-blocking: this text is lost, not the next
                pass
            except (OSError, ValueError):
                self.broken = True
        return len(text)

    def flush(self) -> None:
        """Flush, or notice that the stream broke."""
        if self.broken:
            return
        try:
            self._stream.flush()
        except BlockingIOError:
            pass
        except (OSError, ValueError):
            self.broken = True

    def write_line(self, line: str) -> None:
        """Write a whole line and flush, so that a reader sees it when it is true."""
        self.write(line + "\n")
        self.flush()

    def close(self) -> None:
        """Leave the stream beneath open: it is its owner's."""
