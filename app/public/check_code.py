"""P12: is a message or letter from us? The code on it says what it was and when; nothing is kept.

The code is posted, so that it stands in no address. A right and a wrong code are answered by pages
of about one size.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from flask import Blueprint
from werkzeug.wrappers import Response

from app.http.access import anyone
from app.http.current import now, services
from app.http.fields import Typed, refuse
from app.http.forms import FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from consent.clock import london_date
from plan import check_code

blueprint = Blueprint("check_code", __name__)
WHAT: Final = MappingProxyType(
    {
        "M01": _l("A message that you changed who we can ask"),
        "M02": _l("A message that something you agreed was saved"),
        "M03": _l("A reminder of a day to come"),
        "M04": _l("A thank you for something you sent"),
        "M05": _l("A message that something had not come"),
        "M06": _l("A letter about something you agreed"),
        "M07": _l("A message that something you set up ends soon"),
        "M08": _l("A message that there is an answer for you"),
        "M10": _l("A message that a year has passed"),
        "M11": _l("A reminder that somebody asked for"),
        "M09": _l("A message that your adviser did something for you"),
    }
)
"""What each kind of message was, in words that tell a stranger nothing."""


class Code(Typed[str]):
    """Eight letters and numbers, spaced in any way."""

    def read(self, typed: str) -> str:
        words: Any = _l("Code must be 8 letters and numbers, like 4K7P 2MXD")
        return check_code.typed(typed) or str(refuse(words))


class OnIt(FormSchema):
    code = Code(empty=_l("Enter the code from your letter, email or text"))


@blueprint.get("/is-this-from-us")
@anyone
def ask() -> Response:
    return page("public/check_code.html", form=blank())


@blueprint.post("/is-this-from-us")
@anyone
def answer() -> Response:
    form = read_form(OnIt())
    if not form.ok:
        return page("public/check_code.html", form=form)
    key, today = services().check_code_key, london_date(now())
    sent = check_code.read(key, form.data["code"], today=today)
    return page("public/check_code_answer.html", sent=sent, what=WHAT[sent.kind] if sent else "")
