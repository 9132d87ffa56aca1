"""Settings: flags beat environment, environment beats file, file beats defaults. Credentials are not among them."""

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from lyricclip_cli.bounded import read_bounded
from lyricclip_cli.errors import InputError, Problem
from lyricclip_cli.style import STYLE_CODE, StyleChoice

DEFAULT_CONFIG = Path("lyricclip.toml")
LIVE_KEYS = (
    "render_clip_concurrency",
    "per_video_limit",
    "encode_slots",
    "max_retry",
    "retry_backoff_base_ms",
    "retry_wait_total_s",
    "twelvelabs_requests_per_minute",
    "clip_timeout_s",
    "stall_timeout_s",
)
"""The keys that take effect while a render runs."""

ENV_PREFIX = "LYRICCLIP_"
MOST_SLOTS = 32
MOST_BYTES = 1024 * 1024
LONGEST_KEY = 60
MOST_PROBLEMS = 200
"""Of a file with more, these are told."""

VideoEncoder = Literal[
    "libx264",
    "auto",
    "nvenc",
    "qsv",
    "vaapi",
    "videotoolbox",
    "h264_nvenc",
    "h264_qsv",
    "h264_vaapi",
    "h264_videotoolbox",
]


def usable_cores() -> int:
    """Processors this process may use: its affinity, and the cgroup's share of them."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        return max(1, min(cores, round(int(quota) / int(period))))
    except (OSError, ValueError):
        return cores


class Settings(BaseSettings):
    """The keys of `lyricclip.toml`, which are also flags and `LYRICCLIP_<KEY>` variables. `live` keys can change."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, extra="forbid", frozen=True, title="lyricclip.toml")

    render_clip_concurrency: int = Field(4, ge=1, le=MOST_SLOTS, description="clips in work at once (live)")
    per_video_limit: int = Field(2, ge=1, le=32, description="downloads at once from one video (live)")
    encode_slots: int = Field(
        default_factory=usable_cores,
        ge=1,
        le=256,
        description="ffmpeg processes at once; default: cores (live)",
    )
    max_retry: int = Field(2, ge=0, le=20, description="retries after the first attempt, per candidate (live)")
    retry_backoff_base_ms: int = Field(
        500, ge=0, le=30_000, description="first wait; doubles, full jitter, at most 30 s (live)"
    )
    retry_wait_total_s: float = Field(
        300, ge=0, le=86_400, description="what a line waits in all for retries and overloaded hosts, in seconds (live)"
    )
    twelvelabs_requests_per_minute: int = Field(40, ge=1, le=6000, description="token bucket for the API (live)")
    clip_timeout_s: float = Field(120, gt=0, le=86_400, description="limit of one attempt, in seconds (live)")
    stall_timeout_s: float = Field(
        20, gt=0, le=3600, description="no bytes and no frames for this long ends an attempt (live)"
    )
    placeholder_asset_path: Path | None = Field(
        None, description="what a line shows when nothing can be had; default: the packaged placeholder"
    )
    media_dir: Path = Field(Path("media/videos"), description="local footage, DIR/<video_id>.<ext>")
    output_dir: Path = Field(Path("artifacts/renders"), description="a folder per job is made here")
    work_dir: Path = Field(Path("artifacts/render_tmp"), description="temporary files")
    video_encoder: VideoEncoder = Field(
        "libx264", description="libx264, nvenc, qsv, vaapi, videotoolbox, or auto: the first of the hardware that works"
    )
    preset: str = Field("veryfast", pattern="^[a-z0-9]+$", description="preset of the encoder")
    crf: int = Field(20, ge=0, le=51, description="quality of the encode, lower is better")
    subtitles: Literal["burn", "soft", "sidecar", "off"] = Field(
        "burn", description="lyrics on the picture, as a track to select, as film.srt and film.ass only, or not at all"
    )
    karaoke: bool = Field(True, description="colour words as they are sung, where a line has words")
    aspect: Literal["16:9", "9:16", "1:1", "4:3"] | None = Field(None, description="another shape than the timeline's")
    resolution: Literal["480p", "720p", "1080p", "1440p", "2160p"] | None = Field(
        None, description="another size than the timeline's: the picture's shorter side"
    )
    style: StyleChoice = Field(StyleChoice(), description="how lyrics look, where the timeline does not say")
    ffmpeg: str | None = Field(None, description="another ffmpeg than the bundled one")

    @field_validator("placeholder_asset_path", "media_dir", "output_dir", "work_dir", "ffmpeg")
    @classmethod
    def _nameable(cls, value: Path | str | None) -> Path | str | None:
        if "\0" in str(value):
            raise ValueError("a name has no NUL")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is the library's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, environment, file. The file is the one that `read_settings` names."""
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls))


def read_settings(flags: Mapping[str, Any], config: Path | None, *, file_first: bool = False) -> Settings:
    """The settings in force. `flags` holds only what was given; `config` is `--config`.

    `file_first`: the file beats flags and environment, as a reload does. Raises `InputError` naming the file or
    variable, the key (in a reload with its line), what was seen and what fits.
    """
    file = config or (DEFAULT_CONFIG if DEFAULT_CONFIG.is_file() else None)
    if config is not None and not config.is_file():
        raise InputError(str(config), [Problem("", "no such file", "name an existing file with --config")])

    class FromFile(Settings):
        """The same keys, read from this run's file."""

        model_config = SettingsConfigDict(toml_file=file)

        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *sources: PydanticBaseSettingsSource, **named: Any
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            usual = super().settings_customise_sources(settings_cls, *sources, **named)
            return (usual[-1], *usual[:-1]) if file_first else usual

    if file is not None:
        read_bounded(file, MOST_BYTES, hint="lyricclip schema config lists the keys")
    try:
        return FromFile(**flags)
    except ValidationError as error:
        named = file if file_first else None
        details = error.errors(include_url=False)[:MOST_PROBLEMS]
        raise InputError(str(file or "settings"), [_problem(detail, flags, named) for detail in details]) from error
    except RecursionError as error:
        raise InputError(str(file), [Problem("", "not valid TOML: nested too deep")]) from error
    except (ValueError, OSError) as error:  # TOML that does not parse names its line
        raise InputError(str(file), [Problem("", f"not valid TOML: {error}")]) from error


def _problem(detail: Any, flags: Mapping[str, Any], file: Path | None) -> Problem:
    key = ".".join(str(part)[:LONGEST_KEY] for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        keys = StyleChoice.model_fields if key.startswith("style.") else Settings.model_fields
        close = get_close_matches(str(detail["loc"][-1])[:LONGEST_KEY], keys, n=1)
        message = f"unknown key, did you mean {close[0]}?" if close else "unknown key"
        return Problem(_in_file(key, file), message, "lyricclip schema config lists the keys")
    if detail["type"] == STYLE_CODE:
        return Problem(_in_file(key, file), detail["ctx"]["message"], detail["ctx"]["hint"])
    if key in flags:
        where = f"--{key.replace('_', '-')}"
    elif ENV_PREFIX + key.upper() in os.environ:
        where = ENV_PREFIX + key.upper()
    else:
        where = _in_file(key, file)
    message = detail["msg"][:1].lower() + detail["msg"][1:]
    return Problem(where, f"{message}, not {str(detail['input'])[:60]!r}")


def _in_file(key: str, file: Path | None) -> str:
    """A key with the line it stands on, as far as that can be seen: TOML's own values know no line."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines() if file else []
    except (OSError, ValueError):
        lines = []
    named = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
    number = next((number for number, line in enumerate(lines, start=1) if named.match(line)), None)
    return f"line {number}, {key}" if number else key
