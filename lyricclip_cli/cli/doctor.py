"""`lyricclip doctor`: what this machine and account have, and what to do about what they lack."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from lyricclip_cli.errors import InputError, MachineError
from lyricclip_cli.ffmpeg.binary import abilities, find_ffmpeg
from lyricclip_cli.ffmpeg.encoders import HARDWARE, SOFTWARE, why_not
from lyricclip_cli.settings import Settings, usable_cores
from lyricclip_cli.style import PACKAGED_FONT
from lyricclip_cli.transport import without_query
from lyricclip_cli.wiring import PACKAGED_PLACEHOLDER, account_from

LOW_DISK_BYTES = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `needed` tells a fault from something that only some timelines need."""

    name: str
    fine: bool
    seen: str
    advice: str = ""
    needed: bool = True


def run_doctor(settings: Settings) -> int:
    """Look at everything and print it; the exit code is 4 when something that every render needs is missing."""
    console = Console(highlight=False)
    code = 0
    for finding in findings(settings):
        mark, style = ("ok", "green") if finding.fine else ("MISSING", "red") if finding.needed else ("–", "yellow")
        line = Text()
        line.append(f"{mark:>8}", style=style)
        line.append(f"  {finding.name:<12} {finding.seen}")
        console.print(line, soft_wrap=True)
        if not finding.fine:
            console.print(Text(f"{'':24}{finding.advice}"), soft_wrap=True)
            code = 4 if finding.needed else code
    return code


def findings(settings: Settings) -> Iterator[Finding]:
    """Everything that is looked at, in order."""
    yield from _ffmpeg(settings)
    yield Finding("cores", True, f"{usable_cores()}, so {settings.encode_slots} ffmpeg processes at once")
    yield from _disk(settings)
    placeholder = settings.placeholder_asset_path or PACKAGED_PLACEHOLDER
    advice = "name an existing video with placeholder_asset_path, or leave it out"
    yield Finding("placeholder", placeholder.is_file(), str(placeholder), advice)
    yield _fonts()
    yield from _account()


def _fonts() -> Finding:
    from lyricclip_cli.lyrics.fonts import FONTS_FOLDER, packaged_fonts  # noqa: PLC0415 - reads font files

    try:
        characters = {char for font in packaged_fonts() for char in font.widths}
    except (OSError, InputError):
        return Finding("fonts", False, f"those in {FONTS_FOLDER} cannot be read", "install lyricclip again")
    return Finding(
        "fonts", bool(characters), f"{PACKAGED_FONT}, {len(characters)} characters", "install lyricclip again"
    )


def _ffmpeg(settings: Settings) -> Iterator[Finding]:
    try:
        ffmpeg = find_ffmpeg(settings.ffmpeg)
        missing = abilities(ffmpeg).missing
    except MachineError as error:
        yield Finding("ffmpeg", False, error.message, error.hint)
        return
    yield Finding("ffmpeg", True, f"{ffmpeg.version} at {ffmpeg.path}")
    advice = "use a fuller build: leave --ffmpeg out to use the bundled one"
    seen = f"lacks {', '.join(missing)}" if missing else "libx264, aac, flac, libass and all filters"
    yield Finding("encoders", not missing, seen, advice)
    works = [encoder for encoder in HARDWARE if not why_not(ffmpeg, encoder)]
    yield Finding("hardware", True, f"encoders that work: {', '.join(works) or f'none, {SOFTWARE} is used'}")


def _disk(settings: Settings) -> Iterator[Finding]:
    for name, folder in (("output", settings.output_dir), ("work", settings.work_dir)):
        existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
        free = shutil.disk_usage(existing).free
        writable = os.access(existing, os.W_OK)
        seen = f"{free / 1e9:.1f} GB free in {folder}" if writable else f"{existing} cannot be written"
        advice = "free some space" if writable else "name another folder with -o or --work-dir"
        yield Finding(name, writable and free > LOW_DISK_BYTES, seen, advice)


def _account() -> Iterator[Finding]:
    try:
        account = account_from(os.environ)
    except MachineError as error:
        yield Finding("key", False, error.message, error.hint)
        return
    if account is None:
        advice = "export TWELVELABS_API_KEY=... and TWELVELABS_INDEX_ID=... to use TwelveLabs videos"
        yield Finding("key", False, "TWELVELABS_API_KEY is not set", advice, needed=False)
        return
    yield Finding("key", True, "TWELVELABS_API_KEY is set")
    index = bool(account.index_id)
    advice = "export TWELVELABS_INDEX_ID=..., or write index_id into each timeline"
    yield Finding("index", index, account.index_id or "TWELVELABS_INDEX_ID is not set", advice, needed=False)
    yield _service(account.base_url)


def _service(base_url: str) -> Finding:
    import httpx  # noqa: PLC0415 - only with an account

    where = without_query(base_url)
    try:
        with httpx.stream(
            "GET", base_url, timeout=10, follow_redirects=False
        ) as answer:  # its body is nobody's concern
            status = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, ImportError) as error:  # ImportError: a SOCKS proxy
        advice = "check the network, a proxy (HTTPS_PROXY) and TWELVELABS_BASE_URL"
        return Finding("service", False, f"{where} cannot be reached ({type(error).__name__})", advice, needed=False)
    return Finding("service", True, f"{where} answers (HTTP {status} without a key)")
