"""The circuit breaker: a video that failed for good twice is not asked for again."""

from collections import defaultdict

from lyricclip_cli.errors import ClipError, PermanentError

MOST_FAILURES = 2

OF_THE_WINDOW = frozenset({"footage_too_short"})
"""Failures that say nothing about the video: another in-point may be fine."""


class Breaker:
    """Remembers which videos (by the name of their group) could not be had, and by how many lines."""

    def __init__(self, most_failures: int = MOST_FAILURES) -> None:
        self._most = most_failures
        self._failures: defaultdict[str, list[ClipError]] = defaultdict(list)

    def failed(self, group: str, error: ClipError) -> None:
        """A line moved on from this video for good. What lies on this machine (no group) is never given up."""
        if group and error.code not in OF_THE_WINDOW:
            self._failures[group].append(error)

    def check(self, group: str) -> None:
        """Raises `PermanentError` (`video_given_up`) for a video that failed too often."""
        failures = self._failures.get(group, [])
        if len(failures) >= self._most:
            last = failures[-1]
            message = f"not tried: {len(failures)} lines failed on this video, the last one with {last.code}"
            raise PermanentError("video_given_up", message, hint=last.hint)
