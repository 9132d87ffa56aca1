from lyricclip_cli.transcript.entry import Entry, TimedWord
from lyricclip_cli.transcript.lrc import read_lrc


def test_tags_stamps_and_returning_lines() -> None:
    read = read_lrc("[ti: Song ]\n[ar:Singer]\n[length:03:20]\n[00:01.5]one\n[00:10.25][01:10.250]again \n[01:00]")
    assert (read.title, read.artist, read.length_ms) == ("Song", "Singer", 200_000)
    assert read.entries == (Entry("one", 1500), Entry("again", 10_250), Entry("again", 70_250), Entry("", 60_000))


def test_stamps_of_every_form() -> None:
    read = read_lrc("[00:01]a\n[00:01.2]b\n[00:01.23]c\n[00:01.234]d\n[00:01:23]e\n[120:00.00]f")
    assert [entry.start_ms for entry in read.entries] == [1000, 1200, 1230, 1234, 1230, 7_200_000]


def test_offset_shows_lyrics_earlier_and_never_before_zero() -> None:
    read = read_lrc("[offset:+500]\n[00:00.20]a\n[00:02.00]<00:02.00>b <00:02.60>c")
    assert [entry.start_ms for entry in read.entries] == [0, 1500]
    assert read.entries[1].words == (TimedWord("b", 1500, 2100), TimedWord("c", 2100))


def test_words_of_the_enhanced_form() -> None:
    (entry,) = read_lrc("[00:10.00]<00:10.00>Hel<00:10.40>lo <00:11.00>you<00:12.00>").entries
    assert entry.text == "Hello you"
    assert entry.words == (
        TimedWord("Hel", 10_000, 10_400),
        TimedWord("lo", 10_400, 11_000),
        TimedWord("you", 11_000, 12_000),
    )


def test_words_of_a_returning_line_return_too() -> None:
    first, second = read_lrc("[00:10.00][00:20.00]<00:10.00>a <00:10.50>b").entries
    assert [word.start_ms for word in first.words] == [10_000, 10_500]
    assert [word.start_ms for word in second.words] == [20_000, 20_500]


def test_what_is_no_line_is_passed_over() -> None:
    assert read_lrc("hello\n\n[by:me]\n[re:tool]\n# note\n[00:xx]no").entries == ()
