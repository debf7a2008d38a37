"""A page of the series, read and proved before anything of it is posted (SEC-81)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from adapters.gateway.faults import SeriesBroken

GENESIS: Final = "0" * 64
"""The head of a series in which nothing stands."""
KINDS: Final = ("paid", "reversed", "returned")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One number of the series. `pence` is above 0 for `paid` and below it for what went back;
    `next_most_pence` is the most that the next payment brings for this debt."""

    sequence: int
    allocation_id: str
    kind: str
    debt_handle: str
    pence: int
    next_most_pence: int
    value_date: date
    prev_hash: str
    chain_hash: str

    def hash_after(self, head: str) -> str:
        """SHA-256 over the head before it and what it says, 64 hex characters."""
        said = (
            *(self.sequence, self.allocation_id, self.kind, self.pence),
            *(self.next_most_pence, self.value_date.isoformat(), self.debt_handle),
        )
        return sha256(bytes.fromhex(head) + "|".join(map(str, said)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Page:
    """Entries that follow one another, and the hash over the series up to the last of them."""

    entries: tuple[Entry, ...]
    last: int
    head: str
    more: bool


def read_page(said: Any, *, after: int, head: str) -> Page:
    """The page that follows number `after`, whose hash is `head`; or SeriesBroken, which names the
    first number that is off."""
    items, last, more = _parts(said, after)
    entries: list[Entry] = []
    seen: set[str] = set()
    for number, item in enumerate(items, after + 1):
        entry = _entry(item, number)
        if entry.sequence != number:
            raise SeriesBroken("doubled" if entry.sequence < number else "gap", number)
        if entry.allocation_id in seen:
            raise SeriesBroken("doubled", number)
        if entry.prev_hash != head or entry.chain_hash != entry.hash_after(head):
            raise SeriesBroken("changed", number)
        seen.add(entry.allocation_id)
        entries.append(entry)
        head = entry.chain_hash
    if last < after:
        raise SeriesBroken("behind", after)
    if last != after + len(entries):
        raise SeriesBroken("gap", after + len(entries) + 1)
    if more and not entries:
        raise SeriesBroken("not_moving", after + 1)
    return Page(tuple(entries), last, head, more)


def _parts(said: Any, after: int) -> tuple[list[Any], int, bool]:
    if not isinstance(said, dict):
        raise SeriesBroken("malformed", after + 1)
    items, last, more = said.get("items"), said.get("last_sequence"), said.get("more")
    if not isinstance(items, list) or type(last) is not int or not isinstance(more, bool):
        raise SeriesBroken("malformed", after + 1)
    return items, last, more


def _entry(item: Any, number: int) -> Entry:
    """Each property as the protocol has it; an unknown kind or currency is not guessed at."""
    try:
        return _read(item)
    except (KeyError, TypeError, ValueError):
        raise SeriesBroken("malformed", number) from None


def _read(item: Mapping[str, Any]) -> Entry:
    entry = Entry(
        sequence=_whole(item["sequence"]),
        allocation_id=_id(item["allocation_id"]),
        kind=item["kind"],
        debt_handle=_handle(item["debt_handle"]),
        pence=_whole(item["amount_pence"]),
        next_most_pence=_whole(item["next_most_pence"]),
        value_date=_day(item["value_date"]),
        prev_hash=_hash(item["prev_hash"]),
        chain_hash=_hash(item["chain_hash"]),
    )
    right = (
        entry.kind in KINDS
        and (entry.pence > 0) == (entry.kind == "paid")
        and entry.pence != 0
        and entry.next_most_pence >= 0
        and item["currency"] == "GBP"
    )
    if not right:
        raise ValueError("not an entry as the protocol has it")
    return entry


def _whole(value: Any) -> int:
    if type(value) is not int or abs(value) > 2**53:
        raise ValueError("not whole pence")
    return value


def _id(value: str) -> str:
    if str(UUID(value)) != value:
        raise ValueError("an id has one form")
    return value


def _handle(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 200:
        raise ValueError("not a handle")
    return value


def _day(value: str) -> date:
    if not _DAY.fullmatch(value):
        raise ValueError("not a day")
    return date.fromisoformat(value)


def _hash(value: str) -> str:
    if not _HASH.fullmatch(value):
        raise ValueError("not a hash")
    return value
