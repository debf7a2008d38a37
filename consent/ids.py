"""Ids with types. Each is random and says nothing about the person (SEC-66)."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import NewType
from uuid import UUID

from consent.chance import Chance

SubjectId = NewType("SubjectId", UUID)
"""A person in our tables, random; only the table `person` links it to a sign-in (decision 31)."""
PersonKey = NewType("PersonKey", str)
"""HMAC-SHA256 of issuer and subject, 64 hex characters (decision 14)."""
GrantId = NewType("GrantId", str)
PlanId = NewType("PlanId", UUID)
DepartmentCode = NewType("DepartmentCode", str)
StaffId = NewType("StaffId", UUID)
"""One of a department's staff, random; the only word of them that stands beside what they did."""

REFERENCE_ALPHABET = "23456789ABCDEFGHJKLMNPQRTUVWXYZ"


def random_text(chance: Chance, size: int) -> str:
    """`size` random bytes as unpadded base64url."""
    return urlsafe_b64encode(chance(size)).rstrip(b"=").decode("ascii")


def new_grant_id(chance: Chance) -> GrantId:
    """`g_` and 22 characters: 128 bits."""
    return GrantId("g_" + random_text(chance, 16))


def new_pairwise_id(chance: Chance) -> str:
    """A department's own id for a person: 144 bits, 24 characters (SEC-59)."""
    return random_text(chance, 18)


def new_uuid(chance: Chance) -> UUID:
    """A version 4 UUID from handed-in chance."""
    return UUID(bytes=chance(16), version=4)


def new_subject_id(chance: Chance) -> SubjectId:
    return SubjectId(new_uuid(chance))


def spaced(bare: str) -> str:
    """A reference as it is kept and read out, from its letters alone: `PM7K3XQ29TVA` in fours."""
    return " ".join(bare[place : place + 4] for place in range(0, len(bare), 4))


def new_reference(chance: Chance, prefix: str) -> str:
    """A reference people can read out: prefix and ten characters, such as `PM7K 3XQ2 9TVA`."""
    letters = "".join(REFERENCE_ALPHABET[byte % len(REFERENCE_ALPHABET)] for byte in chance(10))
    return spaced(prefix + letters)
