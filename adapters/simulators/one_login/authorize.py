"""`/authorize`: check the request, let the demonstrator choose a person, send a code back."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import web

from adapters.simulators.one_login import pages
from adapters.simulators.one_login.claims import ADDRESS, CORE_IDENTITY, RETURN_CODE
from adapters.simulators.one_login.provider import COOKIE, PROVIDER, Asked, Provider
from adapters.simulators.one_login.registration import ClientRefused

LEVELS: Final = {'["Cl.Cm"]': "Cl.Cm", '["Cl.Cm.P2"]': "Cl.Cm.P2"}
CLAIMS: Final = frozenset({CORE_IDENTITY, ADDRESS, RETURN_CODE})
OUTSIDE: Final = frozenset({"response_type", "scope", "client_id", "request"})
LONGEST_QUERY: Final = 4096
CHALLENGE_LENGTH: Final = 43
PROMPTS: Final = ("none", "login")


class Refused(Exception):
    """An error that goes back to the client with the redirect."""

    def __init__(self, error: str, description: str, *, to: str, state: str) -> None:
        super().__init__(description)
        self.error, self.description, self.to, self.state = error, description, to, state


class Unusable(Exception):
    """A request whose sender cannot be trusted with a redirect: the person sees a page."""


async def authorize(request: web.Request) -> web.StreamResponse:
    provider = request.app[PROVIDER]
    try:
        if len(request.query_string) > LONGEST_QUERY:
            raise Unusable("the query is longer than 4,096 bytes")
        asked = await _read(provider, dict(request.query))
        _switched(provider, asked)
    except Unusable as fault:
        return pages.fault(str(fault))
    except Refused as fault:
        return _back(
            fault.to,
            {"error": fault.error, "error_description": fault.description, "state": fault.state},
        )
    if asked.silent:
        session = provider.session(request.cookies.get(COOKIE, ""))
        if session is None:
            return _back(asked.redirect_uri, {"error": "login_required", "state": asked.state})
        code = provider.code(asked, session)
        return _back(asked.redirect_uri, {"code": code, "state": asked.state})
    return pages.choose(provider.cast, provider.ask(asked), asked.redirect_uri)


async def choice(request: web.Request) -> web.StreamResponse:
    """The posted choice page: a person, a person who is not proven, or nobody."""
    provider = request.app[PROVIDER]
    form = await request.post()
    asked = provider.take(str(form.get("asked", "")))
    if asked is None:
        return pages.fault("this page is too old; start again at the service you came from")
    how = str(form.get("how", ""))
    if how == "cancel":
        return _back(
            asked.redirect_uri,
            {"error": "access_denied", "error_description": "Cancelled", "state": asked.state},
        )
    try:
        person = provider.cast.person(str(form.get("person", "")))
    except KeyError:
        return pages.choose(provider.cast, provider.ask(asked), asked.redirect_uri, missing=True)
    handle, session = provider.sign_in(person, proven=how != "unproven")
    code = provider.code(asked, session)
    answer = _back(asked.redirect_uri, {"code": code, "state": asked.state})
    answer.set_cookie(COOKIE, handle, httponly=True, samesite="Lax", path="/")
    return answer


def _back(to: str, params: Mapping[str, str]) -> web.Response:
    mark = "&" if "?" in to else "?"
    location = f"{to}{mark}{urlencode({key: value for key, value in params.items() if value})}"
    return web.Response(status=303, headers={"Location": location, "Cache-Control": "no-store"})


def _switched(provider: Provider, asked: Asked) -> None:
    off = provider.faults.authorise
    for name, error in (
        ("ACCESS_DENIED", "access_denied"),
        ("TEMPORARILY_UNAVAILABLE", "temporarily_unavailable"),
    ):
        if name in off:
            raise Refused(error, "Switched on", to=asked.redirect_uri, state=asked.state)


async def _read(provider: Provider, query: dict[str, str]) -> Asked:
    """The request, checked. The client and where to go back to come first."""
    if query.get("client_id") != provider.registration.client_id:
        raise Unusable("unknown client_id")
    if "request" in query:
        query = await _unwrap(provider, query)
    to = query.get("redirect_uri", "")
    if to not in provider.registration.redirect_uris:
        raise Unusable("redirect_uri is not registered")
    state = query.get("state", "")

    fault = _fault(query)
    if fault is not None:
        raise Refused(*fault, to=to, state=state)
    return Asked(
        redirect_uri=to,
        state=state,
        nonce=query["nonce"],
        level=_level(query),
        claims=_claims(query.get("claims", "")) or frozenset(),
        challenge=query["code_challenge"],
        silent=query.get("prompt") == "none",
    )


def _fault(query: Mapping[str, str]) -> tuple[str, str] | None:
    """The first thing that is wrong, as an OAuth error and its description."""
    wanted, level = _claims(query.get("claims", "")), _level(query)
    pkce = query.get("code_challenge_method") == "S256" and len(query.get("code_challenge", ""))
    checks = (
        (query.get("response_type") == "code", "unsupported_response_type", "it must be code"),
        (query.get("scope", "").split() == ["openid"], "invalid_scope", "it must be openid"),
        (query.get("state"), "invalid_request", "state is needed"),
        (query.get("nonce"), "invalid_request", "nonce is needed"),
        (pkce == CHALLENGE_LENGTH, "invalid_request", "PKCE with S256 is needed"),
        (level, "invalid_request", "vtr is not one that this client may ask"),
        (query.get("prompt", "login") in PROMPTS, "invalid_request", "prompt: none or login"),
        (wanted is not None, "invalid_request", "claims cannot be read"),
        (level == "Cl.Cm.P2" or not wanted, "invalid_request", "claims need P2"),
    )
    return next(((error, why) for right, error, why in checks if not right), None)


def _level(query: Mapping[str, str]) -> str:
    return LEVELS.get(query.get("vtr", "").replace(" ", ""), "")


async def _unwrap(provider: Provider, query: dict[str, str]) -> dict[str, str]:
    """The parameters of a signed request object; nothing else may stand outside it."""
    if not set(query) <= OUTSIDE:
        raise Unusable("only response_type, scope and client_id may stand outside the request")
    try:
        inside = await provider.client_keys.open(query["request"])
    except ClientRefused as fault:
        raise Unusable(f"request object: {fault}") from fault
    expires = inside.get("exp")
    if (
        inside.get("aud") != f"{provider.url}/authorize"
        or inside.get("iss") != provider.registration.client_id
        or not isinstance(expires, int)
        or expires < time.time()
    ):
        raise Unusable("request object: aud, iss or exp is wrong")
    for name in ("response_type", "scope", "client_id"):
        if inside.get(name) != query.get(name):
            raise Unusable(f"request object: {name} differs from the one outside")
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in inside.items()
        if name not in ("aud", "iss", "exp", "iat", "jti")
    }


def _claims(text: str) -> frozenset[str] | None:
    """Names asked of /userinfo; None when they cannot be read or are not known."""
    if not text:
        return frozenset()
    try:
        asked: Any = json.loads(text)
        names = frozenset(asked["userinfo"])
    except (ValueError, KeyError, TypeError):
        return None
    return names if names <= CLAIMS else None
