"""Every way a planted value may have been written down."""

from __future__ import annotations

import re
import struct
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote

Finder = tuple[str, re.Pattern[bytes]]


def of_text(text: str) -> Iterator[Finder]:
    """Patterns for a text in any usual encoding; letter case does not matter where it can."""
    raw = text.encode()
    yield "plain", re.compile(re.escape(raw), re.IGNORECASE)
    yield "reversed", re.compile(re.escape(raw[::-1]), re.IGNORECASE)
    for name in ("utf-16-le", "utf-16-be"):
        yield name, re.compile(re.escape(text.encode(name)), re.IGNORECASE)
    yield "hex", re.compile(raw.hex().encode(), re.IGNORECASE)
    for shift in range(3):
        yield f"base64+{shift}", re.compile(re.escape(_base64_core(raw, shift)))
    escaped = {
        "percent": "".join(f"%{byte:02X}" for byte in raw),
        "percent-some": quote(text, safe=""),
        "json": "".join(f"\\u{ord(letter):04x}" for letter in text),
        "html-decimal": "".join(f"&#{ord(letter)};" for letter in text),
        "html-hex": "".join(f"&#x{ord(letter):x};" for letter in text),
    }
    for name, form in escaped.items():
        yield name, re.compile(re.escape(form.encode()), re.IGNORECASE)


def of_amount(pence: int) -> Iterator[Finder]:
    """Patterns for an amount: in pence and pounds, as text and as numbers.

    Whole digits only: a longer number, a hash or the fraction of a second is no hit. Four-byte
    integers are left to the dump, where they stand as text: in megabytes of random bytes every
    four bytes occur by chance.
    """
    pounds, rest = divmod(pence, 100)
    for name, form in {
        "pence": str(pence),
        "pence-grouped": f"{pence:,}",
        "pounds": f"{pounds}.{rest:02d}",
        "pounds-grouped": f"{pounds:,}.{rest:02d}",
    }.items():
        yield (
            name,
            re.compile(rb"(?<![0-9A-Za-z.])" + re.escape(form.encode()) + rb"(?![0-9A-Za-z])"),
        )
        yield f"{name}-utf16", re.compile(re.escape(form.encode("utf-16-le")))
        if len(form) > 8:
            for shift in range(3):
                core = _base64_core(form.encode(), shift)
                yield f"{name}-base64+{shift}", re.compile(re.escape(core))
    yield "int64-le", re.compile(re.escape(struct.pack("<q", pence)))
    yield "int64-be", re.compile(re.escape(struct.pack(">q", pence)))
    yield "float64", re.compile(re.escape(struct.pack("<d", pence)))
    yield "float64-pounds", re.compile(re.escape(struct.pack("<d", pence / 100)))
    yield "numeric", re.compile(re.escape(_numeric(pence, 0)))
    yield "numeric-pounds", re.compile(re.escape(_numeric(pence, 2)))


def _base64_core(raw: bytes, shift: int) -> bytes:
    """The part of a base64 text that stays when `shift` other bytes come before the value."""
    whole = b64encode(b"\x00" * shift + raw).rstrip(b"=")
    first = (shift * 8 + 5) // 6 if shift else 0
    last = ((shift + len(raw)) * 8) // 6
    return whole[first:last]


def _numeric(pence: int, scale: int) -> bytes:
    """PostgreSQL's short numeric as it lies in a page: header, then digits to base 10,000."""
    whole, fraction = (pence, 0) if scale == 0 else divmod(pence, 100)
    digits: list[int] = []
    while whole:
        whole, digit = divmod(whole, 10_000)
        digits.insert(0, digit)
    weight = len(digits) - 1
    if fraction:
        digits.append(fraction * 100)
    while digits and digits[-1] == 0:
        digits.pop()
    header = 0x8000 | (scale << 7) | weight
    return struct.pack("<H", header) + b"".join(struct.pack("<h", digit) for digit in digits)
