"""D41 and D42: who shares the costs, and whose budget this is."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from app.citizen.budget_visit import back, budget, keep, onward
from app.citizen.budget_words import HOMES, NATIONS
from app.http.access import signed_in
from app.http.fields import Choice, WholeNumber
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from plan.rules.statement import Household

blueprint = Blueprint("budget_household", __name__, url_prefix="/budget")
MOST = 20


def _count(wrong: Any, too_many: Any) -> WholeNumber:
    return WholeNumber(most=MOST, wrong=wrong, outside=too_many, optional=True)


class Home(FormSchema):
    adults = WholeNumber(
        least=1,
        most=MOST,
        empty=_l("Enter how many adults share the costs"),
        wrong=_l("Number of adults must be a whole number, like 1 or 2"),
        outside=_l("Number of adults must be between 1 and 20"),
    )
    children_under_16 = _count(
        _l("Number of children under 16 must be a whole number, like 0 or 2"),
        _l("Number of children under 16 must be 20 or fewer"),
    )
    children_16_to_18 = _count(
        _l("Number of children aged 16 to 18 must be a whole number, like 0 or 2"),
        _l("Number of children aged 16 to 18 must be 20 or fewer"),
    )
    other_dependants = _count(
        _l("Number of other people must be a whole number, like 0 or 2"),
        _l("Number of other people must be 20 or fewer"),
    )
    vehicles = _count(
        _l("Number of vehicles must be a whole number, like 0 or 2"),
        _l("Number of vehicles must be 20 or fewer"),
    )
    home = Choice(HOMES, empty=_l("Select what kind of home you have"))
    nation = Choice(NATIONS, empty=_l("Select where you live"))


class Whose(FormSchema):
    whose = Choice(
        ("me", "us"),
        empty=_l("Select if this budget is only for you or for you and a partner"),
    )


COUNTS = ("adults", "children_under_16", "children_16_to_18", "other_dependants", "vehicles")


@blueprint.get("/household")
@signed_in
def household() -> Response:
    return _household_page(_household_filled())


@blueprint.post("/household")
@signed_in
def household_answered() -> Response:
    form = read_form(Home())
    if not form.ok:
        return _household_page(form)
    keep(
        household=Household(**{name: form.data[name] or 0 for name in COUNTS}),
        home=form.data["home"],
        nation=NATIONS[form.data["nation"]],
    )
    return onward()


@blueprint.get("/joint")
@signed_in
def joint() -> Response:
    whose = {None: "", False: "me", True: "us"}[budget().joint]
    return page("citizen/budget/joint.html", form=blank(Whose(), whose=whose), back=back())


@blueprint.post("/joint")
@signed_in
def joint_answered() -> Response:
    form = read_form(Whose())
    if not form.ok:
        return page("citizen/budget/joint.html", form=form, back=back())
    keep(joint=form.data["whose"] == "us")
    return onward()


def _household_page(form: Form) -> Response:
    return page("citizen/budget/household.html", form=form, back=back())


def _household_filled() -> Form:
    known = budget()
    if known.household is None:
        return blank(Home())
    boxes: dict[str, Any] = {name: str(getattr(known.household, name)) for name in COUNTS}
    nation = next((code for code, one in NATIONS.items() if one is known.nation), "")
    return blank(Home(), **boxes, home=known.home, nation=nation)
