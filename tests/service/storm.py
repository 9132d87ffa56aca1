"""Films of sixty lines of which twenty need a server in trouble: what is asked of such a run, whatever the trouble is.

The good lines show streams of one stand-in, the bad ones a stream of another: two hosts, as in life. What becomes of
the bad ones is each test's own business; the good ones' frames are always exact.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import psutil

from tests.command import Finished, Workplace
from tests.numbered import read_numbers
from tests.standin import Seen, StandIn
from tests.timelines import candidate, line, shown, timeline

FPS = Fraction(25)
LINE_MS = 200
FRAMES = 5
LINES = 60
SLOTS = 6
QUICK = {
    "LYRICCLIP_RETRY_BACKOFF_BASE_MS": "40",
    "LYRICCLIP_STALL_TIMEOUT_S": "0.8",
    "LYRICCLIP_CLIP_TIMEOUT_S": "10",
}
"""Settings that make patience short, so that trouble is over soon."""


@dataclass
class Storm:
    """A film in the making. Every third line is a bad one, or two of three."""

    place: Workplace
    good: StandIn
    env: dict[str, str] = field(default_factory=lambda: dict(QUICK))
    bad_of_three: int = 1

    def is_bad(self, number: int) -> bool:
        """Whether a line, counted from 0, needs the server in trouble."""
        return 1 <= number % 3 <= self.bad_of_three

    def write(self, bad: Mapping[str, str], *more: Mapping[str, Any]) -> None:
        """Write the timeline; `bad` is the bad lines' source, `more` are candidates after it."""
        lines = [self._line(number, bad, more) for number in range(LINES)]
        self.place.write("t.json", timeline(lines, output={"width": 160, "height": 90}))

    def _line(self, number: int, bad: Mapping[str, str], more: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        at_ms = number * LINE_MS
        if self.is_bad(number):
            chosen = [candidate(in_point(number), **bad), *more]  # type: ignore[arg-type]
        else:
            chosen = [candidate(in_point(number), url=self.good.url_for("two/master.m3u8"))]
        return line(at_ms, at_ms + LINE_MS, *chosen)

    def render(self, *arguments: str, env: Mapping[str, str] | None = None) -> Finished:
        """Render with six slots, and without lyrics, which trouble does not touch. Nothing of it lives on."""
        given = ("--concurrency", str(SLOTS), "--subtitles", "off", *arguments)
        done = self.place.run("render", "t.json", *given, env=self.env | dict(env or {}))
        assert "Traceback" not in done.err, done.err
        assert alive(self.place) == []
        return done

    def clips(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The report's good and bad lines, in this order. What it counts is what it lists."""
        report = self.place.report("t")
        clips = report["clips"]
        stats = report["metrics"]["render"]["clip_stats"]
        assert stats["fallback_reason_counts"] == dict(sorted(reasons(clips).items()))
        assert stats["success_tasks"] + stats["failed_tasks"] == stats["total_tasks"] == LINES
        assert stats["peak_parallelism"] <= SLOTS
        self._agrees_with_the_log(clips)
        good = [clip for number, clip in enumerate(clips) if not self.is_bad(number)]
        bad = [clip for number, clip in enumerate(clips) if self.is_bad(number)]
        assert {clip["status"] for clip in good} == {"success"}
        return good, bad

    def _agrees_with_the_log(self, clips: Sequence[Mapping[str, Any]]) -> None:
        ends = [record for record in self.place.log("t") if record["event"] == "twelvelabs.video_clip"]
        logged = {record["line_id"]: (record["clip_status"], record["fallback_reason"]) for record in ends}
        assert logged == {clip["line_id"]: (clip["status"], clip["fallback_reason"]) for clip in clips}

    def check_frames(self, bad_source: int | None) -> None:
        """Every good line shows its own frames; the bad ones those of `bad_source` at the same place, if any."""
        stamps = read_numbers(self.place.film("t"))
        assert len(stamps) == LINES * FRAMES
        for number in range(LINES):
            source = bad_source if self.is_bad(number) else 2
            if source is not None:
                expected = shown(source, in_point(number), FRAMES, film_fps=FPS, source_fps=FPS)
                assert stamps[number * FRAMES : (number + 1) * FRAMES] == expected, f"line {number + 1}"


def account_at(server: StandIn) -> dict[str, str]:
    """The environment of a user with an account there."""
    return {
        "TWELVELABS_API_KEY": server.key,
        "TWELVELABS_INDEX_ID": "idx",
        "TWELVELABS_BASE_URL": server.api_url,
    }


def in_point(number: int) -> int:
    """A line's in-point in milliseconds."""
    return number * 240 % 20_000


def reasons(clips: Sequence[Mapping[str, Any]]) -> Counter[str]:
    """How often each reason ended a line's first choice."""
    return Counter(clip["fallback_reason"] for clip in clips if clip["fallback_reason"])


def most_in(seconds: float, seen: Sequence[Seen]) -> int:
    """The most requests that came within so many seconds."""
    times = sorted(one.time for one in seen)
    return max(
        (sum(begin <= time < begin + seconds for time in times[at:]) for at, begin in enumerate(times)), default=0
    )


def alive(place: Workplace) -> list[str]:
    """Processes that still work for this place: its path is in their command lines, and in nobody else's."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        command = " ".join(process.info["cmdline"] or [])
        if str(place.folder) in command:
            found.append(command)
    return found
