"""What an answer may say of debts: closed tables of the protocol, read strictly."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any, Final

from adapters.gateway.conformance.checks import must

BY_FIELD: Final = {
    "balance_pence": ("balance_pence", "original_pence", "flags"),
    "split": ("principal_pence", "fee_pence", "interest_pence", "interest_rate", "how_worked_out"),
    "hold": ("hold", "hold_look_again_on"),
    "rights": ("legal_basis", "appeal_by", "time_bar_from", "next_step", "next_step_on"),
}
"""The properties of a field that has others than its own name."""
ALWAYS: Final = ("debt_handle", "as_of")
NEEDED: Final = (*ALWAYS, "balance_pence", "type_code", "label")
MOST_PENCE: Final = 100_000_000_000
_HANDLE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def check_item(item: Any, fields: Collection[str]) -> None:
    """One debt says what was agreed and no more, each property as its schema has it."""
    must(isinstance(item, dict), "an item is not an object")
    allowed = {*ALWAYS, *(name for field in fields for name in BY_FIELD.get(field, (field,)))}
    unasked = sorted(set(item) - allowed)
    must(not unasked, f"it sends what was not agreed to: {', '.join(unasked)}")
    missing = [name for name in NEEDED if name in allowed and name not in item]
    must(not missing, f"it leaves out {', '.join(missing)}")
    for name, value in item.items():
        if value is not None:
            must(_reader(name)(value), f"{name} is not as the protocol has it")


def _reader(name: str) -> Callable[[Any], bool]:
    if name.endswith("_pence"):
        return is_pence
    return _READERS.get(name, _is_text)


def is_pence(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MOST_PENCE


def is_handle(value: Any) -> bool:
    return isinstance(value, str) and bool(_HANDLE.fullmatch(value))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 120 and value.isprintable()


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(date.fromisoformat(value)) == value
    except ValueError:
        return False


def _is_moment(value: Any) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_arrangement(value: Any) -> bool:
    return isinstance(value, dict) and is_pence(value.get("amount_pence"))


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= 8 and all(map(_is_text, value))


_READERS: Final[dict[str, Callable[[Any], bool]]] = {
    "debt_handle": is_handle,
    "as_of": _is_moment,
    "started": _is_day,
    "due_date": _is_day,
    "hold_look_again_on": _is_day,
    "appeal_by": _is_day,
    "time_bar_from": _is_day,
    "next_step_on": _is_day,
    "arrangement": _is_arrangement,
    "joint": lambda value: isinstance(value, bool),
    "flags": _are_texts,
    "how_worked_out": _are_texts,
    "label": lambda value: _is_text(value) and len(value) <= 80,
}
