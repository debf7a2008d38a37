"""What a department is told of a day's payment: for machines (JSON) and for eyes (CSV).

In the CSV a text that a spreadsheet would take for a formula has an apostrophe before it; the JSON
has each handle as the department wrote it.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Final

from debts.money import plain_pounds
from plan.pay_out import Advice, AdviceLine
from plan.reconcile import Day

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_json(advice: Advice) -> bytes:
    """The names are those of `GET /v1/allocations` and `GET /v1/remittances`."""
    row = advice.remittance
    said = {
        "department": row.department,
        "reference": row.reference,
        "bank_reference": advice.bank_reference,
        "value_date": row.value_date.isoformat(),
        "currency": "GBP",
        "first_sequence": row.first_sequence,
        "last_sequence": row.last_sequence,
        "total_pence": row.total_pence,
        "count": len(advice.lines),
        "lines": [_line(line) for line in advice.lines],
    }
    return (json.dumps(said, indent=2, ensure_ascii=False) + "\n").encode()


def day_as_json(row: Day) -> dict[str, object]:
    """A day of `GET /v1/remittances`, and of the list that staff take from the console."""
    return {
        "reference": row.reference,
        "value_date": row.value_date.isoformat(),
        "first_sequence": row.first_sequence,
        "last_sequence": row.last_sequence,
        "total_pence": row.total_pence,
        "currency": "GBP",
        "state": row.state.value,
    }


def _line(line: AdviceLine) -> dict[str, object]:
    return {
        "sequence": line.sequence,
        "allocation_id": str(line.allocation_id),
        "kind": line.kind.value,
        "amount_pence": line.pence,
        "value_date": line.value_date.isoformat(),
        "debt_handle": line.handle,
    }


def as_csv(advice: Advice) -> bytes:
    """Pounds, one line for each allocation, then the total."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow(["sequence", "allocation", "debt", "kind", "paid on", "amount"])
    for line in advice.lines:
        lines.writerow(
            [
                line.sequence,
                line.allocation_id,
                safe(line.handle),
                line.kind.value,
                line.value_date.isoformat(),
                plain_pounds(line.pence),
            ]
        )
    total = plain_pounds(advice.remittance.total_pence)
    lines.writerow(["total", advice.remittance.reference, "", "", "", total])
    return out.getvalue().encode()


def safe(text: str) -> str:
    """No spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
