"""X05: how a permission stands, by the reference that the person reads out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from flask import Blueprint
from werkzeug.wrappers import Response

from app.department_console import guard, said
from app.department_console.desk import here
from app.http.access import staff
from app.http.errors import TooManyTries
from app.http.fields import Typed, refuse
from app.http.forms import FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from consent.check_permission import check_permission, read_reference

blueprint = Blueprint("console_permissions", __name__, url_prefix="/department/permissions")
PAGE: Final = "department_console/permissions.html"


class Reference(Typed[str]):
    """Spaced in any way, in capitals or not."""

    def read(self, typed: str) -> str:
        words: Any = _l("Permission reference must be 12 characters, like PM7K 3XQ2 9TVA")
        return read_reference(typed) or str(refuse(words))


class Which(FormSchema):
    reference = Reference(empty=_l("Enter a permission reference"))


@blueprint.get("")
@staff
def ask() -> Response:
    return page(PAGE, form=blank())


@blueprint.post("")
@staff
def answer() -> Response:
    """The reference is posted, so that it stands in no address. Right and wrong ones take the same
    way (SEC-88), and so many may be tried in a time."""
    form = read_form(Which())
    if not form.ok:
        return page(PAGE, form=form)
    desk = here()
    wait = desk.checks.wait(str(guard.staff().account.staff_id))
    if wait:
        raise TooManyTries(guard.now() + timedelta(seconds=wait))
    reference = form.data["reference"]
    found = check_permission(
        desk.store, desk.clock, desk.chance, actor=guard.actor(), reference=reference
    )
    return page(
        PAGE, form=form, asked=reference, found=found, purposes=said.PURPOSES, states=said.STATES
    )
