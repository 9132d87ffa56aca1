"""Child processes that end with us, even when we are killed.

Linux sends a process a signal of its choice when its parent dies (prctl(2), PR_SET_PDEATHSIG), and the choice outlives
exec. It has to be made in the child: `setpriv` (util-linux) does that in a millisecond; where it is missing, a bare
Python does it in ten. Other systems have no such thing: there a child lives on until its own work is done.
"""

import shutil
import subprocess
import sys
from functools import cache

STAND_IN = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""What `setpriv` does; 1 is PR_SET_PDEATHSIG."""


def tethered(path: str) -> list[str]:
    """The beginning of a command that runs the program at `path` and ends with us."""
    return [*_tether(), path]


@cache
def _tether() -> tuple[str, ...]:
    if sys.platform != "linux":
        return ()
    setpriv = shutil.which("setpriv")
    if setpriv is not None and _works(setpriv):
        return (setpriv, "--pdeathsig", "KILL", "--")
    return (sys.executable, "-I", "-S", "-c", STAND_IN)


def _works(setpriv: str) -> bool:
    """Whether it knows the option: util-linux has it since 2.33, others do not."""
    try:
        done = subprocess.run(
            [setpriv, "--pdeathsig", "KILL", "--", "true"], capture_output=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
