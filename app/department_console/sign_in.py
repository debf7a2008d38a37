"""Through a department's own sign-in and back, staying signed in, and signing out."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from adapters.identity.refusal import SignInRefused
from adapters.identity.staff_login import StaffTrip
from app.department_console import guard
from app.department_console.desk import here
from app.http.access import anyone, staff
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from consent.ids import DepartmentCode

blueprint = Blueprint("console_sign_in", __name__, url_prefix="/department")
TRIP_LIFE: Final = timedelta(minutes=30)
STATE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def _schema() -> FormSchema:
    class Where(FormSchema):
        department = Choice(tuple(here().sign_ins), empty=_l("Select where you work"))
        next = Choice((guard.next_page(request.form.get("next")),), optional=True)

    return Where()


@blueprint.get("/sign-in")
@anyone
def sign_in() -> Response:
    """Which organisation's sign-in to go to."""
    next_page = guard.next_page(request.args.get("next"))
    if guard.live_staff() is not None:
        return redirect(next_page, 303)
    return _ask(blank(), next_page)


@blueprint.post("/sign-in")
@anyone
def start() -> Response:
    """To that sign-in. What must come back is kept sealed, for one use (SEC-24)."""
    next_page = guard.next_page(request.form.get("next"))
    form = read_form(_schema())
    if not form.ok:
        return _ask(form, next_page)
    code = DepartmentCode(form.data["department"])
    try:
        url, trip = here().sign_ins[code].begin(code, chance=here().chance, next_page=next_page)
    except SignInRefused:
        return redirect("/department/sign-in/unavailable", 303)
    guard.start_trip().put(trip.state, trip, life=TRIP_LIFE)
    return redirect(url, 303)


@blueprint.get("/sign-in/return")
@anyone
def come_back() -> Response:
    """One trip, one use; then the session, if the department has an account for them."""
    state, visit = request.args.get("state", ""), guard.trip()
    trip = visit.take(state, StaffTrip) if visit and STATE.fullmatch(state) else None
    if trip is None:
        known = guard.live_staff() is not None  # Back, or a reload, after it went well
        return redirect(guard.HOME if known else "/department/sign-in/not-signed-in", 303)
    code = DepartmentCode(trip.department)
    entry = here().register.find(code)
    try:
        found = here().sign_ins[code].finish(trip, request.args.to_dict(), guard.now())
    except (SignInRefused, KeyError) as refused:
        return _refused(refused)
    account = here().sessions.admit(
        code,
        issuer=found.issuer,
        subject=found.subject,
        email=found.email,
        first=entry.staff if entry else (),
    )
    if account is None:
        return redirect("/department/sign-in/no-account", 303)
    guard.sign_in(account, found.auth_time)
    return redirect(guard.next_page(trip.next_page), 303)


@blueprint.get("/sign-in/no-account")
@anyone
def no_account() -> Response:
    return page("department_console/no_account.html", status=403)


@blueprint.get("/sign-in/not-signed-in")
@anyone
def not_signed_in() -> Response:
    return page("department_console/not_signed_in.html")


@blueprint.get("/sign-in/unavailable")
@anyone
def unavailable() -> Response:
    return page("department_console/unavailable.html", status=503)


@blueprint.get("/sign-in/keys.json")
@anyone
def client_keys() -> Response:
    """With these, a department's own sign-in checks that it is us (private_key_jwt)."""
    keys: dict[str, Any] = dict(here().client_jwks)
    return Response(json.dumps(keys), mimetype="application/jwk-set+json")


@blueprint.post("/session/stay")
@staff
def stay() -> Response:
    """Reading the session has made it last longer."""
    if request.accept_mimetypes.best == "application/json":
        return Response(json.dumps({"seconds": guard.seconds_left()}), mimetype="application/json")
    return redirect(guard.next_page(request.form.get("next")), 303)


@blueprint.post("/sign-out")
@anyone
def sign_out() -> Response:
    guard.sign_out()
    return redirect("/department/sign-in?out=1", 303)


def _ask(form: Form, next_page: str) -> Response:
    register = here().register
    places = [entry for entry in register.with_staff() if entry.code in here().sign_ins]
    return page(
        "department_console/sign_in.html",
        form=form,
        next_page=next_page,
        places=places,
        ended=request.args.get("ended") == "1",
        out=request.args.get("out") == "1",
        came_back=request.args.get("back") == "1",
    )


def _refused(refused: Exception) -> Response:
    kind = refused.kind if isinstance(refused, SignInRefused) else "unavailable"
    if kind == "cancelled":
        return redirect("/department/sign-in?back=1", 303)
    return redirect(f"/department/sign-in/{_PAGES.get(kind, 'not-signed-in')}", 303)


_PAGES: Final = {"unavailable": "unavailable"}
"""Every other refusal has the same page: what was wrong is no help to a person (SEC-32)."""
