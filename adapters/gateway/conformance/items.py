"""What an answer may say of debts: closed tables of the protocol, read strictly."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any, Final

from adapters.gateway.conformance.codes import FLAGS, FREQUENCIES, HOLDS, TYPES
from adapters.gateway.conformance.verdict import must, shown

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
            right, form = _reader(name)
            must(right(value), f"{name} is {shown(value)}; it must be {form}")


def _reader(name: str) -> tuple[Callable[[Any], bool], str]:
    """What takes a right value, and what that is, in words."""
    if name.endswith("_pence"):
        return is_pence, "a whole number of pence, 0 or more, not a text and not pounds"
    return _READERS.get(name, (_is_text, _TEXT))


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
    return (
        isinstance(value, dict)
        and set(value) == {"amount_pence", "frequency"}
        and is_pence(value["amount_pence"])
        and value["frequency"] in FREQUENCIES
    )


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= 8 and all(map(_is_text, value))


def _one_of(listed: Collection[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in listed


def _are_flags(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= 20 and all(map(_one_of(FLAGS), value))


_TEXT: Final = "text of at most 120 characters on one line"
_DAY: Final = "a day, as 2026-12-01"
_READERS: Final[dict[str, tuple[Callable[[Any], bool], str]]] = {
    "debt_handle": (is_handle, "1 to 64 letters, digits, _ and -"),
    "as_of": (_is_moment, "a moment with its offset, as 2026-12-01T09:00:00Z"),
    "type_code": (_one_of(TYPES), "a TypeCode of the description"),
    **dict.fromkeys(
        (
            *("started", "due_date", "hold_look_again_on"),
            *("appeal_by", "time_bar_from", "next_step_on"),
        ),
        (_is_day, _DAY),
    ),
    "arrangement": (_is_arrangement, "an object of amount_pence and frequency"),
    "hold": (_one_of(HOLDS), f"one of {', '.join(sorted(HOLDS))}"),
    "joint": (lambda value: isinstance(value, bool), "true or false"),
    "flags": (_are_flags, "a list of Flags of the description"),
    "how_worked_out": (_are_texts, "a list of at most 8 texts"),
    "label": (lambda value: _is_text(value) and len(value) <= 80, "text of at most 80 characters"),
}
