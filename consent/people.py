"""Who acts: a person, an adviser, a department, an operator, the worker, or nobody yet."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from consent.ids import DepartmentCode, PersonKey, StaffId, SubjectId


@dataclass(frozen=True, slots=True)
class Anyone:
    """Somebody who has not signed in."""


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in person acting for themself."""

    subject: SubjectId


@dataclass(frozen=True, slots=True)
class Department:
    """A department's system, or one of its staff at the console."""

    code: DepartmentCode
    staff: StaffId | None = None


@dataclass(frozen=True, slots=True)
class Worker:
    """The clock's hand: expiry, delivery, retention."""


Actor = Anyone | Person | Department | Worker


def actor_kind(actor: Actor) -> str:
    """The word by which events and permissions name this kind of actor."""
    return type(actor).__name__.lower()


def person_key(pepper: bytes, issuer: str, subject: str) -> PersonKey:
    """HMAC-SHA256(pepper, issuer + subject), hex (decision 14); a separator keeps pairs apart."""
    return PersonKey(hmac.new(pepper, f"{issuer}\n{subject}".encode(), hashlib.sha256).hexdigest())
