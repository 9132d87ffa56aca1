"""Which rendition and which segments a window needs: pure, from the playlists alone."""

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction

from lyricclip_cli.hls.playlist import AudioRendition, MasterPlaylist, MediaPlaylist, Rendition, Segment
from lyricclip_cli.plan import PictureSpec


def choose_rendition(master: MasterPlaylist, picture: PictureSpec) -> Rendition:
    """The cheapest rendition (by BANDWIDTH) that covers the output's size; if none does, the largest.

    Sound-only variants, Dolby Vision (which plain decoders show in false colours) and HDR are passed over where there
    is another.
    """
    usable = [r for r in master.renditions if _has_picture(r)] or list(master.renditions)
    plain = [r for r in usable if r.video_range == "SDR" and not _dolby_vision(r)] or usable
    covering = [r for r in plain if _covers(r, picture)]
    if covering:
        return min(covering, key=lambda r: r.bandwidth)
    return max(plain, key=lambda r: (r.width * r.height, r.bandwidth))


def _has_picture(rendition: Rendition) -> bool:
    codecs = [codec.strip().split(".")[0] for codec in rendition.codecs.split(",") if codec.strip()]
    sound = {"mp4a", "ac-3", "ec-3", "opus", "Opus", "fLaC", "alac"}
    return bool(rendition.width) or not codecs or any(codec not in sound for codec in codecs)


def _dolby_vision(rendition: Rendition) -> bool:
    return any(codec.strip().startswith(("dvh", "dva")) for codec in rendition.codecs.split(","))


def _covers(rendition: Rendition, picture: PictureSpec) -> bool:
    """Whether the picture is shown without being enlarged."""
    if not rendition.width or not rendition.height:
        return False
    ratios = (Fraction(picture.width, rendition.width), Fraction(picture.height, rendition.height))
    return (max(ratios) if picture.fit == "crop" else min(ratios)) <= 1


def choose_audio(master: MasterPlaylist, rendition: Rendition) -> AudioRendition | None:
    """The rendition's own sound track, if it has one apart from the picture's segments: the default of its group."""
    group = [audio for audio in master.audio if audio.group == rendition.audio_group]
    return next((audio for audio in group if audio.default), group[0] if group else None)


@dataclass(frozen=True, slots=True)
class SegmentRange:
    """Segments `first` up to and with `last`, by their index in the playlist."""

    first: int
    last: int

    @property
    def indices(self) -> range:
        """The indices, in order."""
        return range(self.first, self.last + 1)


def choose_segments(playlist: MediaPlaylist, start_s: Fraction, last_s: Fraction) -> SegmentRange:
    """The segments whose EXTINF interval touches `start_s` to `last_s`; beyond the end, the last segment.

    EXTINF can be wrong: the caller looks at the timestamps of what came and asks for a neighbour if they fall short.
    """
    segments = playlist.segments
    end = len(segments) - 1
    first = min(bisect_right(segments, start_s, key=_end_s), end)
    last = min(bisect_right(segments, last_s, lo=first, key=_end_s), end)
    return SegmentRange(first, last)


def _end_s(segment: Segment) -> Fraction:
    return segment.end_s
