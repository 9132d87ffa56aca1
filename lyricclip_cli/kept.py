"""Files of earlier runs that can be used again: each is known by what it was made of, and by its checksum.

Beside the clips lies a folder of records, one for each file. A record is written before its file takes its place, so a
run that is killed in between leaves a file that does not fit its record, and that file is made again.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lyricclip_cli.placing import cannot_write, make_folder, place, write_whole

RECORDS = ".kept"
"""The folder of records and of what is kept besides clips, in the folder of the clips."""

RECORD_VERSION = 1
LARGEST_RECORD_BYTES = 1024 * 1024
"""A record has a few kB; what is larger is none."""

Parts = Mapping[str, str]
"""What a file is made of, by kind: footage, in-point, encode and so on."""


def file_identity(path: Path) -> str:
    """A file's name, size and time of its last change. Where it lies does not matter: projects are moved."""
    try:
        stat = path.stat()
    except OSError:
        return "no file"
    return f"{path.name} {stat.st_size} {stat.st_mtime_ns}"


class Record(BaseModel):
    """What is known of a kept file. `parts` are digests, so that no address stands here; `facts` are its maker's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    record_version: int = Field(RECORD_VERSION, ge=RECORD_VERSION, le=RECORD_VERSION)
    name: str = Field(pattern=r"^(\.kept/)?[A-Za-z0-9][A-Za-z0-9._-]*$")
    parts: dict[str, str]
    size_bytes: int
    sha256: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that is whole, under the name it has now, and its maker's facts."""

    name: str
    facts: dict[str, Any]


@dataclass(slots=True)
class KeptFiles:
    """The kept files of one job; `folder` is that of its clips. All of this blocks: call it in a thread.

    `damaged` says what was wrong with files that could not be used again, by name.
    """

    folder: Path
    damaged: dict[str, str] = field(default_factory=dict)
    _records: dict[str, Record] = field(default_factory=dict)
    _by_parts: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def path(self, name: str) -> Path:
        """Where the file of this name lies."""
        return self.folder / name

    def read(self) -> None:
        """Read all records. What is none is damage."""
        for path in sorted((self.folder / RECORDS).glob("*.json")):
            record = _read_record(path)
            if record is None or _record_name(record.name) != path.name:
                self.damaged[path.name.removesuffix(".json")] = "its record cannot be read"
                continue
            self._records[record.name] = record
            self._by_parts[_together(record.parts)].append(record.name)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be used again, nor anything to be said of it."""
        return not self._records and not self.damaged

    def match(self, parts: Parts, name: str) -> KeptFile | None:
        """A whole file that was made of these parts, best the one of this name. Nothing is matched twice."""
        names = self._by_parts.get(_together(_digests(parts)), [])
        for candidate in sorted(names, key=lambda other: other != name):
            names.remove(candidate)
            record = self._records[candidate]
            if self._is_whole(record):
                return KeptFile(candidate, record.facts)
        return None

    def changed(self, parts: Parts, name: str) -> tuple[str, ...]:
        """Which parts of the file of this name are others now; empty when none is known."""
        record = self._records.get(name)
        if record is None:
            return ()
        now = _digests(parts)
        return tuple(part for part in {**now, **record.parts} if now.get(part) != record.parts.get(part))

    def facts(self, name: str) -> dict[str, Any]:
        """What the maker of the file of this name noted; empty when none is known."""
        record = self._records.get(name)
        return record.facts if record else {}

    def rename(self, names: Mapping[str, str]) -> None:
        """Give matched files other names, all at once: a new name may be another's old one. Raises `MachineError`."""
        moving = {old: new for old, new in names.items() if old != new}
        aside = {old: self.folder / RECORDS / f"moving-{number}" for number, old in enumerate(moving)}
        for old, path in aside.items():
            place(self.path(old), path)
            self._record_path(old).unlink(missing_ok=True)
        for old, path in aside.items():
            record = self._records[old].model_copy(update={"name": moving[old]})
            write_whole(self._record_path(record.name), record.model_dump_json())
            place(path, self.path(record.name))

    def keep(self, draft: Path, name: str, parts: Parts, facts: Mapping[str, Any]) -> None:
        """Move a finished file to its place, its record first. Raises `MachineError`."""
        make_folder(self.folder / RECORDS)
        record = Record(
            name=name,
            parts=_digests(parts),
            size_bytes=draft.stat().st_size,
            sha256=_sha256(draft),
            facts=dict(facts),
        )
        write_whole(self._record_path(name), record.model_dump_json())
        place(draft, self.path(name))

    def forget(self) -> None:
        """Take all records away: nothing of earlier runs is used again. Raises `MachineError`."""
        for path in (self.folder / RECORDS).glob("*.json"):
            try:
                path.unlink()
            except OSError as error:
                raise cannot_write(path, error) from error

    def prune(self, names: Collection[str]) -> None:
        """Take away all kept files but these. Files without a record are not ours to remove."""
        for path in (self.folder / RECORDS).glob("*.json"):
            record = _read_record(path)
            if record is not None and record.name not in names:
                with suppress(OSError):
                    self.path(record.name).unlink(missing_ok=True)
                    path.unlink(missing_ok=True)

    def _is_whole(self, record: Record) -> bool:
        path = self.path(record.name)
        try:
            fits = path.stat().st_size == record.size_bytes and _sha256(path) == record.sha256
        except OSError:
            self.damaged[record.name] = "it is not there any more"
            return False
        if not fits:
            self.damaged[record.name] = "it is not as it was made (its checksum differs)"
        return fits

    def _record_path(self, name: str) -> Path:
        return self.folder / RECORDS / _record_name(name)


def _record_name(name: str) -> str:
    return f"{Path(name).name}.json"


def _read_record(path: Path) -> Record | None:
    try:
        if path.stat().st_size > LARGEST_RECORD_BYTES:
            return None
        return Record.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _digests(parts: Parts) -> dict[str, str]:
    return {
        kind: hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32] for kind, text in parts.items()
    }


def _together(digests: Parts) -> str:
    return " ".join(f"{kind}={digests[kind]}" for kind in sorted(digests))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
