"""What a person can take away of their permissions: signed receipts, one or all of them (F17)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from flask import Blueprint
from werkzeug.wrappers import Response

from app.http import session
from app.http.access import signed_in
from app.http.current import services, settings
from consent.errors import NotFound
from consent.people import Person
from consent.receipts import Papers, RecordDiffers, receipt_for_person
from consent.store import Store, receipts

blueprint = Blueprint("receipts", __name__, url_prefix="/permissions")
REFERENCE: Final = re.compile(r"[A-Z0-9]{12}")


@blueprint.get("/<receipt>.json")
@signed_in
def receipt_as_json(receipt: str) -> Response:
    """What the signed receipt says, to read, and the signed receipt itself (`jws`)."""
    claims = _claims(receipt)
    return _download(
        json.dumps(
            {**claims, "jws": services().sign_receipt(claims)}, ensure_ascii=False, indent=1
        ),
        f"permission-{receipt}.json",
    )


@blueprint.get("/<receipt>.jws")
@signed_in
def receipt_as_jws(receipt: str) -> Response:
    """The signed receipt: a compact JWS."""
    token = services().sign_receipt(_claims(receipt))
    return _download(token + "\n", f"permission-{receipt}.jws", "application/jose")


@blueprint.get("/receipts.json")
@signed_in
def all_receipts() -> Response:
    """Every receipt of this person, newest first, each signed; sent as they are made."""
    actor, part = session.person(), services()
    with part.store.transaction(actor) as tx:
        references = receipts.references_of(tx, actor.subject)
    papers, sign = Papers(settings().portal_url, part.notices), part.sign_receipt

    def written() -> Iterator[str]:
        yield '{"receipts": ['
        for number, reference in enumerate(references):
            try:
                claims = _said(part.store, papers, actor, reference)
                token = sign(claims) if claims else None
            except RecordDiffers:
                token = None  # this one is for the service to explain; the others are not held up
            one = json.dumps({"receipt": reference, "jws": token})
            yield f"{',' if number else ''}\n {one}"
        yield "\n]}\n"

    return _download(written(), "permissions.json")


def _claims(receipt: str) -> dict[str, Any]:
    """What the receipt of this address says. Raises NotFound, also for another person's."""
    actor = session.person()
    if not REFERENCE.fullmatch(receipt):
        raise NotFound("no such receipt")
    reference = " ".join(receipt[at : at + 4] for at in range(0, len(receipt), 4))
    papers = Papers(settings().portal_url, services().notices)
    claims = _said(services().store, papers, actor, reference)
    if claims is None:
        raise NotFound("no such receipt")
    return claims


def _said(store: Store, papers: Papers, actor: Person, reference: str) -> dict[str, Any] | None:
    with store.transaction(actor) as tx:
        return receipt_for_person(tx, papers, subject=actor.subject, reference=reference)


def _download(body: str | Iterator[str], name: str, kind: str = "application/json") -> Response:
    """A file that the browser saves."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, mimetype=kind, headers=headers)
