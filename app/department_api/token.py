"""`POST /oauth/token`: client credentials, for departments, with a key and never with a secret.

Authlib's server would do the form around it, but its client assertions take RS256, a list of
audiences and a minute of leeway, and it knows no DPoP: every check would have to be replaced. So
the checks are `consent.proofs`, and what is left of RFC 6749 for one grant type is this page.
"""

from __future__ import annotations

import json
from typing import Final

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.department_api import why
from app.department_api.door import here
from app.department_api.guard import keep_to_the_rate, the_header
from app.department_api.problems import OAuthProblem, Problem
from app.department_api.tokens import CLIENT, SCOPES, TOKEN_LIFE
from app.http.access import anyone
from consent.errors import OutsideFailed
from consent.jose import TokenRefused
from consent.keys import KeyRefused
from consent.proofs import (
    ALGORITHMS,
    Possession,
    Spent,
    check_assertion,
    check_dpop,
    claimed_client,
)

blueprint = Blueprint("token", __name__)
ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ONCE: Final = ("grant_type", "scope", "client_id", "client_assertion", "client_assertion_type")


@blueprint.get("/.well-known/oauth-authorization-server")
@anyone
def metadata() -> Response:
    """RFC 8414: what a client library needs to know."""
    door = here()
    said = {
        "issuer": door.issuer,
        "token_endpoint": door.token_address,
        "service_documentation": f"{door.issuer}/v1",
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "scopes_supported": list(SCOPES),
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "dpop_signing_alg_values_supported": list(ALGORITHMS),
    }
    return Response(json.dumps(said), content_type="application/json")


@blueprint.post("/oauth/token")
@anyone
def token() -> Response:
    """A token of ten minutes for the department that proves itself twice: as a client, by its
    published key, and as the holder of the key that the token will be bound to."""
    form = _form()
    if form.get("grant_type") != "client_credentials":
        raise OAuthProblem("unsupported_grant_type" if "grant_type" in form else "invalid_request")
    department, assertion = _client(form)
    proof = _possession()
    scopes = _scopes(form.get("scope"))
    keep_to_the_rate(f"token {department}", 100)
    if not here().checks.look(department, spent=(assertion, proof.spent)).first:
        raise OAuthProblem("invalid_client", why.ASSERTION["again"])
    return Response(
        json.dumps(
            {
                "access_token": here().tokens.mint(department, scopes, proof.jkt),
                "token_type": "DPoP",
                "expires_in": int(TOKEN_LIFE.total_seconds()),
                "scope": " ".join(scopes),
            }
        ),
        content_type="application/json",
    )


def _form() -> dict[str, str]:
    """What was posted: each thing once, and nothing in the address (RFC 6749, section 3.2)."""
    if request.mimetype != "application/x-www-form-urlencoded":
        raise Problem("unsupported-type")
    if request.args or any(len(request.form.getlist(name)) > 1 for name in _ONCE):
        raise OAuthProblem("invalid_request")
    return {name: request.form[name] for name in _ONCE if request.form.get(name)}


def _client(form: dict[str, str]) -> tuple[str, Spent]:
    """The department's code, and its assertion's number."""
    if form.get("client_assertion_type") != ASSERTION or "client_assertion" not in form:
        raise OAuthProblem("invalid_client", why.ASSERTION["none"])
    door, assertion = here(), form["client_assertion"]
    try:
        client = claimed_client(assertion)
        code = client.removeprefix(CLIENT)
        if client != CLIENT + code or form.get("client_id", client) != client:
            raise TokenRefused("client")
        if door.clients.find(code) is None:
            raise TokenRefused("client")
        try:
            return code, _check(code, assertion)
        except TokenRefused as fault:
            if fault.why != "key":
                raise
            return code, _check(code, assertion, again=True)
    except TokenRefused as refused:
        raise OAuthProblem("invalid_client", why.of_assertion(refused)) from None
    except (OutsideFailed, KeyRefused):
        raise OAuthProblem("temporarily_unavailable") from None


def _check(code: str, assertion: str, *, again: bool = False) -> Spent:
    door = here()
    return check_assertion(
        assertion,
        door.clients.keys(code, again=again),
        client=CLIENT + code,
        audience=door.issuer,
        now=door.clock.now(),
    )


def _possession() -> Possession:
    door = here()
    try:
        return check_dpop(
            the_header("DPoP"), method="POST", url=door.token_address, now=door.clock.now()
        )
    except TokenRefused as refused:
        raise OAuthProblem("invalid_dpop_proof", why.of_proof(refused)) from None


def _scopes(wanted: str | None) -> tuple[str, ...]:
    if wanted is None:
        return SCOPES
    asked = wanted.split(" ")
    if not set(asked) <= set(SCOPES):
        raise OAuthProblem("invalid_scope")
    return tuple(scope for scope in SCOPES if scope in asked)
