"""The second step of D60: ask departments to pause while the person gets advice.

One yes or no for each department, used at once and once. Kept are the permission and that it was
used; which debts it was about is not. A pause shows in the department's own next answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, redirect
from marshmallow import Schema, fields
from werkzeug.wrappers import Response

from adapters.departments.native import Delivery
from app.citizen import who
from app.citizen.plan_draft import PauseAsked
from app.citizen.plan_steps import NOT_NOW
from app.citizen.slots import PLAN_PAUSE
from app.citizen.view import current_view
from app.http import session, words
from app.http.access import signed_in, signed_in_recently
from app.http.current import now, services, settings
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import gettext as _
from consent.errors import ConsentEnded
from consent.events import Kind
from consent.grant import Shown, Yes, give
from consent.ids import DepartmentCode, new_reference, random_text
from consent.notices import Notice, Row, full_name
from consent.permit import Permit
from consent.permits import note_outcome, permits_for
from consent.purposes import Purpose
from consent.register import DepartmentEntry
from debts.view import Numbered, View

blueprint = Blueprint("plan_pause", __name__)
PAUSE: Final = "/plan/not-now/pause"
ASKED: Final = "/plan/not-now/asked"
CODE: Final = "pause_for_advice"
"""What the department reads: nothing of why."""
SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Card:
    """One department's question."""

    entry: DepartmentEntry
    rows: tuple[Row, ...]
    question: str


def may_pause(view: View) -> tuple[list[DepartmentEntry], list[DepartmentEntry]]:
    """Departments with a debt that is not on hold: those that we can tell, and those that the
    person calls."""
    codes = {one.department for one in view.debts if one.debt.hold is None}
    entries = [entry for entry in services().register.connected() if entry.code in codes]
    takes = [e for e in entries if e.takes_holds and e.code in services().messages]
    return takes, [entry for entry in entries if entry not in takes]


@blueprint.get(PAUSE)
@signed_in_recently
def pause() -> Response:
    """Nothing is selected."""
    takes, _others = may_pause(current_view())
    if not takes:
        return redirect(NOT_NOW, 303)
    asked = PauseAsked(post_key=random_text(services().chance, 24), shown_at=now())
    session.visit().put(PLAN_PAUSE, asked)
    return _page(takes, blank(post_key=asked.post_key))


@blueprint.post(PAUSE)
@signed_in_recently
def pause_sent() -> Response:
    """The same post twice asks nobody twice: each permission is used once."""
    view = current_view()
    takes, _others = may_pause(view)
    asked = session.visit().get(PLAN_PAUSE, PauseAsked)
    if not takes or asked is None:
        return redirect(NOT_NOW, 303)
    form = read_form(_schema(takes))
    if form.value("post_key") != asked.post_key:
        return redirect(ASKED if asked.done else PAUSE, 303)
    if not form.ok:
        return _page(takes, form)
    yes = [entry for entry in takes if form.data[f"tell_{entry.code}"] == "yes"]
    if not asked.done:
        session.visit().put(PLAN_PAUSE, _ask(asked, yes, view))
    return redirect(ASKED, 303)


@blueprint.get(ASKED)
@signed_in
def asked() -> Response:
    found = session.visit().get(PLAN_PAUSE, PauseAsked)
    if found is None or not found.done:
        return redirect(NOT_NOW, 303)
    _takes, others = may_pause(current_view())
    register = services().register
    return page(
        "citizen/plan/pause_asked.html",
        told=[register.departments[DepartmentCode(code)] for code in found.told],
        not_told=[register.departments[DepartmentCode(code)] for code in found.not_told],
        others=others,
        reference=found.reference,
    )


def _ask(asked: PauseAsked, entries: list[DepartmentEntry], view: View) -> PauseAsked:
    """Give the permissions, use each at once, and say what became of it."""
    part, actor = services(), session.person()
    give(
        part.store,
        part.clock,
        part.chance,
        actor=actor,
        yeses=[Yes(entry, _notice()) for entry in entries],
        shown=Shown(asked.post_key, asked.shown_at, words.language()),
        sign_in=who.evidence(),
        origin=settings().portal_url,
    )
    permits = permits_for(
        part.store,
        part.clock,
        part.chance,
        part.notices,
        actor=actor,
        purpose=Purpose.HOLD_OR_QUERY,
        sign_in=who.evidence(),
        departments=[entry.code for entry in entries],
        session_hash=session.token_hash(),
    )
    reference = new_reference(part.chance, "HD")
    told: list[str] = []
    not_told: list[str] = []
    for permit in permits:
        debts = [one for one in view.debts if one.department == permit.department]
        sent = [_send(permit, one, reference) for one in debts if one.debt.hold is None]
        taken = bool(sent) and all(sent)
        (told if taken else not_told).append(permit.department)
        note_outcome(
            part.store,
            part.clock,
            part.chance,
            actor=actor,
            permit=permit,
            kind=Kind.HOLD_ASKED,
            outcome="sent" if taken else "not_sent",
        )
    return PauseAsked(
        asked.post_key, asked.shown_at, tuple(told), tuple(not_told), reference, done=True
    )


def _send(permit: Permit, numbered: Numbered, reference: str) -> bool:
    errand = (
        services()
        .messages[permit.department]
        .send_hold(
            permit,
            debt_token=numbered.debt.token,
            reason_code=CODE,
            words="",
            reference=reference.replace(" ", ""),
        )
    )
    try:
        return services().wire_loop.call(errand, seconds=SECONDS) is Delivery.TAKEN
    except (TimeoutError, ConsentEnded):
        return False


def _notice() -> Notice:
    return services().notices.newest(Purpose.HOLD_OR_QUERY, words.language())


def _schema(entries: list[DepartmentEntry]) -> Schema:
    made: dict[str, Any] = {
        f"tell_{entry.code}": Choice(
            ("yes", "no"),
            empty=_("Select yes if you agree to us telling %(name)s", name=entry.name),
        )
        for entry in entries
    }
    return FormSchema.from_dict({**made, "post_key": fields.String()}, name="Pause")()


def _page(entries: list[DepartmentEntry], form: Form) -> Response:
    notice = _notice()
    return page(
        "citizen/plan/pause.html",
        form=form,
        notice=notice,
        cards=[
            Card(
                entry,
                notice.card(entry, until=notice.until(entry, now())),
                notice.question_one.format(name=full_name(entry)),
            )
            for entry in entries
        ],
    )
