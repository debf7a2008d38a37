"""Who may: one table, from a permission to the kinds of actor that have it.

Whether something may happen *now* (a state, a date) is another question, asked by the errand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from consent.people import Actor, actor_kind
from consent.roles import Role


class Permission(StrEnum):
    """What every page and every machine address asks for. The value is its word in lists."""

    ANYONE = "anyone"
    """Public pages: nothing of a person is on them."""
    SIGNED_IN = "signed_in"
    """A person's own account, and nobody else's."""
    SIGNED_IN_RECENTLY = "signed_in_recently"
    """Granting, agreeing and appointing: signed in within 15 minutes (decision 21)."""
    DEPARTMENT = "department"
    """A department's own permissions, shown to its machines with a token and a proof."""
    STAFF = "staff"
    """A department's own pages at its console, for everybody with an account."""
    STAFF_ANSWERS = "staff_answers"
    STAFF_RECONCILES = "staff_reconciles"
    STAFF_ADMINISTERS = "staff_administers"


@dataclass(frozen=True, slots=True)
class Rule:
    """The kinds of actor that have a permission, whether the sign-in must be fresh, and for a
    department's staff the role that it takes."""

    kinds: frozenset[str]
    recent: bool = False
    role: Role | None = None


_STAFF: Final = frozenset({"staff"})

PERMISSIONS: Final[Mapping[Permission, Rule]] = MappingProxyType(
    {
        Permission.ANYONE: Rule(frozenset({"anyone", "person"})),
        Permission.SIGNED_IN: Rule(frozenset({"person"})),
        Permission.SIGNED_IN_RECENTLY: Rule(frozenset({"person"}), recent=True),
        Permission.DEPARTMENT: Rule(frozenset({"department"})),
        Permission.STAFF: Rule(_STAFF, role=Role.VIEWER),
        Permission.STAFF_ANSWERS: Rule(_STAFF, role=Role.ANSWERS),
        Permission.STAFF_RECONCILES: Rule(_STAFF, role=Role.RECONCILES),
        Permission.STAFF_ADMINISTERS: Rule(_STAFF, role=Role.ADMINISTERS),
    }
)


def may(actor: Actor, permission: Permission) -> bool:
    """Whether this kind of actor has the permission at all."""
    return actor_kind(actor) in PERMISSIONS[permission].kinds
