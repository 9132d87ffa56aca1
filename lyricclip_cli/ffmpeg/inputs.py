"""How files that may come from anywhere are opened: as containers and streams of media, and as nothing else.

libavformat looks at what a file holds, not at its name, and some of what it knows are lists of other files or
addresses (HLS, DASH, concat, SDP, image sequences, AviSynth scripts). Those are left out here, so a "video" can lead
ffmpeg to nothing besides itself.
"""

PROTOCOLS = "file,crypto,pipe"
"""No network. Formats that name other files are left out by `FORMATS`."""

FORMATS = (
    "mov,matroska,webm,mpegts,mpeg,avi,flv,asf,mxf,ogg,nut,gif,ivf,obu,h264,hevc,av1,mjpeg,m4v,mpegvideo,dv,rm,wtv,"
    "yuv4mpegpipe,mp3,aac,ac3,eac3,dts,truehd,flac,wav,w64,aiff,caf,au,amr,ape,tta,wv"
)
"""Containers of pictures and sound, by libavformat's names."""

MOST_PIXELS = 8192 * 8192
"""More than any camera's picture; a few bytes can claim far more, and each picture of it would take gigabytes."""

OPEN_OPTIONS = {"protocol_whitelist": PROTOCOLS, "format_whitelist": FORMATS}
"""The same for PyAV, in-process."""


def input_arguments(path: object, *options: str, formats: str = FORMATS) -> list[str]:
    """The arguments for one input file of ffmpeg, its `options` included."""
    limits = ["-protocol_whitelist", PROTOCOLS, "-format_whitelist", formats]
    return [*limits, *options, "-i", f"file:{path}"]
