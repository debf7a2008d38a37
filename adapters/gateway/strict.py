"""JSON from outside, read with one meaning or none: no key twice, no NaN, no fraction, a limit."""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

LARGEST: Final = 1024 * 1024
"""Bytes: a page of 500 entries has about 250 KiB."""


class NotReadable(ValueError):
    """The bytes are not what they must be."""


def read_json(raw: bytes) -> Any:
    """The value. Amounts are whole pence, so a number with a fraction is refused."""
    if len(raw) > LARGEST:
        raise NotReadable("too big")
    try:
        return json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_refuse,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError):
        raise NotReadable("not JSON as we take it") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise NotReadable("a key stands twice")
    return read


def _refuse(text: str) -> NoReturn:
    raise NotReadable("not a whole number")
