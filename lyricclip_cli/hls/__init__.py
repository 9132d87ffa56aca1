"""HLS streams (RFC 8216): playlists, choice of rendition and segments, download, and the stream's own clock."""
