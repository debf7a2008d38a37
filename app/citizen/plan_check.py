"""D66: everything the person is about to agree to, and a yes or a no of equal weight."""

from __future__ import annotations

from flask import Blueprint, redirect
from marshmallow import fields
from werkzeug.wrappers import Response

from app.citizen import anchor, plan_case, plan_dates, plan_words
from app.citizen.plan_agreeing import agree_to
from app.citizen.plan_draft import ShownPlan
from app.citizen.plan_steps import AGREED, CHECK, OLD, PLAN, next_step
from app.citizen.plan_terms import Offer, offer
from app.citizen.slots import PLAN_SHOWN
from app.http import session
from app.http.access import signed_in, signed_in_recently
from app.http.current import services
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from consent.errors import ConsentEnded, ConsentNeeded
from consent.ids import random_text
from plan.agree import PlanRunsAlready
from plan.progress import progress

blueprint = Blueprint("plan_check", __name__)
NOT_AGREED = "/plan/not-agreed"


class Agree(FormSchema):
    """`fingerprint` is that of the figures that stood on the page (SEC-82)."""

    agree = Choice(("yes", "no"), empty=_l("Select yes if you agree to this plan"))
    fingerprint = fields.String()
    post_key = fields.String()


@blueprint.get(CHECK)
@signed_in_recently
def check() -> Response:
    """Nothing is selected. The figures on the page are remembered for this visit."""
    found = _offer()
    if found is None:
        return _elsewhere()
    if not plan_case.draft().post_key:
        plan_case.keep(post_key=random_text(services().chance, 24))
    return _page(found, blank())


@blueprint.post(CHECK)
@signed_in_recently
def check_sent() -> Response:
    """Figures that changed since are shown beside the old ones, and the question is asked again."""
    found, draft = _offer(), plan_case.draft()
    if found is None or not draft.post_key:
        return _elsewhere()
    form = read_form(Agree())
    if form.value("fingerprint") != found.shown.fingerprint:
        return _page(found, blank(), old=_as_shown(form), changed=True)
    if form.value("post_key") != draft.post_key:
        return redirect(CHECK, 303)
    if not form.ok:
        return _page(found, form)
    if form.data["agree"] == "no":
        return redirect(NOT_AGREED, 303)
    opened = anchor.opening(draft.post_key)
    try:
        given = agree_to(found, draft, opened)
    except PlanRunsAlready:
        return redirect(AGREED, 303)
    except (ConsentNeeded, ConsentEnded):
        plan_case.keep(share={}, totals={})
        return redirect(next_step(plan_case.draft()), 303)
    return anchor.away(given, opened, AGREED)


@blueprint.get(NOT_AGREED)
@signed_in
def not_agreed() -> Response:
    """After a no: nothing was recorded or sent, and nothing is asked again."""
    return page("citizen/plan/not_agreed.html")


def _offer() -> Offer | None:
    worked = plan_case.worked()
    if worked is None or worked.payment_gone or worked.often_gone or worked.out_of_date:
        return None
    if worked.proposal.ask_first or next_step(worked.draft) != CHECK or not _all_asked(worked):
        return None
    return offer(worked)


def _all_asked(worked: plan_case.Worked) -> bool:
    """Each department of the plan has its yes: one that answered late has not been asked yet."""
    said = worked.draft.share
    return all(said.get(one.claim.department) == "yes" for one in worked.proposal.shares)


def _elsewhere() -> Response:
    """To the plan that runs already, else to the first question that is open."""
    running = progress(services().store, actor=session.person())
    if running is not None and running.live:
        return redirect(AGREED, 303)
    worked = plan_case.worked()
    if worked is None or not worked.possible or worked.out_of_date:
        return redirect(PLAN, 303)
    if worked.payment_gone or worked.often_gone:
        return redirect(PLAN, 303)
    if worked.draft.settled and worked.proposal.ask_first:
        return redirect(OLD, 303)
    step = next_step(worked.draft)
    return redirect("/plan/share" if step == CHECK else step, 303)


def _as_shown(form: Form) -> ShownPlan | None:
    """The figures that this form was about, when they are still remembered."""
    shown = session.visit().get(PLAN_SHOWN, ShownPlan)
    return shown if shown and shown.fingerprint == form.value("fingerprint") else None


def _page(
    found: Offer, form: Form, *, old: ShownPlan | None = None, changed: bool = False
) -> Response:
    worked, proposal = found.worked, found.worked.proposal
    session.visit().put(PLAN_SHOWN, found.shown)
    days = plan_dates.payment_days(worked.rhythm, proposal.payments or 1)
    return page(
        "citizen/plan/check.html",
        form=form,
        status=409 if changed else 200,
        changed=changed,
        old=old,
        shown=found.shown,
        post_key=plan_case.draft().post_key,
        worked=worked,
        proposal=proposal,
        terms=found.terms,
        method=plan_words.METHODS[found.terms.method],
        days=days,
        month=plan_dates.month_and_year,
        rows=plan_words.rows(worked),
        charges_stop=plan_words.charges_stop(worked),
        can_appeal=plan_words.can_appeal(worked),
        left_out=plan_words.left_out(worked),
        totals=[
            plan_words.name(code)
            for code, said in worked.draft.totals.items()
            if said == "yes" and worked.draft.share.get(code) == "yes"
        ],
    )
