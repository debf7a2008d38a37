"""Files that leave: whole or not there, for this user only, and never another in their place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

PART: Final = ".part"


class OtherFile(Exception):
    """A file of this name is there already, with other words in it."""


def write(folder: Path, name: str, body: bytes) -> Path:
    """Write it, or find it there as it is. Raises OtherFile, OSError."""
    path = folder / name
    if path.exists():
        if path.read_bytes() != body:
            raise OtherFile(
                f"{path} is there already and is another file. Look at it, move it away."
            )
        return path
    draft = begin(folder, name, body)
    draft.replace(path)
    return path


def begin(folder: Path, name: str, body: bytes) -> Path:
    """The whole file under a name that nobody takes for it yet: `finish` gives it its own."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f"{name}{PART}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    return draft


def finish(draft: Path) -> Path:
    path = draft.with_name(draft.name.removesuffix(PART))
    draft.replace(path)
    return path
