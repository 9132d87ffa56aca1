"""Which characters no font has: libass itself is asked, since it alone knows which fonts it finds on this machine.

It also works where fontconfig is not installed. One picture with all doubtful characters is drawn, and what libass
says of those it found nowhere is read.
"""

import re
import subprocess
from pathlib import Path

from lyricclip_cli.errors import MachineError
from lyricclip_cli.ffmpeg.binary import Ffmpeg
from lyricclip_cli.ffmpeg.burning import filter_value
from lyricclip_cli.ffmpeg.process import passed_on

MOST_ASKED = 2_000
"""Characters asked about at once; a text with more that the packaged fonts lack is not one for this machine."""

LONGEST_S = 60

_NOWHERE = re.compile(r"failed to find any fallback with glyph 0x([0-9A-Fa-f]+)")


def without_glyph(ffmpeg: Ffmpeg, script: Path, fonts: Path) -> frozenset[str]:
    """The characters of an ASS script that no font has: not those in the folder `fonts`, nor the system's.

    Raises `MachineError` when ffmpeg does not run or does not end.
    """
    drawn = f"ass=filename={filter_value(str(script))}:fontsdir={filter_value(str(fonts))}"
    command = [ffmpeg.path, "-hide_banner", "-nostdin", "-v", "verbose", "-f", "lavfi"]
    command += ["-i", "color=black:s=320x180:r=1:d=1", "-vf", drawn, "-frames:v", "1", "-f", "null", "-"]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=LONGEST_S,
            check=False,
            text=True,
            errors="replace",
            env=passed_on(),
            start_new_session=True,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MachineError(f"ffmpeg could not draw a text: {type(error).__name__}") from error
    return frozenset(chr(int(code, 16)) for code in _NOWHERE.findall(done.stderr))
