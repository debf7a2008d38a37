"""The keys that a department publishes, and which of them end soon (X13).

What a key says of its end (`exp`) is all that is known of it: the register holds no key and no end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from app.department_console import guard
from app.department_console.desk import here
from consent.errors import OutsideFailed
from consent.ids import DepartmentCode
from consent.keys import KeyRefused, Keys, Use

SOON: Final = timedelta(days=30)
_USES: Final[tuple[Use, ...]] = ("sig", "enc")


@dataclass(frozen=True, slots=True)
class Published:
    """One key. `ends` is aware UTC, nothing where it does not say."""

    name: str
    use: Literal["sig", "enc"]
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class KeysOfDepartment:
    """`known` is nothing where they cannot be read. `ending` has for each use the key that lasts
    longest, where that is under 30 days."""

    known: tuple[Published, ...] | None
    ending: tuple[Published, ...] = ()


def published(code: DepartmentCode) -> KeysOfDepartment:
    """Those in hand, at most an hour old; asked for now where there are none."""
    read = here().keys
    if read is None:
        return KeysOfDepartment(None)
    try:
        return look(read(code), guard.now())
    except (KeyError, OutsideFailed, KeyRefused):
        return KeysOfDepartment(None)


def look(keys: Keys, now: datetime) -> KeysOfDepartment:
    known = [
        Published(kid, use, keys.ends.get(kid))
        for use in _USES
        for kid in keys.by_kid
        if keys.find(kid, use) is not None
    ]
    ending = []
    for use in _USES:
        ends = {one: one.ends for one in known if one.use == use and one.ends is not None}
        if ends and len(ends) == sum(one.use == use for one in known):
            last = max(ends, key=lambda one: ends[one])
            ending += [last] if ends[last] - now < SOON else []
    return KeysOfDepartment(tuple(known), tuple(ending))
