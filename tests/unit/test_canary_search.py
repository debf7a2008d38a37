"""The scanner finds a planted value however it is written down."""

from __future__ import annotations

import gzip
import io
import json
import struct
import zipfile
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path
from urllib.parse import quote

import pytest
import zstandard

from adapters.simulators.cast import Cast
from tests.security.canary.search import Scanner
from tests.security.canary.values import AMOUNTS, DEBTS, cast_toml

SCANNER = Scanner()
TEXT = "before CNRYBIRD-5f0a after"
PENCE = 1299709


def zipped(body: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside.txt", body)
    return out.getvalue()


WRITTEN = {
    "plain": TEXT.encode(),
    "lower case": TEXT.lower().encode(),
    "reversed": TEXT[::-1].encode(),
    "utf-16 little": TEXT.encode("utf-16-le"),
    "utf-16 big": TEXT.encode("utf-16-be"),
    "hex": TEXT.encode().hex().encode(),
    "base64": b64encode(TEXT.encode()),
    "base64 after one byte": b64encode(b"x" + TEXT.encode()),
    "base64 after two bytes": urlsafe_b64encode(b"xy" + TEXT.encode()),
    "percent": quote(TEXT).encode(),
    "json": json.dumps(TEXT).encode(),
    "entities": "".join(f"&#{ord(letter)};" for letter in TEXT).encode(),
    "gzip": gzip.compress(TEXT.encode(), mtime=0),
    "zstd": zstandard.compress(TEXT.encode()),
    "zstd inside a page": b"page" + zstandard.compress(TEXT.encode()),
    "zip": zipped(TEXT.encode()),
    "gzip in zip": zipped(gzip.compress(TEXT.encode(), mtime=0)),
}
AMOUNT = {
    "json": b'{"balance":1299709}',
    "grouped pence": b"1,299,709",
    "pounds": b"\xc2\xa312,997.09 left",
    "plain pounds": b"12997.09",
    "int64": struct.pack("<q", PENCE),
    "int64 big": struct.pack(">q", PENCE),
    "float": struct.pack("<d", 12997.09),
    "utf-16": "£12,997.09".encode("utf-16-le"),
    "base64": b64encode("x £12,997.09 y".encode()),
}
ALIKE = {
    "a longer number": b"91299709",
    "a longer number after": b"12997091",
    "a fraction of a second": b"12:01:02.1299709",
    "a hash": b"a1299709b",
    "other words": b"nothing of the kind",
    "every byte": bytes(range(256)) * 64,
}


@pytest.mark.parametrize("form", WRITTEN)
def test_a_text_is_found(form: str) -> None:
    assert SCANNER.bytes("here", WRITTEN[form])


@pytest.mark.parametrize("form", AMOUNT)
def test_an_amount_is_found(form: str) -> None:
    assert SCANNER.bytes("here", AMOUNT[form])


@pytest.mark.parametrize("form", ALIKE)
def test_what_only_looks_alike_is_no_hit(form: str) -> None:
    assert SCANNER.bytes("here", ALIKE[form]) == []


def test_a_folder_is_searched_with_its_names(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "cnryssen.txt").write_bytes(b"")
    (tmp_path / "b.bin").write_bytes(struct.pack("<q", PENCE))
    assert {hit.place for hit in SCANNER.folder("tmp", tmp_path)} == {
        "tmp/a/cnryssen.txt (name)",
        "tmp/b.bin",
    }


def test_the_planted_person_is_a_cast_that_the_simulators_can_load(tmp_path: Path) -> None:
    (tmp_path / "cast.toml").write_text(cast_toml(), encoding="utf-8")
    person = Cast.load(tmp_path / "cast.toml").person("canary")
    assert [debt.balance for debt in person.debts] == [debt.balance for debt in DEBTS]


def test_planted_amounts_are_all_different() -> None:
    assert len(set(AMOUNTS)) == len(AMOUNTS)
