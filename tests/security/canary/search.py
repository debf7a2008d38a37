"""Search bytes, files and folders for planted values, also inside compressed parts."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import zstandard

from tests.security.canary.encodings import Form, of_amount, of_text
from tests.security.canary.values import AMOUNTS, TEXTS

LARGEST = 256 * 1024 * 1024
DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a planted value was found, which one, and how it was written."""

    place: str
    value: str
    form: str
    offset: int


class Scanner:
    """Knows every planted value in every form."""

    def __init__(self, texts: Iterable[str] = TEXTS, amounts: Iterable[int] = AMOUNTS) -> None:
        self._forms: list[tuple[str, Form]] = [
            *((text, form) for text in texts for form in of_text(text)),
            *((str(pence), form) for pence in amounts for form in of_amount(pence)),
        ]

    def bytes(self, place: str, body: bytes, depth: int = 0) -> list[Hit]:
        """Every value found in these bytes, once for each form, and in what they pack."""
        lower = body.lower()
        hits = []
        for value, form in self._forms:
            at = form.find(body, lower)
            if at != -1:
                hits.append(Hit(place, value, form.name, at))
        if depth < DEEPEST:
            for name, inner in unpacked(body):
                hits += self.bytes(f"{place}!{name}", inner, depth + 1)
        return hits

    def folder(self, place: str, folder: Path) -> list[Hit]:
        """Every file below a folder, and the names of files."""
        hits = []
        for path in sorted(folder.rglob("*")):
            name = f"{place}/{path.relative_to(folder)}"
            hits += self.bytes(f"{name} (name)", path.name.encode())
            if path.is_file() and not path.is_symlink() and path.stat().st_size <= LARGEST:
                try:
                    body = path.read_bytes()
                except OSError:
                    continue  # a file that has gone since
                hits += self.bytes(name, body)
        return hits


def unpacked(body: bytes) -> Iterator[tuple[str, bytes]]:
    """What gzip and zip files and zlib and zstd parts hold, wherever in the bytes they begin."""
    if body[:2] == b"\x1f\x8b":
        with suppress(OSError, EOFError, zlib.error):
            yield "gzip", gzip.decompress(body)
    if body[:4] == b"PK\x03\x04":
        with (
            suppress(zipfile.BadZipFile, RuntimeError),
            zipfile.ZipFile(io.BytesIO(body)) as archive,
        ):
            for name in archive.namelist():
                yield name, archive.read(name)
    for magic, name in (
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"\x78\x9c", "zlib"),
        (b"\x78\x01", "zlib"),
    ):
        start = body.find(magic)
        tries = 0
        while start != -1 and tries < 200:
            part = _open(name, body[start:])
            if part:
                yield f"{name}@{start}", part
            start = body.find(magic, start + 1)
            tries += 1


def _open(name: str, part: bytes) -> bytes:
    try:
        if name == "zstd":
            reader = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(part))
            return reader.read(LARGEST)
        return zlib.decompressobj().decompress(part, LARGEST)
    except (zlib.error, zstandard.ZstdError):
        return b""
