"""How long a render will still take: an estimate that shows itself only when it has something to stand on."""

SHORTEST_EVIDENCE_S = 2.0
"""A pace measured over less time than this says nothing."""


class RestTime:
    """Time left, from the frames of finished clips against the frames that are left.

    A new estimate comes with every finished clip, half-way between what was shown and what the mean pace
    says, and counts down in between. When clips take longer than they did, it stops at half of what the
    mean pace says and grows with the delay, instead of running to zero while nothing moves.
    """

    def __init__(self, began_s: float) -> None:
        self._began_s = began_s
        self._finished_frames = 0
        self._finished_clips = 0
        self._left_frames = 0.0
        self._shown: tuple[float, float] | None = None

    def clip_finished(self, frames: int, *, left_frames: float, at_s: float, slots: int) -> None:
        """A clip of so many frames is over; `left_frames` are still to be cut by `slots` slots.

        A clip without frames, such as a failed one, says nothing about the pace.
        """
        self._finished_clips += 1 if frames else 0
        self._finished_frames += frames
        self._left_frames = left_frames
        pace_s = self._by_pace_s(at_s)
        if pace_s is None or self._finished_clips < max(3, slots):
            return
        counted_s = self.left_s(at_s)
        self._shown = (pace_s if counted_s is None else (counted_s + pace_s) / 2, at_s)

    def work_added(self, left_frames: float) -> None:
        """Another job's frames came on top: what was shown no longer holds."""
        self._left_frames = left_frames
        self._shown = None

    def left_s(self, now_s: float) -> float | None:
        """Seconds left, or `None` until a round of clips has shown a pace, and when nothing is left."""
        if self._shown is None or self._left_frames <= 0:
            return None
        shown_s, at_s = self._shown
        floor_s = (self._by_pace_s(now_s) or 0.0) / 2
        return max(shown_s - (now_s - at_s), floor_s)

    def _by_pace_s(self, now_s: float) -> float | None:
        elapsed_s = now_s - self._began_s
        if self._finished_frames <= 0 or elapsed_s < SHORTEST_EVIDENCE_S:
            return None
        return self._left_frames * elapsed_s / self._finished_frames
