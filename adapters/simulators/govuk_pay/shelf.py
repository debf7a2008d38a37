"""Where the books are kept while the simulator is not running: one file that is only added to.

The real one does not forget when it restarts. Each change is one line, written at once and before
anybody is told of it, so that a kill at any moment loses nothing that was answered. (It is not
forced onto the disk: a power cut is not what this stands in for.)
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

NAME: Final = "govuk_pay.jsonl"
Record = dict[str, Any]


class Shelf:
    """Records by kind and id. Without a folder nothing outlives the process."""

    def __init__(self, folder: Path | None) -> None:
        self._file = -1
        self._path = folder / NAME if folder else None
        if folder:
            folder.mkdir(parents=True, exist_ok=True)

    def load(self) -> dict[str, dict[str, Record]]:
        """The last word about each record, in the order in which they first came."""
        found: dict[str, dict[str, Record]] = {}
        if self._path is None:
            return found
        lines = self._path.read_bytes().split(b"\n") if self._path.exists() else []
        for line in lines[:-1]:
            kind, key, record = json.loads(line)
            found.setdefault(kind, {})[key] = record
        self._write_anew(self._path, found)
        return found

    def put(self, kind: str, key: str, record: Record) -> None:
        if self._file >= 0:
            os.write(self._file, _line(kind, key, record))

    def clear(self) -> None:
        if self._path is not None:
            self._write_anew(self._path, {})

    def _write_anew(self, path: Path, found: dict[str, dict[str, Record]]) -> None:
        if self._file >= 0:
            os.close(self._file)
        draft = path.with_suffix(".new")
        draft.write_bytes(
            b"".join(
                _line(kind, key, it) for kind, all_ in found.items() for key, it in all_.items()
            )
        )
        draft.replace(path)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND)


def _line(kind: str, key: str, record: Record) -> bytes:
    return json.dumps([kind, key, record]).encode() + b"\n"
