"""P02: three questions that save a person a sign-in they do not need. Nothing is kept."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, abort, redirect
from werkzeug.wrappers import Response

from app.http.access import anyone
from app.http.fields import Choice
from app.http.forms import FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l

blueprint = Blueprint("suits", __name__, url_prefix="/check-you-can-use-this")
OUTCOMES: Final = ("yes", "outside-the-uk", "business", "someone-else")


class Where(FormSchema):
    where = Choice(
        ("england", "scotland", "wales", "northern-ireland", "elsewhere"),
        empty=_l("Select where you live"),
    )


class Kind(FormSchema):
    kind = Choice(
        ("personal", "business"), empty=_l("Select if the debt is personal or for a business")
    )


class Other(FormSchema):
    other = Choice(("yes", "no"), empty=_l("Select yes if you are doing this for someone else"))


@blueprint.get("")
@anyone
def where() -> Response:
    return page("public/suits_where.html", form=blank())


@blueprint.post("")
@anyone
def where_answered() -> Response:
    form = read_form(Where())
    if not form.ok:
        return page("public/suits_where.html", form=form)
    abroad = form.data["where"] == "elsewhere"
    return _on("outside-the-uk" if abroad else "what-kind")


@blueprint.get("/what-kind")
@anyone
def kind() -> Response:
    return page("public/suits_kind.html", form=blank())


@blueprint.post("/what-kind")
@anyone
def kind_answered() -> Response:
    form = read_form(Kind())
    if not form.ok:
        return page("public/suits_kind.html", form=form)
    return _on("business" if form.data["kind"] == "business" else "for-whom")


@blueprint.get("/for-whom")
@anyone
def other() -> Response:
    return page("public/suits_other.html", form=blank())


@blueprint.post("/for-whom")
@anyone
def other_answered() -> Response:
    form = read_form(Other())
    if not form.ok:
        return page("public/suits_other.html", form=form)
    return _on("someone-else" if form.data["other"] == "yes" else "yes")


@blueprint.get("/<outcome>")
@anyone
def outcome(outcome: str) -> Response:
    """Where to go from here; never an error message."""
    if outcome not in OUTCOMES:
        abort(404)
    return page(f"public/suits_{outcome.replace('-', '_')}.html")


def _on(step: str) -> Response:
    return redirect(f"/check-you-can-use-this/{step}", 303)
