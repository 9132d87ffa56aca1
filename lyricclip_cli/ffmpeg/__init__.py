"""ffmpeg as a child process that reads local files only, and PyAV for packets that need no decoding."""
