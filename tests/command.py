"""The installed command as tests run it: a child process in a folder of its own, its output kept."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LYRICCLIP = Path(sys.executable).with_name("lyricclip")
"""The command of the environment that runs the tests: what a user starts."""

PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE")
CALL_TIMEOUT_S = 280


@dataclass(frozen=True, slots=True)
class Finished:
    """A call that has ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Workplace:
    """A folder with a timeline in it, as a user has one. The command runs there."""

    folder: Path

    def run(self, *arguments: str | Path, env: Mapping[str, str] | None = None) -> Finished:
        """Run `lyricclip` to its end."""
        done = subprocess.run(
            [str(LYRICCLIP), *map(str, arguments)],
            cwd=self.folder,
            env=environment(env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=CALL_TIMEOUT_S,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str | Path, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start `lyricclip` and come back at once."""
        return subprocess.Popen(
            [str(LYRICCLIP), *map(str, arguments)],
            cwd=self.folder,
            env=environment(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def write(self, name: str, timeline: Mapping[str, Any]) -> Path:
        """Write a timeline."""
        path = self.folder / name
        path.write_text(json.dumps(timeline), encoding="utf-8")
        return path

    def job(self, job_id: str) -> Path:
        """A job's folder."""
        return self.folder / "artifacts" / "renders" / job_id

    def film(self, job_id: str) -> Path:
        """A job's film."""
        return self.job(job_id) / "film.mp4"

    def report(self, job_id: str) -> dict[str, Any]:
        """A job's report."""
        data: dict[str, Any] = json.loads((self.job(job_id) / "metrics.json").read_text(encoding="utf-8"))
        return data

    def log(self, job_id: str) -> list[dict[str, Any]]:
        """A job's log."""
        text = (self.job(job_id) / "render.log.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def leftovers(self) -> list[Path]:
        """What is left in the work folder: nothing, after every run."""
        work = self.folder / "artifacts" / "render_tmp"
        return sorted(work.rglob("*")) if work.exists() else []


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """A clean environment: nothing of the machine's own settings or keys gets in."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ} | dict(extra or {})
