"""`svd bank record` and `record-file`: money that somebody else received for a plan.

Cash over a counter, or from a benefit. The same receipt again changes nothing.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from app.bank.desk import Desk, complain, pounds, say
from consent.errors import NotFound, WrongState
from plan.paying import Route
from plan.record_money import Recorded, record_money

COLUMNS: Final = ["reference", "pence", "date", "receipt_id"]


def record(desk: Desk, given: argparse.Namespace) -> int:
    try:
        done = _recorded(desk, given.route, vars(given))
    except (NotFound, WrongState) as refused:
        complain(f"Nothing was recorded: {refused}.")
        return 1
    say(_words(done))
    return 0


def record_file(desk: Desk, file: Path, route: str) -> int:
    """Each line by itself: one at fault is named and keeps no other from being recorded."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            lines = csv.DictReader(opened, strict=True)
            if lines.fieldnames != COLUMNS:
                complain(
                    f"{file}: nothing was recorded: the first line is not {','.join(COLUMNS)}."
                )
                return 1
            rows = [(lines.line_num, row) for row in lines]
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        complain(f"{file}: nothing was recorded: {_why(fault)}.")
        return 1
    counts = Counter(_one_line(desk, route, f"{file}, line {at}", row) for at, row in rows)
    say(
        f"{file}: {len(rows)} receipts, {counts['new']} recorded,"
        f" {counts['known']} recorded before, {counts['refused']} not recorded."
    )
    return 1 if counts["refused"] else 0


def _one_line(desk: Desk, route: str, place: str, row: Mapping[Any, Any]) -> str:
    try:
        if None in row or None in row.values():
            raise ValueError(f"it does not have {len(COLUMNS)} columns")
        facts = {
            "reference": row["reference"],
            "pence": whole_pence(row["pence"]),
            "date": a_day(row["date"]),
            "receipt_id": receipt_number(row["receipt_id"]),
        }
        done = _recorded(desk, route, facts)
    except (ValueError, NotFound, WrongState) as refused:
        complain(f"{place}: not recorded: {refused}.")
        return "refused"
    if done.new and done.payment.over_pence:
        say(f"{place}: {_words(done)}")
    return "new" if done.new else "known"


def _recorded(desk: Desk, route: str, facts: Mapping[str, Any]) -> Recorded:
    return record_money(
        desk.store,
        desk.clock,
        desk.chance,
        route=Route(route),
        reference=facts["reference"],
        pence=facts["pence"],
        value_date=facts["date"],
        receipt_id=facts["receipt_id"],
    )


def _words(done: Recorded) -> str:
    if not done.new:
        return "This receipt was recorded before; nothing changed."
    if done.payment.over_pence:
        over = pounds(done.payment.over_pence)
        return f"Recorded. {over} of it no department needs: see svd bank owed."
    return "Recorded."


def _why(fault: Exception) -> str:
    if isinstance(fault, OSError):
        return fault.strerror or "it cannot be read"
    return "it is not UTF-8" if isinstance(fault, UnicodeDecodeError) else str(fault)


def whole_pence(text: str) -> int:
    """Raises ValueError in words."""
    if not re.fullmatch("[0-9]{1,9}", text) or not 1 <= int(text) <= 100_000_000:
        raise ValueError("pence must be a whole number from 1 to 100000000")
    return int(text)


def a_day(text: str) -> date:
    """Raises ValueError in words."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("the date must be as in 2026-11-28") from None


def receipt_number(text: str) -> str:
    """As whoever took the money gave it. Raises ValueError in words."""
    if not re.fullmatch(r"[A-Za-z0-9./_-]{1,64}", text):
        raise ValueError("the receipt must be 1 to 64 letters, digits and . / _ -")
    return text
