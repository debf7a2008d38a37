"""An answer of `charge-info`, read (wire 6.1). Amounts are whole pence; `*` marks what must be in.

chargeTypeAssessment*[]{debtTotalAmount*, chargeReference*, mainTrans*, parentChargeReference,
isInsolvent, charges*[]{chargeType, mainType, subTrans, outstandingAmount, accruedInterest,
dueDate, saTaxYearEnd, taxPeriodTo, creationDate, originalCreationDate, locks[]}}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from adapters.departments.hmrc_time_to_pay.locks import read_locks, read_signals, strongest
from adapters.reading import (
    Unreadable,
    day_or_none,
    identifier,
    london_moment,
    record,
    records,
    text,
    truth,
    whole_pence,
)
from debts.debt import Flag, Hold
from debts.ephemeral import Ephemeral
from debts.money import Pence

MOST: Final = 60
"""Assessments that are read; when there are more, the answer says that it is partial."""
_MOST_CHARGES: Final = 200


@dataclass(frozen=True, slots=True, repr=False)
class Charge(Ephemeral):
    """One line of an assessment."""

    name: str
    words: str
    outstanding: Pence
    interest: Pence
    due: date | None
    tax_year_end: date | None
    raised: date | None
    hold: Hold | None
    flags: frozenset[Flag]


@dataclass(frozen=True, slots=True, repr=False)
class Assessment(Ephemeral):
    """What HMRC asks under one charge reference; `total` is HMRC's own and is not added up."""

    reference: str
    main_trans: str
    total: Pence
    insolvent: bool
    charges: tuple[Charge, ...]


@dataclass(frozen=True, slots=True, repr=False)
class ChargeInfo(Ephemeral):
    """The whole answer. `missing` says what it does not cover; empty when it is complete."""

    at: datetime
    ids: tuple[tuple[str, str], ...]
    birth_date: date | None
    surname: str
    postcodes: tuple[str, ...]
    signals: frozenset[str]
    assessments: tuple[Assessment, ...]
    missing: str


def read_charge_info(said: Any) -> ChargeInfo:
    """Raises Unreadable when the answer as a whole cannot be used. A single assessment that
    cannot be read, or that has no reference to pay under, makes the answer partial."""
    body = record(said)
    rows = body.get("chargeTypeAssessment")
    if not isinstance(rows, list):
        raise Unreadable("chargeTypeAssessment")
    details = record(body.get("individualDetails") or {})
    assessments: list[Assessment] = []
    unreadable = False
    for row in rows[:MOST]:
        try:
            assessments.append(_assessment(record(row)))
        except Unreadable:
            unreadable = True
    return ChargeInfo(
        at=london_moment(body.get("processingDateTime")),
        ids=tuple(_ids(body)),
        birth_date=day_or_none(details.get("dateOfBirth")),
        surname=text(details.get("lastName")),
        postcodes=tuple(_postcodes(body)),
        signals=read_signals(records(body.get("customerSignals"))),
        assessments=_each_once(assessments),
        missing=_missing(body, cut=unreadable or len(rows) > MOST),
    )


def _assessment(row: Mapping[str, Any]) -> Assessment:
    rows = records(row.get("charges"))
    if len(rows) > _MOST_CHARGES:
        raise Unreadable("charges")
    return Assessment(
        reference=identifier(row.get("chargeReference")),
        main_trans=text(row.get("mainTrans")),
        total=whole_pence(row.get("debtTotalAmount")),
        insolvent=truth(row.get("isInsolvent")),
        charges=tuple(_charge(charge) for charge in rows),
    )


def _charge(row: Mapping[str, Any]) -> Charge:
    hold, flags = read_locks(records(row.get("locks")))
    if truth(row.get("ddInProgress")):
        flags |= {Flag.IN_DEPARTMENT_PLAN}
    days = [day_or_none(row.get(name)) for name in ("originalCreationDate", "creationDate")]
    return Charge(
        name=text(row.get("chargeType")),
        words=" ".join(filter(None, (text(row.get("chargeType")), text(row.get("mainType"))))),
        outstanding=whole_pence(row.get("outstandingAmount")),
        interest=whole_pence(row.get("accruedInterest", 0)),
        due=day_or_none(row.get("dueDate")),
        tax_year_end=day_or_none(row.get("saTaxYearEnd")) or day_or_none(row.get("taxPeriodTo")),
        raised=next((found for found in days if found), None),
        hold=hold,
        flags=flags,
    )


def _each_once(assessments: list[Assessment]) -> tuple[Assessment, ...]:
    """CESA and ETMP can both send one charge (2 of 137 published files): shown once. The same
    reference and transaction with other amounts is what HMRC itself answers 422 to."""
    found: dict[tuple[str, str], Assessment] = {}
    for one in assessments:
        before = found.setdefault((one.reference, one.main_trans), one)
        if before is not one and before.total != one.total:
            raise Unreadable("chargeReference")
    return tuple(found.values())


def _missing(body: Mapping[str, Any], *, cut: bool) -> str:
    """Words for "It cannot show … here yet": which part did not come (wire rule 4)."""
    failed = [call for call in records(body.get("apisCalled")) if not _went_well(call)]
    if failed or body.get("internalErrors"):
        return "what one of its systems holds"
    if truth(body.get("chargeTypesExcluded")):
        return "some kinds of charge"
    return "some charges" if cut else ""


def _went_well(call: Mapping[str, Any]) -> bool:
    return str(call.get("statusCode", "")).strip()[:1] == "2"


def _ids(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (text(row.get("idType")).upper(), text(row.get("idValue")))
        for row in records(body.get("identification"))
    ]


def _postcodes(body: Mapping[str, Any]) -> list[str]:
    return [
        postcode
        for address in records(body.get("addresses"))
        for postcode in (
            text(address.get("postCode")),
            *(text(old.get("addressPostcode")) for old in records(address.get("postcodeHistory"))),
        )
        if postcode
    ]


def hold_of(assessment: Assessment) -> Hold | None:
    return strongest(charge.hold for charge in assessment.charges)
