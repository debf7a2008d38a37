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


@dataclass(frozen=True, slots=True)
class Rule:
    """The kinds of actor that have a permission, and whether the sign-in must be fresh."""

    kinds: frozenset[str]
    recent: bool = False


PERMISSIONS: Final[Mapping[Permission, Rule]] = MappingProxyType(
    {
        Permission.ANYONE: Rule(frozenset({"anyone", "person"})),
        Permission.SIGNED_IN: Rule(frozenset({"person"})),
        Permission.SIGNED_IN_RECENTLY: Rule(frozenset({"person"}), recent=True),
        Permission.DEPARTMENT: Rule(frozenset({"department"})),
    }
)


def may(actor: Actor, permission: Permission) -> bool:
    """Whether this kind of actor has the permission at all."""
    return actor_kind(actor) in PERMISSIONS[permission].kinds
