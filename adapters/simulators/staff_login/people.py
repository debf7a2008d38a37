"""The invented staff, from staff.toml beside this file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("staff.toml")


@dataclass(frozen=True, slots=True)
class Staff:
    """One member of staff; `about` says what may be tried as them."""

    department: str
    key: str
    subject: str
    name: str
    email: str
    about: str


def load() -> tuple[Staff, ...]:
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return tuple(Staff(**row) for row in raw["staff"])
