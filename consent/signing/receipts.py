"""Before a receipt is signed: each record in it was written down when it was given, and is theirs.

A receipt is made elsewhere, from rows and notices. The signer takes none of it on trust: a record
is signed if its hash is one that a row of its own grant has, for the person or the department that
the receipt is for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from consent.errors import NotPermitted
from consent.log.checkpoint import open_checkpoint
from consent.log.note import NoteKey, NoteRefused
from consent.receipts import TYPE as TYPE
from consent.record import for_department, record_hash
from consent.signer import DEPARTMENT_PREFIX
from consent.standing import id_to_look_for
from consent.store.signing import SignedFrom

MOST_RECORDS: Final = 100
_DAY: Final = len("2026-03-02")
SUBJECT_PREFIX: Final = "urn:svd:subject:"
NAMES: Final = frozenset(
    (
        *("iss", "aud", "jti", "iat", "@context", "@type", "schema_version", "receipt", "records"),
        *("record_hashes", "standing", "leaves", "log", "checkpoint"),
    )
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """One record of a receipt: which grant it is of, its hash worked out here, and its standing."""

    grant_id: str
    sha256: str
    version: object
    state: object


def check_header(said: Mapping[str, Any], *, issuer: str) -> None:
    """It is a receipt of this service, and says nothing that a receipt does not say."""
    if not set(said) <= NAMES or said.get("iss") != issuer or not isinstance(said.get("aud"), str):
        raise NotPermitted("header")


def records(said: Mapping[str, Any]) -> Iterator[Claimed]:
    """Each record with the hash and the standing that the receipt gives for it."""
    listed, hashes, standing = (said.get(n) for n in ("records", "record_hashes", "standing"))
    if not (isinstance(listed, list) and isinstance(hashes, list) and isinstance(standing, list)):
        raise NotPermitted("records")
    if not 0 < len(listed) <= MOST_RECORDS or len({len(listed), len(hashes), len(standing)}) > 1:
        raise NotPermitted("records")
    for body, given, stands in zip(listed, hashes, standing, strict=True):
        if not isinstance(body, dict) or not isinstance(stands, dict):
            raise NotPermitted("records")
        grant_id = id_to_look_for(str(body.get("grant_id")))
        try:
            worked_out = record_hash(body)
        except (ValueError, TypeError):
            raise NotPermitted("records") from None
        if worked_out != given or stands.get("grant_id") != grant_id:
            raise NotPermitted("records")
        yield Claimed(grant_id, worked_out, stands.get("version"), stands.get("state"))


def check_record(
    claimed: Claimed, grant: SignedFrom | None, written: Collection[str], *, audience: str
) -> None:
    """It is a version of a grant of whom the receipt is for; today's stands as it says."""
    if grant is None or claimed.sha256 not in written:
        raise NotPermitted("record")
    if audience not in (
        f"{SUBJECT_PREFIX}{grant.subject_id}",
        DEPARTMENT_PREFIX + grant.department,
    ):
        raise NotPermitted("audience")
    if claimed.version == grant.version and claimed.state != grant.state.value:
        raise NotPermitted("standing")


def as_told(said: Mapping[str, Any]) -> dict[str, Any]:
    """A receipt as whom it is for may have it: a department's tells days and no moments."""
    if not said["aud"].startswith(DEPARTMENT_PREFIX):
        return dict(said)
    standing = [{**one, "since": one["since"][:_DAY]} for one in said["standing"]]
    return {
        **said,
        "records": [for_department(one) for one in said["records"]],
        "standing": standing,
    }


def check_checkpoint(said: Mapping[str, Any], key: NoteKey) -> None:
    """The head of the log in it is one that this service signed."""
    note = said.get("checkpoint")
    if note is None:
        return
    try:
        open_checkpoint(str(note).encode(), key)
    except (NoteRefused, ValueError):
        raise NotPermitted("checkpoint") from None
