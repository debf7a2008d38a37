"""D57: a copy of the budget for the person's own device, made while it is sent and kept nowhere.

Our own file has the element names of the Standard Financial Statement. Amounts are pounds as text
with two decimals, so that no reader makes a fraction of a penny of them. The Statement itself comes
as JSON or XML, for an adviser's system: without name and address, and without any debt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from json import JSONEncoder
from typing import Any, Final

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from app.citizen.budget_draft import NONE, Budget
from app.citizen.budget_outside import paid_outside
from app.citizen.budget_steps import START, whole
from app.citizen.budget_summary import Summary, summarise
from app.citizen.budget_visit import budget, policy, walk
from app.citizen.budget_words import HOMES
from app.citizen.who import identity
from app.http.access import signed_in
from app.http.current import now
from app.http.pages import page
from consent.clock import london_date
from plan.rules.affordability import work_out
from plan.rules.claim import Nation
from plan.rules.policy import Policy
from plan.rules.sfs import Form
from plan.rules.sfs_notes import pounds as pounds
from plan.rules.sfs_write import to_json, to_xml
from plan.rules.statement import Line, total
from plan.rules.statement_lines import INCOME_GROUPS, OUTGOING_GROUPS, Group

blueprint = Blueprint("budget_copy", __name__, url_prefix="/budget/save-a-copy")
NAME: Final = "saved-copy"
"""The file's name says nothing about money or debt."""
FORMAT: Final = "money-in-and-out/2"
OLDER: Final = "money-in-and-out/1"
"""It did not say how the amount put aside was chosen, nor what is taken at source."""


@blueprint.get("")
@signed_in
def offer() -> Response:
    return page("citizen/budget/save_a_copy.html") if _ready() else redirect(START, 303)


@blueprint.get("/file")
@signed_in
def file() -> Response:
    found = _ready()
    if found is None:
        return redirect(START, 303)
    known, figures = found
    body = _as_file(known, summarise(known, figures, paid_outside(figures)), figures.nation)
    text = JSONEncoder(ensure_ascii=False, indent=1).iterencode(body)
    return _download((part.encode() for part in text), "json")


@blueprint.get("/statement.json")
@signed_in
def statement_json() -> Response:
    form = _form()
    return _download([to_json(form)], "json") if form else redirect(START, 303)


@blueprint.get("/statement.xml")
@signed_in
def statement_xml() -> Response:
    form = _form()
    return _download([to_xml(form)], "xml") if form else redirect(START, 303)


@blueprint.get("/page")
@signed_in
def to_read() -> Response:
    found = _ready()
    if found is None:
        return redirect(START, 303)
    known, figures = found
    html = render_template(
        "citizen/budget/copy.html",
        summary=summarise(known, figures, paid_outside(figures)),
        others=known.other_debts,
        made=london_date(now()),
    )
    return _download([html.encode()], "html")


def _ready() -> tuple[Budget, Policy] | None:
    figures = policy()
    return (budget(), figures) if figures and whole(walk()) else None


def _form() -> Form | None:
    """The published form. What is paid outside the plan is on debts, and stays out of it."""
    found = _ready()
    if found is None:
        return None
    known, figures = found
    said = replace(known.statement(), outgoings=known.lines(known.outgoings))
    return Form(
        said,
        joint=bool(known.joint),
        tenure=HOMES[known.home] if known.home != "other" else "other",
        other_debts=known.other_debts,
        savings_shown=work_out(known.statement(), figures).savings,
        born=identity().birth_date,
    )


def _download(parts: Iterable[bytes], kind: str) -> Response:
    """Sent as a file: a browser saves it and does not show it."""
    kinds = {"json": "application/json", "html": "text/html", "xml": "application/xml"}
    response = Response(iter(parts), mimetype=kinds[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{NAME}.{kind}"'
    return response


def _as_file(known: Budget, summary: Summary, nation: Nation) -> dict[str, Any]:
    affordable = summary.affordable
    outside = sum([one.payment.pence for one in summary.outside])
    return {
        "format": FORMAT,
        "made-on": london_date(now()).isoformat(),
        "nation": str(nation),
        **_household(known),
        "income": dict(_groups(INCOME_GROUPS, known.lines(known.income))),
        "outgoings": dict(_groups(OUTGOING_GROUPS, known.lines(known.outgoings))),
        "other-debt-payments": pounds(known.other_debts or 0),
        "payments-outside-the-plan": pounds(outside),
        "total-monthly-income": pounds(affordable.income),
        "total-monthly-outgoings": pounds(affordable.outgoings),
        "income-minus-outgoings": pounds(affordable.surplus),
        "savings-contribution": pounds(affordable.savings),
        "savings-contribution-considered": True,
        "savings-wanted": known.savings != NONE,
        "savings-choice": known.savings,
        "taken-asked": known.taken_asked,
        **({"taken": _line(known.taken)} if known.taken else {}),
        "reasons": {group: list(codes) for group, codes in known.reasons.items()},
        "changes": list(known.changes or ()),
    }


def _household(known: Budget) -> Mapping[str, Any]:
    home = known.everyone
    if home is None:
        return {}
    return {
        "is-joint-application": bool(known.joint),
        "adults": home.adults,
        "dependent-children-under-16": home.children_under_16,
        "dependent-children-16-18": home.children_16_to_18,
        "other-dependents": home.other_dependants,
        "total-number-in-household": home.size,
        "vehicles": home.vehicles,
        "housing-tenure": HOMES[known.home],
    }


def _groups(groups: Iterable[Group], lines: Iterable[Line]) -> Iterator[tuple[str, Any]]:
    by_line = {line.line: line for line in lines}
    for group in groups:
        ours = [by_line[kind.id] for kind in group.lines if kind.id in by_line]
        if ours:
            shown = {line.line: _line(line) for line in ours}
            yield group.id, {**shown, f"total-{group.id}": pounds(total(ours))}


def _line(line: Line) -> dict[str, str]:
    return {
        "amount": pounds(line.pence),
        "every": str(line.every),
        "monthly": pounds(line.monthly),
    }
