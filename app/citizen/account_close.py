"""D88: the person closes their account. A plan is stopped first; nothing of it ends by surprise."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.http import session
from app.http.access import signed_in
from app.http.current import services
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.signing_out import ACCOUNT_CLOSED, onward
from app.http.text import lazy_gettext as _l
from consent.close import close
from plan.progress import progress

blueprint = Blueprint("account_close", __name__)
CLOSE: Final = "/account/close"


class Close(FormSchema):
    close = Choice(("yes", "no"), empty=_l("Select yes if you want to close your account"))


@blueprint.get(CLOSE)
@signed_in
def ask() -> Response:
    return _page(blank())


@blueprint.post(CLOSE)
@signed_in
def answered() -> Response:
    form = read_form(Close())
    if not form.ok or _has_plan():
        return _page(form)
    if form.data["close"] == "no":
        return redirect("/account", 303)
    part, address = services(), onward(ACCOUNT_CLOSED)
    close(part.store, part.clock, part.chance, actor=session.person())
    session.sign_out()
    return redirect(address or ACCOUNT_CLOSED, 303)


def _has_plan() -> bool:
    plan = progress(services().store, actor=session.person())
    return plan is not None and plan.live


def _page(form: Form) -> Response:
    return page("citizen/account/close.html", form=form, has_plan=_has_plan())
