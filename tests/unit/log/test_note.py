"""Signed notes and cosignatures in the exact form of C2SP (SEC-68)."""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.log import note
from consent.log.note import LOG, WITNESS, NoteKey, NoteRefused

PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_PRIVATE = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
SAYING = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
SIGNED = (
    SAYING + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZS"
    "NXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
"""The example of the Go checksum database's note package."""

CHECKPOINT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
COSIGNED = (
    CHECKPOINT + "\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv"
    "2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2"
    "oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)
"""The example of the C2SP cosignature specification; its keys are not published."""

MOMENT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes_raw()


def test_the_published_example_of_the_go_checksum_database_verifies() -> None:
    key = note.read_key(PETER)
    note.verify(note.read_note(SIGNED.encode()), key)
    assert str(key) == PETER


def test_we_sign_the_published_text_with_the_published_key_to_the_same_bytes() -> None:
    private = Ed25519PrivateKey.from_private_bytes(b64decode(PETER_PRIVATE)[1:])
    assert note.write_note(SAYING, note.sign(SAYING, "PeterNeumann", private)) == SIGNED


def test_the_example_of_the_cosignature_specification_is_read_to_its_time() -> None:
    read = note.read_note(COSIGNED.encode())
    assert read.text == CHECKPOINT
    assert [one.name for one in read.signatures] == [
        "example.com/behind-the-sofa",
        "witness.example.com/w1",
    ]
    witness = read.signatures[1]
    assert int.from_bytes(witness.body[:8], "big") == 1679315147
    assert len(witness.body) == 8 + 64


@pytest.mark.parametrize(
    "vkey",
    [
        "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
        PETER,
    ],
)
def test_published_keys_are_read_and_written_back(vkey: str) -> None:
    assert str(note.read_key(vkey)) == vkey


@pytest.mark.parametrize(
    "vkey",
    [
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",  # another id
        "PeterNeumann+c74f20a3",
        "PeterNeumann+c74f20a3+THIS_IS_NOT_BASE64!",
        "PeterNeumann+12345678+AwEB",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "",
    ],
)
def test_a_key_whose_parts_do_not_belong_together_is_refused(vkey: str) -> None:
    with pytest.raises(NoteRefused):
        note.read_key(vkey)


@pytest.mark.parametrize(
    "raw",
    [
        b"nobbled",
        b"",
        b"text\n",
        b"text\n\n",
        SIGNED.encode().rstrip(b"\n"),
        SIGNED.replace("— ", "- ").encode(),
        SIGNED.replace("know", "kn\row").encode(),
        SIGNED.replace("BwJnAM=", "BwJnAN=").encode(),  # another way to write the same bytes
        SIGNED.encode() + b"\xff\n",
        SAYING.encode() + b"\n" + b"x" * 20_000,
    ],
)
def test_what_is_not_a_note_is_refused(raw: bytes) -> None:
    with pytest.raises(NoteRefused, match="malformed"):
        note.read_note(raw)


def test_every_changed_letter_of_the_text_is_noticed() -> None:
    key = note.read_key(PETER)
    for place, letter in enumerate(SAYING[:-1]):
        other = SAYING[:place] + ("x" if letter != "x" else "y") + SAYING[place + 1 :]
        with pytest.raises(NoteRefused, match="signature"):
            note.verify(note.read_note(SIGNED.replace(SAYING, other).encode()), key)


def test_a_line_of_another_key_is_not_ours() -> None:
    with pytest.raises(NoteRefused, match="not_signed"):
        note.verify(note.read_note(SIGNED.encode()), NoteKey("PeterNeumann", LOG, PUBLIC))


def test_a_second_line_that_claims_our_key_and_fails_refuses_the_whole_note() -> None:
    forged = SIGNED + SIGNED.splitlines()[-1].replace("o/ZJ", "o/ZK") + "\n"
    with pytest.raises(NoteRefused, match="signature"):
        note.verify(note.read_note(forged.encode()), note.read_key(PETER))


def test_a_witness_signs_when_it_saw_the_text() -> None:
    line = note.cosign(CHECKPOINT, "witness.example/w1", PRIVATE, MOMENT)
    key = NoteKey("witness.example/w1", WITNESS, PUBLIC)
    whole = note.read_note(note.write_note(CHECKPOINT, line).encode())
    assert note.witnessed_at(whole, key) == MOMENT


def test_a_cosignature_covers_its_time_and_is_no_signature_of_a_log() -> None:
    line = note.cosign(CHECKPOINT, "witness.example/w1", PRIVATE, MOMENT)
    whole = note.read_note(note.write_note(CHECKPOINT, line).encode())
    with pytest.raises(NoteRefused, match="not_signed"):
        note.verify(whole, NoteKey("witness.example/w1", LOG, PUBLIC))
    one = whole.signatures[0]
    later = (int(MOMENT.timestamp()) + 1).to_bytes(8, "big") + one.body[8:]
    moved = note.Note(whole.text, (note.Signature(one.name, one.key_id, later),))
    with pytest.raises(NoteRefused, match="signature"):
        note.witnessed_at(moved, NoteKey("witness.example/w1", WITNESS, PUBLIC))
