"""Lyrics: from a plan's lines to what is drawn and what is written beside the film. Reads fonts, writes nothing."""

from lyricclip_cli.lyrics.film import FilmLyrics, film_lyrics

__all__ = ["FilmLyrics", "film_lyrics"]
