"""The outside copy: it remembers the last head it saw, and takes a new one only with its proof.

A log that was rolled back, or whose past was rewritten, has no proof that its new head continues
the old one. The two signed heads together are then evidence against it (SEC-68).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from consent.errors import ServiceError
from consent.log.checkpoint import open_checkpoint
from consent.log.note import NoteKey, read_key
from consent.log.proofs import verify_consistency
from consent.strict_json import NotStrictJson, read_json

LARGEST_PROOF: Final = 128
"""Hashes of a proof: a tree of 2^63 leaves needs no more."""

AskProof = Callable[[int, int], Sequence[bytes]]
"""The consistency proof from one size to a larger one, as the log gives it."""


class LogLies(ServiceError):
    """The log contradicts what it signed before; `why` says how, in a sentence."""

    code: ClassVar[str] = "log_lies"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Seen:
    """What a witness remembers: whose log, how many leaves, which root (hex), and the note."""

    key: str
    size: int = 0
    root: str = ""
    note: str = ""


def observe(last: Seen, raw: bytes, ask: AskProof) -> Seen:
    """The new memory, if this head continues the last one. Raises NoteRefused where the log has
    not signed it, LogLies where it takes back what it signed."""
    key: NoteKey = read_key(last.key)
    head = open_checkpoint(raw, key)
    old, new = f"{last.size:,} lines", f"{head.size:,}"
    if head.size < last.size:
        raise LogLies(f"it was rolled back: it had {old} and now has {new}")
    if last.size and head.size == last.size and head.root.hex() != last.root:
        raise LogLies(f"it was forked: it shows two different logs of {old}")
    if last.size and head.size > last.size:
        proof = ask(last.size, head.size)
        before = bytes.fromhex(last.root)
        if len(proof) > LARGEST_PROOF or not verify_consistency(
            last.size, head.size, before, head.root, proof
        ):
            raise LogLies(f"its past was rewritten: {new} lines do not continue the {old} before")
    return Seen(last.key, head.size, head.root.hex(), raw.decode())


def load(path: Path) -> Seen | None:
    """The memory in this file; None where there is none. ValueError where it cannot be read."""
    if not path.exists():
        return None
    try:
        said = read_json(path.read_bytes())
        return Seen(str(said["key"]), int(said["size"]), str(said["root"]), str(said["note"]))
    except (NotStrictJson, KeyError, TypeError) as fault:
        raise ValueError(f"{path} is not a witness's memory") from fault


def save(path: Path, seen: Seen) -> None:
    """Write the memory in full or not at all, and a line to the list of all heads beside it."""
    draft = path.with_name(f".{path.name}.new")
    with draft.open("w") as file:
        said = {"key": seen.key, "size": seen.size, "root": seen.root, "note": seen.note}
        json.dump(said, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    heads = heads_of(path)
    if heads_in(heads).get(seen.size) != bytes.fromhex(seen.root):
        with heads.open("a") as file:
            file.write(f"{seen.size} {seen.root}\n")


def heads_of(path: Path) -> Path:
    """Where the list of all heads that this witness saw is kept, beside its memory."""
    return path.with_name(f"{path.name}.heads")


def heads_in(path: Path) -> dict[int, bytes]:
    """Every head of the list: size and root. ValueError where a line cannot be read."""
    if not path.exists():
        return {}
    lines = (line.split() for line in path.read_text().splitlines())
    return {int(size): bytes.fromhex(root) for size, root in lines}
