"""What a render looks like from outside: table, plain lines, JSON lines, logs.

Observers listen to events and never speak back: a render without them writes the same files. Importing this
package loads neither rich nor structlog; the modules that need them do, when they are asked for.
"""

from lyricclip_cli.observe.levels import LogLevel
from lyricclip_cli.observe.progress import ProgressMode, progress_listener

__all__ = ["LogLevel", "ProgressMode", "progress_listener"]
