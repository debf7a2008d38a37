"""Reads a PDF of the press as plainly as can be: its objects, its tags and its words, by page.

Not a reader for PDFs at large: it knows the one shape that the press writes.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

_OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\nendstream", re.DOTALL)
_PLAIN = rb"\\.|[^\\()]"
_NESTED = rb"\((?:%s|\((?:%s|\((?:%s)*\))*\))*\)" % (_PLAIN, _PLAIN, _PLAIN)
"""Brackets in pairs stand in a string as they are."""
_SHOWN = re.compile(rb"/(\w+) [\d.]+ Tf|\(((?:%s|%s)*)\)" % (_PLAIN, _NESTED), re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_PAIR = re.compile(rb"<([0-9a-fA-F]{4})> <((?:[0-9a-fA-F]{4})+)>")
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


@dataclass(frozen=True, slots=True)
class Sheets:
    """A PDF taken apart: `pages` are their words, in the order in which they are written."""

    raw: bytes
    pages: tuple[str, ...]
    sizes: frozenset[float]
    tags: tuple[str, ...]
    filled: int
    """How many shapes are filled, such as the bars of a barcode."""

    @property
    def text(self) -> str:
        return " ".join(self.pages)


def read(pdf: bytes) -> Sheets:
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    found = sorted(n for n, body in objects.items() if b"/Type/Page/" in body)
    order = [int(n) for n in re.findall(rb"(\d+) 0 R", _one(rb"/Kids\[(.*?)\]", pdf))]
    assert found == sorted(order)
    texts, sizes, filled = [], set(), 0
    for number in order:
        drawn = _stream(objects[int(_one(rb"/Contents (\d+) 0 R", objects[number]))])
        fonts = _fonts(objects, objects[number])
        texts.append(" ".join(_words(drawn, fonts).split()))
        filled += len(re.findall(rb"(?m)^f\*?$", drawn))
        sizes |= {float(size) for size in re.findall(rb"/f\d+ ([\d.]+) Tf", drawn)}
    tags = tuple(tag.decode() for tag in re.findall(rb"/Type/StructElem[^>]*?/S/(\w+)", pdf))
    return Sheets(pdf, tuple(texts), frozenset(sizes), tags, filled)


def _one(pattern: bytes, text: bytes) -> bytes:
    found = re.search(pattern, text, re.DOTALL)
    assert found, pattern
    return found[1]


def _stream(body: bytes) -> bytes:
    found = _STREAM.search(body)
    assert found
    return zlib.decompress(found[1]) if b"/FlateDecode" in body else found[1]


def _fonts(objects: dict[int, bytes], page: bytes) -> dict[bytes, dict[int, str]]:
    held = re.search(rb"/Resources (\d+) 0 R", page)
    listed = _one(rb"/Font<<(.*?)>>", objects[int(held[1])] if held else page)
    return {
        name: _letters(objects, int(number))
        for name, number in re.findall(rb"/(\w+) (\d+) 0 R", listed)
    }


def _letters(objects: dict[int, bytes], font: int) -> dict[int, str]:
    meanings = _stream(objects[int(_one(rb"/ToUnicode (\d+) 0 R", objects[font]))])
    return {
        int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
        for code, text in _PAIR.findall(meanings)
    }


def _words(drawn: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    text, font = "", dict[int, str]()
    for piece in re.findall(rb"BT (.*?)\nET", drawn, re.DOTALL):
        for name, shown in _SHOWN.findall(piece):
            if name:
                font = fonts[name]
            else:
                codes = _ESCAPE.sub(_unescaped, shown)
                pairs = zip(codes[::2], codes[1::2], strict=False)
                text += "".join(font.get(high << 8 | low, "□") for high, low in pairs)
        text += " "
    return text


def _unescaped(found: re.Match[bytes]) -> bytes:
    sign = found[1]
    return bytes([int(sign, 8)]) if sign.isdigit() else _NAMED.get(sign, sign)
