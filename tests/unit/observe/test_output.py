import io

from lyricclip_cli.observe.output import SteadyStream


class Broken(io.StringIO):
    """A stream whose reader went away after so many writes."""

    def __init__(self, error: Exception, after: int = 0) -> None:
        super().__init__()
        self._error = error
        self._left = after

    def write(self, text: str, /) -> int:
        if self._left <= 0:
            raise self._error
        self._left -= 1
        return super().write(text)


def test_a_broken_pipe_is_noticed_once_and_never_raised() -> None:
    beneath = Broken(BrokenPipeError(), after=1)
    stream = SteadyStream(beneath)
    for number in range(3):
        stream.write_line(str(number))
    assert beneath.getvalue() == "0\n"
    assert stream.broken
    assert not stream.isatty()


def test_a_closed_stream_is_not_written_to() -> None:
    beneath = io.StringIO()
    beneath.close()
    stream = SteadyStream(beneath)
    stream.write_line("lost")
    stream.flush()
    assert stream.broken


def test_a_full_terminal_loses_one_text_only() -> None:
    stream = SteadyStream(Broken(BlockingIOError()))
    stream.write_line("lost")
    assert not stream.broken


def test_characters_the_stream_lacks_are_replaced() -> None:
    raw = io.BytesIO()
    stream = SteadyStream(io.TextIOWrapper(raw, encoding="latin-1", write_through=True))
    stream.write_line("é 夢")
    assert raw.getvalue() == "é ?\n".encode("latin-1")


def test_the_stream_beneath_stays_open() -> None:
    beneath = io.StringIO()
    SteadyStream(beneath).close()
    assert not beneath.closed
