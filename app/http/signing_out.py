"""What else must happen when a person signs out: the sign-in door tells us where to go on to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import Flask, current_app

Onward = Callable[[str], str | None]
_KEY = "svd_onward"
SIGNED_OUT: Final = "/signed-out"
ACCOUNT_CLOSED: Final = "/account-closed"
"""Where a person comes back to; both are registered with the sign-in service."""


def set_onward(app: Flask, ask: Onward) -> None:
    """For the door that signs people in: `ask(path)` runs in the request, before the visit ends."""
    app.extensions[_KEY] = ask


def onward(to: str = SIGNED_OUT) -> str | None:
    """The address that ends the session at the sign-in service and comes back to this page of
    ours; asked before the visit is gone."""
    asked: Onward | None = current_app.extensions.get(_KEY)
    return asked(to) if asked else None
