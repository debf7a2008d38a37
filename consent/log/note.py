"""Signed notes and cosignatures, as C2SP writes them (signed-note, tlog-cosignature).

A note is text that ends in a newline, an empty line, and signature lines. A key's id is the first
four bytes of SHA-256(name, newline, type byte, public key); its text form, the `vkey`, is
`name+id+base64(type byte, public key)`. Type 1 signs the text; type 4, a witness's, signs
`cosignature/v1`, the time, and the text.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import ClassVar, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from consent.errors import ServiceError

LOG: Final = 1
"""The type byte of a key that signs the text of a note: a log's."""
WITNESS: Final = 4
"""The type byte of a key that signs the text with the time: a witness's."""
LARGEST_NOTE: Final = 16 * 1024
"""Bytes of a note that we read: far more than 16 signatures need."""
_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_NAME: Final = re.compile(r"[^\s+]{1,200}")
_LINE: Final = re.compile(r"— ([^\s+]{1,200}) ([A-Za-z0-9+/]+={0,2})")
_LATEST: Final = 253_402_300_799
"""31 December 9999: no moment of ours is later."""


class NoteRefused(ServiceError):
    """A note or a key is not what it must be; `why` is a short code and quotes nothing.

    `malformed`, `key`, `not_signed`, `signature`, `origin`.
    """

    code: ClassVar[str] = "note_refused"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class NoteKey:
    """Who may sign, and with which public key. `kind` is LOG or WITNESS."""

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        named = _NAME.fullmatch(self.name)
        if not named or self.kind not in (LOG, WITNESS) or len(self.public) != _KEY_BYTES:
            raise NoteRefused("key")

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        """The vkey: how the key is written down and handed on."""
        body = b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{body}"


def read_key(vkey: str) -> NoteKey:
    """A key from its text. Raises NoteRefused where id and key do not belong together."""
    parts = vkey.strip().split("+", 2)
    if len(parts) != 3:
        raise NoteRefused("key")
    name, key_id, body = parts
    raw = _from_base64(body, "key")
    if not raw:
        raise NoteRefused("key")
    key = NoteKey(name, raw[0], raw[1:])
    if key.id.hex() != key_id:
        raise NoteRefused("key")
    return key


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: a name, four bytes that name the key, and what follows them."""

    name: str
    key_id: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text and its signatures, none of which has been checked by reading it."""

    text: str
    signatures: tuple[Signature, ...]


def read_note(raw: bytes) -> Note:
    """Take a note apart. Raises NoteRefused."""
    if len(raw) > LARGEST_NOTE:
        raise NoteRefused("malformed")
    try:
        whole = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise NoteRefused("malformed") from None
    text, gap, lines = whole.rpartition("\n\n")
    if not gap or not text or not lines.endswith("\n"):
        raise NoteRefused("malformed")
    if any(ord(letter) < 0x20 and letter != "\n" for letter in whole):
        raise NoteRefused("malformed")
    return Note(text + "\n", tuple(_signature(line) for line in lines[:-1].split("\n")))


def write_note(text: str, *lines: str) -> str:
    """A note of this text and these signature lines (`sign`, `cosign`)."""
    return text + "\n" + "".join(line + "\n" for line in lines)


def sign(text: str, name: str, private: Ed25519PrivateKey) -> str:
    """A log's signature line under a text."""
    key = NoteKey(name, LOG, private.public_key().public_bytes_raw())
    return _line(key, private.sign(text.encode()))


def cosign(text: str, name: str, private: Ed25519PrivateKey, at: datetime) -> str:
    """A witness's signature line: it has seen this text at this time, and nothing against it."""
    key = NoteKey(name, WITNESS, private.public_key().public_bytes_raw())
    seconds = int(at.timestamp())
    return _line(key, seconds.to_bytes(8, "big") + private.sign(_witnessed(text, seconds)))


def verify(note: Note, key: NoteKey) -> None:
    """The text is signed with this key; or NoteRefused. Other keys' lines are not looked at."""
    found = [one for one in note.signatures if (one.name, one.key_id) == (key.name, key.id)]
    if not found:
        raise NoteRefused("not_signed")
    for one in found:
        _check(note.text, key, one.body)


def witnessed_at(note: Note, key: NoteKey) -> datetime:
    """When a witness saw this text, by its verified cosignature; or NoteRefused."""
    if key.kind != WITNESS:
        raise NoteRefused("key")
    verify(note, key)
    body = next(one.body for one in note.signatures if one.key_id == key.id)
    return datetime.fromtimestamp(int.from_bytes(body[:8], "big"), UTC)


def _check(text: str, key: NoteKey, body: bytes) -> None:
    signed, signature = text.encode(), body
    if key.kind == WITNESS:
        seconds, signature = int.from_bytes(body[:8], "big"), body[8:]
        if seconds > _LATEST:
            raise NoteRefused("signature")
        signed = _witnessed(text, seconds)
    if len(signature) != _SIGNATURE_BYTES:
        raise NoteRefused("signature")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, signed)
    except (InvalidSignature, ValueError):
        raise NoteRefused("signature") from None


def _witnessed(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _line(key: NoteKey, body: bytes) -> str:
    return f"— {key.name} {b64encode(key.id + body).decode()}"


def _signature(line: str) -> Signature:
    found = _LINE.fullmatch(line)
    raw = _from_base64(found[2], "malformed") if found else b""
    if found is None or len(raw) < 5:
        raise NoteRefused("malformed")
    return Signature(found[1], raw[:4], raw[4:])


def _from_base64(text: str, why: str) -> bytes:
    """Standard base64 in the one way it can be written."""
    try:
        raw = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteRefused(why) from None
    if b64encode(raw).decode() != text:
        raise NoteRefused(why)
    return raw
