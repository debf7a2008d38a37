"""What else must happen when a person signs out: the sign-in door tells us where to go on to."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, current_app

Onward = Callable[[], str | None]
_KEY = "svd_onward"


def set_onward(app: Flask, ask: Onward) -> None:
    """For the door that signs people in: `ask()` runs within the request, before the visit ends."""
    app.extensions[_KEY] = ask


def onward() -> str | None:
    """The address that ends the session at the sign-in service; asked before the visit is gone."""
    asked: Onward | None = current_app.extensions.get(_KEY)
    return asked() if asked else None
