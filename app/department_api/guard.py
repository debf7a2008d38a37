"""Who is calling: a token of ours, and a proof for this call by the key that it is bound to.

The order is that of cost: shape, token, proof, then the database, which spends the proof in the
same exchange in which it reads what was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from flask import Flask, current_app, g, request
from werkzeug.wrappers import Response

from app.department_api import why
from app.department_api.door import here
from app.department_api.problems import Problem, unauthorised
from app.http.access import permission_of
from app.http.recent import Call
from consent.errors import NotPermitted
from consent.ids import DepartmentCode
from consent.jose import TokenRefused
from consent.people import Department
from consent.permissions import Permission
from consent.proofs import Spent, check_dpop
from consent.standing import Standing

INTERACTION: Final = "x-svd-interaction-id"
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.I)
_ANSWERS: Final = ("application/jwt", "application/jose", "application/json")


@dataclass(frozen=True, slots=True)
class Caller:
    """A department that proved itself; its proof is right and not yet spent."""

    department: str
    scopes: frozenset[str]
    spent: Spent


def prepare(app: Flask) -> None:
    @app.before_request
    def only_who_may() -> None:
        if request.url_rule is None or request.endpoint is None:
            return  # an unknown address: routing answers
        permission = permission_of(current_app, request.endpoint)
        if permission is Permission.DEPARTMENT:
            g.caller = _caller()
        elif permission is not Permission.ANYONE:
            raise NotPermitted("no permission is declared")

    app.after_request(_say_what_is_left)
    app.after_request(_remember)
    app.after_request(_every_proof_is_spent)


def _say_what_is_left(response: Response) -> Response:
    """RateLimit header fields (draft-ietf-httpapi-ratelimit-headers), also with a 429."""
    if "rate" in g:
        limits = here().limits
        left, seconds = limits.standing(g.rate)
        response.headers["RateLimit-Policy"] = limits.policy
        response.headers["RateLimit"] = f'"department";r={left};t={seconds}'
    return response


def _remember(response: Response) -> Response:
    """The described address and the answer, for the department's own staff (X13)."""
    if "called_by" in g and request.url_rule is not None:
        call = Call(here().clock.now(), response.status_code, g.get("code", ""))
        here().recent.note(g.called_by, f"{request.method} {request.url_rule.rule}", call)
    return response


def _every_proof_is_spent(response: Response) -> Response:
    """A view that answers without having asked the database would let a proof count twice."""
    if "caller" in g and response.status_code < 400 and not g.get("looked"):
        raise NotPermitted("the proof was not spent")
    return response


def look(scope: str, grant_ids: Sequence[str]) -> tuple[Standing, ...]:
    """Spend the caller's proof and read these grants of its own, in one exchange."""
    door, caller = here(), _of_this_call()
    if scope not in caller.scopes:
        raise Problem("scope-not-agreed", detail=f"Get a token with the scope {scope}")
    seen = door.checks.look(
        caller.department, spent=(caller.spent,), grant_ids=grant_ids, lasting=False
    )
    g.looked = True
    if not seen.first:
        raise unauthorised("invalid_dpop_proof", why.PROOF["again"])
    return seen.found


def department() -> str:
    return _of_this_call().department


def caller() -> Department:
    """Who is calling, as the actor of a transaction."""
    return Department(DepartmentCode(department()))


def keep_to_the_rate(name: str, cost: float = 1.0) -> None:
    """Raises a 429 that says how long to wait; every answer says how much is left."""
    g.rate = name
    seconds = here().limits.wait(name, cost)
    if seconds:
        wait = "Wait as many seconds as Retry-After says: then the same call fits"
        raise Problem("rate-limited", detail=wait, Retry_After=str(seconds))


def the_header(name: str) -> str:
    """A header that may come once; "" when it did not come. One that came twice is joined by a
    comma, which neither a token nor a proof has."""
    return request.headers.get(name, "")


def _of_this_call() -> Caller:
    caller: Caller = g.caller
    return caller


def _caller() -> Caller:
    door = here()
    scheme, _, token = the_header("Authorization").partition(" ")
    if not scheme:
        raise unauthorised(detail=why.TOKEN["scheme"])
    if scheme.lower() != "dpop":
        raise unauthorised("invalid_token", why.TOKEN["scheme"])
    try:
        access = door.tokens.read(token)
    except TokenRefused as refused:
        raise unauthorised("invalid_token", why.of_token(refused)) from None
    if door.clients.find(access.department) is None:  # at once, not in 10 minutes
        raise unauthorised("invalid_token", why.TOKEN["register"])
    g.called_by = access.department
    try:
        proof = check_dpop(
            the_header("DPoP"),
            method=request.method,
            url=door.issuer + quote(request.path),
            now=door.clock.now(),
            token=token,
            bound_to=access.jkt,
        )
    except TokenRefused as refused:
        raise unauthorised("invalid_dpop_proof", why.of_proof(refused)) from None
    keep_to_the_rate(access.department)
    if not _UUID.fullmatch(the_header(INTERACTION)):
        raise Problem("malformed", field=INTERACTION, detail="A UUID, a new one for each call")
    if "Accept" in request.headers and request.accept_mimetypes.best_match(_ANSWERS) is None:
        raise Problem("not-acceptable")
    return Caller(access.department, access.scopes, proof.spent)
