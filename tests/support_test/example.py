"""The files of one small stream. Its segment is not footage at all: it only has to arrive."""

SEGMENT = bytes(range(256)) * 400
MASTER = b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=300000\n90p/index.m3u8\n"
MEDIA = b'#EXTM3U\n#EXT-X-MAP:URI="init.mp4"\n#EXTINF:4.0,\na.ts\n#EXTINF:4.0,\nhttps://elsewhere.example/b.ts\n'
