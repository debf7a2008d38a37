"""JSON from outside has one meaning or none (SEC-54)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from consent.strict_json import MAX_BYTES, NotStrictJson, read_json


def test_numbers_come_as_whole_numbers_or_decimals() -> None:
    assert read_json(b'{"a": 1, "b": 18.150}') == {"a": 1, "b": Decimal("18.150")}


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b"[" * 200_000,
        b"[" * 20_000 + b"]" * 20_000,
        b"[" * 17 + b"]" * 17,
        b"1" * 19,
        b"1" * 5_000,
        b"0." + b"1" * 40,
        b'"\xff"',
        b"\xef\xbb\xbf{}",
        b'{"a": 1',
        b"",
        b"{'a': 1}",
        b'"' + b"a" * MAX_BYTES + b'"',
    ],
    ids=lambda raw: f"{raw[:12]!r}, {len(raw)} bytes",
)
def test_what_is_not_strict_json_is_refused(raw: bytes) -> None:
    with pytest.raises(NotStrictJson):
        read_json(raw)


def test_a_refusal_quotes_nothing_of_what_was_read() -> None:
    with pytest.raises(NotStrictJson) as refused:
        read_json(b'{"balance": CNRY-0123456789}')
    assert "CNRY" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_sixteen_levels_are_deep_enough_and_allowed() -> None:
    assert read_json(b"[" * 16 + b"]" * 16)
