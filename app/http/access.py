"""Who may open a page. Every view says so; one that does not say is refused to everybody.

@blueprint.get("/permissions")
@signed_in
def permissions() -> str: ...
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, TypeVar
from urllib.parse import quote

from flask import Flask, current_app, g, redirect, request
from werkzeug.wrappers import Response

from app.http import session
from app.http.current import now
from consent.errors import NotPermitted
from consent.permissions import PERMISSIONS, Permission, may

View = TypeVar("View", bound=Callable[..., Any])
_MARK: Final = "svd_permission"
_SAFE_PATH: Final = re.compile(
    r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@%-][A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?"
)
LONGEST_PATH: Final = 200


def _declare(permission: Permission) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, _MARK, permission)
        return view

    return mark


anyone = _declare(Permission.ANYONE)
"""Public: signed in or not. Nothing of a person stands on it."""
signed_in = _declare(Permission.SIGNED_IN)
"""For a signed-in person. Others are sent to sign in and then back."""
signed_in_recently = _declare(Permission.SIGNED_IN_RECENTLY)
"""For granting, agreeing and appointing: a sign-in of the last 15 minutes (SEC-31)."""
a_department = _declare(Permission.DEPARTMENT)
"""For a department's machines, at their own door (app.department_api)."""

staff = _declare(Permission.STAFF)
"""For a department's staff, whatever their role, at its console (app.department_console)."""
staff_answers = _declare(Permission.STAFF_ANSWERS)
staff_reconciles = _declare(Permission.STAFF_RECONCILES)
staff_administers = _declare(Permission.STAFF_ADMINISTERS)


def permission_of(app: Flask, endpoint: str) -> Permission | None:
    """What a view has declared, or nothing."""
    found = getattr(app.view_functions.get(endpoint), _MARK, None)
    return found if isinstance(found, Permission) else None


def safe_path(text: str | None, otherwise: str = "/home") -> str:
    """A path of this site that a redirect may lead to; anything else becomes `otherwise`."""
    if text and len(text) <= LONGEST_PATH and _SAFE_PATH.fullmatch(text) and "/../" not in text:
        return text
    return otherwise


def sign_in_address(path: str, *, again: bool = False) -> str:
    """Where to sign in (again), with the way back to `path`."""
    extra = "again=1&" if again else ""
    return f"/sign-in?{extra}next={quote(safe_path(path), safe='/')}"


def page_asked_for() -> str:
    """Where to come back to after signing in: this address, or home where it has no page (GET)."""
    rule = request.url_rule
    if rule is None or "GET" in (rule.methods or ()):
        return request.path
    pages = current_app.url_map.bind(request.host)
    return request.path if pages.test(request.path, "GET") else "/home"


def prepare(app: Flask) -> None:
    app.before_request(_check)


def _check() -> Response | None:
    if request.url_rule is None or request.endpoint is None:
        return None  # an unknown address: routing answers
    permission = permission_of(current_app, request.endpoint)
    if permission is None:
        raise NotPermitted("no permission is declared")
    if not may(g.actor, permission):
        return redirect(session.where_to_go() or sign_in_address(page_asked_for()), 303)
    if PERMISSIONS[permission].recent and not g.session.recent(now()):
        return redirect(sign_in_address(page_asked_for(), again=True), 303)
    return None
