"""A statement into the Standard Financial Statement's data entry file, as JSON or XML.

All lines are there, nought where nothing was said. There are no debts in it, no name and no
address: those are empty, for an adviser to fill in. What is not asked here is said to be `Other`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from xml.sax.saxutils import escape  # nosec B406: writes, and reads nothing

from debts.money import Pence
from plan.rules.sfs import TENURES, Form
from plan.rules.sfs_notes import OTHER_DEBTS, SUGGESTED, note_of, pounds
from plan.rules.statement import Household, Line, total
from plan.rules.statement_lines import INCOME_GROUPS, OUTGOING_GROUPS, Group

JSON_GROUP_NAMES: Final[Mapping[str, str]] = {"pensions-insurances": "pensions-insurance"}
"""The published JSON schema leaves out the last letter of this group; the XML schema does not."""
_NOT_ASKED: Final = "Not asked"


def to_json(form: Form) -> bytes:
    """As the published JSON schema has it: amounts are numbers with two decimals."""
    born = f"{form.born.isoformat()}T00:00:00+00:00" if form.born else ""
    return (_json(_root(form, born, JSON_GROUP_NAMES)) + "\n").encode()


def to_xml(form: Form) -> bytes:
    """As the published XML schema has it, its elements in the schema's order."""
    born = form.born.isoformat() if form.born else ""
    body = "".join(_xml("root", _root(form, born, {}), 0))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode()


def _root(form: Form, born: str, names: Mapping[str, str]) -> dict[str, Any]:
    sums = _sums(form)
    income = _groups(INCOME_GROUPS, form.statement.income, names)
    fixed = [group for group in OUTGOING_GROUPS if not group.flexible]
    flexible = [group for group in OUTGOING_GROUPS if group.flexible]
    spent = form.statement.outgoings
    others = _other_debts(form)
    return {
        **_head(form, born),
        "overview": sums,
        "monthly-income": {**income, "total-monthly-income": sums["total-monthly-income"]},
        "monthly-outgoings": {
            "fixed-costs": {
                **_groups(fixed, spent, names, others),
                "total-fixed-costs": _money(_on(fixed, spent) + (form.other_debts or 0)),
            },
            "flexible-costs": {
                **_groups(flexible, spent, names),
                "total-flexible-costs": _money(_on(flexible, spent)),
            },
            "total-monthly-outgoings": sums["total-monthly-outgoings"],
        },
        "savings": {
            "savings-contribution": sums["savings-contribution"],
            "savings-contribution-considered": True,
        },
        "debts": {
            "debt-admin-fee": _item(0, ""),
            "total-available-for-priority-debts": sums["total-available-for-priority-debts"],
            "total-priority-debts": _money(0),
            "total-priority-debt-offers": _money(0),
            "total-available-for-non-priority-debts": sums[
                "total-available-for-non-priority-debts"
            ],
            "total-non-priority-debts": _money(0),
            "token-payments": _money(0),
        },
        "additional-notes": [_savings_note(form)],
    }


def _head(form: Form, born: str) -> dict[str, Any]:
    joint, tenure = form.joint, form.tenure if form.tenure in TENURES else "other"
    partner: dict[str, Any] = {"partner-employment-status": ["Other"]} if joint else {}
    return {
        "client-name": "",
        "client-date-of-birth": born,
        "is-joint-application": joint,
        "client-address": "",
        **_people(form.statement.household, joint),
        "housing-tenure": tenure,
        "housing-tenure-other": "",
        "client-employment-status": ["Other"],
        "client-employment-status-other": _NOT_ASKED,
        **partner,
        "asset-use-considered": False,
    }


def _people(home: Household | None, joint: bool) -> dict[str, int]:
    """More adults than the person and a partner are non-dependants: the size is the same (AFF-02).

    A household that is not known is one of nobody.
    """
    known = home or Household(adults=0)
    beside = max(known.adults - 1 - joint, 0)
    size = 1 + joint + known.size - known.adults + beside if home else 0
    return {
        "dependent-children-under-16": known.children_under_16,
        "dependent-children-16-18": known.children_16_to_18,
        "other-dependents": known.other_dependants,
        "non-dependents": beside,
        "total-number-in-household": size,
        "vehicles": known.vehicles,
    }


def _sums(form: Form) -> dict[str, Decimal]:
    said = form.statement
    spent = said.total_outgoings + (form.other_debts or 0)
    left = said.total_income - spent
    own = form.savings_shown if said.savings_pence is None else said.savings_pence
    savings = own if said.savings else 0
    return {
        "total-monthly-income": _money(said.total_income),
        "total-monthly-outgoings": _money(spent),
        "income-minus-outgoings": _money(left),
        "savings-contribution": _money(savings),
        "debt-admin-fee": _money(0),
        "total-available-for-priority-debts": _money(left - savings),
        "total-available-for-non-priority-debts": _money(left - savings),
    }


def _savings_note(form: Form) -> str:
    said = form.statement
    return SUGGESTED if said.savings and said.savings_pence is None else ""


def _on(groups: Iterable[Group], lines: Sequence[Line]) -> Pence:
    ids = {kind.id for group in groups for kind in group.lines}
    return total(line for line in lines if line.line in ids)


def _groups(
    groups: Iterable[Group],
    lines: Sequence[Line],
    names: Mapping[str, str],
    others: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for group in groups:
        ours: dict[str, Any] = {}
        more = others if group.id == "other-essential" else ()
        for kind in group.lines:
            said = [line for line in lines if line.line == kind.id]
            if group.id == "other-essential":
                ours[kind.id] = [*(_line([one]) for one in said), *more]
            else:
                ours[kind.id] = _line(said)
        extra = sum([item["monthly-amount"] for item in more], Decimal())
        ours[f"total-{group.id}"] = _money(_on([group], lines)) + extra
        found[names.get(group.id, group.id)] = ours
    return found


def _other_debts(form: Form) -> list[dict[str, Any]]:
    return [] if form.other_debts is None else [_item(form.other_debts, OTHER_DEBTS)]


def _line(lines: Sequence[Line]) -> dict[str, Any]:
    return _item(total(lines), note_of(lines))


def _item(pence: int, note: str) -> dict[str, Any]:
    return {"monthly-amount": _money(pence), "notes": note}


def _money(pence: int) -> Decimal:
    return Decimal(pounds(pence))


def _json(value: Any, indent: str = "") -> str:
    """Python's own writer has no numbers with two decimals but floats."""
    inner = indent + " "
    match value:
        case dict():
            rows = [f"{inner}{json.dumps(key)}: {_json(one, inner)}" for key, one in value.items()]
            return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
        case list():
            return "[" + ", ".join(_json(one, inner) for one in value) + "]"
        case Decimal():
            return str(value)
        case _:
            return json.dumps(value, ensure_ascii=False)


def _xml(name: str, value: Any, depth: int) -> Iterator[str]:
    indent = " " * depth
    match value:
        case dict():
            yield f"{indent}<{name}>\n"
            for key, one in value.items():
                yield from _xml(key, one, depth + 1)
            yield f"{indent}</{name}>\n"
        case list():
            for one in value:
                yield from _xml(name, one, depth)
        case bool():
            yield f"{indent}<{name}>{str(value).lower()}</{name}>\n"
        case _:
            yield f"{indent}<{name}>{escape(str(value))}</{name}>\n"
