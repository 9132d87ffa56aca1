"""Lines that name who made a song, as lyric files have them among the sung ones."""

import re

_ROLES = (
    "作?[词詞]|填[词詞]|作?曲|[编編]曲|[制製]作(?:人|人員|人员)?|[监監][制製]|演唱|原唱|歌手|混音|[录錄]音(?:[师師]|室)?|母[带帶]|和[声聲]|吉他|[贝貝]斯"
    "|鼓|[键鍵][盘盤]|弦[乐樂]|出品(?:人|公司)?|[发發]行|策[划劃]|[统統][筹籌]|企[划劃]|推[广廣]|封面|版[权權]|歌名|[专專][辑輯]|翻[译譯]|歌詞|作詩"
    "|編集|작사|작곡|편곡|노래"
    "|lyrics?|words|music|written|composed|composers?|compositions?|arranged|arrangers?|arrangements?|produced|producers?|"
    "lyricists?|singers?|vocals?|performed|mixed|mixing|mastered|mastering|recorded|engineers?|publishers?|copyright|"
    "translated|translations?|subtitles?|synced|album|artist|title|op|sp|isrc|guitars?|bass|drums?|keyboards?|piano|strings"
)

_JOINTS = r"by|and|&|/|／|、|,|・|\s"

_LABELLED = re.compile(rf"^[\[(【（]?\s*(?:{_ROLES})(?:\s*(?:{_JOINTS})\s*(?:{_ROLES})?)*\s*[:：]", re.IGNORECASE)
_BY = re.compile(
    r"^(?:lyrics?|words|music|written|composed|arranged|produced|performed|mixed|mastered|translated|subtitles?|synced)"
    r"(?:\s*(?:&|and|,)\s*\w+)*\s+by\b",
    re.IGNORECASE,
)
_RIGHTS = re.compile(
    r"^(?:©|\(c\)|℗|copyright\b|all rights reserved|未[经經].{0,12}(?:许可|許可|授[权權]))", re.IGNORECASE
)


def is_credit(text: str) -> bool:
    """Whether a line names people or rights with a label (`作词 : …`, `Lyrics by: …`), and so is not sung."""
    return bool(_LABELLED.match(text.strip()) or _RIGHTS.match(text.strip()))


def may_be_credit(text: str, *, title: str, artist: str) -> bool:
    """Whether a line before the first or after the last sung one is a credit: there `Written by …` is not sung."""
    plain = text.strip()
    parts = {part.strip().lower() for part in re.split(r"\s+[-–—/|]\s+", plain)}
    named = bool(title and artist) and parts == {title.lower(), artist.lower()}
    return not plain or is_credit(plain) or named or bool(_BY.match(plain))
