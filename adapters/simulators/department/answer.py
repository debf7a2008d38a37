"""The answer: what the cast says a person owes here, signed, padded and sealed (section 3.3)."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from adapters.departments.native.answer import ANSWER_TYPE
from adapters.departments.native.schema import ALWAYS, DATATYPES
from adapters.simulators.cast import CastDebt, Person
from adapters.simulators.department.gateway import Assertion, Refusal
from adapters.simulators.department.state import Department
from consent.jose import compact_json, seal, sign

STEP: Final = 4096
"""Bodies are padded to a multiple of this, so that length does not tell the number of debts."""

_LAW: Final[Mapping[str, str]] = MappingProxyType(
    {
        "DWP": "Social Security Administration Act 1992, section 71",
        "HMRC": "Tax Credits Act 2002, section 28",
        "LA": "Council Tax (Administration and Enforcement) Regulations 1992",
        "DVLA": "Vehicle Excise and Registration Act 1994",
        "SLC": "Teaching and Higher Education Act 1998, section 22",
        "NHS": "NHS (Penalty Charge) Regulations 1999",
    }
)
_NOT_SHOWN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "dwp": "Social Fund loans from before 2013",
        "council": "Parking fines",
        "dvla": "Late licensing penalties",
        "slc": "Student loans",
        "nhsbsa": "Dental charges",
    }
)
_PAUSED: Final = "breathing_space"


def matched(
    department: Department, assertion: Assertion, person: Person, *, nothing: bool, partial: bool
) -> dict[str, Any]:
    """The claims of an answer about a person who was found."""
    owed = () if nothing else person.debts_at(department.code)
    debts = [debt for debt in owed if department.left(debt) > 0]
    said: dict[str, Any] = {
        "result": "matched",
        "completeness": "partial" if partial else "complete",
        "subject_handle": department.subject_handle(assertion.subject, person),
        "items": [_item(department, debt, assertion.datatypes) for debt in debts],
        "total_pence": sum(department.left(debt) for debt in debts),
    }
    if partial:
        said["not_shown"] = _NOT_SHOWN[department.code]
    if any(debt.state == _PAUSED for debt in debts):
        said["look_again_on"] = _look_again(department)
    return said


def seal_answer(
    department: Department, assertion: Assertion, said: Mapping[str, Any], *, swapped: bool = False
) -> str:
    """Signed for this question and sealed to its one-time key.

    `swapped` stands for a proxy inside a department that mixes up two answers: what it seals was
    signed for another question.
    """
    now = int(department.clock.now().timestamp())
    claims = {
        "iss": department.name,
        "aud": department.portal,
        "sub": assertion.subject,
        "iat": now,
        "exp": now + int(timedelta(minutes=5).total_seconds()),
        "jti": secrets.token_urlsafe(16),
        "in_response_to": assertion.claims["jti"],
        "request_hash": assertion.request_hash,
        **said,
    }
    if swapped:
        claims["in_response_to"] = secrets.token_urlsafe(16)
        claims["request_hash"] = secrets.token_hex(32)
    if department.canary:
        claims |= _unasked(department.canary)
    if assertion.answer_to is None:
        raise Refusal(400, "malformed")
    body = compact_json(claims)
    padded = body + b" " * (-len(body) % STEP)
    token = sign(padded, department.keys.first("sig"), typ=ANSWER_TYPE)
    return seal(token.encode("ascii"), assertion.answer_to, cty=ANSWER_TYPE)


def _item(department: Department, debt: CastDebt, datatypes: Collection[str]) -> dict[str, Any]:
    """One debt, with the agreed fields only."""
    allowed = {*ALWAYS, *(name for field in datatypes for name in DATATYPES[field])}
    whole = _all_of(department, debt)
    item = {name: value for name, value in whole.items() if name in allowed and value is not None}
    return {**item, **_unasked(department.canary)} if department.canary else item


def _all_of(department: Department, debt: CastDebt) -> dict[str, Any]:
    held = department.debt_handle(debt.id) in department.held_debts
    left = department.left(debt)
    hold = {"disputed": "dispute", _PAUSED: "breathing_space"}.get(debt.state)
    return {
        "debt_handle": department.debt_handle(debt.id),
        "as_of": department.clock.now().isoformat(timespec="seconds"),
        "type_code": debt.type,
        "label": debt.label,
        "balance_pence": left,
        "original_pence": debt.original,
        "principal_pence": left,
        "fee_pence": 0,
        "interest_pence": 0,
        "interest_rate": debt.rate or None,
        "minimum_pence": min(debt.minimum, left) or None,
        "arrears_pence": left if debt.due else None,
        "taken_at_source_pence": debt.taken or None,
        "arrangement": {"amount_pence": debt.arrangement, "frequency": "month"}
        if debt.arrangement
        else None,
        "started": debt.started.isoformat(),
        "due_date": debt.due.isoformat() if debt.due else None,
        "hold": "dispute" if held else hold,
        "hold_look_again_on": _look_again(department) if hold == _PAUSED else None,
        "joint": debt.joint,
        "reference_tail": "".join(debt.reference.split())[-4:],
        "legal_basis": _LAW.get(debt.type.partition("_")[0]),
        "appeal_by": _appeal_by(debt),
        "time_bar_from": debt.due.isoformat() if debt.due else None,
        "how_worked_out": _worked_out(debt, left),
        "flags": _flags(debt),
    }


def _appeal_by(debt: CastDebt) -> str | None:
    """A month after the decision, where a benefit office decided."""
    if debt.type.partition("_")[0] != "DWP":
        return None
    return (debt.started + timedelta(days=30)).isoformat()


def _worked_out(debt: CastDebt, left: int) -> list[str]:
    lines = [f"First amount: {_pounds(debt.original)}"]
    if debt.original > left:
        lines.append(f"Paid or taken off since: {_pounds(debt.original - left)}")
    return lines


def _flags(debt: CastDebt) -> Sequence[str]:
    return ["outside_breathing_space"] if debt.state == "excluded_from_breathing_space" else []


def _pounds(pence: int) -> str:
    return f"£{pence // 100:,}.{pence % 100:02d}"


def _look_again(department: Department) -> str:
    """Sixty days from now: the usual length of breathing space."""
    return (department.clock.now() + timedelta(days=60)).date().isoformat()


def _unasked(canary: str) -> dict[str, str]:
    """What nobody asked for: it must reach no page, no vault and no log (SEC-53)."""
    return {f"unasked_{number}": f"{canary}-{number}" for number in range(20)}
