"""Which ffmpeg is used, with small programs that stand in for good and bad ones."""

from pathlib import Path

import pytest

from lyricclip_cli.errors import MachineError
from lyricclip_cli.ffmpeg.binary import Abilities, Ffmpeg, abilities, find_ffmpeg

LISTINGS = """
case "$2" in
  -encoders) printf 'Encoders:\\n V..... = Video\\n ------\\n V....D libx264  H.264\\n A....D aac  AAC\\n' ;;
  -filters) printf 'Filters:\\n ... fps  V->V  Force\\n .S. scale  V->V  Scale\\n' ;;
  *) printf 'ffmpeg version 7.1-test Copyright (c)\\nbuilt with gcc\\n' ;;
esac
"""


def program(folder: Path, body: str) -> str:
    """A program that does what the shell makes of `body`."""
    path = folder / "ffmpeg"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


def test_a_named_ffmpeg_says_its_version(tmp_path: Path) -> None:
    path = program(tmp_path, LISTINGS)
    assert find_ffmpeg(path) == Ffmpeg(path, "7.1-test")


def test_a_named_ffmpeg_is_looked_for_in_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = program(tmp_path, LISTINGS)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert find_ffmpeg("ffmpeg") == Ffmpeg(path, "7.1-test")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("echo hello", "{path} is not ffmpeg: it says 'hello'"),
        ("", "{path} is not ffmpeg: it says ''"),
        ("echo no library >&2; exit 3", "{path} ended with exit code 3: no library"),
    ],
)
def test_what_is_not_ffmpeg_is_named_with_what_it_says(tmp_path: Path, body: str, message: str) -> None:
    path = program(tmp_path, body)
    with pytest.raises(MachineError) as caught:
        find_ffmpeg(path)
    assert caught.value.message == message.format(path=path)


def test_an_ffmpeg_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MachineError) as caught:
        find_ffmpeg(str(tmp_path / "none"))
    assert caught.value.message == f"no ffmpeg program at {tmp_path / 'none'}"
    assert "LYRICCLIP_FFMPEG" in caught.value.hint


def test_a_program_of_another_machine_does_not_run(tmp_path: Path) -> None:
    path = tmp_path / "ffmpeg"
    path.write_bytes(b"\x7fELF and then nothing")
    path.chmod(0o755)
    with pytest.raises(MachineError, match="ffmpeg does not run: "):
        find_ffmpeg(str(path))


def test_without_a_name_the_bundled_one_is_used() -> None:
    found = find_ffmpeg(None)
    assert Path(found.path).is_file()
    assert abilities(found).missing == ()


def test_what_a_build_lacks_is_named_encoders_first(tmp_path: Path) -> None:
    able = abilities(Ffmpeg(program(tmp_path, LISTINGS), "7.1-test"))
    assert {"libx264", "aac"} <= able.encoders
    assert able.missing == ("flac", "tpad", "overlay", "ass")
    assert Abilities(frozenset(), frozenset()).missing[:3] == ("libx264", "aac", "flac")
