"""T09: the engine that makes real plans, with typed-in figures and no sign-in.

It posts, so that no amount stands in an address (decision 47). Nothing is sent on or kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from flask import Blueprint
from werkzeug.wrappers import Response

from app.http.access import anyone
from app.http.current import now, services
from app.http.fields import Choice, Money
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import gettext as _
from app.http.text import lazy_gettext as _l
from consent.clock import london_date
from debts.ephemeral import Ephemeral
from debts.money import Pence
from plan.rules.case import Case
from plan.rules.claim import Claim, Nation
from plan.rules.proposal import Proposal, propose
from plan.rules.reasons import Outcome
from plan.rules.statement import Line, Statement

blueprint = Blueprint("calculator", __name__)
WHERE: Final[Mapping[str, Nation]] = MappingProxyType(
    {
        "england": Nation.ENGLAND,
        "scotland": Nation.SCOTLAND,
        "wales": Nation.WALES,
        "northern-ireland": Nation.NORTHERN_IRELAND,
    }
)
DEBTS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "council_tax": _l("Council tax or rates from earlier years"),
        "benefit": _l("Benefit overpayment"),
        "tax": _l("Self Assessment tax"),
        "penalty": _l("Vehicle tax penalty"),
    }
)
"""The boxes, in the order of the page; more kinds are there when a person signs in."""
TYPES: Final[Mapping[str, Mapping[Nation, str]]] = MappingProxyType(
    {
        "council_tax": {Nation.SCOTLAND: "SCO_CTAX", Nation.NORTHERN_IRELAND: "LPS_RATES"},
        "benefit": {Nation.NORTHERN_IRELAND: "DFC_OP"},
        "tax": {},
        "penalty": {},
    }
)
USUAL: Final = {
    "council_tax": "LA_CTAX",
    "benefit": "DWP_LEGACY_OP",
    "tax": "HMRC_SA",
    "penalty": "DVLA_PENALTY",
}


def _debt(label: Any) -> Money:
    words = _l("%(label)s must be an amount of money, like 120 or 120.50", label=label)
    return Money(not_money=words, optional=True)


class Figures(FormSchema):
    """Pounds as people type them; only what is left over is needed, and one debt."""

    left = Money(
        empty=_l("Enter what you have left over each month"),
        not_money=_l("Amount left over each month must be an amount of money, like 120 or 120.50"),
    )
    where = Choice(WHERE, empty=_l("Select where you live"))
    council_tax = _debt(DEBTS["council_tax"])
    benefit = _debt(DEBTS["benefit"])
    tax = _debt(DEBTS["tax"])
    penalty = _debt(DEBTS["penalty"])


@dataclass(frozen=True, slots=True, repr=False)
class Row(Ephemeral):
    label: str
    first: Pence
    paid_off_in: int


@blueprint.get("/about/try-the-calculator")
@anyone
def calculator() -> Response:
    return _page(blank())


@blueprint.post("/about/try-the-calculator")
@anyone
def worked_out() -> Response:
    form = read_form(Figures())
    if form.ok and not any(form.data[name] for name in DEBTS):
        form = form.with_error(
            "council_tax", _("Enter how much is left to pay on at least one of these")
        )
    return _page(form, _propose(form.data) if form.ok else None)


def _propose(typed: Mapping[str, Any]) -> Proposal:
    """Half of what is available or, where half makes no plan, the first offer that does."""
    nation = WHERE[typed["where"]]
    today = london_date(now())
    case = Case(
        on=today,
        nation=nation,
        claims=tuple(
            Claim(name, name, TYPES[name].get(nation, USUAL[name]), typed[name])
            for name in DEBTS
            if typed[name]
        ),
        statement=Statement(income=(Line("other-income", typed["left"]),), outgoings=()),
    )
    policy = services().policies.on(today, nation)
    found = propose(case, policy)
    offer = next((one for one in found.options if one.outcome is Outcome.PLAN), None)
    if found.outcome is Outcome.REFER and offer is not None:
        return propose(replace(case, payment=offer.payment), policy)
    return found


def _page(form: Form, found: Proposal | None = None) -> Response:
    return page(
        "public/calculator.html",
        form=form,
        found=found,
        debts=DEBTS,
        possible=found is not None and found.outcome is Outcome.PLAN,
        rows=[
            Row(str(DEBTS[share.claim.id]), share.first, share.paid_off_in)
            for share in (found.shares if found else ())
        ],
        out=[str(DEBTS[one.claim.id]) for one in (found.excluded if found else ())],
        offers=[one for one in (found.options if found else ()) if one.outcome is Outcome.PLAN],
    )
