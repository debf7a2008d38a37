"""One value of a Standard Financial Statement file at a time, and where it is when it is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from debts.money import Pence
from plan.rules.sfs import Fault
from plan.rules.sfs_tree import Leaf, Node, Written

_NAME: Final = re.compile(r"[a-z0-9-]{1,60}")
_WRITTEN_MONEY: Final = re.compile(r"-?[0-9]{1,12}\.[0-9]{2}")
_LARGEST: Final = 10**14


class Leaves:
    """Notes a fault and goes on, so that a person hears of all of them at once."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, code: str, place: str) -> None:
        self.faults.append(Fault(code, place))

    def only(self, node: Node, place: str, known: Iterable[str]) -> None:
        """A name that the form does not have is never read past (AFF-06)."""
        for name in sorted(node.keys() - set(known)):
            shown = name if _NAME.fullmatch(name) else "?"
            self.fault("unknown_line", path(place, shown))

    def one(self, node: Node, name: str, place: str = "") -> Any:
        """What stands there once; None where nothing does."""
        found = node.get(name, [])
        if len(found) > 1:
            self.fault("twice", path(place, name))
        return found[0] if found else None

    def node(self, tree: Node, name: str, place: str = "") -> Node:
        found = self.one(tree, name, place)
        if isinstance(found, dict):
            return found
        if found is not None and found != "":
            self.fault("unknown_line", path(place, name))
        return {}

    def money(self, node: Node, name: str, place: str, *, below: bool = False) -> Pence | None:
        """Pence (AFF-01), or None where nothing stands. A total alone may lie below nought."""
        leaf = self.one(node, name, place)
        if leaf is None:
            return None
        pence = _pence(leaf)
        if pence is None or (pence < 0 and not below):
            self.fault("not_money", path(place, name))
            return None
        return pence

    def yes(self, node: Node, name: str) -> bool:
        leaf = self.one(node, name)
        if leaf is None:
            self.fault("missing", name)
        elif isinstance(leaf, bool):
            return leaf
        elif isinstance(leaf, Written) and leaf in ("true", "false", "1", "0"):
            return leaf in ("true", "1")
        else:
            self.fault("not_yes_or_no", name)
        return False

    def count(self, node: Node, name: str) -> int:
        leaf = self.one(node, name)
        if leaf is None:
            self.fault("missing", name)
        elif type(leaf) is int and 0 <= leaf < 10**6:
            return leaf
        elif isinstance(leaf, Written) and re.fullmatch("[0-9]{1,6}", leaf):
            return int(leaf)
        else:
            self.fault("not_a_number", name)
        return 0


def _pence(leaf: Leaf) -> Pence | None:
    """A JSON number of at most two decimals, or the text that XML has: `107.00`."""
    if isinstance(leaf, Written):
        return Pence(int(leaf.replace(".", ""))) if _WRITTEN_MONEY.fullmatch(leaf) else None
    if isinstance(leaf, bool | str) or not isinstance(leaf, int | Decimal):
        return None
    if not -_LARGEST < leaf * 100 < _LARGEST:
        return None
    pence = Decimal(leaf) * 100
    return Pence(int(pence)) if pence == pence.to_integral_value() else None


def path(place: str, name: str) -> str:
    return f"{place}/{name}" if place else name
