"""What an item of a `debt-view+jwt` may say, and how it becomes a Debt (SEC-53, SEC-54).

Two closed tables: which properties belong to which agreed field, and how each property is read.
A property that stands in neither, or whose field the person did not agree to, is dropped here,
before anything is sealed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Final

from adapters.plain_text import plain_text
from debts.debt import Arrangement, Debt, Flag, Hold
from debts.money import Pence

DATATYPES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "balance_pence": ("balance_pence", "original_pence", "flags"),
        "type_code": ("type_code",),
        "label": ("label",),
        "started": ("started",),
        "due_date": ("due_date",),
        "arrangement": ("arrangement",),
        "taken_at_source_pence": ("taken_at_source_pence",),
        "minimum_pence": ("minimum_pence",),
        "arrears_pence": ("arrears_pence",),
        "split": (
            "principal_pence",
            "fee_pence",
            "interest_pence",
            "interest_rate",
            "how_worked_out",
        ),
        "hold": ("hold", "hold_look_again_on"),
        "joint": ("joint",),
        "rights": ("legal_basis", "appeal_by", "time_bar_from", "next_step", "next_step_on"),
        "reference_tail": ("reference_tail",),
    }
)
"""Fields that a person may agree to, as the permission card lists them, and their properties."""

ALWAYS: Final = ("debt_handle", "as_of")
_NEEDED: Final = (*ALWAYS, "balance_pence", "type_code", "label")

MOST_ITEMS: Final = 60
LARGEST: Final = 100_000_000_000
"""A thousand million pounds in pence: above it something is wrong."""

TYPE_CODES: Final = frozenset(
    re.findall(
        r"\w+",
        """
        HMRC_SA HMRC_SIMPLE HMRC_PAYE_UP HMRC_TCO HMRC_CHB HMRC_PENALTY HMRC_NIC HMRC_VAT
        HMRC_EPAYE DWP_UC_OP DWP_LEGACY_OP DWP_ADVANCE DWP_HARDSHIP DWP_SF DWP_BUDGETING
        DWP_FRAUD DWP_CIVPEN DWP_INTEGRATION CMS_ARREARS LA_CTAX LA_CTAX_CURRENT SCO_CTAX
        LPS_RATES LA_HBOP LA_PCN LA_RENT LA_CARE LA_SUNDRY HMCTS_FINE HMCTS_COMP
        HMCTS_CONFISC SCTS_FINE NICTS_FINE LAA_CONTRIB SLC_OVERPAY SLC_LOAN DVLA_PENALTY
        DART ROAD TV_LICENCE NHS_PCN HO_PENALTY SSS_OP DFC_OP GOV_PAY_OP RPA_OP CH_LFP
        """,
    )
)
"""The closed list of the protocol; a test holds it equal to the catalogue of the plan's rules."""

FREQUENCIES: Final = frozenset(
    {"week", "fortnight", "four_weeks", "month", "quarter", "half_year", "year"}
)
_HANDLE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DAY: Final = re.compile(r"(19|20|21)\d{2}-\d{2}-\d{2}")
_RATE: Final = re.compile(r"\d{1,2}(\.\d{1,2})?")


class BadItem(ValueError):
    """A property does not say what it must; the name of the property is all we keep of it."""


def agreed_fields(granted: Collection[str]) -> list[str]:
    """Those of the person's agreed fields that this protocol has, in its own order."""
    return [field for field in DATATYPES if field in granted]


def read_debt(item: Any, fields: Collection[str]) -> tuple[Debt, int]:
    """One debt from one item, and how many properties were dropped unread. BadItem when wrong."""
    if not isinstance(item, dict):
        raise BadItem("item")
    allowed = {*ALWAYS, *(name for field in fields for name in DATATYPES[field])}
    said = {
        name: READERS[name](value)
        for name, value in item.items()
        if name in allowed and value is not None
    }
    for name in _NEEDED:
        if name not in said:
            raise BadItem(name)
    dropped = sum(1 for name in item if name not in allowed)
    return _debt(said), dropped


def _debt(said: Mapping[str, Any]) -> Debt:
    return Debt(
        token=said["debt_handle"],
        type_code=said["type_code"],
        label=said["label"],
        balance=said["balance_pence"],
        as_at=said["as_of"],
        original=said.get("original_pence"),
        arrears=said.get("arrears_pence"),
        principal=said.get("principal_pence"),
        fees=said.get("fee_pence"),
        interest=said.get("interest_pence"),
        interest_rate=said.get("interest_rate"),
        minimum=said.get("minimum_pence"),
        started=said.get("started"),
        due=said.get("due_date"),
        arrangement=said.get("arrangement"),
        taken_at_source=said.get("taken_at_source_pence"),
        hold=said.get("hold"),
        hold_look_again=said.get("hold_look_again_on"),
        joint=said.get("joint", False),
        reference_tail=said.get("reference_tail", ""),
        legal_basis=said.get("legal_basis", ""),
        appeal_by=said.get("appeal_by"),
        time_bar_from=said.get("time_bar_from"),
        next_step=said.get("next_step", ""),
        next_step_on=said.get("next_step_on"),
        how_worked_out=said.get("how_worked_out", ()),
        flags=said.get("flags", frozenset()),
    )


def pence(value: Any) -> Pence:
    """A whole number; true, 1.0 and "1" are not."""
    if type(value) is not int or not 0 <= value <= LARGEST:
        raise BadItem("pence")
    return Pence(value)


def handle(value: Any) -> str:
    if not isinstance(value, str) or not _HANDLE.fullmatch(value):
        raise BadItem("handle")
    return value


def text(longest: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise BadItem("text")
        return plain_text(value, longest=longest)

    return read


def day(value: Any) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise BadItem("day")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise BadItem("day") from None


def moment(value: Any) -> datetime:
    """An RFC 3339 date and time with its offset, as aware UTC."""
    if not isinstance(value, str) or not 20 <= len(value) <= 35 or not _DAY.match(value):
        raise BadItem("moment")
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise BadItem("moment") from None
    if at.tzinfo is None:
        raise BadItem("moment")
    return at.astimezone(UTC)


def _label(value: Any) -> str:
    return text(80)(value) or "Debt"


def _type_code(value: Any) -> str:
    if not isinstance(value, str):
        raise BadItem("type_code")
    return value.upper() if value.upper() in TYPE_CODES else "OTHER"


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadItem("joint")
    return value


def _rate(value: Any) -> str:
    if not isinstance(value, str) or not _RATE.fullmatch(value):
        raise BadItem("interest_rate")
    return f"{value}%"


def _hold(value: Any) -> Hold:
    """A kind that we do not know is still a hold (wire rule 9)."""
    if not isinstance(value, str):
        raise BadItem("hold")
    return Hold(value.lower()) if value.lower() in set(Hold) else Hold.OTHER


def _flags(value: Any) -> frozenset[Flag]:
    if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
        raise BadItem("flags")
    known = set(Flag)
    return frozenset(Flag(code.lower()) for code in value if code.lower() in known)


def _arrangement(value: Any) -> Arrangement:
    if not isinstance(value, dict):
        raise BadItem("arrangement")
    every = value.get("frequency")
    return Arrangement(
        pence(value.get("amount_pence")), every if every in FREQUENCIES else "other"
    )  # fmt: skip


def _sentences(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > 8:
        raise BadItem("how_worked_out")
    return tuple(line for line in map(text(120), value) if line)


def _tail(value: Any) -> str:
    return text(80)(value).replace(" ", "")[-4:]


READERS: Final[Mapping[str, Callable[[Any], Any]]] = MappingProxyType(
    {
        "debt_handle": handle,
        "as_of": moment,
        "type_code": _type_code,
        "label": _label,
        "balance_pence": pence,
        "original_pence": pence,
        "arrears_pence": pence,
        "principal_pence": pence,
        "fee_pence": pence,
        "interest_pence": pence,
        "interest_rate": _rate,
        "minimum_pence": pence,
        "taken_at_source_pence": pence,
        "started": day,
        "due_date": day,
        "arrangement": _arrangement,
        "hold": _hold,
        "hold_look_again_on": day,
        "joint": _truth,
        "reference_tail": _tail,
        "legal_basis": text(120),
        "appeal_by": day,
        "time_bar_from": day,
        "next_step": text(120),
        "next_step_on": day,
        "how_worked_out": _sentences,
        "flags": _flags,
    }
)
"""Every property of an item, and how it is read."""
