"""What a person agreed to see is what is kept; the rest is dropped unread (SEC-53).

For departments that have their own wire and send whatever it holds. The names are those of the
permission card; the department protocol has its own, stricter table.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from debts.debt import Debt

NEEDED: Final = frozenset({"balance_pence", "type_code", "label"})
"""Without the person's agreement to these there is nothing to show, so nothing is asked."""

_LEFT_OUT: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "started": {"started": None},
        "due_date": {"due": None},
        "arrangement": {"arrangement": None},
        "taken_at_source_pence": {"taken_at_source": None},
        "minimum_pence": {"minimum": None},
        "arrears_pence": {"arrears": None},
        "split": {
            "principal": None,
            "fees": None,
            "interest": None,
            "interest_rate": None,
            "how_worked_out": (),
        },
        "hold": {"hold": None, "hold_look_again": None},
        "joint": {"joint": False},
        "rights": {
            "legal_basis": "",
            "appeal_by": None,
            "time_bar_from": None,
            "next_step": "",
            "next_step_on": None,
        },
        "reference_tail": {"reference_tail": ""},
    }
)


def only_agreed(debt: Debt, agreed: Collection[str]) -> Debt:
    """The debt with what the person did not agree to left out (SEC-53). Departments that have
    their own wire send it all the same; it ends here, before anything is sealed."""
    unset = {
        name: empty
        for field, names in _LEFT_OUT.items()
        if field not in agreed
        for name, empty in names.items()
    }
    return replace(debt, **unset) if unset else debt
