"""A workshop of fakes for one job, with everything that happens in it written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import anyio

from lyricclip_cli.clip import ClipPolicy, LineMaker, Workshop
from lyricclip_cli.events import Event, Events
from lyricclip_cli.kept import KeptFiles
from lyricclip_cli.limits import SlotLimits, Slots
from lyricclip_cli.outcome import ClipOutcome
from lyricclip_cli.plan import ClipPlan
from lyricclip_cli.retry import RetryPolicy
from lyricclip_cli.reuse import KeptClips
from lyricclip_cli.room import Room
from tests.fakes import Answer, FakeClock, FakeCutter, FakeSources


@dataclass(slots=True)
class Shop:
    """A `Workshop` of fakes in a test's own folder; `seen` lists every event in order."""

    clock: FakeClock
    sources: FakeSources
    cutter: FakeCutter
    slots: Slots
    work: Workshop
    seen: list[Event] = field(default_factory=list)

    def maker(self, clip: ClipPlan) -> LineMaker:
        """The maker of one line."""
        return LineMaker(clip, self.work)

    async def make(self, clip: ClipPlan) -> ClipOutcome:
        """One line's outcome, made by a maker of its own."""
        return await make(self.maker(clip))

    async def is_tidy(self) -> bool:
        """Nothing in the work folder, no slot taken, no claim in force, every encoder free."""
        limits = self.slots.limits
        with anyio.move_on_after(5) as all_slots_granted:
            async with anyio.create_task_group() as tasks:
                for number in range(limits.total):
                    tasks.start_soon(_pass_through, self.slots, number)
        left = list(self.work.work_dir.iterdir())
        free = not all_slots_granted.cancelled_caught and self.work.encoders.borrowed_tokens == 0
        return free and not left and not self.sources.claims


async def make(maker: LineMaker) -> ClipOutcome:
    """A line made from its first step to its last, in one task."""
    outcome = None
    while outcome is None:
        outcome = await maker.make(maker.line_up())
    return outcome


async def _pass_through(slots: Slots, number: int) -> None:
    async with slots.turn("check", str(number), "", 1):
        await anyio.lowlevel.checkpoint()


def make_shop(
    folder: Path,
    *,
    fetches: Mapping[str, Sequence[Answer]] | None = None,
    prepares: Mapping[str, Sequence[Answer]] | None = None,
    cuts: Mapping[str, Sequence[Answer]] | None = None,
    max_retry: int = 2,
    clip_timeout_s: float = 60,
    slots: int = 4,
    per_group: int = 2,
    encoders: int = 2,
    with_sound: bool = True,
    held_frames: int = 0,
) -> Shop:
    """A shop; `prepares` and `fetches` are answers by reference, `cuts` by the clip's file name. No back-off."""
    clips_dir, work_dir = folder / "clips", folder / "work"
    clips_dir.mkdir()
    work_dir.mkdir()
    clock = FakeClock()
    sources = FakeSources(clock, fetches, held_frames=held_frames, preparing=prepares)
    cutter = FakeCutter(clock, cuts)
    seen: list[Event] = []
    granted = Slots(SlotLimits(slots, per_group), clock.monotonic_s)
    policy = ClipPolicy(RetryPolicy(max_retry, 0), clip_timeout_s)
    work = Workshop(
        job_id="demo",
        sources=sources,
        cutter=cutter,
        slots=granted,
        encoders=anyio.CapacityLimiter(encoders),
        clock=clock,
        events=Events(seen.append),
        policy=lambda: policy,
        with_sound=with_sound,
        kept=KeptClips(KeptFiles(clips_dir), sources=sources, cutter=cutter, with_sound=with_sound),
        work_dir=work_dir,
        room=Room(clips_dir, work_dir, 0, 0.0, 0.0, lambda _: 10**12),
    )
    return Shop(clock, sources, cutter, granted, work, seen)
