"""The sign-in service tells us that somebody signed out there (OpenID back-channel logout)."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Final

from flask import Blueprint, request
from werkzeug.wrappers import Response

from adapters.identity.refusal import SignInRefused
from app.citizen.slots import Seen
from app.http.access import anyone
from app.http.csrf import from_machine
from app.http.current import now, services, settings

blueprint = Blueprint("signed_out_elsewhere", __name__)
REMEMBERED: Final = timedelta(minutes=4)
"""Longer than a notice is good for, so that none is good twice (SEC-28)."""


@blueprint.post("/sign-in/back-channel-logout")
@anyone
@from_machine
def signed_out_elsewhere() -> Response:
    """Every session of this account ends. 200 when done, 400 for what is no such notice."""
    token = request.form.get("logout_token", "")
    try:
        notice = services().one_login.verify_logout_token(token, now())
    except SignInRefused as refused:
        return Response(status=503 if refused.kind == "unavailable" else 400)
    if not _first_time(notice.jti):
        return Response(status=400)
    subject = services().sessions.subject_for(settings().one_login_issuer, notice.subject)
    services().sessions.close_all(subject)
    return Response(status=200)


def _first_time(jti: str) -> bool:
    """The vault remembers a notice for all processes, under a key of the notice's own number."""
    key = hashlib.sha256(f"logout notice {jti}".encode()).digest()
    shelf = services().visits.open(urlsafe_b64encode(key).rstrip(b"=").decode("ascii"))
    if shelf.get("seen", Seen) is not None:
        return False
    shelf.put("seen", Seen(now()), life=REMEMBERED)
    return True
