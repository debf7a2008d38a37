"""The program that people check receipts with: its own plain arithmetic, against other people's."""

from __future__ import annotations

import ast
import json
import os
import random
import sys
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from consent import check_receipt as program
from consent.log.note import LOG, NoteKey, sign, write_note
from tests.frozen_records import frozen

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("SVD_SHARED", ROOT.parent / "shared"))
WYCHEPROOF = SHARED / "wire/C2SP__wycheproof/testvectors_v1/json_web_signature_test.json"
PLAIN = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
JSON = st.recursive(
    PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


def test_it_needs_nothing_but_python() -> None:
    tree = ast.parse(Path(program.__file__).read_text(encoding="utf-8"))
    tops = {
        str(node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert tops - sys.stdlib_module_names == set()


@given(JSON)
@settings(max_examples=100, deadline=None)
def test_it_writes_json_in_the_one_way_as_the_service_does(value: Any) -> None:
    assert program.canonical(value) == rfc8785.dumps(value)


def test_it_refuses_what_no_receipt_has() -> None:
    for value in (1.5, 2**53, {"a": [float("nan")]}, b"bytes"):
        with pytest.raises(program.Bad):
            program.canonical(value)


def test_it_hashes_frozen_records_as_the_service_did() -> None:
    for one in frozen():
        assert program.digest(program.canonical(one.record)) == one.record_sha256


def flipped(raw: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(raw) * 8)
    return bytes(
        byte ^ (1 << place % 8) if at == place // 8 else byte for at, byte in enumerate(raw)
    )


def test_es256_agrees_with_another_implementation_on_right_and_wrong_signatures() -> None:
    chance = random.Random(256)
    for _ in range(5):
        private, message = ec.generate_private_key(ec.SECP256R1()), chance.randbytes(80)
        r, s = decode_dss_signature(private.sign(message, ec.ECDSA(SHA256())))
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        numbers = private.public_key().public_numbers()
        assert program.es256(numbers.x, numbers.y, message, signature)
        assert not program.es256(numbers.x, numbers.y, flipped(message, chance), signature)
        assert not program.es256(numbers.x, numbers.y, message, flipped(signature, chance))
        assert not program.es256(numbers.x, numbers.y ^ 1, message, signature)


@pytest.mark.parametrize("r", [0, 1, program.N, program.N + 1])
@pytest.mark.parametrize("s", [0, program.N])
def test_es256_refuses_numbers_out_of_range(r: int, s: int) -> None:
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    assert not program.es256(*program.G, b"any", signature)
    assert not program.es256(*program.G, b"any", signature[:-1])


@pytest.mark.skipif(not WYCHEPROOF.is_file(), reason="Wycheproof's vectors are not here")
def test_es256_judges_wycheproofs_vectors_as_their_authors_do() -> None:
    judged = 0
    for group in json.loads(WYCHEPROOF.read_text())["testGroups"]:
        key = group.get("public", group.get("private", {}))
        if key.get("crv") != "P-256":
            continue
        for case in group["tests"]:
            parts = case["jws"].split(".") if isinstance(case["jws"], str) else []
            if len(parts) != 3 or _header(parts[0]).get("alg") != "ES256":
                continue
            signed = f"{parts[0]}.{parts[1]}".encode()
            right = program.signed_with(key, signed, program.from_base64url(parts[2]))
            assert right == (case["result"] == "valid"), case["tcId"]
            judged += 1
    assert judged > 25


def _header(part: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        return {}
    return found


def test_ed25519_agrees_with_another_implementation_on_right_and_wrong_signatures() -> None:
    chance = random.Random(25519)
    for _ in range(5):
        private, message = ed25519.Ed25519PrivateKey.generate(), chance.randbytes(80)
        signature, public = private.sign(message), private.public_key().public_bytes_raw()
        assert program.ed25519(public, message, signature)
        assert not program.ed25519(public, flipped(message, chance), signature)
        assert not program.ed25519(public, message, flipped(signature, chance))
        assert not program.ed25519(flipped(public, chance), message, signature)


def test_ed25519_refuses_a_signature_written_in_a_second_way() -> None:
    """s + L is the same number modulo L: RFC 8032 takes only the smaller one."""
    private = ed25519.Ed25519PrivateKey.generate()
    signature, public = private.sign(b"head"), private.public_key().public_bytes_raw()
    s = int.from_bytes(signature[32:], "little") + program.L
    assert not program.ed25519(public, b"head", signature[:32] + s.to_bytes(32, "little"))


def test_a_head_of_the_log_is_taken_only_with_the_logs_own_signature() -> None:
    private, other = (ed25519.Ed25519PrivateKey.generate() for _ in range(2))
    origin, text = "pay.example/log", "pay.example/log\n2\n" + "A" * 43 + "=\n"
    vkey = str(NoteKey(origin, LOG, private.public_key().public_bytes_raw()))
    note = write_note(text, sign(text, origin, private))
    assert program.signed_head(note, vkey) == (origin, 2, bytes(32))
    with pytest.raises(program.Bad):
        program.signed_head(write_note(text, sign(text, origin, other)), vkey)
    with pytest.raises(program.Bad):
        program.signed_head(note.replace("\n2\n", "\n3\n"), vkey)
    with pytest.raises(program.Bad):
        program.signed_head(note, vkey.replace("pay.example", "bad.example"))
