"""The local files that a timeline names: where they really are, and whether they may and can be read."""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from lyricclip_cli.errors import InputError, Problem
from lyricclip_cli.style import is_font_file
from lyricclip_cli.timeline.model import Candidate, Line, Output, Timeline
from lyricclip_cli.timeline.shown import shown


def locate(timeline: Timeline, *, path: Path, media_dir: Path) -> Timeline:
    """The timeline with every `file` as an absolute real path; `path` is the timeline's own file.

    Relative names start at the timeline's folder. Once symbolic links are followed, a file must lie in that folder or
    in `media_dir`: a timeline from elsewhere is not to read the machine's other files. Raises `InputError` with every
    file that is elsewhere, missing, no regular file or not readable.
    """
    files = _Files(path.parent, _real(path.parent), _real(media_dir))
    audio = timeline.audio
    if audio is not None:
        audio = audio.model_copy(update={"file": files.located(audio.file, "audio.file")})
    output = _output(timeline.output, files)
    lines = tuple(_line(line, f"lines[{index}]", files) for index, line in enumerate(timeline.lines))
    if files.problems:
        raise InputError(str(path), files.problems)
    return timeline.model_copy(update={"audio": audio, "output": output, "lines": lines})


def _output(output: Output, files: "_Files") -> Output:
    font = output.style.font
    if font is None or not is_font_file(font):
        return output
    style = output.style.model_copy(update={"font": files.located(font, "output.style.font")})
    return output.model_copy(update={"style": style})


def _line(line: Line, place: str, files: "_Files") -> Line:
    candidates = tuple(
        _candidate(candidate, f"{place}.candidates[{number}].file", files)
        for number, candidate in enumerate(line.candidates)
    )
    return line.model_copy(update={"candidates": candidates})


def _candidate(candidate: Candidate, place: str, files: "_Files") -> Candidate:
    if candidate.file is None:
        return candidate
    return candidate.model_copy(update={"file": files.located(candidate.file, place)})


@dataclass(slots=True)
class _Files:
    """Looks names up, each once, and collects a problem per place. `folder` is as the user named it."""

    folder: Path
    real_folder: Path
    real_media: Path
    problems: list[Problem] = field(default_factory=list)
    seen: dict[str, tuple[str, Problem | None]] = field(default_factory=dict)

    def located(self, name: str, place: str) -> str:
        """The real path of a file; the name as it is when there is a problem with it."""
        if name not in self.seen:
            self.seen[name] = self._look(name)
        found, problem = self.seen[name]
        if problem is not None:
            self.problems.append(Problem(place, problem.message, problem.hint))
        return found

    def _look(self, name: str) -> tuple[str, Problem | None]:
        try:
            real = (self.folder / name).resolve()
            if not (real.is_relative_to(self.real_folder) or real.is_relative_to(self.real_media)):
                message = f"{shown(name)} lies outside the timeline's folder and the media folder"
                return name, Problem("", message, f"copy it into {self.real_folder} or {self.real_media}")
            return str(real), self._unusable(name, real)
        except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: a loop of links, until Python 3.12
            reason = getattr(error, "strerror", None) or str(error)
            return name, Problem("", f"{shown(name)} cannot be read: {reason}", "correct the name or its permissions")

    def _unusable(self, name: str, real: Path) -> Problem | None:
        try:
            mode = real.stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return Problem("", f"{shown(name)} does not exist", f"relative names start at {self.real_folder}")
        if not stat.S_ISREG(mode):
            kind = "a folder" if stat.S_ISDIR(mode) else "no regular file"
            return Problem("", f"{shown(name)} is {kind}", "name a video or audio file, or an HLS playlist")
        os.close(os.open(real, os.O_RDONLY))
        return None


def _real(folder: Path) -> Path:
    """A folder without links; one that cannot be followed holds nothing, so its own name serves."""
    try:
        return folder.resolve()
    except (OSError, RuntimeError, ValueError):
        return folder.absolute()
