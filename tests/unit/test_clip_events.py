"""What is told while a line is made: the whole list, in order."""

from pathlib import Path

from lyricclip_cli.clip import publish_outcome
from lyricclip_cli.errors import PermanentError, TransientError
from lyricclip_cli.events import (
    AttemptFailed,
    BytesReceived,
    ClipFinished,
    Event,
    Events,
    FellBack,
    FramesCut,
    SlotLeft,
    SlotTaken,
    StageEntered,
)
from tests.unit.samples import OTHER_VIDEO, VIDEO, line, plan, url, video
from tests.unit.shop import make_shop

FETCHING: list[Event] = [
    StageEntered("demo", "1", "fetch"),
    BytesReceived("demo", "1", 500),
    BytesReceived("demo", "1", 500),
]
CUTTING: list[Event] = [
    StageEntered("demo", "1", "wait"),
    StageEntered("demo", "1", "cut"),
    FramesCut("demo", "1", 12, 25),
    FramesCut("demo", "1", 25, 25),
]
LEFT = SlotLeft("demo", "1", 1)


async def test_success_tells_slot_stages_bytes_and_frames(tmp_path: Path) -> None:
    shop = make_shop(tmp_path)
    await shop.make(plan(line(0, 1000, video())).clips[0])
    assert shop.seen == [SlotTaken("demo", "1", 1, 1, "candidate", VIDEO, 1), *FETCHING, *CUTTING, LEFT]


async def test_retries_and_fallbacks_are_told_in_the_order_in_which_they_happen(tmp_path: Path) -> None:
    busy, gone = TransientError("http_503", "busy"), PermanentError("http_404", "gone")
    shop = make_shop(tmp_path, fetches={VIDEO: [busy, busy], OTHER_VIDEO: [gone]}, max_retry=1)
    chain = plan(line(0, 1000, video(), video(video_id=OTHER_VIDEO))).clips[0]
    await shop.make(chain)
    local = f"{VIDEO} (media folder)"
    assert shop.seen == [
        SlotTaken("demo", "1", 1, 1, "candidate", VIDEO, 1),
        *FETCHING,
        LEFT,
        AttemptFailed("demo", "1", 1, VIDEO, "http_503", "busy", 0.0),
        SlotTaken("demo", "1", 1, 1, "candidate", VIDEO, 2),
        *FETCHING,
        LEFT,
        AttemptFailed("demo", "1", 1, VIDEO, "http_503", "busy", None),
        FellBack("demo", "1", "http_503", "candidate", OTHER_VIDEO),
        SlotTaken("demo", "1", 1, 2, "candidate", OTHER_VIDEO, 1),
        *FETCHING,
        LEFT,
        AttemptFailed("demo", "1", 2, OTHER_VIDEO, "http_404", "gone", None),
        FellBack("demo", "1", "http_404", "local", local),
        SlotTaken("demo", "1", 1, 3, "local", local, 1),
        *FETCHING,
        *CUTTING,
        LEFT,
    ]


async def test_no_event_shows_a_urls_query(tmp_path: Path) -> None:
    gone = PermanentError("http_404", "gone")
    address = "https://cdn.example/a.m3u8"
    shop = make_shop(tmp_path, fetches={address: [gone]})
    clip = plan(line(0, 1000, url(f"{address}?token=s3cret"))).clips[0]
    publish_outcome(shop.work, clip, await shop.make(clip))
    assert shop.sources.fetched == [address, "placeholder"]
    assert "s3cret" not in repr(shop.seen)


async def test_the_outcome_is_told_whole(tmp_path: Path) -> None:
    shop = make_shop(tmp_path)
    clip = plan(line(0, 1000)).clips[0]
    outcome = await shop.make(clip)
    publish_outcome(shop.work, clip, outcome)
    assert shop.seen[-1] == ClipFinished("demo", "1", "demo:0001:1", outcome)


def test_a_listener_that_breaks_is_dropped_and_the_others_hear_on(capsys: object) -> None:
    heard: list[Event] = []
    told = []

    def breaks(event: Event) -> None:
        told.append(event)
        raise ZeroDivisionError

    events = Events(breaks, heard.append)
    events.publish(LEFT)
    events.publish(LEFT)
    assert (told, heard) == ([LEFT], [LEFT, LEFT])
