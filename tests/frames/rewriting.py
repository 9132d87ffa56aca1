"""Changes to finished HLS folders: keys, EXTINF, discontinuities, maps."""

import shutil
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

PLAYLIST = "index.m3u8"


def segment_lines(folder: Path) -> list[str]:
    """The URIs of a playlist's segments, in order."""
    return [line for line in (folder / PLAYLIST).read_text().splitlines() if line and not line.startswith("#")]


def renamed_extinf(folder: Path, change: Callable[[int, float], float]) -> None:
    """Write other durations into the playlist: `change` gets a segment's number and its true seconds."""
    lines, number = [], 0
    for line in (folder / PLAYLIST).read_text().splitlines():
        if line.startswith("#EXTINF:"):
            seconds = change(number, float(line[8:].split(",")[0]))
            lines.append(f"#EXTINF:{seconds:g},")
            number += 1
        else:
            lines.append(line)
    (folder / PLAYLIST).write_text("\n".join(lines) + "\n")


def encrypt(folder: Path, keys: list[bytes], *, explicit_iv: bool) -> None:
    """Encrypt all segments with AES-128, each key in force for its share of them (RFC 8216 4.3.2.4 and 5.2)."""
    segments = segment_lines(folder)
    lines: list[str] = []
    number = 0
    for line in (folder / PLAYLIST).read_text().splitlines():
        if line.startswith("#EXTINF:"):
            which = number * len(keys) // len(segments)
            iv = (number + 77 if explicit_iv else number).to_bytes(16, "big")
            tag = f'#EXT-X-KEY:METHOD=AES-128,URI="key{which}.bin"' + (f",IV=0x{iv.hex()}" if explicit_iv else "")
            lines.append(tag)
            (folder / f"key{which}.bin").write_bytes(keys[which])
            _encrypt_file(folder / segments[number], keys[which], iv)
            number += 1
        lines.append(line)
    (folder / PLAYLIST).write_text("\n".join(lines) + "\n")


def _encrypt_file(path: Path, key: bytes, iv: bytes) -> None:
    padder = PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    plain = padder.update(path.read_bytes()) + padder.finalize()
    path.write_bytes(encryptor.update(plain) + encryptor.finalize())


def joined_with_discontinuities(folder: Path, make: Callable[[Path, int], None], parts: int = 3) -> None:
    """Several streams one after another in one playlist, EXT-X-DISCONTINUITY between them."""
    _joined(folder, make, parts, "#EXT-X-DISCONTINUITY")


def joined_with_maps(folder: Path, make: Callable[[Path, int], None], parts: int = 2) -> None:
    """Several fMP4 streams whose timestamps go on, each with its own EXT-X-MAP and no discontinuity."""
    _joined(folder, make, parts, "")


def _joined(folder: Path, make: Callable[[Path, int], None], parts: int, between: str) -> None:
    header: list[str] = []
    body: list[str] = []
    for part in range(parts):
        piece = folder / f"part{part}"
        make(piece, part)
        lines = (piece / PLAYLIST).read_text().splitlines()
        start = next(n for n, line in enumerate(lines) if line.startswith(("#EXT-X-MAP", "#EXTINF")))
        header = lines[:start]
        body += [between] if part and between else []
        body += [_in_folder(line, piece.name) for line in lines[start:] if line != "#EXT-X-ENDLIST"]
    (folder / PLAYLIST).write_text("\n".join([*header, *body, "#EXT-X-ENDLIST"]) + "\n")


def _in_folder(line: str, name: str) -> str:
    if line.startswith("#EXT-X-MAP"):
        return line.replace('URI="', f'URI="{name}/')
    return line if line.startswith("#") else f"{name}/{line}"


def copied(source: Path, folder: Path) -> None:
    """A copy of a finished folder."""
    shutil.copytree(source, folder)
