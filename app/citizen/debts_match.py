"""D27: one more fact, for the one department that could not find the person or asks for it."""

from __future__ import annotations

import re
from typing import Any, Final

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from app.citizen import asking
from app.citizen.view import current_view
from app.http.access import sign_in_address, signed_in
from app.http.fields import Nino, Pattern, Postcode, Text, Typed
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from consent.errors import NotFound, SignInTooOld
from consent.register import DepartmentEntry
from debts.view import Card, CardState

blueprint = Blueprint("debts_match", __name__, url_prefix="/debts/no-match")
CHOICES: Final = ("previous_name", "previous_address", "nino", "reference")
"""What the person may try when a department could not find them; a number for driving is added at
the department that knows it by that."""


HELPED: Final = (CardState.NOT_MATCHED, CardState.NEEDS_FACT)
LABELS: Final[dict[str, Any]] = {
    "previous_name": _l("Previous name"),
    "previous_address": _l("Postcode of a previous address"),
    "nino": _l("National Insurance number"),
    "reference": _l("Reference from a letter"),
    "licence": _l("Driving licence number"),
    "vrm": _l("Vehicle registration number"),
    "utr": _l("Unique Taxpayer Reference"),
}


class Short(Pattern):
    """Letters and digits as they stand on a letter, spaces taken out: 4 to 30 of them."""

    shape = re.compile(r"[A-Z0-9/-]{4,30}")

    def tidy(self, typed: str) -> str:
        return re.sub(r"\s", "", typed).upper()


FIELDS: Final[dict[str, Typed[str]]] = {
    "previous_name": Text(empty=_l("Enter a previous name"), longest=80),
    "previous_address": Postcode(empty=_l("Enter a previous postcode")),
    "nino": Nino(),
    "reference": Short(wrong=_l("Enter a reference from a letter, like AB123456C")),
    "vrm": Short(wrong=_l("Enter a vehicle registration number")),
    "licence": Short(wrong=_l("Enter a driving licence number")),
    "utr": Short(wrong=_l("Enter a Unique Taxpayer Reference")),
}


@blueprint.get("/<department>")
@signed_in
def ask(department: str) -> Response:
    """What could help, or the one box for what was chosen or is needed."""
    card = _card(department)
    if card.state not in HELPED:
        return redirect("/debts", 303)
    if card.state is CardState.NOT_MATCHED and asking.has_given_fact(department):
        return page("citizen/debts/no_match_again.html", entry=card.entry)
    return _page(blank(), card, _fact(card))


@blueprint.post("/<department>")
@signed_in
def add(department: str) -> Response:
    """The fact goes to this department and no other, and lasts for this visit."""
    card = _card(department)
    fact = _fact(card)
    if card.state not in HELPED or not fact:
        return redirect(f"/debts/no-match/{card.entry.code}", 303)
    form = read_form(FormSchema.from_dict({fact: FIELDS[fact]})())
    if not form.ok:
        return _page(form, card, fact)
    asking.add_fact(department, fact, form.data[fact])
    try:
        asking.ask([card.entry.code], again=True)
    except SignInTooOld:
        return redirect(sign_in_address("/debts", again=True), 303)
    return redirect("/debts/waiting", 303)


def _card(department: str) -> Card:
    card = current_view().card(department)
    if card is None:
        raise NotFound("no such department")
    return card


def _fact(card: Card) -> str:
    """What the department asks for, or what the person chose to add; empty before they chose."""
    chosen = request.args.get("fact", "")
    return card.fact or (chosen if chosen in choices(card.entry) else "")


def choices(entry: DepartmentEntry) -> tuple[str, ...]:
    """What could help this department, in the order of the page."""
    return (*CHOICES, "licence") if entry.code == "dvla" else CHOICES


def _page(form: Form, card: Card, fact: str) -> Response:
    return page(
        "citizen/debts/no_match.html",
        form=form,
        card=card,
        entry=card.entry,
        fact=fact,
        facts=choices(card.entry),
        labels=LABELS,
    )
