"""A job's clips on disk: what each is made of, and which of earlier runs need not be made again."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from lyricclip_cli.kept import RECORDS, KeptFile, KeptFiles, Parts
from lyricclip_cli.outcome import ClipDone, ClipStatus
from lyricclip_cli.plan import ClipPlan, PlanWarning
from lyricclip_cli.ports import Cutter, Sources

SONG = f"{RECORDS}/song.m4a"
"""The encoded song, beside the clips' records."""


@dataclass(frozen=True, slots=True)
class Reuse:
    """Which clips of earlier runs may be used again: none if `fresh`, never those of the lines in `redo`.

    `placeholders`: a clip that shows the placeholder may be, too, since the run that made it did not come to its end.
    Otherwise its line is tried anew: who calls a second time wants footage. `whole`: all of the job's lines are
    rendered, so that clips of lines that are no more can go.
    """

    fresh: bool = False
    redo: frozenset[str] = frozenset()
    placeholders: bool = False
    whole: bool = True


@dataclass(slots=True)
class TakenOver:
    """What was taken over, by line number, and the song. Of other lines, by id: which parts of them are others now."""

    outcomes: dict[int, ClipDone] = field(default_factory=dict)
    song: Path | None = None
    changed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    warnings: list[PlanWarning] = field(default_factory=list)


class KeptClips:
    """The clips of one job. All of this blocks: call it in a thread."""

    def __init__(self, files: KeptFiles, *, sources: Sources, cutter: Cutter, with_sound: bool) -> None:
        self.files = files
        self._sources = sources
        self._cutter = cutter
        self._with_sound = with_sound

    def take_over(self, clips: Sequence[ClipPlan], song: Parts | None, asked: Reuse) -> TakenOver:
        """Find the clips that need not be made again, and give them the names they have now. Raises `MachineError`.

        `song`: what the encoded song is made of, if the film has one.
        """
        if asked.fresh:
            self.files.forget()
            return TakenOver()
        self.files.read()
        if self.files.is_empty:
            return TakenOver()
        taken, found = TakenOver(), dict[int, KeptFile]()
        for clip in clips:
            made = self._match(clip, asked) if clip.frames else None
            if made is not None:
                found[clip.number], taken.outcomes[clip.number] = made
            elif clip.frames:
                self._tell(clip, taken)
        if song is not None and self.files.match(song, SONG) is not None:
            taken.song = self.files.path(SONG)
        self.files.rename({found[clip.number].name: clip_name(clip) for clip in clips if clip.number in found})
        return taken

    def keep(self, clip: ClipPlan, step: int, outcome: ClipDone) -> ClipDone:
        """Put a finished clip in its place. Raises `MachineError`."""
        name = clip_name(clip)
        parts = self.parts(clip)[step - 1]
        facts = {"line_id": clip.line_id, "step": step, "outcome": _outcomes().dump_python(outcome, mode="json")}
        self.files.keep(outcome.clip.path, name, parts, facts)
        return replace(outcome, clip=replace(outcome.clip, path=self.files.path(name)))

    def keep_song(self, draft: Path, parts: Parts) -> Path:
        """Put the encoded song in its place. Raises `MachineError`."""
        self.files.keep(draft, SONG, parts, {})
        return self.files.path(SONG)

    def prune(self, clips: Sequence[ClipPlan]) -> None:
        """Take away clips of lines that the timeline does not have any more."""
        self.files.prune({SONG, *(clip_name(clip) for clip in clips)})

    def parts(self, clip: ClipPlan) -> list[Parts]:
        """For each step of a clip's chain, what the clip is made of if it comes from there.

        The steps before belong to that: a clip of the second candidate is not the right one when the first is another.
        """
        recipe = self._cutter.recipe(clip.start_frame, clip.frames, with_sound=self._with_sound)
        footage, in_points, every = "", "", list[Parts]()
        for step in clip.chain:
            footage += f"{step.kind.value} {self._sources.identity(step.ref)}\n"
            in_points += f"{step.window.start_ms}\n"
            length = f"{step.window.frames} at {step.window.fps}"
            every.append({"footage": footage, "in-point": in_points, "length": length, **recipe})
        return every

    def _match(self, clip: ClipPlan, asked: Reuse) -> tuple[KeptFile, ClipDone] | None:
        if clip.line_id in asked.redo:
            return None
        for parts in self.parts(clip):
            file = self.files.match(parts, clip_name(clip))
            outcome = None if file is None else _outcome(file)
            if file is None or outcome is None or outcome.clip.frames != clip.frames:
                continue
            if outcome.status is ClipStatus.FALLBACK_PLACEHOLDER and not asked.placeholders:
                return None
            path = self.files.path(clip_name(clip))
            return file, replace(outcome, clip=replace(outcome.clip, path=path), reused=True)
        return None

    def _tell(self, clip: ClipPlan, taken: TakenOver) -> None:
        """Say why a line's clip of earlier, if there is one, is not used again."""
        name = clip_name(clip)
        damage = self.files.damaged.get(name)
        if damage is not None:
            taken.warnings.append(PlanWarning(clip.line_id, f"the clip of an earlier run is made again: {damage}"))
            return
        facts, parts = self.files.facts(name), self.parts(clip)
        step = facts.get("step")
        if facts.get("line_id") == clip.line_id and isinstance(step, int):
            changed = self.files.changed(parts[min(max(step, 1), len(parts)) - 1], name)
            taken.changed.update({clip.line_id: changed} if changed else {})


@cache
def _outcomes() -> TypeAdapter[ClipDone]:
    return TypeAdapter(ClipDone)


def _outcome(file: KeptFile) -> ClipDone | None:
    try:
        return _outcomes().validate_python(file.facts.get("outcome"))
    except ValidationError:
        return None


def clip_name(clip: ClipPlan) -> str:
    """A clip's file name: the line's number, then its id in letters that every file system takes."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in clip.line_id)
    return f"{clip.number:04d}-{safe[:40]}.mp4"
