"""D81: every message that we sent or tried to send, with its words made anew from the templates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from flask import Blueprint
from werkzeug.wrappers import Response

from app.http import session
from app.http.access import signed_in
from app.http.current import now, services
from app.http.pages import page
from app.http.text import gettext
from app.http.text import lazy_gettext as _l
from app.http.words import long_date
from consent.errors import NotFound
from plan import check_code
from plan.message_words import KINDS, Written, written
from plan.store import messages
from plan.store.messages import FAILED, REMINDER, WAITING, MessageRow

blueprint = Blueprint("messages", __name__, url_prefix="/messages")
SHOWN: Final = 100
"""The newest; all of them stand in what a person downloads (D87)."""
STATES: Final = MappingProxyType(
    {
        ("waiting", ""): _l("Not sent yet. We send between 8am and 8pm"),
        ("sent", "email"): _l("Sent by email"),
        ("sent", "text"): _l("Sent by text message"),
        ("delivered", "email"): _l("Arrived by email"),
        ("delivered", "text"): _l("Arrived by text message"),
        ("failed", "email"): _l("We could not email you. Check your address"),
        ("failed", "text"): _l("We could not text you. Check your number"),
        ("not_sent", ""): _l("Not sent. It is only here"),
    }
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the list."""

    address: str
    at: datetime
    said: Written
    state: str
    language: str
    failed: bool
    call_off: str
    """Where it can be called off, while it can."""


@blueprint.get("")
@signed_in
def listed() -> Response:
    """D81."""
    actor = session.person()
    with services().store.transaction(actor) as tx:
        found = messages.of_subject(tx, actor.subject, limit=SHOWN)
        off = messages.called_off(tx, actor.subject)
    shown = [_shown(row, off) for row in found if row.kind in KINDS]
    return page(
        "citizen/account/messages.html",
        messages=shown,
        check=bool(shown) and shown[0].failed,
    )


@blueprint.get("/<uuid:message_id>")
@signed_in
def one(message_id: UUID) -> Response:
    """One of them, as it was sent."""
    actor = session.person()
    with services().store.transaction(actor) as tx:
        found = messages.one_of(tx, actor.subject, message_id)
        off = messages.called_off(tx, actor.subject)
    if found is None or found.kind not in KINDS:
        raise NotFound("no such message")
    return page("citizen/account/message.html", message=_shown(found, off))


def _shown(row: MessageRow, off: frozenset[UUID]) -> Shown:
    code = check_code.made(services().check_code_key, row.kind, row.dated)
    said = written(row.kind, row.language, day=row.day, code=code)
    ahead = row.status == WAITING and row.try_at is not None and row.try_at > now()
    ahead = ahead and row.kind == REMINDER and not row.tries and row.message_id not in off
    state: Any = STATES.get((row.status, row.channel)) or STATES.get((row.status, ""))
    if row.message_id in off:
        state = gettext("You called this off. It is not sent")
    elif ahead:
        state = gettext("Not sent yet. We send it on %(day)s", day=long_date(row.day))
    return Shown(
        f"/messages/{row.message_id}",
        row.sent_at or row.made_at,
        said,
        str(state or ""),
        row.language,
        row.status == FAILED,
        f"/messages/{row.message_id}/call-off" if ahead else "",
    )
