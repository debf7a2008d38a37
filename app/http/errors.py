"""One table from what went wrong to what a person, or a machine (RFC 9457), is told.

Nothing of the error itself is shown or logged: its type, its place in the code and its code are.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

from flask import Flask, current_app, g, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app.http.access import page_asked_for, sign_in_address
from app.http.logs import log, where
from app.http.text import lazy_gettext as _l
from consent.errors import ServiceError


class TooManyTries(Exception):
    """Asked too often; `until` is when the next try is welcome, aware UTC."""

    code = "too_many_tries"

    def __init__(self, until: datetime | None = None) -> None:
        super().__init__("too many tries")
        self.until = until


@dataclass(frozen=True, slots=True)
class Shown:
    """What is answered: a status, a page, and its title (also the problem's)."""

    status: int
    template: str
    title: str


def _page(status: int, title: str, template: str = "") -> Shown:
    return Shown(status, f"errors/{template or status}.html", title)


FAULT: Final = _page(500, _l("Sorry, there is a problem with the service"))
TABLE: Final = {
    "not_permitted": _page(403, _l("You cannot view this page")),
    "not_found": _page(404, _l("Page not found")),
    "consent_needed": _page(403, _l("You have not given permission for this"), "consent"),
    "consent_ended": _page(403, _l("Your permission for this has ended"), "consent"),
    "wrong_state": _page(409, _l("This page has changed")),
    "form_refused": _page(403, _l("We could not be sure that this came from you"), "form"),
    "bad_request": _page(400, _l("We could not read what was sent")),
    "method_not_allowed": _page(405, _l("This page cannot be opened like that"), "400"),
    "too_large": _page(413, _l("We could not read what was sent"), "400"),
    "too_many_tries": _page(429, _l("You have tried too many times")),
    "outside_failed": _page(503, _l("Sorry, the service is unavailable")),
    "unavailable": _page(503, _l("Sorry, the service is unavailable")),
    "internal": FAULT,
}
"""Every code that a person or a machine may meet; one that is not here is `internal`."""
BY_STATUS: Final = {
    400: "bad_request",
    403: "not_permitted",
    404: "not_found",
    405: "method_not_allowed",
    409: "wrong_state",
    413: "too_large",
    429: "too_many_tries",
    503: "unavailable",
}
LAST_RESORT: Final = (
    "<!doctype html><html lang='en'><meta charset='utf-8'>"
    "<title>Sorry, there is a problem with the service</title>"
    "<main><h1>Sorry, there is a problem with the service</h1><p>Try again later.</p>"
    "<p>For free debt advice call National Debtline: 0808 808 4000.</p></main></html>"
)


def prepare(app: Flask) -> None:
    app.register_error_handler(CSRFError, lambda _: answer("form_refused"))
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(ServiceError, _of_service)
    app.register_error_handler(TooManyTries, _of_too_many)
    app.register_error_handler(Exception, _of_anything)


def answer(code: str, *, until: datetime | None = None) -> Response:
    """The page of a code, or its problem document when the caller reads JSON only."""
    shown = TABLE.get(code, FAULT)
    g.code = code
    if _machine():
        problem = {
            "type": f"/problems/{code}",
            "title": str(shown.title),
            "status": shown.status,
            "code": code,
        }
        return Response(
            json.dumps(problem), status=shown.status, mimetype="application/problem+json"
        )
    try:
        body = render_template(shown.template, heading=str(shown.title), code=code, until=until)
    except Exception as fault:  # the page for faults must not fail
        _let_tests_see(fault)
        log.error("error_page", kind=type(fault).__name__, where=where(fault.__traceback__))
        body = LAST_RESORT
    return Response(body, status=shown.status, mimetype="text/html")


def _let_tests_see(fault: Exception) -> None:
    """Only where the application was told to pass faults on, which is never so when it serves."""
    if current_app.config["PROPAGATE_EXCEPTIONS"]:
        raise fault


def _machine() -> bool:
    """Reads JSON and no page: a person's browser always takes HTML."""
    wanted = request.accept_mimetypes
    best = wanted.best_match(("text/html", "application/json", "application/problem+json"))
    return best not in (None, "text/html")


def _of_http(fault: HTTPException) -> Response:
    status = fault.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if 300 <= status < 400:
        return redirect(getattr(fault, "new_url", "/"), status)
    return answer(BY_STATUS.get(status, "bad_request" if status < 500 else "internal"))


def _of_service(fault: ServiceError) -> Response:
    if fault.code == "sign_in_too_old":
        g.code = fault.code
        return redirect(sign_in_address(page_asked_for(), again=True), 303)
    if TABLE.get(fault.code, FAULT) is FAULT:
        return _of_anything(fault)
    return answer(fault.code)


def _of_too_many(fault: TooManyTries) -> Response:
    return answer(fault.code, until=fault.until)


def _of_anything(fault: Exception) -> Response:
    _let_tests_see(fault)
    code = fault.code if isinstance(fault, ServiceError) else "internal"
    log.error("fault", kind=type(fault).__name__, code=code, where=where(fault.__traceback__))
    g.code = code
    return answer(code)
