"""`/token` and `/userinfo`: a code for tokens, an access token for what is known of a person."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from aiohttp import web
from multidict import MultiMapping

from adapters.simulators.one_login import claims
from adapters.simulators.one_login.provider import ACCESS_SECONDS, PROVIDER, Granted, Provider
from adapters.simulators.one_login.registration import ASSERTION_TYPE, ClientRefused

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class TokenRefused(Exception):
    """An error of RFC 6749 section 5.2."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.description, self.status = error, description, status


async def token(request: web.Request) -> web.Response:
    provider = request.app[PROVIDER]
    if "TOKEN_DOWN" in provider.faults.further:
        return web.Response(status=503, text="down")
    try:
        return web.json_response(await _exchange(provider, await request.post()), headers=NO_STORE)
    except TokenRefused as fault:
        return web.json_response(
            {"error": fault.error, "error_description": fault.description},
            status=fault.status,
            headers=NO_STORE,
        )


async def _exchange(provider: Provider, form: MultiMapping[Any]) -> dict[str, Any]:
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise TokenRefused("invalid_client", "private_key_jwt is needed", 401)
    try:
        await provider.client_keys.verify(
            str(form.get("client_assertion", "")),
            audiences=(f"{provider.url}/token", provider.keys.issuer),
        )
    except ClientRefused as fault:
        raise TokenRefused("invalid_client", str(fault), 401) from fault
    if form.get("grant_type") != "authorization_code":
        raise TokenRefused("unsupported_grant_type", "grant_type must be authorization_code")
    code = str(form.get("code", ""))
    granted = provider.redeem(code)
    if granted is None:
        raise TokenRefused("invalid_grant", "the code is unknown, used or too old")
    if form.get("redirect_uri") != granted.asked.redirect_uri:
        raise TokenRefused("invalid_grant", "redirect_uri differs")
    if challenge(str(form.get("code_verifier", ""))) != granted.asked.challenge:
        raise TokenRefused("invalid_grant", "code_verifier does not fit")
    access = provider.access(code, granted)
    return {
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": ACCESS_SECONDS,
        "id_token": provider.keys.id_token(granted.facts, access, provider.faults),
    }


def challenge(verifier: str) -> str:
    """S256 of RFC 7636."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


async def userinfo(request: web.Request) -> web.Response:
    provider = request.app[PROVIDER]
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    granted = provider.accessed(given) if scheme == "Bearer" else None
    if granted is None:
        said = 'Bearer error="invalid_token", error_description="The access token is not known"'
        return web.Response(status=401, headers={"WWW-Authenticate": said, **NO_STORE})
    if "USERINFO_HUGE" in provider.faults.further:
        return web.Response(body=b" " * 5_000_000, content_type="application/json")
    return web.json_response(_about(provider, granted), headers=NO_STORE)


def _about(provider: Provider, granted: Granted) -> dict[str, Any]:
    faults, person = provider.faults, granted.person
    subject = granted.facts.subject
    known: dict[str, Any] = {
        "sub": f"{subject}-other" if "USERINFO_WRONG_SUB" in faults.further else subject
    }
    asked = granted.asked.claims
    if claims.CORE_IDENTITY in asked and granted.proven:
        if "CORE_IDENTITY_ABSENT" not in faults.further:
            known[claims.CORE_IDENTITY] = provider.keys.core_identity(person, granted.facts, faults)
        if claims.ADDRESS in asked:
            known[claims.ADDRESS] = claims.addresses(person)
    codes = faults.return_codes or (() if granted.proven else ("X",))
    if claims.RETURN_CODE in asked and codes:
        known[claims.RETURN_CODE] = [{"code": code} for code in codes]
    return known
