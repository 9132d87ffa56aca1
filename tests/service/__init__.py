"""The installed command against a loopback stand-in for TwelveLabs and its CDN, with real HLS and real ffmpeg."""
