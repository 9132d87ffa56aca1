"""The stand-in's TwelveLabs API, version 1.3: looking up one video of an index, as the service answers it."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from tests.standin.protocol import Request, Response

BASE = "/v1.3"
PATH = re.compile(rf"{re.escape(BASE)}/indexes/([^/]+)/(indexed-assets|videos)/([^/]+)")
AS_USUAL: Final = object()
"""Stands for the `hls` that the service would send."""

WHEN = "2025-01-01T00:00:00Z"


@dataclass(frozen=True)
class Video:
    """One video of an index. `address` gives its playlist's URL of the moment; `hls` is sent instead."""

    index_id: str
    address: Callable[[], str]
    hls_status: str | None
    only_older: bool = False
    hls: Any = AS_USUAL

    def answer(self, video_id: str) -> dict[str, Any]:
        """The service's JSON for it; without a stream there is no `hls`."""
        known = {"filename": f"{video_id}.mp4", "duration": 60.0, "fps": 25.0, "width": 1920, "height": 1080}
        about: dict[str, Any] = {
            "_id": video_id,
            "created_at": WHEN,
            "updated_at": WHEN,
            "indexed_at": WHEN,
            "status": "ready",
            "system_metadata": {**known, "size": 1_000_000},
        }
        if self.hls is not AS_USUAL:
            return {**about, "hls": self.hls}
        if self.hls_status is None:
            return about
        hls: dict[str, Any] = {"status": self.hls_status, "thumbnail_urls": [], "updated_at": WHEN}
        if self.hls_status == "COMPLETE":
            hls["video_url"] = self.address()
        return {**about, "hls": hls}


@dataclass
class Api:
    """Answers for the registered videos to whoever has the key."""

    key: str
    videos: dict[str, Video] = field(default_factory=dict)

    def answer(self, request: Request) -> Response:
        """The answer to a request without any fault."""
        given = request.headers.get("x-api-key")
        if given != self.key:
            return _refusal(401, "api_key_invalid", "The API key is invalid or has expired. Generate a new one.")
        found = PATH.fullmatch(request.path)
        if found is None:
            return _refusal(404, "endpoint_not_exists", f"The endpoint {request.path} does not exist.")
        index_id, kind, video_id = found.groups()
        video = self.videos.get(video_id)
        if video is None or video.index_id != index_id or (kind == "indexed-assets" and video.only_older):
            return _refusal(404, "resource_not_exists", f"The resource with id {video_id} does not exist.")
        return _json(200, video.answer(video_id))


def _refusal(status: int, code: str, message: str) -> Response:
    return _json(status, {"code": code, "message": message})


def _json(status: int, content: Any) -> Response:
    return Response(status, {"Content-Type": "application/json"}, json.dumps(content).encode())
