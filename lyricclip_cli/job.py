"""A job's folders: where its film, report, log and clips are, and its temporary files."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lyricclip_cli.errors import UsageError
from lyricclip_cli.kept import RECORDS
from lyricclip_cli.lock import is_abandoned, marked, sole_use
from lyricclip_cli.placing import cannot_write, make_folder, own_folder

SAFE_JOB_ID = re.compile(r"(?!\.)[^\x00-\x1f/\\:*?\"<>|]{1,100}(?<![. ])")
"""Names that every file system takes as one folder's name, and that cannot lead out of it."""

LONGEST_NAME_BYTES = 200
"""File systems take 255; the work folder adds a few of its own."""

DEVICE_NAMES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}
)


@dataclass(frozen=True, slots=True)
class JobFolder:
    """`artifacts/renders/<job_id>/` and what is in it."""

    job_id: str
    root: Path

    @property
    def film(self) -> Path:
        """The finished film."""
        return self.root / "film.mp4"

    @property
    def report(self) -> Path:
        """The metrics report."""
        return self.root / "metrics.json"

    @property
    def log(self) -> Path:
        """The render log."""
        return self.root / "render.log.jsonl"

    @property
    def clips(self) -> Path:
        """The clips, one file per line."""
        return self.root / "clips"

    @contextmanager
    def held(self, now: datetime) -> Iterator[bool]:
        """Make the folders and hold them alone. Gives whether the last run was stopped short.

        Raises `MachineError`, also for a folder that is a link leading out; a log that is a link goes.
        """
        for folder in (self.root, self.clips, self.clips / RECORDS):
            own_folder(folder, folder.parent)
        if self.log.is_symlink():
            self.log.unlink()
        with sole_use(self.clips / RECORDS, f"job {self.job_id}", now) as stopped_short:
            self._tidy()
            yield stopped_short

    def _tidy(self) -> None:
        """Take away what a killed run had begun to write."""
        for folder in (self.root, self.clips, self.clips / RECORDS):
            for draft in (*folder.glob(".*.part"), *folder.glob("moving-*")):
                draft.unlink(missing_ok=True)


def job_folder(output_dir: Path, job_id: str) -> JobFolder:
    """The folder of a job. Raises `UsageError` for an id that is no plain folder name."""
    if (
        not SAFE_JOB_ID.fullmatch(job_id)
        or len(os.fsencode(job_id)) > LONGEST_NAME_BYTES
        or job_id.split(".", maxsplit=1)[0].lower() in DEVICE_NAMES
    ):
        hint = "a job id is one plain folder name of at most 100 characters"
        raise UsageError(f"{job_id[:60]!r} cannot be a job id", hint=hint)
    return JobFolder(job_id, output_dir / job_id)


def job_id_of(timeline: Path) -> str:
    """The job id when none is given: the timeline's file name without `.json`."""
    return timeline.name.removesuffix(".json")


@contextmanager
def work_folder(work_dir: Path, job_id: str) -> Iterator[Path]:
    """A temporary folder of this run, gone in the end, as is what killed runs left here. Raises `MachineError`."""
    make_folder(work_dir)
    _sweep(work_dir)
    try:
        folder = Path(tempfile.mkdtemp(prefix=f"{job_id}-", dir=work_dir))
    except OSError as error:
        raise cannot_write(work_dir, error) from error
    try:
        with marked(folder):
            yield folder.resolve()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(work_dir: Path) -> None:
    """Take away the folders of runs that were killed. What no run has marked as its own stays."""
    for folder in work_dir.iterdir():
        if is_abandoned(folder):
            shutil.rmtree(folder, ignore_errors=True)
