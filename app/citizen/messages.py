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
from app.http.current import services
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from consent.clock import london_date
from consent.errors import NotFound
from plan import check_code
from plan.message_words import KINDS, Written, written
from plan.store import messages
from plan.store.messages import FAILED, MessageRow

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


@blueprint.get("")
@signed_in
def listed() -> Response:
    """D81."""
    actor = session.person()
    with services().store.transaction(actor) as tx:
        found = messages.of_subject(tx, actor.subject, limit=SHOWN)
    shown = [_shown(row) for row in found if row.kind in KINDS]
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
    if found is None or found.kind not in KINDS:
        raise NotFound("no such message")
    return page("citizen/account/message.html", message=_shown(found))


def _shown(row: MessageRow) -> Shown:
    code = check_code.made(services().check_code_key, row.kind, london_date(row.made_at))
    said = written(row.kind, row.language, day=row.day, code=code)
    state: Any = STATES.get((row.status, row.channel)) or STATES.get((row.status, ""))
    return Shown(
        f"/messages/{row.message_id}",
        row.sent_at or row.made_at,
        said,
        str(state or ""),
        row.language,
        row.status == FAILED,
    )
