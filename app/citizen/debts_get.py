"""D20 and D28: ask all departments, ask one again, and take in an answer that came late."""

from __future__ import annotations

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen import asking
from app.citizen.view import permissions
from app.http import session
from app.http.access import sign_in_address, signed_in
from app.http.current import services
from app.http.pages import page
from consent.errors import NotFound, SignInTooOld
from consent.ids import DepartmentCode

blueprint = Blueprint("debts_get", __name__)


@blueprint.get("/debts/get")
@signed_in
def get_debts() -> Response:
    """D20: who will be asked."""
    codes = asking.may_be_asked()
    entries = [services().register.departments[code] for code in codes]
    return page("citizen/debts/get.html", entries=entries)


@blueprint.post("/debts/get")
@signed_in
def ask_all() -> Response:
    """Asks every department that may be asked; a second press within 30 seconds asks nobody."""
    asking.ask(asking.may_be_asked())
    return redirect("/debts/waiting", 303)


@blueprint.post("/debts/ask-again/<department>")
@signed_in
def ask_again(department: str) -> Response:
    """D28: one department; three times in ten minutes, then its card says when. A permission for
    one time is used up by then: another yes comes first."""
    if services().register.find(department) is None:
        raise NotFound("no such department")
    allowed = permissions().get(DepartmentCode(department))
    if allowed is not None and allowed.used_up:
        return redirect(f"/permissions/choose/{department}", 303)
    try:
        asking.ask([DepartmentCode(department)], again=True)
    except SignInTooOld:
        return redirect(sign_in_address("/debts", again=True), 303)
    return redirect("/debts/waiting", 303)


@blueprint.post("/debts/late/<department>")
@signed_in
def add_late(department: str) -> Response:
    """S14: the person wants the answer that came after they went on."""
    if services().register.find(department) is None:
        raise NotFound("no such department")
    services().pulls.take_late(session.visit(), DepartmentCode(department))
    return redirect("/debts", 303)
