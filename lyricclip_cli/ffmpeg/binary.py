"""Which ffmpeg is used, and what it can do."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from lyricclip_cli import __version__
from lyricclip_cli.errors import MachineError
from lyricclip_cli.ffmpeg.process import passed_on

NEEDED_ENCODERS = ("libx264", "aac", "flac")
NEEDED_FILTERS = ("fps", "tpad", "scale", "overlay", "ass")


@dataclass(frozen=True, slots=True)
class Ffmpeg:
    """An ffmpeg program: where it is and which version it says it has."""

    path: str
    version: str

    @property
    def tools(self) -> str:
        """What makes clips and songs, with versions: those of another one need not be the same."""
        return f"lyricclip {__version__}, ffmpeg {self.version}"


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a build lacks of what is needed; empty when it has all."""

    encoders: frozenset[str]
    filters: frozenset[str]

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of encoders and filters that a render needs and this build lacks."""
        encoders = [name for name in NEEDED_ENCODERS if name not in self.encoders]
        return (*encoders, *(name for name in NEEDED_FILTERS if name not in self.filters))


def find_ffmpeg(named: str | None) -> Ffmpeg:
    """The ffmpeg that was named (flag or LYRICCLIP_FFMPEG), else the one that came with the package.

    Raises `MachineError` when it is not there or does not run.
    """
    path = shutil.which(named) if named else _bundled()
    if path is None:
        hint = "name another with --ffmpeg or LYRICCLIP_FFMPEG, or leave both out to use the bundled one"
        raise MachineError(f"no ffmpeg program at {named}", hint=hint)
    first_line = _output(path, "-version").partition("\n")[0]
    words = first_line.split()
    if words[:2] != ["ffmpeg", "version"] or len(words) < 3:
        raise MachineError(f"{path} is not ffmpeg: it says {first_line[:60]!r}")
    return Ffmpeg(path, words[2])


def abilities(ffmpeg: Ffmpeg) -> Abilities:
    """Ask a build for its encoders and filters."""
    return Abilities(_names(_output(ffmpeg.path, "-encoders")), _names(_output(ffmpeg.path, "-filters")))


def _bundled() -> str | None:
    try:
        import imageio_ffmpeg  # noqa: PLC0415 - only when no other was named

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        return shutil.which("ffmpeg")


def _output(path: str, option: str) -> str:
    try:
        done = subprocess.run(
            [path, "-hide_banner", option] if option != "-version" else [path, option],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=20,
            check=False,
            text=True,
            errors="replace",
            env=passed_on(),
            start_new_session=True,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MachineError(
            f"{Path(path).name} does not run: {_why(error)}", hint="lyricclip doctor says more"
        ) from error
    if done.returncode:
        raise MachineError(f"{path} ended with exit code {done.returncode}: {done.stderr.strip()[-200:]}")
    return done.stdout


def _why(error: OSError | subprocess.TimeoutExpired) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else "it does not end"


def _names(listing: str) -> frozenset[str]:
    """The second word of every line: both listings have flags first, then the name."""
    return frozenset(words[1] for line in listing.splitlines() if len(words := line.split()) > 1)
