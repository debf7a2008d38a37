"""The routes: discovery, keys, `/authorize` with a choice of people, `/token`, and the switches."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import web

from adapters.simulators.cast import Cast
from adapters.simulators.control import Control, install, refuse_other_sites
from adapters.simulators.one_login.keys import half_hash
from adapters.simulators.one_login.pages import fault, style
from adapters.simulators.one_login.registration import (
    ASSERTION_TYPE,
    ClientKeys,
    ClientRefused,
    Registration,
)
from adapters.simulators.one_login.token import NO_STORE, TokenRefused, challenge
from adapters.simulators.serve import SimulatorSettings
from adapters.simulators.staff_login.keys import SWITCHES, TenantKeys
from adapters.simulators.staff_login.pages import choose
from adapters.simulators.staff_login.people import Staff, load

CLIENT: Final = "see-and-pay-console"
CLIENT_KEYS_FILE: Final = "staff_client.jwks.json"
CODE_SECONDS: Final = 60
ACCESS_SECONDS: Final = 180


@dataclass(frozen=True, slots=True)
class Asked:
    """One valid request to a department's /authorize, or what a code stands for."""

    department: str
    redirect_uri: str
    state: str
    nonce: str
    challenge: str
    at: float
    staff: Staff | None = None


class Provider:
    """What the sign-ins remember while they run; `switches` are the faults that are on."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self.url = settings.public_url
        self.staff = load()
        self.client_id = os.environ.get("SVD_STAFF_CLIENT_ID", CLIENT)
        self.redirect_uri = f"{settings.portal_url}/department/sign-in/return"
        registration = Registration(
            self.client_id, (self.redirect_uri,), (), "", settings.portal_url
        )
        self.client_keys = ClientKeys(
            registration,
            settings.keys_dir,
            file=CLIENT_KEYS_FILE,
            path="/department/sign-in/keys.json",
        )
        self.tenants = {
            code: TenantKeys(f"{self.url}/{code}")
            for code in dict.fromkeys(one.department for one in self.staff)
        }
        self.switches: frozenset[str] = frozenset()
        self.asking: dict[str, Asked] = {}
        self.codes: dict[str, Asked] = {}

    def of(self, department: str) -> tuple[Staff, ...]:
        return tuple(one for one in self.staff if one.department == department)


PROVIDER: Final = web.AppKey("staff_provider", Provider)


def make_app(cast: Cast, settings: SimulatorSettings) -> web.Application:
    app = web.Application(client_max_size=64 * 1024)
    provider = app[PROVIDER] = Provider(settings)
    control = Control(cast, settings.department)
    control.with_reset.append(lambda: setattr(provider, "switches", frozenset()))
    install(app, control)
    app.router.add_get("/style.css", style)
    app.router.add_get("/config", _switches)
    app.router.add_post("/config", _switch)
    one = "/{department:[a-z]{2,12}}"
    app.router.add_get(f"{one}/.well-known/openid-configuration", _discovery)
    app.router.add_get(f"{one}/keys", _jwks)
    app.router.add_get(f"{one}/authorize", _authorize)
    app.router.add_post(f"{one}/authorize", _choice)
    app.router.add_post(f"{one}/token", _token)
    app.router.add_get(f"{one}/signed-out", _signed_out)
    return app


def _tenant(request: web.Request) -> TenantKeys:
    found = request.app[PROVIDER].tenants.get(request.match_info["department"])
    if found is None:
        raise web.HTTPNotFound
    return found


async def _discovery(request: web.Request) -> web.Response:
    issuer = _tenant(request).issuer
    return web.json_response(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
            "end_session_endpoint": f"{issuer}/signed-out",
            "scopes_supported": ["openid", "email"],
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["PS256"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "claims_supported": ["sub", "email", "email_verified", "amr", "auth_time"],
        },
        headers={"Cache-Control": "max-age=3600"},
    )


async def _jwks(request: web.Request) -> web.Response:
    return web.json_response(_tenant(request).jwks(), headers={"Cache-Control": "max-age=300"})


async def _authorize(request: web.Request) -> web.StreamResponse:
    provider, query = request.app[PROVIDER], request.query
    department = request.match_info["department"]
    _tenant(request)
    if query.get("client_id") != provider.client_id:
        return fault("unknown client_id")
    if query.get("redirect_uri") != provider.redirect_uri:
        return fault("redirect_uri is not registered")
    wrong = (
        query.get("response_type") != "code"
        or "openid" not in query.get("scope", "").split()
        or not query.get("nonce")
        or query.get("code_challenge_method") != "S256"
    )
    state = query.get("state", "")
    if wrong or not state:
        return _back(provider, department, {"error": "invalid_request", "state": state})
    for switch, error in (
        ("ACCESS_DENIED", "access_denied"),
        ("TEMPORARILY_UNAVAILABLE", "temporarily_unavailable"),
    ):
        if switch in provider.switches:
            return _back(provider, department, {"error": error, "state": state})
    oldest = time.monotonic() - 900
    provider.asking = {key: one for key, one in provider.asking.items() if one.at > oldest}
    handle = secrets.token_urlsafe(24)
    provider.asking[handle] = Asked(
        department,
        provider.redirect_uri,
        state,
        query["nonce"],
        query["code_challenge"],
        time.monotonic(),
    )
    return choose(provider.of(department), handle, provider.redirect_uri)


async def _choice(request: web.Request) -> web.StreamResponse:
    provider, form = request.app[PROVIDER], await request.post()
    department = request.match_info["department"]
    asked = provider.asking.get(str(form.get("asked", "")))
    if asked is None or asked.department != department:
        return fault("this page is too old; start again at the service you came from")
    if form.get("how") == "cancel":
        return _back(provider, department, {"error": "access_denied", "state": asked.state})
    wanted = str(form.get("person", ""))
    staff = next((one for one in provider.of(department) if one.key == wanted), None)
    if staff is None:
        handle = str(form["asked"])
        return choose(provider.of(department), handle, asked.redirect_uri, missing=True)
    del provider.asking[str(form["asked"])]
    code = secrets.token_urlsafe(24)
    provider.codes[code] = Asked(
        department, asked.redirect_uri, asked.state, asked.nonce, asked.challenge,
        time.monotonic(), staff,
    )  # fmt: skip
    return _back(provider, department, {"code": code, "state": asked.state})


async def _signed_out(request: web.Request) -> web.Response:
    return fault("you have signed out")


def _back(provider: Provider, department: str, params: Mapping[str, str]) -> web.Response:
    other = "OTHER_ISSUER_IN_ANSWER" in provider.switches
    told = {**params, "iss": f"{provider.url}/{'other' if other else department}"}
    location = f"{provider.redirect_uri}?{urlencode(told)}"
    return web.Response(status=303, headers={"Location": location, "Cache-Control": "no-store"})


async def _token(request: web.Request) -> web.Response:
    provider, tenant = request.app[PROVIDER], _tenant(request)
    if "TOKEN_DOWN" in provider.switches:
        return web.Response(status=503, text="down")
    form = await request.post()
    try:
        return web.json_response(await _exchange(provider, tenant, form), headers=NO_STORE)
    except TokenRefused as refused:
        said = {"error": refused.error, "error_description": refused.description}
        return web.json_response(said, status=refused.status, headers=NO_STORE)


async def _exchange(provider: Provider, tenant: TenantKeys, form: Any) -> dict[str, Any]:
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise TokenRefused("invalid_client", "private_key_jwt is needed", 401)
    try:
        await provider.client_keys.verify(
            str(form.get("client_assertion", "")), audiences=(f"{tenant.issuer}/token",)
        )
    except ClientRefused as refused:
        raise TokenRefused("invalid_client", str(refused), 401) from refused
    granted = provider.codes.pop(str(form.get("code", "")), None)
    right = (
        granted is not None
        and granted.staff is not None
        and time.monotonic() - granted.at <= CODE_SECONDS
        and f"{provider.url}/{granted.department}" == tenant.issuer
        and form.get("redirect_uri") == granted.redirect_uri
        and challenge(str(form.get("code_verifier", ""))) == granted.challenge
    )
    if granted is None or granted.staff is None or not right:
        raise TokenRefused("invalid_grant", "the code is unknown, used, too old or not yours")
    access = secrets.token_urlsafe(32)
    return {
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": ACCESS_SECONDS,
        "id_token": tenant.id_token(
            granted.staff,
            client_id=provider.client_id,
            nonce=granted.nonce,
            at_hash=half_hash(access),
            switches=provider.switches,
        ),
    }


async def _switches(request: web.Request) -> web.Response:
    return web.json_response({"on": sorted(request.app[PROVIDER].switches), "all": SWITCHES})


async def _switch(request: web.Request) -> web.Response:
    """A whole new set: `{"on": ["NO_SECOND_FACTOR"]}`; `{}` turns everything off."""
    refuse_other_sites(request)
    try:
        wanted = frozenset((await request.json()).get("on", ()))
    except (ValueError, TypeError, AttributeError):
        wanted = frozenset({"?"})
    if not wanted <= {*SWITCHES}:
        return web.json_response({"fault": f"choose from {', '.join(SWITCHES)}"}, status=422)
    request.app[PROVIDER].switches = wanted
    return await _switches(request)
