"""The README keeps its word: its commands run, its example is valid, its tables are those of the program.

The two set-up commands are run in a fresh clone by `just fresh` (CI_FRESH_CLONE=1), since each installs everything
again; otherwise they are compared with what CI runs.
"""

import inspect
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic_core import PydanticUndefined

import lyricclip_cli.errors
from lyricclip_cli.batch import SEVERITY
from lyricclip_cli.errors import UserError
from lyricclip_cli.settings import Settings, read_settings
from tests.command import LYRICCLIP, Finished, Workplace, environment
from tests.demo import VIDEO_IDS, copy_demo, read_demo, serve_demo
from tests.standin import StandIn

REPOSITORY = Path(__file__).parents[2]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")

SMALL = {"width": 320, "height": 180}
"""Size of the films that README commands render here: the demo itself is rendered whole in `test_demo`."""

EXIT_CODES = {
    "0": "film and report written, every line shows real footage",
    "1": "a bug",
    "2": "usage",
    "3": "the timeline, the report or the config is wrong",
    "4": "the machine or the account lacks something",
    "5": "film written, but at least one line shows the placeholder (with `--strict`: any fallback)",
    "6": "no film: nothing could be cut, or joining failed",
    "130, 143": "interrupted, terminated; the report is written all the same",
}
"""The contract; other tests drive the command to each of them."""

DEFAULTS_IN_WORDS = {
    "encode_slots": "number of cores",
    "placeholder_asset_path": "the packaged one",
    "aspect": "the timeline's",
    "resolution": "the timeline's",
    "style": "see docs/lyrics.md",
    "ffmpeg": "the bundled one",
}


BLOCKS: list[tuple[str, str]] = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
"""Language and text of every code block."""


def blocks(language: str) -> list[str]:
    """The code blocks of a language, in order."""
    return [text for of, text in BLOCKS if of == language]


def set_up_commands() -> list[str]:
    """The commands that make an environment of their own: the demo, the check, the demo with uv."""
    return [block.strip() for block in blocks("sh") if re.match(r"python3 -m venv|uvx ", block)]


def rows(first_cell: str) -> list[list[str]]:
    """The rows of the table whose first heading this is; cells without the backslash of `\\|`."""
    table = re.search(rf"^\| {first_cell} \|.*\n\|[-|]+\n((?:\|.*\n)+)", README, re.MULTILINE)
    assert table, f"no table begins with {first_cell}"
    cells = (re.split(r"(?<!\\)\|", row)[1:-1] for row in table[1].splitlines())
    return [[cell.strip().replace("\\|", "|") for cell in row] for row in cells]


def shell(script: str, folder: Path, env: dict[str, str] | None = None, timeout_s: float = 120) -> Finished:
    """Run a script as a user pastes it, the command on the PATH."""
    path = f"{LYRICCLIP.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=environment(env) | {"PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


def small(timeline: dict[str, Any]) -> dict[str, Any]:
    """A timeline whose film is quickly made."""
    return {**timeline, "output": {**timeline["output"], **SMALL}}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder that looks like the repository, as far as the README's commands go."""
    folder = tmp_path / "fixtures" / "demo"
    folder.mkdir(parents=True)
    copy_demo(folder).write_text(json.dumps(small(read_demo())), encoding="utf-8")
    return tmp_path


def test_every_block_of_commands_is_run_by_a_test() -> None:
    rest = [block for block in blocks("sh") if block.strip() not in set_up_commands()]
    assert len(set_up_commands()) == 3
    lines = [line for block in rest for line in block.splitlines()]
    assert [line for line in lines if not re.match(r"lyricclip |export TWELVELABS_|cd fixtures/demo$", line)] == []
    assert {language for language, _ in BLOCKS} == {"sh", "json", "toml", ""}


def test_the_commands_of_use_it_work_one_after_the_other(checkout: Path) -> None:
    script = "\n".join(b for b in blocks("sh") if b.strip() not in set_up_commands() and "TWELVELABS" not in b)

    done = shell(script, checkout)

    assert done.code == 0, done.err
    demo = checkout / "fixtures" / "demo"
    for line in (demo / "events.jsonl").read_text().splitlines():
        assert "event" in json.loads(line)
    assert json.loads((demo / "metrics.json").read_text())["status"] == "complete"
    assert json.loads((demo / "timeline.schema.json").read_text())["type"] == "object"
    assert Workplace(demo).film("timeline").exists()
    assert Workplace(demo).leftovers() == []


def test_the_commands_for_twelvelabs_work(checkout: Path) -> None:
    block = next(block for block in blocks("sh") if "TWELVELABS" in block)
    exports = dict(re.findall(r"export (\w+)=(\S+)", block))
    demo = checkout / "fixtures" / "demo"
    (demo / "song.json").write_text(json.dumps(small(json.loads(blocks("json")[0]))), encoding="utf-8")
    with StandIn(key=exports["TWELVELABS_API_KEY"]) as standin:
        base_url = serve_demo(standin)["TWELVELABS_BASE_URL"]
        index_id = exports["TWELVELABS_INDEX_ID"]
        standin.add_video(VIDEO_IDS["drive"], demo / "footage" / "drive", index_id=index_id)

        done = shell(block, demo, {"TWELVELABS_BASE_URL": base_url})

    assert done.code == 0, done.err
    assert "TWELVELABS_API_KEY is set" in done.out
    clips = Workplace(demo).report("song")["clips"]
    assert [(clip["status"], clip["source_type"]) for clip in clips] == [("success", "hls"), ("success", "local")]


def test_the_check_is_the_one_that_ci_runs() -> None:
    _, check, _ = set_up_commands()
    ci = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert [line for line in ci if line and not line.startswith(("#", "set -", "cd "))] == [check]


@pytest.mark.skipif(not os.environ.get("CI_FRESH_CLONE"), reason="installs everything again: run by `just fresh`")
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("which", [0, 1, 2], ids=["demo", "check", "uv"])
def test_the_set_up_commands_work_in_a_fresh_clone(which: int, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(REPOSITORY), str(clone)], check=True)
    passed_on = {name: os.environ[name] for name in os.environ if name.startswith(("PIP_", "UV_", "SSL_", "REQUESTS_"))}
    done = shell(set_up_commands()[which], clone, passed_on, timeout_s=3000)
    assert done.code == 0, done.out + done.err
    if which != 1:
        assert (clone / film_named_in_readme()).stat().st_size > 1_000_000


def film_named_in_readme() -> str:
    """Where the README says that the demo's film is."""
    found = re.search(r"The film is `([^`]+)`", README)
    assert found
    return found[1]


def test_the_demos_command_names_what_is_in_the_repository() -> None:
    for command in (set_up_commands()[0], set_up_commands()[2]):
        timeline = Path(command.split("render ")[1].split()[0])
        assert (REPOSITORY / timeline).is_file()
        assert film_named_in_readme() == f"artifacts/renders/{timeline.stem}/film.mp4"


def test_the_timeline_is_valid_and_shows_every_kind_of_source(checkout: Path) -> None:
    [text] = blocks("json")
    example = json.loads(text)
    place = Workplace(checkout / "fixtures" / "demo")
    place.write("song.json", example)
    jsonschema.validate(example, json.loads(place.run("schema", "timeline").out))
    assert place.run("validate", "song.json").code == 0
    sources = {key for line in example["lines"] for candidate in line["candidates"] for key in candidate}
    assert {"video_id", "url", "file"} <= sources


def test_the_config_is_valid(tmp_path: Path) -> None:
    [text] = blocks("toml")
    config = tmp_path / "lyricclip.toml"
    config.write_text(text, encoding="utf-8")
    read_settings({}, config)


def test_the_table_of_keys_is_that_of_the_settings() -> None:
    assert rows("key") == [
        [f"`{key}`", DEFAULTS_IN_WORDS.get(key, "") or _default(field.default), _meaning(field.description)]
        for key, field in Settings.model_fields.items()
    ]
    undefined = {key for key, field in Settings.model_fields.items() if field.default in {None, PydanticUndefined}}
    assert undefined | {"style"} == set(DEFAULTS_IN_WORDS)


def _default(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value).lower() if isinstance(value, bool) else str(value)


def _meaning(description: str | None) -> str:
    """A key's description without what the table's other columns say."""
    return re.sub(r"; default: [^(]*(?= \(|$)| \(live\)", "", description or "").strip()


def test_the_table_of_options_is_that_of_the_help() -> None:
    named = [(set(re.findall(r"-{1,2}[a-z-]+", option)), about, default) for option, about, default in rows("option")]
    helped = list(options_of_help())
    assert [option for option in helped if option not in named] == []
    assert [option for option in named if option not in helped] == []


def options_of_help() -> Iterator[tuple[set[str], str, str]]:
    """Names, meaning and default of each option of `render`, as its help says them."""
    text = help_of("render").partition("Options:\n")[2]
    for option in re.findall(r"^  -.*\n(?:   +.*\n)*", text, re.MULTILINE):
        names, _, about = re.sub(r"\n *", "  ", option.strip()).partition("  ")
        about = re.sub(r"\s+", " ", about).strip()
        default = re.search(r"\[default: \(?(.*?)\)?\]", about)
        about = re.sub(r" *\[(default|env var|x>).*?\]", "", about)
        if "--help" not in names:
            yield set(re.findall(r"(?<!\S)-{1,2}[a-z-]+", names)), about, default[1] if default else ""


def test_every_option_of_rerun_is_named() -> None:
    options = re.findall(r"^  (?:-\w, )?(--[a-z-]+)", help_of("rerun"), re.MULTILINE)
    assert len(options) > 10
    assert [option for option in options if f"`{option}" not in README] == ["--help"]


def test_the_table_of_commands_is_that_of_the_help() -> None:
    text = help_of().partition("Commands:\n")[2]
    assert rows("command") == [
        [f"`{name}`", about] for name, about in re.findall(r"^  (\w+) +(.*)$", text, re.MULTILINE)
    ]


def help_of(*command: str) -> str:
    """The help of a command."""
    done = subprocess.run(
        [LYRICCLIP, *command, "--help"], env=environment(), capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_table_of_exit_codes_is_the_contracts() -> None:
    said = dict(rows("code"))
    assert said.keys() == EXIT_CODES.keys()
    assert [code for code, meaning in EXIT_CODES.items() if not said[code].startswith(meaning)] == []
    known = {int(code) for codes in said for code in codes.split(", ")}
    assert known == set(SEVERITY)
    errors = [
        kind for _, kind in inspect.getmembers(lyricclip_cli.errors, inspect.isclass) if issubclass(kind, UserError)
    ]
    assert {kind.exit_code for kind in errors} <= known
    order = ", ".join(str(code) for code in reversed(SEVERITY))
    assert f"the worst one's code is the call's: {order}." in README


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README)
    missing = [link for link in links if not link.startswith("https://") and not (REPOSITORY / link).is_file()]
    assert missing == []


def test_the_pictures_are_small_and_fetch_nothing() -> None:
    assert (REPOSITORY / "docs" / "film.png").stat().st_size < 400_000
    drawn = (REPOSITORY / "docs" / "table.svg").read_text(encoding="utf-8")
    assert "url(http" not in drawn
    assert len(drawn) < 40_000
