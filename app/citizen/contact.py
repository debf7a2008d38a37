"""D05: how a person can be reached safely. The address is sealed before it is kept."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from app.citizen import who
from app.citizen.steps import CONTACT, onward
from app.http import session, words
from app.http.access import signed_in
from app.http.current import now, services
from app.http.fields import Choice, Email, PhoneUK, Text, Typed
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from consent.store import people
from consent.store.people import ContactRow

blueprint = Blueprint("contact", __name__)
CHANNELS: Final = ("email", "text", "letter", "none")
LONGEST_ADDRESS: Final = 200
"""Characters; its sealed form fits the column whatever the script."""
BOX: Final = {"email": "email", "text": "phone", "letter": "address"}
"""The box in which a channel's address is typed."""


class Contact(FormSchema):
    channel = Choice(
        CHANNELS, empty=_l("Select how we can contact you, or select ‘Do not contact me’")
    )
    email = Text(optional=True)
    phone = Text(optional=True)
    address = Text(optional=True)


def needed(channel: str) -> Typed[str]:
    """Only the box of the chosen channel is judged."""
    if channel == "email":
        return Email()
    if channel == "text":
        return PhoneUK()
    return Text(
        empty=_l("Enter the address where letters are safe"),
        longest=LONGEST_ADDRESS,
        too_long=_l("Address must be 200 characters or less"),
    )


@blueprint.get(CONTACT)
@signed_in
def contact() -> Response:
    """D05. The kept address stays sealed: only what sends messages opens it (decision 41)."""
    kept = who.contact()
    home = who.identity().address
    address = "\n".join((*home.lines, home.postcode))
    form = blank(Contact(), channel=kept.channel if kept else "", address=address)
    return _page(form)


@blueprint.post(CONTACT)
@signed_in
def contact_sent() -> Response:
    channel = request.form.get("channel", "")
    schema = Contact()
    if channel in BOX:
        schema = Contact.from_dict({BOX[channel]: needed(channel)}, name=channel)()  # type: ignore[assignment]
    form = read_form(schema)
    if not form.ok:
        return _page(form)
    _keep(form, channel)
    return redirect(onward(), 303)


def _keep(form: Form, channel: str) -> None:
    actor = session.person()
    address = ""
    if channel == "letter":
        lines = (" ".join(line.split()) for line in form.value("address").splitlines())
        address = "\n".join(line for line in lines if line)
    elif channel in BOX:
        address = form.data[BOX[channel]]
    sealed = services().contacts.seal(address, actor.subject) if address else ""
    row = ContactRow(channel, sealed, words.chosen(), now())
    with services().store.transaction(actor) as tx:
        people.keep_contact(tx, actor.subject, row)


def _page(form: Form) -> Response:
    kept = who.contact()
    return page("citizen/getting_in/contact.html", form=form, kept=kept, first=kept is None)
