"""D30: what a person owes to public bodies that are not part of this service. Nothing is kept."""

from __future__ import annotations

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.http.access import signed_in
from app.http.current import services
from app.http.fields import Choices
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from consent.register import DepartmentEntry

blueprint = Blueprint("debts_add", __name__)
NOTHING = "nothing"


@blueprint.get("/debts/add")
@signed_in
def ask() -> Response:
    return _page(blank())


@blueprint.post("/debts/add")
@signed_in
def add() -> Response:
    words = _l("Select what else you owe, or select ‘Nothing else’")
    codes = [*(entry.code for entry in _later()), NOTHING]
    also = Choices(codes, empty=words, exclusive=NOTHING, both=words)
    form = read_form(FormSchema.from_dict({"also": also})())
    if not form.ok:
        return _page(form)
    chosen = form.data["also"]
    if NOTHING in chosen:
        return redirect("/debts", 303)
    entries = [entry for entry in _later() if entry.code in chosen]
    return page("citizen/debts/added.html", entries=entries)


def _page(form: Form) -> Response:
    return page("citizen/debts/add.html", form=form, later=_later())


def _later() -> tuple[DepartmentEntry, ...]:
    return services().register.not_connected()
