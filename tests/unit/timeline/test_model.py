from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from lyricclip_cli.timeline import Audio, Candidate, Line, Output, Timeline, Word
from tests.unit.timeline.documents import FULL, candidate, document, line, parsed, places_of, problems_of

AS_VALUES = Timeline(
    version=1,
    title="Demo",
    index_id="TwelveLabs index, optional",
    audio=Audio(file="song.m4a", offset_ms=-20),
    output=Output(width=1280, height=720, fps=Fraction(30000, 1001), fit="pad", range="song"),
    lines=(
        Line(
            id="L001",
            text="I gotta believe",
            start_ms=12000,
            end_ms=14250,
            translation="Ich muss glauben",
            words=(
                Word(text="I", start_ms=12000, end_ms=12300),
                Word(text="gotta", start_ms=12300, end_ms=14250),
            ),
            candidates=(
                Candidate(video_id="691aef4a2fc9d91d9c80dd86", start_ms=61200, end_ms=63450, score=0.93),
                Candidate(url="https://cdn.example/a/master.m3u8", start_ms=5000, end_ms=8000),
                Candidate(file="clips/sunrise.mp4", start_ms=0, end_ms=4000),
            ),
        ),
        Line(id="2", text="tonight\u0007", start_ms=14250, end_ms=15000),
    ),
)


def test_every_field_is_read() -> None:
    assert parsed(FULL) == AS_VALUES


def test_defaults() -> None:
    assert parsed(document()) == Timeline(
        version=1,
        title="",
        index_id=None,
        audio=None,
        output=Output(width=1920, height=1080, fps=Fraction(25), fit="blur", range="lyrics"),
        lines=(Line(id="1", text="I gotta believe", start_ms=12000, end_ms=14250),),
    )


def test_a_timeline_written_as_json_is_the_same_timeline() -> None:
    written = AS_VALUES.model_dump(mode="json")
    assert written["output"]["fps"] == "30000/1001"
    assert parsed(written) == AS_VALUES
    assert parsed(document()).model_dump(mode="json")["output"]["fps"] == "25"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (25, Fraction(25)),
        (25.0, Fraction(25)),
        ("25", Fraction(25)),
        (12.5, Fraction(25, 2)),
        ("50/2", Fraction(25)),
        (23.976, Fraction(24000, 1001)),
        ("23.98", Fraction(24000, 1001)),
        (24000 / 1001, Fraction(24000, 1001)),
        (29.97, Fraction(30000, 1001)),
        ("59.94", Fraction(60000, 1001)),
        ("59.940", Fraction(60000, 1001)),
        (59.9, Fraction(599, 10)),
        (0.00001, Fraction(1, 100_000)),
        (240, Fraction(240)),
    ],
)
def test_frame_rates_are_exact(written: Any, meant: Fraction) -> None:
    assert parsed(document(output={"fps": written})).output.fps == meant


@pytest.mark.parametrize(
    "written", [0, "0", -25, "-25", 240.1, 1e12, True, None, "", "fast", "25/0", "0/5", "1e2", " 25", "25\n", [25]]
)
def test_other_frame_rates_are_refused(written: Any) -> None:
    assert places_of(document(output={"fps": written})) == ["output.fps"]


@pytest.mark.parametrize(("at", "value"), [("width", 15), ("width", 7682), ("height", 721), ("height", "720")])
def test_sizes_are_even_and_within_bounds(at: str, value: Any) -> None:
    assert places_of(document(output={at: value})) == [f"output.{at}"]


def test_sizes_at_their_bounds() -> None:
    output = parsed(document(output={"width": 16, "height": 7680.0})).output
    assert (output.width, output.height) == (16, 7680)


@pytest.mark.parametrize("value", [-1, 86_400_001, True, "12", 1.5, None, [], float("inf")])
def test_times_are_whole_milliseconds_of_a_day(value: Any) -> None:
    assert places_of(document(line(end_ms=value))) == ["lines[0].end_ms"]


def test_a_time_may_be_as_late_as_24_h() -> None:
    assert parsed(document(line(end_ms=86_400_000.0))).lines[0].end_ms == 86_400_000


@pytest.mark.parametrize("end_ms", [11_999, 12_000])
def test_ends_come_after_starts(end_ms: int) -> None:
    broken = line(end_ms=end_ms, candidates=[candidate(start_ms=5, end_ms=5)])
    assert places_of(document(broken)) == ["lines[0].end_ms", "lines[0].candidates[0].end_ms"]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://h/a",
        "h/a.m3u8",
        "//h/a",
        "https:///a",
        "https://",
        "http://:80/a",
        "http://[",
        "http://h:99999/",
        "http://a b/",
        "http://h/\n",
    ],
)
def test_urls_need_http_and_a_host(url: str) -> None:
    broken = {"url": url, "start_ms": 0, "end_ms": 1}
    assert places_of(document(line(candidates=[broken]))) == ["lines[0].candidates[0].url"]


@pytest.mark.parametrize("video_id", ["", "a/b", "ä", "a" * 65, "a\n", "../x", 7])
def test_video_ids_are_safe_in_paths(video_id: Any) -> None:
    broken = document(line(candidates=[candidate(video_id=video_id)]))
    assert places_of(broken) == ["lines[0].candidates[0].video_id"]


@pytest.mark.parametrize("file", ["", "a\0b", "x" * 4097, "https://h/a.mp4", 5])
def test_file_names_can_be_names(file: Any) -> None:
    assert places_of(document(audio={"file": file})) == ["audio.file"]


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        ({}, "names no footage (write one of video_id, url and file)"),
        (
            {"video_id": "v", "file": "a"},
            "names more than one source, seen video_id and file "
            "(keep one of them; another source is another candidate)",
        ),
    ],
)
def test_a_candidate_has_one_source(sources: dict[str, str], said: str) -> None:
    broken = document(line(candidates=[{**sources, "start_ms": 0, "end_ms": 1}]))
    assert problems_of(broken) == [f"lines[0].candidates[0]: {said}"]


@pytest.mark.parametrize("line_id", ["", "  ", "a" * 65, "a/b", "a\\b", "a\u0000", "a\u0085b", "a\u2028b", 7, None])
def test_line_ids_are_fit_for_reports(line_id: Any) -> None:
    assert places_of(document(line(id=line_id))) == ["lines[0].id"]


def test_ids_are_unique_also_with_the_numbers_of_lines_without_one() -> None:
    assert problems_of(document(line(id="3"), line(id="a"), line(), line(id="a"))) == [
        'lines[2].id: "3" is the id of lines[0].id already (ids are unique; a line without one has its number as id)',
        'lines[3].id: "a" is the id of lines[1].id already (ids are unique; a line without one has its number as id)',
    ]


@pytest.mark.parametrize("text", ["", " \t\n", None, 3])
def test_a_line_has_text(text: Any) -> None:
    assert places_of(document(line(text=text))) == ["lines[0].text"]


def test_words_lie_in_their_line_and_in_order() -> None:
    words = [
        {"text": "early", "start_ms": 11_999, "end_ms": 12_500},
        {"text": "good", "start_ms": 13_000, "end_ms": 13_500},
        {"text": "back", "start_ms": 12_900, "end_ms": 13_100},
        {"text": "late", "start_ms": 14_000, "end_ms": 14_251},
    ]
    assert problems_of(document(line(words=words))) == [
        "lines[0].words[0]: lies outside its line, seen 11999 ms to 12500 ms in 12000 ms to 14250 ms "
        "(a word's times are on the song's clock too)",
        "lines[0].words[2]: starts at 12900 ms, before the word ahead of it (13000 ms) "
        "(write the words in the order they are sung)",
        "lines[0].words[3]: lies outside its line, seen 14000 ms to 14251 ms in 12000 ms to 14250 ms "
        "(a word's times are on the song's clock too)",
    ]


def test_a_whole_song_needs_audio() -> None:
    assert places_of(document(output={"range": "song"})) == ["output.range"]


def test_values_built_in_python_keep_the_rules() -> None:
    with pytest.raises(ValidationError, match="names no footage"):
        Candidate(start_ms=0, end_ms=1)
    with pytest.raises(ValidationError, match="lies outside its line"):
        Line(id="1", text="a", start_ms=5, end_ms=9, words=(Word(text="a", start_ms=4, end_ms=6),))
    twice = Line(id="1", text="a", start_ms=5, end_ms=9)
    with pytest.raises(ValidationError, match="is the id of"):
        Timeline(version=1, lines=(twice, twice))


def test_values_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        AS_VALUES.title = "other"  # type: ignore[misc]
