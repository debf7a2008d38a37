"""What a process writes down: each step before it is begun and after it is known what came of it.

A step without an end is open: it may have happened at any time after its beginning, or never.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from consent.clock import Clock

NEVER: Final = 2**63


@dataclass(slots=True)
class Step:
    """`began` and `ended` are CLOCK_MONOTONIC nanoseconds, the same for all processes of a machine;
    `clock_began` and `clock_ended` what the process's own clock said, seconds since 1970."""

    does: str
    told: dict[str, Any]
    began: int
    clock_began: float
    ended: int = NEVER
    clock_ended: float = float("inf")
    got: dict[str, Any] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        return self.ended == NEVER


class Book:
    """One process's own file, only ever added to. What was handed to the kernel survives a kill."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._clock = clock
        self._number = 0

    def begin(self, does: str, **told: Any) -> int:
        self._number += 1
        self._write({"n": self._number, "does": does, "told": told, **self._times()})
        return self._number

    def end(self, number: int, **got: Any) -> None:
        self._write({"n": number, "got": got, **self._times()})

    def close(self) -> None:
        os.close(self._file)

    def _times(self) -> dict[str, Any]:
        return {"t": time.monotonic_ns(), "clock": self._clock.now().timestamp()}

    def _write(self, line: dict[str, Any]) -> None:
        os.write(self._file, json.dumps(line).encode() + b"\n")


def read(paths: Iterable[Path]) -> list[Step]:
    """All steps of these files, in the order in which they began. A torn last line is no step."""
    steps: list[Step] = []
    for path in paths:
        known: dict[int, Step] = {}
        for raw in path.read_bytes().split(b"\n"):
            try:
                line = json.loads(raw)
            except ValueError:
                continue
            if "does" in line:
                known[line["n"]] = Step(line["does"], line["told"], line["t"], line["clock"])
            else:
                step = known[line["n"]]
                step.ended, step.clock_ended = line["t"], line["clock"]
                step.got = line["got"]
        steps += known.values()
    return sorted(steps, key=lambda step: step.began)
