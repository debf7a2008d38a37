"""X14: a department's staff look after their own team."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from app.department_console import guard
from app.department_console.desk import here
from app.http.access import staff_administers
from app.http.fields import Choice, Choices, Email
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import gettext
from app.http.text import lazy_gettext as _l
from consent import team as verbs
from consent.errors import NotFound, WrongState
from consent.ids import StaffId
from consent.roles import Role
from consent.staff import Did, StaffState
from consent.team import Member

blueprint = Blueprint("console_team", __name__, url_prefix="/department/team")
ADDRESS: Final = "/department/team"
ROLES: Final[dict[str, Any]] = {
    Role.ANSWERS.value: _l("Answers plans and questions"),
    Role.RECONCILES.value: _l("Sorts out payments"),
    Role.ADMINISTERS.value: _l("Looks after the team"),
}
LOOKS: Final = Role.VIEWER.value
STATES: Final[dict[StaffState, Any]] = {
    StaffState.INVITED: _l("Invited, not signed in yet"),
    StaffState.ACTIVE: _l("Can sign in"),
    StaffState.REMOVED: _l("Removed"),
}
DID: Final[dict[str, Any]] = {
    Did.SIGNED_IN: _l("Signed in"),
    Did.SIGNED_OUT: _l("Signed out"),
    Did.READ_PLAN: _l("Read a plan"),
    Did.TOOK_LIST: _l("Downloaded a list"),
    Did.ANSWERED_PLAN: _l("Answered a plan"),
    Did.SAID_ENFORCEMENT: _l("Said if other ways to collect wait"),
    Did.ANSWERED_HOLD: _l("Answered a question"),
    Did.CHECKED: _l("Checked a permission"),
    Did.PLANNED_CLOSURE: _l("Planned a closure"),
    Did.DROPPED_CLOSURE: _l("Took a closure back"),
    Did.CONFIRMED_MONEY: _l("Confirmed money"),
    Did.SORTED_OUT: _l("Sorted out a payment"),
    Did.ASKED_RETURN: _l("Asked to send money back"),
    Did.APPROVED_RETURN: _l("Approved that money goes back"),
    Did.DECLINED_RETURN: _l("Declined that money goes back"),
    Did.PROPOSED_WORDS: _l("Proposed words"),
    Did.APPROVED_WORDS: _l("Approved words"),
    Did.DROPPED_WORDS: _l("Dropped words"),
    Did.INVITED: _l("Invited somebody"),
    Did.CHANGED_ROLES: _l("Changed somebody’s role"),
    Did.REMOVED: _l("Removed somebody"),
}


class Invitation(FormSchema):
    email = Email()
    roles = Choices(tuple(ROLES), exclusive=LOOKS, empty=_l("Select a role"))


class Roles(FormSchema):
    roles = Choices(tuple(ROLES), exclusive=LOOKS, empty=_l("Select a role"))


class Removal(FormSchema):
    sure = Choice(("yes", "no"), empty=_l("Select yes if you want to remove them"))


@blueprint.get("")
@staff_administers
def team() -> Response:
    return page(
        "department_console/team.html",
        team=verbs.team(here().store, actor=guard.actor()),
        roles=ROLES,
        states=STATES,
        me=guard.staff().account.staff_id,
        done=request.args.get("done", ""),
    )


@blueprint.get("/history")
@staff_administers
def history() -> Response:
    found = verbs.done(here().store, actor=guard.actor())
    return page("department_console/team_history.html", found=found, did=DID)


@blueprint.get("/invite")
@staff_administers
def invite() -> Response:
    return _invite(blank())


@blueprint.post("/invite")
@staff_administers
def send_invite() -> Response:
    form = read_form(Invitation())
    if not form.ok:
        return _invite(form)
    try:
        verbs.invite(
            here().store,
            here().clock,
            here().chance,
            actor=guard.actor(),
            email=form.data["email"],
            roles=_roles(form),
        )
    except WrongState:
        return _invite(
            form.with_error("email", gettext("Enter an email address that is not in the team yet"))
        )
    return redirect(f"{ADDRESS}?done=invited", 303)


@blueprint.get("/<uuid:staff_id>")
@staff_administers
def member(staff_id: UUID) -> Response:
    found = _member(staff_id)
    return _change(found, blank(roles=list(found.row.roles) or [LOOKS]))


@blueprint.post("/<uuid:staff_id>")
@staff_administers
def change(staff_id: UUID) -> Response:
    form = read_form(Roles())
    if not form.ok:
        return _change(_member(staff_id), form)
    verbs.change_roles(
        here().store,
        here().clock,
        here().chance,
        actor=guard.actor(),
        staff_id=StaffId(staff_id),
        roles=_roles(form),
    )
    return redirect(f"{ADDRESS}?done=changed", 303)


@blueprint.get("/<uuid:staff_id>/remove")
@staff_administers
def ask_remove(staff_id: UUID) -> Response:
    return _remove(_member(staff_id), blank())


@blueprint.post("/<uuid:staff_id>/remove")
@staff_administers
def remove(staff_id: UUID) -> Response:
    form = read_form(Removal())
    if not form.ok:
        return _remove(_member(staff_id), form)
    if form.data["sure"] == "no":
        return redirect(ADDRESS, 303)
    verbs.remove(
        here().store,
        here().clock,
        here().chance,
        actor=guard.actor(),
        staff_id=StaffId(staff_id),
    )
    return redirect(f"{ADDRESS}?done=removed", 303)


def _roles(form: Form) -> list[Role]:
    return [Role(name) for name in form.data["roles"]]


def _member(staff_id: UUID) -> Member:
    """Somebody else of the team. Raises NotFound, also for oneself: nobody changes their own."""
    for one in verbs.team(here().store, actor=guard.actor()):
        mine = one.row.staff_id == guard.staff().account.staff_id
        if one.row.staff_id == staff_id and not mine and one.state is not StaffState.REMOVED:
            return one
    raise NotFound("nobody of this team")


def _invite(form: Form) -> Response:
    return page("department_console/team_invite.html", form=form, roles=ROLES, looks=LOOKS)


def _change(found: Member, form: Form) -> Response:
    return page(
        "department_console/team_member.html", form=form, found=found, roles=ROLES, looks=LOOKS
    )


def _remove(found: Member, form: Form) -> Response:
    return page("department_console/team_remove.html", form=form, found=found)
