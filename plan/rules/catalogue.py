"""Kinds of public debt: what each is, how serious, and whether a plan may hold it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from plan.rules.claim import Nation, PriorityClass
from plan.rules.reasons import Reason

PLACES: Final[Mapping[str, frozenset[Nation]]] = MappingProxyType(
    {
        "UK": frozenset(Nation),
        "GB": frozenset(Nation) - {Nation.NORTHERN_IRELAND},
        "EW": frozenset({Nation.ENGLAND, Nation.WALES}),
        **{nation.value: frozenset({nation}) for nation in Nation},
    }
)
"""The places that the catalogue names."""

BASE_PLUS_4: Final = "base_plus_4"
"""HMRC's late-payment interest, whose rates are published (INT-01)."""


@dataclass(frozen=True, slots=True)
class DebtType:
    """One row of the catalogue (rules, section 8).

    `consequence` orders ties inside a class: 1 is the most serious (PRI-08). `stays_out` is the
    reason why this kind never enters a plan, or None. `interest` is `none`, `base_plus_4` (INT-01)
    or `own_terms`. `from_universal_credit` is whether the award usually pays it off, so that it
    counts against the cap on deductions (DED-07).
    """

    code: str
    creditor: str
    label: str
    priority_class: PriorityClass
    consequence: int
    interest: str
    nations: frozenset[Nation]
    stays_out: Reason | None
    from_universal_credit: bool = False


def read_debt_types(body: Mapping[str, Any]) -> Mapping[str, DebtType]:
    """The catalogue from one dated entry of debt_types.toml, by code."""
    return MappingProxyType({row["code"]: _debt_type(row) for row in body["type"]})


def _debt_type(row: Mapping[str, Any]) -> DebtType:
    stays_out = row.get("stays_out")
    return DebtType(
        code=row["code"],
        creditor=row["creditor"],
        label=row["label"],
        priority_class=PriorityClass[row["class"]],
        consequence=row["consequence"],
        interest=row.get("interest", "none"),
        nations=PLACES[row["nations"]],
        stays_out=Reason(stays_out) if stays_out else None,
        from_universal_credit=row.get("from_universal_credit", False),
    )
