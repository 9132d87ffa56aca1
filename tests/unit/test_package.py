"""The package as it is installed: its name, its version, what it brings along, and how little it loads to answer."""

import importlib.metadata
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

import lyricclip_cli
from tests.command import LYRICCLIP, environment

REPOSITORY = Path(__file__).parents[2]
HEAVY = {"twelvelabs", "av", "httpx", "rich.live", "pydantic_settings", "structlog", "m3u8", "numpy"}
"""What takes long to import and is not needed to say what the options are."""

LOADED_AT_THE_END = """
import atexit, sys
atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))
from lyricclip_cli.cli import main
main()
"""


def loaded_by(*arguments: str) -> set[str]:
    """The modules that a call has loaded when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED_AT_THE_END, *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout
    return set(done.stderr.split())


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("render", "--help")])
def test_help_and_version_load_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert loaded_by(*arguments) & HEAVY == set()


def test_what_was_left_out_at_the_start_is_there_when_it_is_wanted() -> None:
    later = (
        "from lyricclip_cli.cli.lean import lean_imports\n"
        "with lean_imports():\n    import httpcore, httpx, structlog\n"
        "import sys; assert not {'rich', 'h2'} & sys.modules.keys()\n"
        "from httpcore._async.http2 import AsyncHTTP2Connection; import rich.console, h2.connection\n"
        "httpx.AsyncClient(http2=True)\n"
    )
    subprocess.run([sys.executable, "-c", later], env=environment(), check=True, timeout=60)


def test_nothing_looks_for_garbage_when_the_interpreter_ends() -> None:
    counted = "import atexit, gc; atexit.register(lambda: print(len(gc.get_objects())));"
    done = subprocess.run(
        [sys.executable, "-c", f"{counted} from lyricclip_cli.cli import main; main()", "--version"],
        env=environment(), capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert int(done.stdout.split()[-1]) < 1000


def test_the_version_is_the_packages_own() -> None:
    done = subprocess.run([LYRICCLIP, "--version"], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout == f"lyricclip {lyricclip_cli.__version__}\n"
    assert importlib.metadata.version("lyricclip") == lyricclip_cli.__version__


@pytest.mark.parametrize(("shell", "variable"), [("bash", "COMP_WORDS"), ("zsh", "_TYPER_COMPLETE_ARGS")])
def test_shells_can_complete_commands(shell: str, variable: str) -> None:
    asked = {"_LYRICCLIP_COMPLETE": f"complete_{shell}", "COMP_CWORD": "1", variable: "lyricclip val"}
    done = subprocess.run([LYRICCLIP], env=environment(asked), capture_output=True, text=True, check=True)
    assert "validate" in done.stdout


def test_the_placeholder_comes_with_the_package() -> None:
    packaged = files("lyricclip_cli") / "assets" / "clip_placeholder.mp4"
    assert packaged.read_bytes() == (REPOSITORY / "media" / "fallback" / "clip_placeholder.mp4").read_bytes()
