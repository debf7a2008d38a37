"""Every way a planted value may have been written down."""

from __future__ import annotations

import struct
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_letters, digits
from urllib.parse import quote

INSIDE_A_NUMBER = frozenset((digits + ascii_letters).encode())


@dataclass(frozen=True, slots=True)
class Form:
    """One way of writing a value. `folded`: letter case does not matter, `raw` is in lower case.
    `whole`: a hit inside a longer number, a hash or a fraction of a second does not count."""

    name: str
    raw: bytes
    folded: bool = False
    whole: bool = False

    def find(self, body: bytes, lower: bytes) -> int:
        """Where it stands first, or -1. `lower` is the body in lower case."""
        within = lower if self.folded else body
        at = within.find(self.raw)
        while at != -1 and self.whole and not self._stands_alone(body, at):
            at = within.find(self.raw, at + 1)
        return at

    def _stands_alone(self, body: bytes, at: int) -> bool:
        before, after = body[at - 1 : at], body[at + len(self.raw) : at + len(self.raw) + 1]
        return not (
            before == b"."
            or (before and before[0] in INSIDE_A_NUMBER)
            or (after and after[0] in INSIDE_A_NUMBER)
        )


def of_text(text: str) -> Iterator[Form]:
    """A text in any usual encoding; letter case does not matter where it can."""
    raw = text.lower().encode()
    yield Form("plain", raw, folded=True)
    yield Form("reversed", raw[::-1], folded=True)
    for name in ("utf-16-le", "utf-16-be"):
        yield Form(name, text.lower().encode(name), folded=True)
    yield Form("hex", text.encode().hex().encode(), folded=True)
    for shift in range(3):
        yield Form(f"base64+{shift}", _base64_core(text.encode(), shift))
    escaped = {
        "percent": "".join(f"%{byte:02x}" for byte in text.encode()),
        "percent-some": quote(text, safe=""),
        "json": "".join(f"\\u{ord(letter):04x}" for letter in text),
        "html-decimal": "".join(f"&#{ord(letter)};" for letter in text),
        "html-hex": "".join(f"&#x{ord(letter):x};" for letter in text),
    }
    for name, form in escaped.items():
        yield Form(name, form.lower().encode(), folded=True)


def of_amount(pence: int) -> Iterator[Form]:
    """An amount in pence and in pounds, as text and as numbers.

    Four-byte integers are left to the dump, where they stand as text: in megabytes of random
    bytes every four bytes occur by chance.
    """
    pounds, rest = divmod(pence, 100)
    for name, form in {
        "pence": str(pence),
        "pence-grouped": f"{pence:,}",
        "pounds": f"{pounds}.{rest:02d}",
        "pounds-grouped": f"{pounds:,}.{rest:02d}",
    }.items():
        yield Form(name, form.encode(), whole=True)
        yield Form(f"{name}-utf16", form.encode("utf-16-le"))
        if len(form) > 8:
            for shift in range(3):
                yield Form(f"{name}-base64+{shift}", _base64_core(form.encode(), shift))
    yield Form("int64-le", struct.pack("<q", pence))
    yield Form("int64-be", struct.pack(">q", pence))
    yield Form("float64", struct.pack("<d", pence))
    yield Form("float64-pounds", struct.pack("<d", pence / 100))
    yield Form("numeric", _numeric(pence, 0))
    yield Form("numeric-pounds", _numeric(pence, 2))


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
