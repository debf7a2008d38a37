"""What a department's staff may do at its console, and who may first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a member of staff may do. Everybody with an account may look."""

    VIEWER = "viewer"
    ANSWERS = "answers"
    RECONCILES = "reconciles"
    ADMINISTERS = "administers"


@dataclass(frozen=True, slots=True)
class First:
    """A member of staff who stands in the register: known by their subject at the department's own
    sign-in, before anybody was there to invite them."""

    subject: str
    email: str
    roles: tuple[str, ...] = ()
