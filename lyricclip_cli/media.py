"""How media is opened in-process, wherever only its packets are wanted."""

from typing import Any

UNDECODED: Any = [{"skip_frame": "all"}] * 8
"""PyAV's `stream_options` for each of a container's first streams: opening it decodes no picture. That is nine of the
ten milliseconds that opening a 720p segment takes (measured). Sizes and parameter sets are read all the same; what
only a decoded picture tells, its pixel format and its colours, stays unknown."""

GLANCE = {"analyzeduration": "100000"}
"""Look at 0.1 s to find out what the tracks are, not at 5 s: half the time of opening a segment (measured). A track
that begins later then stays unknown, which has to be seen to."""
