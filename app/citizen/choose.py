"""D10, D11: which departments to ask. Nothing is kept until the person agrees on the next page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, redirect, request
from marshmallow import Schema
from werkzeug.wrappers import Response

from app.citizen import who
from app.citizen.slots import CHOSEN, Chosen
from app.citizen.steps import NINO
from app.http import session
from app.http.access import signed_in
from app.http.current import now, services
from app.http.fields import Choices, Postcode
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from consent.errors import NotFound
from consent.ids import random_text
from consent.lifecycle import State
from consent.purposes import Purpose
from consent.register import DepartmentEntry
from consent.store import requests
from consent.store.grants import Grant

blueprint = Blueprint("choose", __name__, url_prefix="/permissions")
NONE: Final = "none"
CHECK: Final = "/permissions/check"
COUNCIL: Final = "/permissions/your-council"
COVERED: Final = "ZZ99"
"""The only postcodes that a council of the demonstration collects council tax for."""


class Council(FormSchema):
    postcode = Postcode(empty=_l("Enter a postcode"))


@blueprint.get("/choose")
@signed_in
def choose() -> Response:
    """D10. Nothing is ticked, unless the person comes back to change what they ticked. What was
    said yes to before is listed, and not asked again."""
    chosen = session.visit().get(CHOSEN, Chosen) if "change" in request.args else None
    return _choose(blank(departments=list(chosen.departments) if chosen else []))


@blueprint.post("/choose")
@signed_in
def chosen() -> Response:
    form = read_form(_schema([entry.code for entry in _to_ask()]))
    if not form.ok:
        return _choose(form)
    departments: tuple[str, ...] = form.data["departments"]
    visit = session.visit()
    if departments == (NONE,):
        visit.delete(CHOSEN)
        return redirect("/permissions/not-asked", 303)
    return _onward(departments)


@blueprint.get("/choose/<department>")
@signed_in
def choose_one(department: str) -> Response:
    """Straight to the card of one department: to ask again, or to decide what was put off."""
    entry = services().register.find(department)
    if entry is None or not entry.connected:
        raise NotFound("no such department to ask")
    if department in _held():
        return redirect("/permissions", 303)
    return _onward((department,))


@blueprint.get("/your-council")
@signed_in
def council() -> Response:
    """D11. The postcode of the identity check stands in the box."""
    known = who.typed().council_postcode or who.identity().address.postcode
    return page("citizen/permissions/council.html", form=blank(Council(), postcode=known))


@blueprint.post("/your-council")
@signed_in
def council_sent() -> Response:
    form = read_form(Council())
    if not form.ok:
        return page("citizen/permissions/council.html", form=form)
    postcode: str = form.data["postcode"]
    who.keep_typed(council_postcode=postcode)
    if not postcode.startswith(COVERED):
        return redirect("/permissions/council-not-connected", 303)
    return redirect(CHECK, 303)


@blueprint.get("/council-not-connected")
@signed_in
def council_not_connected() -> Response:
    """Its own contact, and on without it. What was ticked besides stays ticked."""
    others = _without_council()
    return page(
        "citizen/permissions/council_not_connected.html",
        postcode=who.typed().council_postcode,
        others=others,
    )


@blueprint.post("/council-not-connected")
@signed_in
def on_without_council() -> Response:
    others = _without_council()
    visit = session.visit()
    found = visit.get(CHOSEN, Chosen)
    if found is None or not others:
        return redirect("/permissions/choose", 303)
    codes = tuple(entry.code for entry in others)
    visit.put(CHOSEN, Chosen(codes, found.post_key, now()))
    return redirect(CHECK, 303)


@blueprint.get("/not-asked")
@signed_in
def not_asked() -> Response:
    """After a no. Nothing is asked again; what is kept of a no to cards is said."""
    return page(
        "citizen/permissions/not_asked.html",
        in_use=bool(who.live_grants()),
        cards_seen=request.args.get("said") == "no",
    )


@blueprint.get("/decide-later")
@signed_in
def decide_later() -> Response:
    """After the cards were put off: until when the question stays, and what can be done now."""
    actor = session.person()
    with services().store.transaction(actor) as tx:
        waiting = requests.open_of(tx, actor.subject)
    days = [one.decide_by for one in waiting if one.state is State.DEFERRED]
    if not days:
        return redirect("/permissions", 303)
    return page("citizen/permissions/decide_later.html", until=max(days))


def _onward(departments: tuple[str, ...]) -> Response:
    """To the cards, by way of what finding the person needs."""
    post_key = random_text(services().chance, 24)
    session.visit().put(CHOSEN, Chosen(departments, post_key, now()))
    entries = [services().register.find(code) for code in departments]
    by_postcode = any(entry is not None and entry.asks_by_postcode for entry in entries)
    onward = COUNCIL if by_postcode else CHECK
    return redirect(f"{NINO}?next={onward}" if who.needs_nino(departments) else onward, 303)


def _without_council() -> list[DepartmentEntry]:
    found = session.visit().get(CHOSEN, Chosen)
    entries = [services().register.find(code) for code in (found.departments if found else ())]
    return [entry for entry in entries if entry is not None and not entry.asks_by_postcode]


def _held() -> dict[str, Grant]:
    """Departments that have a yes already, also one that is paused."""
    return {
        grant.department: grant
        for grant in who.open_grants()
        if grant.purpose is Purpose.VIEW_DEBTS
    }


def _to_ask() -> list[DepartmentEntry]:
    held = _held()
    return [entry for entry in services().register.connected() if entry.code not in held]


def _schema(codes: Sequence[str]) -> Schema:
    return FormSchema.from_dict(
        {
            "departments": Choices(
                codes,
                exclusive=NONE,
                empty=_l(
                    "Select which departments you want us to ask,"
                    " or select ‘I do not want to ask any of them’"
                ),
                both=_l("Select departments or select ‘I do not want to ask any of them’"),
            )
        },
        name="ChooseDepartments",
    )()


def _choose(form: Form) -> Response:
    held, register = _held(), services().register
    return page(
        "citizen/permissions/choose.html",
        form=form,
        to_ask=_to_ask(),
        given=[(entry, held[entry.code]) for entry in register.connected() if entry.code in held],
        not_connected=register.not_connected(),
    )
