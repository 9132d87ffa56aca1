"""The tests of lyricclip, and what they stand on."""
