"""Settings: which source wins, and what is said about what does not fit."""

from pathlib import Path
from typing import Any

import pytest

from lyricclip_cli.errors import InputError
from lyricclip_cli.settings import Settings, read_settings, usable_cores
from lyricclip_cli.style import StyleChoice

DEFAULTS = {
    "render_clip_concurrency": 4,
    "per_video_limit": 2,
    "encode_slots": usable_cores(),
    "max_retry": 2,
    "retry_backoff_base_ms": 500,
    "retry_wait_total_s": 300,
    "twelvelabs_requests_per_minute": 40,
    "clip_timeout_s": 120,
    "stall_timeout_s": 20,
    "placeholder_asset_path": None,
    "media_dir": Path("media/videos"),
    "output_dir": Path("artifacts/renders"),
    "work_dir": Path("artifacts/render_tmp"),
    "video_encoder": "libx264",
    "preset": "veryfast",
    "crf": 20,
    "ffmpeg": None,
    "subtitles": "burn",
    "karaoke": True,
    "style": StyleChoice().model_dump(),
    "aspect": None,
    "resolution": None,
}


@pytest.fixture(autouse=True)
def no_settings_around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty current folder, and no variables of ours."""
    monkeypatch.chdir(tmp_path)
    for key in DEFAULTS:
        monkeypatch.delenv(f"LYRICCLIP_{key.upper()}", raising=False)


def config(text: str, name: str = "lyricclip.toml") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def problems(flags: dict[str, Any], path: Path | None = None) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_settings(flags, path)
    return [str(problem) for problem in caught.value.problems]


def test_without_anything_the_defaults_hold() -> None:
    assert read_settings({}, None).model_dump() == DEFAULTS


def test_a_file_in_the_current_folder_is_read_and_changes_only_what_it_names() -> None:
    config('max_retry = 7\nmedia_dir = "footage"\nclip_timeout_s = 1.5\n')
    wanted = {**DEFAULTS, "max_retry": 7, "media_dir": Path("footage"), "clip_timeout_s": 1.5}
    assert read_settings({}, None).model_dump() == wanted


def test_a_named_file_is_read_instead_of_the_one_in_the_current_folder() -> None:
    config("max_retry = 7\ncrf = 30")
    other = config("max_retry = 8", "other.toml")
    assert read_settings({}, other).model_dump() == {**DEFAULTS, "max_retry": 8}


def test_flags_beat_environment_environment_beats_file_and_file_beats_defaults(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config("max_retry = 7\ncrf = 30\nper_video_limit = 8\n")
    monkeypatch.setenv("LYRICCLIP_MAX_RETRY", "6")
    monkeypatch.setenv("LYRICCLIP_CRF", "31")
    settings = read_settings({"max_retry": 5}, None)
    assert (settings.max_retry, settings.crf, settings.per_video_limit, settings.preset) == (5, 31, 8, "veryfast")


def test_a_wrong_value_that_is_overruled_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    config("max_retry = 99")
    monkeypatch.setenv("LYRICCLIP_MAX_RETRY", "3")
    assert read_settings({}, None).max_retry == 3


def test_other_variables_and_credentials_are_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LYRICCLIP_SURPRISE", "1")
    monkeypatch.setenv("TWELVELABS_API_KEY", "s3cret")
    assert "s3cret" not in read_settings({}, None).model_dump_json()
    assert problems({}, config('twelvelabs_api_key = "s3cret"')) == [
        "twelvelabs_api_key: unknown key (lyricclip schema config lists the keys)"
    ]


def test_a_named_file_that_is_not_there_is_an_error() -> None:
    assert problems({}, Path("none.toml")) == ["no such file (name an existing file with --config)"]


def test_toml_that_does_not_parse_names_its_line() -> None:
    (problem,) = problems({}, config("crf = 20\nmax_retry = = 3\n"))
    assert problem.startswith("not valid TOML: ")
    assert "line 2" in problem


def test_a_file_that_is_not_utf8_is_no_toml() -> None:
    Path("lyricclip.toml").write_bytes(b'preset = "\xff"')
    (problem,) = problems({})
    assert problem.startswith("not valid TOML: ")


def test_every_unknown_key_and_every_wrong_value_is_named_at_once() -> None:
    path = config("max_retri = 3\ncrf = 99\n[render]\nslots = 3\n")
    assert sorted(problems({}, path)) == [
        "crf: input should be less than or equal to 51, not '99'",
        "max_retri: unknown key, did you mean max_retry? (lyricclip schema config lists the keys)",
        "render: unknown key (lyricclip schema config lists the keys)",
    ]


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("render_clip_concurrency", 0, "greater than or equal to 1, not '0'"),
        ("render_clip_concurrency", 33, "less than or equal to 32, not '33'"),
        ("per_video_limit", 0, "greater than or equal to 1, not '0'"),
        ("max_retry", -1, "greater than or equal to 0, not '-1'"),
        ("retry_backoff_base_ms", 30_001, "less than or equal to 30000, not '30001'"),
        ("clip_timeout_s", 0, "greater than 0, not '0'"),
        ("clip_timeout_s", float("nan"), "less than or equal to 86400, not 'nan'"),
        ("stall_timeout_s", float("inf"), "less than or equal to 3600, not 'inf'"),
        ("crf", 52, "less than or equal to 51, not '52'"),
        ("preset", "-y", "match pattern '^[a-z0-9]+$', not '-y'"),
    ],
)
def test_what_is_out_of_range_is_told_what_fits(key: str, value: object, says: str) -> None:
    (problem,) = problems({key: value})
    assert problem.startswith(f"--{key.replace('_', '-')}: ")
    assert problem.endswith(says)


def test_a_wrong_variable_is_named_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LYRICCLIP_CRF", "good")
    (problem,) = problems({})
    assert problem.startswith("LYRICCLIP_CRF: ")
    assert problem.endswith(", not 'good'")


def test_an_error_names_the_file_that_was_read() -> None:
    with pytest.raises(InputError) as caught:
        read_settings({}, config("crf = 99", "mine.toml"))
    assert (caught.value.file, caught.value.exit_code) == ("mine.toml", 3)


def test_settings_cannot_be_changed_in_place() -> None:
    settings = Settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.crf = 1  # type: ignore[misc]
