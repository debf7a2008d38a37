"""Which page comes next for somebody who is getting in."""

from __future__ import annotations

from flask import request

from app.citizen import who
from app.http.access import safe_path
from consent.purposes import Purpose

DETAILS, NINO, CONTACT = "/your-details", "/national-insurance-number", "/contact/safe"
CHOOSE, HOME = "/permissions/choose", "/home"


def next_step() -> str:
    """The first question that this person has not answered yet; then their own page."""
    typed = who.typed()
    if not typed.details_right:
        return DETAILS
    if not typed.nino_asked:
        return NINO
    if who.contact() is None:
        return CONTACT
    given = any(grant.purpose is Purpose.VIEW_DEBTS for grant in who.live_grants())
    return HOME if given else CHOOSE


def onward() -> str:
    """Back to where somebody was sent here from (`?next=`), else the next step."""
    return safe_path(request.args.get("next"), "") or next_step()
