"""Where the record was; consent.record is where it is."""

from __future__ import annotations

from typing import Any

from consent import record as records
from consent.notices import Notice
from consent.record import record_hash as record_hash
from consent.register import DepartmentEntry
from consent.store.grants import Grant


def record(grant: Grant, notice: Notice, entry: DepartmentEntry, *, origin: str) -> dict[str, Any]:
    return records.record(grant, notice, origin=origin)
