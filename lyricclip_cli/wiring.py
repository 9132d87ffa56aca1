"""Builds everything a run needs, and is the only module that names concrete adapters. Nothing is built at import."""

import math
import os
import platform
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import av
import httpx

from lyricclip_cli import __version__
from lyricclip_cli.clip import ClipPolicy, Workshop
from lyricclip_cli.clock import SystemClock
from lyricclip_cli.errors import MachineError
from lyricclip_cli.events import ApiAsked, Events, HostRecovered, HostSlowed
from lyricclip_cli.ffmpeg.binary import Ffmpeg, find_ffmpeg
from lyricclip_cli.ffmpeg.cutter import FfmpegCutter
from lyricclip_cli.ffmpeg.encoders import EncodeSpec, choose_encoder
from lyricclip_cli.ffmpeg.joiner import CopyJoiner
from lyricclip_cli.hls.store import Shelf
from lyricclip_cli.job import JobFolder
from lyricclip_cli.kept import KeptFiles
from lyricclip_cli.limits import RequestRate, SlotLimits, Slots
from lyricclip_cli.live import LiveSettings
from lyricclip_cli.machine import share_one_heap, this_machine
from lyricclip_cli.plan import RenderPlan, VideoRef
from lyricclip_cli.render import FilmSpec, Render
from lyricclip_cli.retry import RetryPolicy
from lyricclip_cli.reuse import KeptClips, Reuse
from lyricclip_cli.room import job_room
from lyricclip_cli.settings import Settings
from lyricclip_cli.showing import burner, track_text
from lyricclip_cli.sources.routed import RoutedSources
from lyricclip_cli.sources.streams import Streams
from lyricclip_cli.sources.twelvelabs import DEFAULT_BASE_URL, Account, Videos, api_client, is_web_address
from lyricclip_cli.transport import DiskReader, Pace, Pacer, SchemeReader, WebReader, http_client

WAITING_BYTES_PER_SLOT = 32_000_000
"""Segments that were fetched and that later lines want too: six seconds of 1080p at 8 Mbit/s, five times."""

PACKAGED_PLACEHOLDER = Path(__file__).parent / "assets" / "clip_placeholder.mp4"


@dataclass(frozen=True, slots=True)
class Shared:
    """What all jobs of a run share: limits, connections, streams."""

    live: LiveSettings
    clock: SystemClock
    events: Events
    ffmpeg: Ffmpeg
    slots: Slots
    encoders: anyio.CapacityLimiter
    streams: Streams
    videos: Videos | None
    pacer: Pacer
    deadline_s: float = math.inf

    @property
    def settings(self) -> Settings:
        """The settings in force now."""
        return self.live.now


def account_from(environ: Mapping[str, str]) -> Account | None:
    """The TwelveLabs account, from the environment alone; `None` without a key. Raises `MachineError`."""
    key, index_id = (
        environ.get("TWELVELABS_API_KEY", "").strip(),
        environ.get("TWELVELABS_INDEX_ID", "").strip(),
    )
    if not key:
        return None
    if not key.isascii() or not key.isprintable() or " " in key:
        raise MachineError("TWELVELABS_API_KEY has characters that no key has", hint="copy the key again")
    base_url = environ.get("TWELVELABS_BASE_URL", "").strip().rstrip("/") or DEFAULT_BASE_URL
    if not is_web_address(base_url):
        raise MachineError("TWELVELABS_BASE_URL is no http or https address", hint=f"the usual one: {DEFAULT_BASE_URL}")
    return Account(key, index_id, base_url)


def check_account(account: Account | None, plan: RenderPlan) -> None:
    """Whether a plan's videos can be asked for at all. Raises `MachineError` when the key or the index is missing."""
    video = next((s.ref for c in plan.clips for s in c.chain if isinstance(s.ref, VideoRef)), None)
    if video is None:
        return
    if account is None:
        message = f"video {video.video_id} is in TwelveLabs, and TWELVELABS_API_KEY is not set"
        raise MachineError(message, hint="export TWELVELABS_API_KEY=... and TWELVELABS_INDEX_ID=...")
    if not (plan.index_id or account.index_id):
        hint = "export TWELVELABS_INDEX_ID=..., or write index_id into the timeline"
        raise MachineError("no TwelveLabs index is named", hint=hint)


@asynccontextmanager
async def shared_tools(
    settings: Settings,
    events: Events,
    *,
    work: Path,
    roots: Sequence[Path],
    environ: Mapping[str, str] = os.environ,
    deadline_s: float = math.inf,
) -> AsyncIterator[Shared]:
    """Build what all jobs share; connections are closed in the end. Raises `MachineError`.

    `deadline_s`: anyio's time after which only placeholders are made.
    """
    share_one_heap()
    clock = SystemClock()
    live = LiveSettings(settings, this_machine(), clock)
    account = account_from(environ)
    rate = RequestRate(live.now.twelvelabs_requests_per_minute)
    pacer = Pacer(clock.monotonic_s, _tell_pace(events))
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(http_client(connections=64, stall_timeout_s=live.now.stall_timeout_s))
        web = WebReader(client, pacer=pacer, stall_timeout_s=lambda: live.now.stall_timeout_s)
        disk = DiskReader((*roots, settings.media_dir))
        reader = SchemeReader({"http": web, "https": web, "file": disk})
        videos = None
        if account is not None:  # a client costs the reading of every certificate, 20 ms
            api = await stack.enter_async_context(api_client(live.now.stall_timeout_s))
            patience: dict[str, Any] = {"pacer": pacer, "answer_timeout_s": lambda: live.now.stall_timeout_s}
            videos = Videos(account, api, _told(rate, events), **patience)
        shared = Shared(
            live=live,
            clock=clock,
            events=events,
            ffmpeg=await _ffmpeg_with_encoder(live),
            slots=Slots(_slot_limits(live.now), clock.monotonic_s),
            encoders=anyio.CapacityLimiter(live.now.encode_slots),
            streams=Streams(reader, work / "streams", Shelf(lambda: _shelf_bytes(live.now))),
            videos=videos,
            pacer=pacer,
            deadline_s=deadline_s,
        )
        live.listen(_limits_follow(shared, rate))
        yield shared


async def _ffmpeg_with_encoder(live: LiveSettings) -> Ffmpeg:
    """The ffmpeg of the run. From now on the settings name the encoder that works with it. Raises `MachineError`."""
    ffmpeg = await anyio.to_thread.run_sync(find_ffmpeg, live.now.ffmpeg)
    choice = await anyio.to_thread.run_sync(choose_encoder, ffmpeg, live.now.video_encoder)
    live.settle("video_encoder", choice.encoder, choice.warning)
    return ffmpeg


def _shelf_bytes(settings: Settings) -> int:
    return settings.render_clip_concurrency * WAITING_BYTES_PER_SLOT


def _slot_limits(settings: Settings) -> SlotLimits:
    return SlotLimits(settings.render_clip_concurrency, settings.per_video_limit)


def _limits_follow(shared: Shared, rate: RequestRate) -> Callable[[Settings], None]:
    """The limits that lines wait at, changed as the settings do; everything else reads the settings when it acts."""

    def follow(now: Settings) -> None:
        shared.slots.change(_slot_limits(now))
        shared.encoders.total_tokens = now.encode_slots
        rate.change(now.twelvelabs_requests_per_minute)

    return follow


def _told(rate: RequestRate, events: Events) -> Callable[[], Awaitable[None]]:
    async def acquire() -> None:
        await rate.acquire()
        events.publish(ApiAsked("", rate.per_minute))

    return acquire


def _tell_pace(events: Events) -> Callable[[Pace], None]:
    def tell(pace: Pace) -> None:
        if pace.interval_s or pace.blocked_s:
            events.publish(HostSlowed("", pace.host, pace.reason, pace.interval_s, pace.blocked_s))
        else:
            events.publish(HostRecovered("", pace.host))

    return tell


def build_render(
    shared: Shared, plan: RenderPlan, folder: JobFolder, work: Path, reuse: Reuse, *, clips_only: bool
) -> Render:
    """One job's render over the shared tools."""
    settings, live = shared.settings, shared.live

    def stall_timeout_s() -> float:
        return live.now.stall_timeout_s

    sources = RoutedSources(
        streams=shared.streams,
        videos=shared.videos,
        index_id=plan.index_id,
        picture=plan.picture,
        media_dir=settings.media_dir,
        placeholder=settings.placeholder_asset_path or PACKAGED_PLACEHOLDER,
        pacer=shared.pacer,
    )
    cutter = FfmpegCutter(
        shared.ffmpeg,
        grid=plan.grid,
        picture=plan.picture,
        encode=EncodeSpec(settings.video_encoder, settings.preset, settings.crf),
        folder=work,
        stall_timeout_s=stall_timeout_s,
        burner=burner(plan, settings, work),
    )
    joiner = CopyJoiner(
        shared.ffmpeg,
        fps=plan.grid.fps,
        frames=plan.frames,
        folder=work,
        stall_timeout_s=stall_timeout_s,
        track=track_text(plan, settings),
    )
    shop = Workshop(
        job_id=folder.job_id,
        sources=sources,
        cutter=cutter,
        slots=shared.slots,
        encoders=shared.encoders,
        clock=shared.clock,
        events=shared.events,
        policy=lambda: _policy(live.now),
        with_sound=plan.song is None,
        kept=KeptClips(KeptFiles(folder.clips.resolve()), sources=sources, cutter=cutter, with_sound=plan.song is None),
        work_dir=work,
        room=job_room(plan, folder.root.resolve(), work, crf=settings.crf),
        deadline_s=shared.deadline_s,
    )
    film = None if clips_only else folder.root.resolve() / folder.film.name
    return Render(plan, shop, FilmSpec(joiner, film), reuse)


def _policy(now: Settings) -> ClipPolicy:
    retry = RetryPolicy(now.max_retry, now.retry_backoff_base_ms)
    return ClipPolicy(retry, now.clip_timeout_s, now.retry_wait_total_s)


def tool_versions(ffmpeg: Ffmpeg) -> dict[str, str]:
    """The versions that a report names."""
    return {
        "lyricclip": __version__,
        "ffmpeg": ffmpeg.version,
        "python": platform.python_version(),
        "pyav": av.__version__,
        "httpx": httpx.__version__,
    }
