"""JSON from outside, read strictly: one meaning or none (SEC-54).

Python's own reader takes a key that stands twice, NaN, and nesting until it runs out of stack.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final, NoReturn

MAX_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 16
_MAX_DIGITS: Final = 18


class NotStrictJson(ValueError):
    """The bytes are not JSON as we accept it. The message never quotes what was read."""


def read_json(raw: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """The value that the bytes say, with every fraction a Decimal.

    Refused: more than `max_bytes` (before anything is parsed), anything but UTF-8, a byte order
    mark, a key that stands twice, NaN and infinities, integers of more than 18 digits, nesting
    deeper than `max_depth`.
    """
    if len(raw) > max_bytes:
        raise NotStrictJson("too big")
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_fraction,
            parse_constant=_constant,
        )
    except NotStrictJson:
        raise
    except (ValueError, RecursionError):
        raise NotStrictJson("malformed") from None
    if _deeper_than(value, max_depth):
        raise NotStrictJson("too deep")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise NotStrictJson("a key stands twice")
    return read


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > _MAX_DIGITS:
        raise NotStrictJson("a number is too long")
    return int(text)


def _fraction(text: str) -> Decimal:
    if len(text) > 2 * _MAX_DIGITS:
        raise NotStrictJson("a number is too long")
    return Decimal(text)


def _constant(text: str) -> NoReturn:
    raise NotStrictJson("not a number")


def _deeper_than(value: Any, most: int) -> bool:
    layer = [value] if isinstance(value, dict | list) else []
    for _ in range(most):
        layer = [
            inner
            for outer in layer
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
    return bool(layer)
