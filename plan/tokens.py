"""Debt tokens at rest (decision 27).

A department's own opaque handle is kept as it is. A department without one has a reference that
would mean something to others: it is sealed with HPKE (RFC 9180) to a key whose private half only
the delivery role holds, always to the same length. Whoever wrote it cannot read it again.

So that a fresh answer can be laid beside the plan, each line also keeps a tag: a keyed hash of
department, person and token, which says nothing without the portal's key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from consent.ids import SubjectId

MARK: Final = "s1."
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_PADDED: Final = 64
_HANDLE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


class NotAToken(ValueError):
    """The value cannot be a debt token; says nothing of what it was."""


@dataclass(frozen=True, slots=True, repr=False)
class TokenKeeper:
    """What the portal holds: it can seal and tag, and it cannot open.

    `public` is the 32 bytes of an X25519 public key, `tag_key` 32 secret bytes.
    """

    public: bytes
    tag_key: bytes

    def keep(self, token: str, *, opaque: bool, department: str, share_id: UUID) -> str:
        """The value for the column: at most 160 characters. Raises NotAToken."""
        if opaque:
            if not _HANDLE.fullmatch(token):
                raise NotAToken("a handle has 1 to 64 letters, digits, - and _")
            return token
        return seal(self.public, token, department=department, share_id=share_id)

    def tag(self, token: str, *, department: str, subject: SubjectId) -> str:
        """64 hex characters: the same for the same line, meaningless to anybody else."""
        said = f"{department}\n{subject}\n{token}".encode()
        return hmac.new(self.tag_key, said, hashlib.sha256).hexdigest()


def tag_key(pepper: bytes) -> bytes:
    """The tag key that goes with a deployment's person pepper."""
    return hmac.new(pepper, b"svd plan line tag 1", hashlib.sha256).digest()


def public_half(private: bytes) -> bytes:
    """The public key, 32 bytes, of a private one of 32 random bytes."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def seal(public: bytes, reference: str, *, department: str, share_id: UUID) -> str:
    """Seal a reference for one line of one department; it opens nowhere else. 153 characters."""
    plain = reference.encode()
    if not 0 < len(plain) < _PADDED:
        raise NotAToken("a reference has 1 to 63 bytes")
    padded = bytes([len(plain)]) + plain.ljust(_PADDED - 1, b"\x00")
    key = X25519PublicKey.from_public_bytes(public)
    sealed = _SUITE.encrypt(padded, key, info=_context(department, share_id))
    return MARK + urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii")


def unseal(private: bytes, kept: str, *, department: str, share_id: UUID) -> str:
    """The token as the department knows it, for delivery. Raises NotAToken."""
    if not kept.startswith(MARK):
        return kept
    try:
        raw = kept.removeprefix(MARK)
        sealed = urlsafe_b64decode(raw + "=" * (-len(raw) % 4))
        key = X25519PrivateKey.from_private_bytes(private)
        padded = _SUITE.decrypt(sealed, key, info=_context(department, share_id))
    except (InvalidTag, ValueError):
        raise NotAToken("it does not open") from None
    return padded[1 : 1 + padded[0]].decode()


def _context(department: str, share_id: UUID) -> bytes:
    return f"svd debt token 1\n{department}\n{share_id}".encode()
