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
TEXT = "before CNRY-5f0a after"
PENCE = 1299709


def zipped(body: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside.txt", body)
    return out.getvalue()


@pytest.mark.parametrize(
    "body",
    [
        TEXT.encode(),
        TEXT.lower().encode(),
        TEXT[::-1].encode(),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode().hex().encode(),
        b64encode(TEXT.encode()),
        b64encode(b"x" + TEXT.encode()),
        urlsafe_b64encode(b"xy" + TEXT.encode()),
        quote(TEXT).encode(),
        json.dumps(TEXT).encode(),
        "".join(f"&#{ord(letter)};" for letter in TEXT).encode(),
        gzip.compress(TEXT.encode()),
        zstandard.compress(TEXT.encode()),
        b"page" + zstandard.compress(TEXT.encode()),
        zipped(TEXT.encode()),
        zipped(gzip.compress(TEXT.encode())),
    ],
)
def test_a_text_is_found(body: bytes) -> None:
    assert SCANNER.bytes("here", body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"balance":1299709}',
        b"1,299,709",
        b"\xc2\xa312,997.09 left",
        b"12997.09",
        struct.pack("<q", PENCE),
        struct.pack(">q", PENCE),
        struct.pack("<d", 12997.09),
        "£12,997.09".encode("utf-16-le"),
        b64encode("x £12,997.09 y".encode()),
    ],
)
def test_an_amount_is_found(body: bytes) -> None:
    assert SCANNER.bytes("here", body)


@pytest.mark.parametrize(
    "body",
    [
        b"91299709",
        b"12997091",
        b"12:01:02.1299709",
        b"a1299709b",
        b"nothing of the kind",
        bytes(range(256)) * 64,
    ],
)
def test_what_only_looks_alike_is_no_hit(body: bytes) -> None:
    assert SCANNER.bytes("here", body) == []


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
