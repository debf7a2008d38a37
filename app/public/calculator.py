"""T09: the engine that makes real plans, with typed-in figures and no sign-in.

It posts, so that no amount stands in an address (decision 47). Nothing is sent on or kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from flask import Blueprint
from werkzeug.wrappers import Response

from app.http.access import anyone
from app.http.current import now, services
from app.http.fields import Choice, Money
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.often import choice
from app.http.pages import page
from app.http.text import gettext as _
from app.http.text import lazy_gettext as _l
from app.http.text import ngettext
from consent.clock import london_date
from debts.ephemeral import Ephemeral
from debts.money import NOTHING, format_pounds
from plan.rules.case import Case, PaymentNotPossible
from plan.rules.claim import Claim, Nation
from plan.rules.comparison import compare
from plan.rules.frequencies import Frequency, at_most, months_of
from plan.rules.policy import Policy
from plan.rules.proposal import REFERRING, Proposal, propose
from plan.rules.reasons import Notice, Outcome
from plan.rules.statement import Line, Statement
from plan.rules.words import NOTICES, WAYS
from plan.terms import Every

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
    payment = Money(
        not_money=_l("Amount you pay must be an amount of money, like 70 or 70.50"),
        optional=True,
    )
    every = Choice(tuple(Every), empty=_l("Select how often you would pay"), optional=True)
    council_tax = _debt(DEBTS["council_tax"])
    benefit = _debt(DEBTS["benefit"])
    tax = _debt(DEBTS["tax"])
    penalty = _debt(DEBTS["penalty"])


@dataclass(frozen=True, slots=True, repr=False)
class Row(Ephemeral):
    """A debt in words, as `base/shares.html` shows it."""

    label: str
    first: str
    by: str
    hundredths: int
    under: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Way(Ephemeral):
    """A way to share the same payment: how many months it takes, and which debt ends first and
    when; no debt where all end together."""

    name: str
    months: int
    first: str
    first_in: int


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
    if not form.ok:
        return _page(form)
    case, policy = _case(form.data)
    try:
        found = _propose(case, policy)
    except PaymentNotPossible:
        most = propose(replace(case, payment=None), policy).affordable
        words = _(
            "Amount you pay must be between %(least)s and %(most)s",
            least=format_pounds(at_most(policy.affordability.smallest_payment, case.every)),
            most=format_pounds(at_most(most.available if most else NOTHING, case.every)),
        )
        return _page(form.with_error("payment", words))
    return _page(form, found, _ways(case, policy, found))


def _case(typed: Mapping[str, Any]) -> tuple[Case, Policy]:
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
        payment=typed["payment"],
        every=Frequency(typed["every"] or Every.MONTH),
    )
    return case, services().policies.on(today, nation)


def _propose(case: Case, policy: Policy) -> Proposal:
    """The typed payment; else half of what is available or, where half makes no plan, the first
    offer that does. Raises PaymentNotPossible."""
    found = propose(case, policy)
    offer = next((one for one in found.options if one.outcome is Outcome.PLAN), None)
    if case.payment is None and found.outcome is Outcome.REFER and offer is not None:
        return propose(replace(case, payment=offer.payment), policy)
    return found


def _ways(case: Case, policy: Policy, found: Proposal) -> list[Way]:
    """Every way to share the same payment that ends differently; none where there is nothing to
    choose (F97)."""
    if found.outcome is not Outcome.PLAN or len(found.shares) < 2:
        return []
    ways: dict[object, Way] = {}
    for one in compare(replace(case, payment=found.payment), policy):
        soonest = min(one.endings, key=lambda ending: ending.payment)
        label = "" if soonest.payment == one.payments else str(DEBTS[soonest.claim.id])
        ends = tuple(ending.payment for ending in one.endings)
        months = months_of(one.payments, case.every)
        first_in = months_of(soonest.payment, case.every)
        ways.setdefault(ends, Way(_(WAYS[one.strategy]), months, label, first_in))
    return list(ways.values())


def _why_not(found: Proposal) -> str:
    """Why these figures make no plan, in one plain sentence."""
    if found.outcome is Outcome.NOTHING_TO_PAY:
        return _("None of these can go in a plan where you live.")
    if found.outcome is Outcome.NO_AFFORDABLE_PLAN:
        return _("Nothing is left over for a plan.")
    return next((_(NOTICES[one]) for one in found.notices if one in REFERRING), "")


def _rows(found: Proposal) -> list[Row]:
    count = found.payments or 1
    return [
        Row(
            str(DEBTS[share.claim.id]),
            format_pounds(share.first) if share.first else _("Nothing at first"),
            ngettext(
                "after %(num)s month",
                "after %(num)s months",
                months_of(share.paid_off_in, found.every),
            ),
            max(1, 100 * share.paid_off_in // count),
        )
        for share in found.shares
    ]


def _page(form: Form, found: Proposal | None = None, ways: Sequence[Way] = ()) -> Response:
    possible = found is not None and found.outcome is Outcome.PLAN
    return page(
        "public/calculator.html",
        form=form,
        found=found,
        debts=DEBTS,
        possible=possible,
        why_not=_why_not(found) if found and not possible else "",
        beside=[
            _(NOTICES[one])
            for one in (found.notices if found and possible else ())
            if one not in (Notice.GUIDELINES_OUT_OF_DATE, Notice.BELOW_PROTECTED_MINIMUM)
        ],
        rows=_rows(found) if found and possible else [],
        ways=ways,
        out=[str(DEBTS[one.claim.id]) for one in (found.excluded if found else ())],
        offers=[
            (one.payment, months_of(one.payments or 0, found.every))
            for one in (found.options if found else ())
            if found and one.outcome is Outcome.PLAN
        ],
        choices=[(every.value, choice(every)) for every in reversed(Every)],
    )
