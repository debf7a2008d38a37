"""D13, D14: what the person allowed, and the receipt of each time they did."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from flask import Blueprint
from werkzeug.wrappers import Response

from app.citizen import permission_words, who
from app.http import session
from app.http.access import signed_in
from app.http.current import now, services, settings
from app.http.pages import page
from consent import record as records
from consent.errors import NotFound
from consent.purposes import Purpose
from consent.store import grants
from consent.store.grants import Grant

blueprint = Blueprint("permissions", __name__, url_prefix="/permissions")
ENDED_SHOWN: Final = 25
REFERENCE: Final = re.compile(r"[A-Z0-9]{12}")


@blueprint.get("")
@signed_in
def permissions() -> Response:
    """D14: what may be used now first, what has ended below."""
    held = who.all_grants()
    ended = [grant for grant in held if not grant.live(now())]
    return page(
        "citizen/permissions/permissions.html",
        in_use=sorted((grant for grant in held if grant.live(now())), key=_by_name),
        ended=ended[:ENDED_SHOWN],
        more=len(ended) > ENDED_SHOWN,
        words=permission_words,
    )


@blueprint.get("/<receipt>")
@signed_in
def receipt(receipt: str) -> Response:
    """D13; an old one shows what has become of it since."""
    given = _given(receipt)
    return page(
        "citizen/permissions/receipt.html",
        given=given,
        first=given[0],
        in_use=[grant for grant in given if grant.live(now())],
        may_ask=any(grant.live(now()) and grant.purpose is Purpose.VIEW_DEBTS for grant in given),
        address=receipt,
        words=permission_words,
    )


@blueprint.get("/<receipt>.json")
@signed_in
def receipt_as_json(receipt: str) -> Response:
    """The consent records as they were made, each with its fingerprint, to keep."""
    given = _given(receipt)
    body = {"receipt": given[0].receipt, "records": [_record(grant) for grant in given]}
    return as_download(body, f"permission-{receipt}.json")


def as_download(body: dict[str, Any], name: str) -> Response:
    """A JSON file that the browser saves."""
    text = json.dumps(body, indent=1, ensure_ascii=False)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype="application/json", headers=headers)


def _record(grant: Grant) -> dict[str, Any]:
    notice = services().notices.find(grant.notice, grant.language)
    record = records.record(grant, notice, origin=settings().portal_url)
    return {"record": record, "record_sha256": grant.record_hash, "state_now": grant.state.value}


def _given(receipt: str) -> list[Grant]:
    """The grants of one receipt. Raises NotFound, also for another person's."""
    actor = session.person()
    if not REFERENCE.fullmatch(receipt):
        raise NotFound("no such receipt")
    reference = " ".join(receipt[at : at + 4] for at in range(0, len(receipt), 4))
    with services().store.transaction(actor) as tx:
        found = grants.of_receipt(tx, actor.subject, reference)
    if not found:
        raise NotFound("no such receipt")
    return sorted(found, key=_by_name)


def _by_name(grant: Grant) -> tuple[str, str]:
    return permission_words.department_name(grant.department), grant.purpose
