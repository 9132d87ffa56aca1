"""Lyrics through the installed command: on the right frames, in every mode, on a machine without fonts."""

import subprocess
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pysubs2
import pytest

from lyricclip_cli.lyrics.fonts import FONTS_FOLDER
from tests.command import Workplace
from tests.films import frames_with_ink, ink_of, without_fonts
from tests.numbered import ffmpeg_path, read_numbers
from tests.timelines import candidate, line, shown, timeline

RATES = ["25", "60", "30000/1001", "24000/1001", "120"]

LINES = [
    line(1000, 2010, text="one"),
    line(2310, 3333, text="two, which goes on while three and four are shown"),
    line(3001, 3200, text="three"),
    line(3100, 3777, text="four"),
    line(6500, 7000, text="after a gap of black"),
]
"""One ends in a gap that its clip runs on through, two crosses two cuts, four is up beside two others; then black."""


def boundary(song_ms: int, fps: Fraction, origin_ms: int = 1000) -> int:
    """Rule 1, written out again."""
    return int((song_ms - origin_ms) * fps / 1000 + Fraction(1, 2))


def up_frames(lines: list[dict[str, Any]], fps: Fraction) -> list[int]:
    """The frames on which any text is up."""
    spans = [range(boundary(entry["start_ms"], fps), boundary(entry["end_ms"], fps)) for entry in lines]
    return sorted({frame for span in spans for frame in span})


@pytest.mark.parametrize("fps", RATES)
def test_text_is_up_on_exactly_its_frames(workplace: Workplace, fps: str) -> None:
    workplace.write("t.json", timeline(LINES, output={"width": 320, "height": 180, "fps": fps}))

    done = workplace.run("render", "t.json", "-c", "4")

    assert done.code == 5, done.err  # placeholders
    assert frames_with_ink(workplace.film("t")) == up_frames(LINES, Fraction(fps))


def test_a_text_that_crosses_cuts_neither_flickers_nor_moves(workplace: Workplace) -> None:
    fps = Fraction("30000/1001")
    workplace.write("t.json", timeline(LINES, output={"width": 320, "height": 180, "fps": str(fps)}))
    workplace.run("render", "t.json")
    bands = ink_of(workplace.film("t"))
    edges = sorted({boundary(entry[key], fps) for entry in LINES for key in ("start_ms", "end_ms")})
    for first, end in pairwise(edges):
        assert len({picture.tobytes() for picture in bands[first:end]}) <= 1, (first, end)
    two, three, four = (bands[boundary(ms, fps)] for ms in (2400, 3050, 3150))
    assert two.sum() < three.sum() < four.sum()
    assert ((two <= three) & (three <= four)).all()


def test_lyrics_over_footage_leave_its_frames_as_they_are(workplace: Workplace, footage: Path) -> None:
    fps = Fraction(25)
    lines = [line(0, 2000, candidate(1000, file=str(footage / "four.mp4")), text="over numbers")]
    workplace.write("t.json", timeline(lines))
    done = workplace.run("render", "t.json", "--media-dir", footage)
    assert done.code == 0, done.err
    assert read_numbers(workplace.film("t")) == list(shown(4, 1000, 50, film_fps=fps, source_fps=fps))


def test_the_file_beside_the_film_draws_the_same_picture(workplace: Workplace) -> None:
    words = [
        {"text": word, "start_ms": 300 * n, "end_ms": 300 * n + 250} for n, word in enumerate(("sing", "along", "now"))
    ]
    lines = [
        line(0, 1000, text="sing along now", words=words, translation="一起唱"),
        line(500, 1500, text="second voice"),
    ]
    workplace.write("t.json", timeline(lines, output={"width": 640, "height": 360, "fps": 25}))
    assert workplace.run("render", "t.json", "--job-id", "burned").code == 5
    assert workplace.run("render", "t.json", "--job-id", "bare", "--subtitles", "sidecar").code == 5
    assert frames_with_ink(workplace.film("bare")) == []
    script = workplace.job("bare") / "film.ass"
    assert script.read_bytes() == (workplace.job("burned") / "film.ass").read_bytes()
    player = ["-i", workplace.film("bare"), "-vf", f"ass={script}:fontsdir={FONTS_FOLDER}", "-c:v", "ffv1"]
    subprocess.run([ffmpeg_path(), "-v", "error", *map(str, player), str(workplace.folder / "p.mkv")], check=True)
    for burned, played in zip(luma(workplace.film("burned")), luma(workplace.folder / "p.mkv"), strict=True):
        assert np.abs(burned - played).mean() < 0.5


def luma(film: Path) -> list[Any]:
    with av.open(str(film)) as container:
        return [frame.to_ndarray(format="gray").astype(int) for frame in container.decode(video=0)]


def test_soft_is_a_track_that_players_can_select(workplace: Workplace) -> None:
    lines = [line(1000, 2500, text="one", translation="eins"), line(2000, 3000, text="{two} <b>")]
    workplace.write("t.json", timeline(lines))
    assert workplace.run("render", "t.json", "--subtitles", "soft").code == 5
    film = workplace.film("t")
    assert frames_with_ink(film) == []
    with av.open(str(film)) as container:
        assert [stream.type for stream in container.streams] == ["video", "audio", "subtitle"]
        assert container.streams[2].codec_context.name == "mov_text"
    assert track(film) == [(0, 1000, "one\neins"), (1000, 1500, "one\neins\n{two} <b>"), (1500, 2000, "{two} <b>")]


def track(film: Path) -> list[tuple[int, int, str]]:
    command = [ffmpeg_path(), "-v", "error", "-i", str(film), "-map", "0:s:0", "-f", "srt", "-"]
    text = subprocess.run(command, capture_output=True, check=True, text=True).stdout.replace("\u2060", "")
    blocks = [block.split("\n", 2) for block in text.strip().split("\n\n")]
    times = [
        [pysubs2.time.timestamp_to_ms(pysubs2.time.TIMESTAMP.findall(at)[n]) for n in (0, 1)] for _, at, _ in blocks
    ]
    return [(start, end, block[2]) for (start, end), block in zip(times, blocks, strict=True)]


def test_off_writes_nothing_at_all(workplace: Workplace) -> None:
    workplace.write("t.json", timeline([line(0, 1000, text="one")]))
    assert workplace.run("render", "t.json", "--subtitles", "off").code == 5
    assert frames_with_ink(workplace.film("t")) == []
    assert not list(workplace.job("t").glob("film.[as]*"))


def test_ink_on_a_machine_without_any_font(workplace: Workplace) -> None:
    lines = [line(0, 400, text="Hello"), line(400, 800, text="你好"), line(800, 1200, text="สวัสดี مرحبا")]
    workplace.write("t.json", timeline(lines))
    done = workplace.run("render", "t.json", env=without_fonts(workplace.folder))
    assert done.code == 5, done.err
    assert "no font" not in done.err
    assert frames_with_ink(workplace.film("t")) == list(range(30))


def test_a_glyph_that_no_font_has_is_reported(workplace: Workplace) -> None:
    lines = [line(0, 400, id="A", text="fine"), line(400, 800, id="B", text="see \U00013000", translation="\U00013001")]
    workplace.write("t.json", timeline(lines))
    env = without_fonts(workplace.folder)
    for call in (("validate", "t.json"), ("render", "t.json", "--progress", "plain")):
        done = workplace.run(*call, env=env)
        assert "U+13000 EGYPTIAN HIEROGLYPH A001 (character 5) of its text" in done.err
        assert "U+13001 EGYPTIAN HIEROGLYPH A002 (character 1) of its translation" in done.err
    assert [warning["line_id"] for warning in workplace.report("t")["warnings"]] == ["B", "B"]


@pytest.mark.parametrize("name", ["it's a: [test], 100%;", "back\\slash = {x}", "新しい フォルダ"])
def test_folders_with_any_name(workplace: Workplace, name: str) -> None:
    workplace.write("t.json", timeline([line(0, 400, text=name)]))
    done = workplace.run("render", "t.json", "--work-dir", f"artifacts/render_tmp/{name}")
    assert done.code == 5, done.err
    assert frames_with_ink(workplace.film("t")) == list(range(10))
    (workplace.folder / "artifacts" / "render_tmp" / name).rmdir()


def test_presets_and_style_of_the_config(workplace: Workplace) -> None:
    (workplace.folder / "lyricclip.toml").write_text('[style]\nposition = "top"\n', encoding="utf-8")
    workplace.write("t.json", timeline([line(0, 400, text="up here")]))
    assert workplace.run("render", "t.json", "--aspect", "9:16", "--resolution", "480p").code == 5
    report = workplace.report("t")
    assert (report["film"]["width"], report["film"]["height"]) == (480, 854)
    assert report["config"]["style"]["position"] == "top"
    bands = ink_of(workplace.film("t"))[0]
    assert bands[:8].any()
    assert not bands[8:].any()


def test_a_font_file_beside_the_timeline(workplace: Workplace) -> None:
    font = next(FONTS_FOLDER.glob("*Hebrew*"))
    (workplace.folder / "mine.ttf").write_bytes(font.read_bytes())
    output = {"width": 320, "height": 180, "fps": 25, "style": {"font": "mine.ttf"}}
    workplace.write("t.json", timeline([line(0, 400, text="שלום abc")], output=output))
    done = workplace.run("render", "t.json")
    assert done.code == 5, done.err
    assert frames_with_ink(workplace.film("t")) == list(range(10))
    workplace.write("u.json", timeline([line(0, 400)], output={**output, "style": {"font": "/etc/passwd.ttf"}}))
    assert "output.style.font" in workplace.run("validate", "u.json").err


def test_timeline_from_lyrics_renders(workplace: Workplace) -> None:
    (workplace.folder / "s.lrc").write_text(
        "[00:00.00]作词 : x\n[00:01.00]one\n[00:01.40]two\n[00:01.80]", encoding="utf-8"
    )
    shown_first = workplace.run("timeline", "from", "s.lrc")
    assert shown_first.code == 0
    assert '"text": "one"' in shown_first.out
    assert "作词" in shown_first.err
    assert workplace.run("timeline", "from", "s.lrc", "-o", "t.json").code == 0
    assert workplace.run("render", "t.json", "--resolution", "480p").code == 5
    assert workplace.run("timeline", "from", "nothing.lrc").code == 3
