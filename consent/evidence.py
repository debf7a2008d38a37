"""Sign-in evidence at rest: sealed under a key of each person, which erasing the person destroys.

The person's key lies in their own row, sealed under the service's evidence key (32 bytes). When
the row goes, nothing opens the evidence any more, wherever a copy of it lies (SEC-74); the hashes
in records, events and the log stay as they were. The token goes to no department: the account in
it would join people across them.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from consent.clock import Chance
from consent.errors import ServiceError
from consent.ids import SubjectId
from consent.store.evidence import EvidenceRow

KEY: Final = 32
NONCE: Final = 12
LONGEST: Final = 6000
"""Characters of the column."""


class EvidenceRefused(ServiceError):
    """Evidence that does not open, or does not prove what it should. `why` is a short code:
    `gone`, `seal`, `size`, `hash`, `nonce`, `signature`, `permission`."""

    code: ClassVar[str] = "evidence_refused"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True, repr=False)
class Contents:
    """What lies under the seal: the token, the public key (JWK) that signed it, and everything
    from which the nonce in it can be worked out again."""

    id_token: str
    key: Mapping[str, Any]
    post_hash: str
    presented: tuple[str, ...]
    opening: bytes


class EvidenceKeeper:
    """Makes the keys of people, and seals and opens with them: AES-256-GCM throughout."""

    __slots__ = ("_aead", "_chance")

    def __init__(self, service_key: bytes, chance: Chance) -> None:
        self._aead = AESGCM(service_key)
        self._chance = chance

    def __repr__(self) -> str:
        return "<EvidenceKeeper: not shown>"

    def new_key(self, subject: SubjectId) -> str:
        """A fresh key for one person, as it may lie in their row: 80 characters."""
        return self._seal(self._aead, self._chance(KEY), _person(subject))

    def seal(self, contents: Contents, key: str, row: EvidenceRow) -> EvidenceRow:
        """The row with its contents sealed under the person's key; it opens as no other row.

        Raises EvidenceRefused (`gone`, `seal`, `size`).
        """
        plain = {
            "id_token": contents.id_token,
            "key": dict(contents.key),
            "post_hash": contents.post_hash,
            "presented": list(contents.presented),
            "opening": contents.opening.hex(),
        }
        body = json.dumps(plain, separators=(",", ":")).encode()
        sealed = self._seal(self._persons(key, row.subject_id), body, _bound(row))
        if len(sealed) > LONGEST:
            raise EvidenceRefused("size")
        return replace(row, sealed=sealed)

    def open(self, row: EvidenceRow, key: str) -> Contents:
        """Raises EvidenceRefused: `gone` without the person's key, `seal` for anything altered."""
        raw = _open(self._persons(key, row.subject_id), row.sealed, _bound(row))
        found = json.loads(raw)
        return Contents(
            found["id_token"],
            found["key"],
            found["post_hash"],
            tuple(found["presented"]),
            bytes.fromhex(found["opening"]),
        )

    def _persons(self, key: str, subject: SubjectId) -> AESGCM:
        if not key:
            raise EvidenceRefused("gone")
        return AESGCM(_open(self._aead, key, _person(subject)))

    def _seal(self, aead: AESGCM, plain: bytes, bound: bytes) -> str:
        nonce = self._chance(NONCE)
        return urlsafe_b64encode(nonce + aead.encrypt(nonce, plain, bound)).decode("ascii")


def _open(aead: AESGCM, sealed: str, bound: bytes) -> bytes:
    try:
        raw = urlsafe_b64decode(sealed)
        return aead.decrypt(raw[:NONCE], raw[NONCE:], bound)
    except (InvalidTag, ValueError):
        raise EvidenceRefused("seal") from None


def _person(subject: SubjectId) -> bytes:
    return f"svd evidence key 1|{subject}".encode()


def _bound(row: EvidenceRow) -> bytes:
    parts = (row.evidence_id, row.subject_id, row.receipt, row.id_token_sha256)
    return "|".join(("svd sign-in evidence 1", *map(str, parts))).encode()
