"""Records as they were made once, and stay (SEC-3): tests/examples/records/*.json.

Each file holds the columns of an invented grant, the record that was made from them, and its hash.
A file is never written anew; a new form of the record gets new files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from consent.purposes import Purpose
from consent.record import Recorded

FOLDER = Path(__file__).parent / "examples/records"
ORIGIN = "https://debts.example.gov.uk"
MOMENTS = ("requested_at", "given_at", "expires_at", "signed_in_at")


@dataclass(frozen=True, slots=True)
class Frozen:
    """One file."""

    name: str
    columns: Mapping[str, Any]
    record: Mapping[str, Any]
    record_sha256: str

    @property
    def grant(self) -> Recorded:
        return a_recorded(self.columns)


def a_recorded(columns: Mapping[str, Any], **more: Any) -> Recorded:
    """The columns of a record as the database gives them."""
    values = {**columns, **more}
    values |= {name: datetime.fromisoformat(values[name]) for name in MOMENTS}
    values |= {name: UUID(values[name]) for name in ("lineage_id", "subject_id")}
    return cast(Recorded, SimpleNamespace(**{**values, "purpose": Purpose(values["purpose"])}))


def frozen() -> list[Frozen]:
    return [
        Frozen(path.stem, **json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(FOLDER.glob("*.json"))
    ]
