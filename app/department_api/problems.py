"""What is answered when something is wrong: RFC 9457, and at the token endpoint RFC 6749.

A `detail` says what to mend, in words of ours. Nothing of what was sent is repeated, and nothing of
a fault of ours is shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from flask import Flask, g
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app.department_api import why
from app.http.logs import log, where
from consent.errors import OutsideFailed
from consent.proofs import ALGORITHMS

TITLES: Final = {
    "malformed": (400, "The message cannot be read"),
    "token-invalid": (401, "The token or its proof is not right"),
    "scope-not-agreed": (403, "The token is not for this"),
    "not-found": (404, "There is nothing here for you"),
    "method-not-allowed": (405, "This address is not used like that"),
    "not-acceptable": (406, "The answer comes in another form only"),
    "sequence-conflict": (409, "Another answer stands"),
    "plan-not-running": (409, "The plan is over, or your debt left it or is paid"),
    "counted-as-agreed": (409, "No answer came in time, which counts as agreed"),
    "plan-changed": (409, "Your part of the plan has changed: read it again"),
    "debt-not-named": (409, "You have several debts in this plan: name the one that you mean"),
    "closure-overlaps": (409, "Another closure of yours is planned in this time"),
    "closure-not-possible": (409, "It ends after it starts, within 7 days, and starts in 90 days"),
    "day-not-possible": (409, "The day is today or one of the 366 days after it"),
    "too-large": (413, "The message is too large"),
    "unsupported-type": (415, "The message must come in another form"),
    "words-not-plain": (422, "The words must be plain text without links"),
    "rate-limited": (429, "Too many calls"),
    "internal": (500, "Something went wrong here"),
    "unavailable": (503, "Not available now"),
}
BY_STATUS: Final = {status: kind for kind, (status, _) in reversed(TITLES.items())}
_DPOP: Final = f'DPoP algs="{" ".join(ALGORITHMS)}"'
OAUTH: Final = {
    "invalid_request": 400,
    "invalid_client": 401,
    "unsupported_grant_type": 400,
    "invalid_scope": 400,
    "invalid_dpop_proof": 400,
    "temporarily_unavailable": 503,
}


class Problem(Exception):
    """The errand cannot go on; `kind` is a key of TITLES. `field` names the one at fault, in our
    own words and never in those that were sent; `detail` says what to mend."""

    def __init__(self, kind: str, field: str = "", detail: str = "", **headers: str) -> None:
        super().__init__(kind)
        self.kind = kind
        self.field = field
        self.detail = detail
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class OAuthProblem(Exception):
    """An error of the token endpoint; `error` is a key of OAUTH (RFC 6749, section 5.2)."""

    def __init__(self, error: str, detail: str = "") -> None:
        super().__init__(error)
        self.error = error
        self.detail = detail or why.OAUTH[error]


def unauthorised(error: str = "", detail: str = "") -> Problem:
    """401 that says what to bring, and with `error` why it was not taken (RFC 9449)."""
    return Problem("token-invalid", detail=detail, WWW_Authenticate=challenge(error))


def challenge(error: str = "") -> str:
    return f'{_DPOP}, error="{error}"' if error else _DPOP


def prepare(app: Flask) -> None:
    app.register_error_handler(Problem, _of_problem)
    app.register_error_handler(OAuthProblem, _of_oauth)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(OutsideFailed, _of_outside)
    app.register_error_handler(Exception, _of_anything)


def answer(
    kind: str, headers: Mapping[str, str] | None = None, field: str = "", detail: str = ""
) -> Response:
    status, title = TITLES[kind]
    g.code = kind
    body = {"type": f"urn:svd:problem:{kind}", "status": status, "title": title}
    if field:
        body["field"] = field
    if detail:
        body["detail"] = detail
    return Response(
        json.dumps(body),
        status=status,
        headers=dict(headers or {}),
        content_type="application/problem+json",
    )


def _of_problem(problem: Problem) -> Response:
    return answer(problem.kind, problem.headers, problem.field, problem.detail)


def _of_oauth(problem: OAuthProblem) -> Response:
    g.code = problem.error
    status = OAUTH[problem.error]
    headers = {"WWW-Authenticate": challenge(problem.error)} if status == 401 else {}
    return Response(
        json.dumps({"error": problem.error, "error_description": problem.detail}),
        status=status,
        headers=headers,
        content_type="application/json",
    )


def _of_http(fault: HTTPException) -> Response:
    status = fault.code or 500
    kind = BY_STATUS.get(status, "malformed" if status < 500 else "internal")
    allowed = getattr(fault, "valid_methods", None)
    return answer(kind, {"Allow": ", ".join(sorted(allowed))} if allowed else {})


def _of_anything(fault: Exception) -> Response:
    log.error("fault", kind=type(fault).__name__, where=where(fault.__traceback__))
    return answer("internal")


def _of_outside(fault: OutsideFailed) -> Response:
    log.error("fault", kind=fault.kind, where=where(fault.__traceback__))
    return answer("unavailable", {"Retry-After": "1"})
