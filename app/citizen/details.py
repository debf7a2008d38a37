"""D03, D04: what departments find a person by. It lives in the visit and nowhere else."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.citizen import who
from app.citizen.steps import DETAILS, NINO, onward
from app.http.access import safe_path, signed_in
from app.http.current import services
from app.http.fields import Choice, Nino
from app.http.forms import FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from debts.facts import Address

blueprint = Blueprint("details", __name__)
NOT_KNOWN: Final = f"{NINO}/not-known"


class Details(FormSchema):
    right = Choice(("yes", "no"), empty=_l("Select yes if these details are right"))


class Number(FormSchema):
    nino = Nino()


@blueprint.get(DETAILS)
@signed_in
def details() -> Response:
    """D03."""
    form = blank(Details(), right=who.typed().details_right)
    return page("citizen/getting_in/details.html", form=form, known=who.identity(), lines=_lines)


@blueprint.post(DETAILS)
@signed_in
def details_sent() -> Response:
    form = read_form(Details())
    known = who.identity()
    if not form.ok:
        return page("citizen/getting_in/details.html", form=form, known=known, lines=_lines)
    who.keep_typed(details_right=form.data["right"])
    return redirect(f"{DETAILS}/wrong{_query()}" if form.data["right"] == "no" else onward(), 303)


@blueprint.get(f"{DETAILS}/wrong")
@signed_in
def details_wrong() -> Response:
    return page("citizen/getting_in/details_wrong.html", known=who.identity())


@blueprint.post(f"{DETAILS}/wrong")
@signed_in
def go_on_anyway() -> Response:
    who.keep_typed(details_right="no")
    return redirect(onward(), 303)


@blueprint.get(NINO)
@signed_in
def nino() -> Response:
    """D04. What was typed in this visit stands in the box."""
    form = blank(Number(), nino=who.typed().nino)
    return page("citizen/getting_in/nino.html", form=form, query=_query())


@blueprint.post(NINO)
@signed_in
def nino_sent() -> Response:
    form = read_form(Number())
    if not form.ok:
        return page("citizen/getting_in/nino.html", form=form, query=_query())
    who.keep_typed(nino=form.data["nino"], nino_asked=True)
    return redirect(onward(), 303)


@blueprint.get(NOT_KNOWN)
@signed_in
def nino_not_known() -> Response:
    """Which departments may not find somebody without the number."""
    connected = services().register.connected()
    return page(
        "citizen/getting_in/nino_not_known.html",
        may_not=[entry for entry in connected if "nino" in entry.sends],
        do_not_use=[entry for entry in connected if "nino" not in entry.sends],
        query=_query(),
    )


@blueprint.post(NOT_KNOWN)
@signed_in
def go_on_without() -> Response:
    who.keep_typed(nino="", nino_asked=True)
    return redirect(onward(), 303)


def _query() -> str:
    """The way back that somebody was sent here with, for the links of the page."""
    back = safe_path(request.args.get("next"), "")
    return f"?next={back}" if back else ""


def _lines(address: Address) -> Markup:
    """An address as people write it, one line under the other."""
    return Markup("<br>").join((*address.lines, address.postcode))
