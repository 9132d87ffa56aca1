"""Timeline to render plan: pure arithmetic and ordering. Reads no file, knows no adapter.

The frame rules are the design's (2.2): every cut lies on the song's clock, so nothing accumulates.
"""

import itertools
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from math import floor
from pathlib import Path
from urllib.parse import urlsplit

from lyricclip_cli.errors import PermanentError
from lyricclip_cli.style import StyleChoice
from lyricclip_cli.timeline import Candidate, Line, Timeline

LONGEST_RUN_ON_MS = 2_000
"""A gap between lines up to this long shows the earlier clip running on; a longer one is black (rule 4)."""

LONGEST_HOLD_MS = 1_000
"""At a source's end its last frame is held for at most this long (rule 3)."""

SNAP_S = Fraction(61, 100_000)
"""How far a time may miss a source frame's timestamp and still show that frame. Containers round timestamps, Matroska
to whole milliseconds, so a frame can be written up to 0.5 ms late; one millisecond earlier is the frame before."""


class StepKind(StrEnum):
    """What a step of a fallback chain is."""

    CANDIDATE = "candidate"
    LOCAL = "local"
    PLACEHOLDER = "placeholder"


@dataclass(frozen=True, slots=True)
class VideoRef:
    """Footage in a TwelveLabs-indexed video."""

    video_id: str

    def __str__(self) -> str:
        """The video, as reports and the table name it."""
        return self.video_id


@dataclass(frozen=True, slots=True)
class UrlRef:
    """Footage in an HLS stream at a URL the user wrote."""

    url: str

    def __str__(self) -> str:
        """The URL without its query and user, which may hold secrets."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


@dataclass(frozen=True, slots=True)
class FileRef:
    """Footage in a local file: a video, or an HLS playlist beside its segments. `name` is as the user wrote it."""

    path: Path
    name: str

    def __str__(self) -> str:
        """The file as the user wrote it."""
        return self.name


@dataclass(frozen=True, slots=True)
class MediaRef:
    """Footage in the media folder, looked up when it is needed: `DIR/<video_id>.<ext>`."""

    video_id: str

    def __str__(self) -> str:
        """The video and where it is looked for."""
        return f"{self.video_id} (media folder)"


@dataclass(frozen=True, slots=True)
class PlaceholderRef:
    """The placeholder: black with a beep, as long as it takes."""

    def __str__(self) -> str:
        """Its name in reports."""
        return "placeholder"


SourceRef = VideoRef | UrlRef | FileRef | MediaRef | PlaceholderRef


@dataclass(frozen=True, slots=True)
class Window:
    """What a clip needs of a source: `frames` pictures at `fps` from `start_ms` on the source's clock on."""

    start_ms: int
    frames: int
    fps: Fraction

    @property
    def start_s(self) -> Fraction:
        """In-point in seconds."""
        return Fraction(self.start_ms, 1000)

    def time_s(self, frame: int) -> Fraction:
        """The source's time that an output frame shows (rule 2)."""
        return self.start_s + frame / self.fps

    @property
    def last_s(self) -> Fraction:
        """The time that the last output frame shows, in seconds."""
        return self.time_s(self.frames - 1)

    @property
    def end_s(self) -> Fraction:
        """Where the last output frame ends, in seconds."""
        return self.time_s(self.frames)


@dataclass(frozen=True, slots=True)
class Step:
    """One link of a fallback chain."""

    kind: StepKind
    ref: SourceRef
    window: Window


@dataclass(frozen=True, slots=True)
class Grid:
    """The film's frame grid. `origin_ms` is the film's start on the song's clock."""

    fps: Fraction
    origin_ms: int

    def frame_at(self, song_ms: int) -> int:
        """The frame boundary nearest to a time on the song's clock: `round_half_up(T * fps)` (rule 1)."""
        return floor((song_ms - self.origin_ms) * self.fps / 1000 + Fraction(1, 2))

    def ms_at(self, frame: int) -> Fraction:
        """The time of a frame boundary on the song's clock, in milliseconds."""
        return self.origin_ms + frame * 1000 / self.fps


@dataclass(frozen=True, slots=True)
class ClipPlan:
    """One line's clip. `number` counts the timeline's lines from 1; `chain` ends with the placeholder."""

    number: int
    line_id: str
    text: str
    line_start_ms: int
    line_end_ms: int
    start_frame: int
    frames: int
    chain: tuple[Step, ...]

    @property
    def end_frame(self) -> int:
        """The film's frame at which the next piece begins."""
        return self.start_frame + self.frames


@dataclass(frozen=True, slots=True)
class BlackPlan:
    """A gap that no clip covers: black and silence."""

    start_frame: int
    frames: int

    @property
    def end_frame(self) -> int:
        """The film's frame at which the next piece begins."""
        return self.start_frame + self.frames


@dataclass(frozen=True, slots=True)
class SongPlan:
    """The song: `lead_ms` is the film's start on the audio file's own clock; negative means silence first."""

    path: Path
    lead_ms: int


@dataclass(frozen=True, slots=True)
class PictureSpec:
    """What every clip looks like: size in square pixels, and how a picture of another shape is fitted."""

    width: int
    height: int
    fit: str


@dataclass(frozen=True, slots=True)
class PlanWarning:
    """Something the user may not have meant. `line_id` is the line it is about."""

    line_id: str
    message: str


@dataclass(frozen=True, slots=True)
class RenderPlan:
    """Everything a render does, decided. `pieces` lie end to end and fill the film exactly.

    `lines` are the timeline's in the order of their starts, and `style` its word on their look.
    """

    title: str
    index_id: str | None
    grid: Grid
    picture: PictureSpec
    clips: tuple[ClipPlan, ...]
    gaps: tuple[BlackPlan, ...]
    song: SongPlan | None
    frames: int
    warnings: tuple[PlanWarning, ...] = ()
    lines: tuple[Line, ...] = ()
    style: StyleChoice = field(default_factory=StyleChoice)

    @property
    def pieces(self) -> tuple[ClipPlan | BlackPlan, ...]:
        """Clips and gaps in the order of the film, without those that have no frame."""
        every: list[ClipPlan | BlackPlan] = [*self.clips, *self.gaps]
        return tuple(sorted((piece for piece in every if piece.frames), key=lambda piece: piece.start_frame))

    @property
    def duration_s(self) -> Fraction:
        """The film's length in seconds."""
        return self.frames / self.grid.fps


def make_plan(timeline: Timeline, *, folder: Path = Path(), audio_end_ms: int | None = None) -> RenderPlan:
    """Decide the film's grid, every line's frames and every line's fallback chain.

    `timeline` has absolute file paths; they are shown relative to `folder`, the timeline's own. `audio_end_ms` is the
    end of the sound on the song's clock, needed for `range: song`.
    """
    numbered = sorted(enumerate(timeline.lines, start=1), key=lambda item: (item[1].start_ms, item[0]))
    lines = [line for _, line in numbered]
    origin_ms, end_ms = _film_range(timeline, lines, audio_end_ms)
    grid = Grid(fps=timeline.output.fps, origin_ms=origin_ms)
    end_frame = max(grid.frame_at(end_ms), 1)
    clips, gaps = [], list(_gap_before(grid, lines[0]))
    for position, (number, line) in enumerate(numbered):
        following = lines[position + 1].start_ms if position + 1 < len(lines) else None
        busy_until_ms = max(earlier.end_ms for earlier in lines[: position + 1])
        cut, gap = _extent(grid, line, busy_until_ms, following, end_frame)
        clips.append(_clip_plan(grid, number, line, cut, folder))
        gaps.extend(gap)
    return RenderPlan(
        title=timeline.title,
        index_id=timeline.index_id,
        grid=grid,
        picture=PictureSpec(timeline.output.width, timeline.output.height, timeline.output.fit),
        clips=tuple(clips),
        gaps=tuple(gaps),
        song=_song_plan(timeline, origin_ms),
        frames=end_frame,
        warnings=tuple(_warnings(grid, clips, gaps)),
        lines=tuple(lines),
        style=timeline.output.style,
    )


def only_lines(timeline: Timeline, line_ids: frozenset[str]) -> Timeline:
    """The timeline reduced to some of its lines."""
    return timeline.model_copy(update={"lines": tuple(line for line in timeline.lines if line.id in line_ids)})


def _film_range(timeline: Timeline, lines: list[Line], audio_end_ms: int | None) -> tuple[int, int]:
    last_end_ms = max(line.end_ms for line in lines)
    if timeline.output.range == "song":
        return 0, last_end_ms if audio_end_ms is None else audio_end_ms
    return lines[0].start_ms, last_end_ms


def _gap_before(grid: Grid, first: Line) -> list[BlackPlan]:
    frames = grid.frame_at(first.start_ms)
    return [BlackPlan(0, frames)] if frames > 0 else []


def _extent(
    grid: Grid, line: Line, busy_until_ms: int, following_ms: int | None, end_frame: int
) -> tuple[tuple[int, int], list[BlackPlan]]:
    """A line's first and last frame boundary, and the black after it if the gap is too long to run on.

    `busy_until_ms` is the latest end among this line and those before it: while another line's text is still up,
    there is no gap, and this line's picture stays (rule 5).
    """
    start = grid.frame_at(line.start_ms)
    next_cut = max(start, end_frame if following_ms is None else grid.frame_at(following_ms))
    gap_ms = (grid.ms_at(next_cut) if following_ms is None else Fraction(following_ms)) - busy_until_ms
    if gap_ms <= LONGEST_RUN_ON_MS:
        return (start, next_cut), []
    own_end = min(max(grid.frame_at(busy_until_ms), start), next_cut)
    return (start, own_end), [BlackPlan(own_end, next_cut - own_end)] if next_cut > own_end else []


def _clip_plan(grid: Grid, number: int, line: Line, cut: tuple[int, int], folder: Path) -> ClipPlan:
    start, end = cut
    return ClipPlan(
        number=number,
        line_id=line.id,
        text=line.text,
        line_start_ms=line.start_ms,
        line_end_ms=line.end_ms,
        start_frame=start,
        frames=end - start,
        chain=_chain(line, end - start, grid.fps, folder),
    )


def _chain(line: Line, frames: int, fps: Fraction, folder: Path) -> tuple[Step, ...]:
    """Candidates in order, then the media folder's copies of the videos they named, then the placeholder."""
    steps, local = [], []
    seen: set[str] = set()
    for candidate in line.candidates:
        window = Window(candidate.start_ms, frames, fps)
        steps.append(Step(StepKind.CANDIDATE, _ref(candidate, folder), window))
        if candidate.video_id is not None and candidate.video_id not in seen:
            seen.add(candidate.video_id)
            local.append(Step(StepKind.LOCAL, MediaRef(candidate.video_id), window))
    placeholder = Step(StepKind.PLACEHOLDER, PlaceholderRef(), Window(0, frames, fps))
    return (*steps, *local, placeholder)


def _ref(candidate: Candidate, folder: Path) -> SourceRef:
    if candidate.video_id is not None:
        return VideoRef(candidate.video_id)
    if candidate.url is not None:
        return UrlRef(candidate.url)
    assert candidate.file is not None
    path = Path(candidate.file)
    return FileRef(path, str(path.relative_to(folder) if path.is_relative_to(folder) else path))


def _song_plan(timeline: Timeline, origin_ms: int) -> SongPlan | None:
    if timeline.audio is None:
        return None
    return SongPlan(Path(timeline.audio.file), lead_ms=origin_ms - timeline.audio.offset_ms)


def _warnings(grid: Grid, clips: list[ClipPlan], gaps: list[BlackPlan]) -> list[PlanWarning]:
    found = []
    by_end = {clip.end_frame: clip for clip in clips}
    for gap in gaps:
        seconds = float(gap.frames / grid.fps)
        before = by_end.get(gap.start_frame)
        line_id = before.line_id if before else clips[0].line_id
        where = "after this line" if before else "before the first line"
        found.append(PlanWarning(line_id, f"{seconds:.2f} s of black {where}: no line covers them"))
    for clip, following in itertools.pairwise(clips):
        if clip.line_end_ms > following.line_start_ms:
            overlap_ms = clip.line_end_ms - following.line_start_ms
            found.append(PlanWarning(clip.line_id, f"overlaps line {following.line_id} by {overlap_ms} ms"))
        if clip.frames == 0:
            found.append(PlanWarning(clip.line_id, "has no frame of its own: the next line starts on the same one"))
    return found


def placeholder_only(clip: ClipPlan) -> ClipPlan:
    """The clip with the placeholder alone: what a run past its deadline still makes of a line."""
    return replace(clip, chain=clip.chain[-1:])


def frames_beyond(window: Window, end_s: Fraction) -> int:
    """How many output frames of a window begin where a source's last picture has ended, at `end_s`: they hold it.

    Raises `PermanentError` (`footage_too_short`) when that is more than one second (rule 3).
    """
    if window.end_s - end_s > Fraction(LONGEST_HOLD_MS, 1000) + SNAP_S:
        raise PermanentError(
            "footage_too_short",
            f"the clip needs {float(window.start_s):.3f} s to {float(window.end_s):.3f} s, "
            f"the footage ends at {float(end_s):.3f} s",
            hint="give an earlier in-point, a longer source or another candidate",
        )
    return sum(1 for frame in range(window.frames) if window.time_s(frame) + SNAP_S >= end_s)
