"""The routes of the simulated sign-in service."""

from __future__ import annotations

import os

from aiohttp import web
from aiohttp.typedefs import Handler

from adapters.simulators.cast import Cast
from adapters.simulators.control import Control, install, refuse_other_sites
from adapters.simulators.one_login import pages
from adapters.simulators.one_login.authorize import authorize, choice
from adapters.simulators.one_login.claims import ADDRESS, CORE_IDENTITY, RETURN_CODE
from adapters.simulators.one_login.faults import BadSwitch, read
from adapters.simulators.one_login.logout import back_channel, logout
from adapters.simulators.one_login.provider import PROVIDER, Provider
from adapters.simulators.one_login.registration import ClientKeys, Registration
from adapters.simulators.one_login.token import token, userinfo
from adapters.simulators.serve import SimulatorSettings

MACHINES = frozenset(
    {
        "/token",
        "/userinfo",
        "/.well-known/openid-configuration",
        "/.well-known/jwks.json",
        "/.well-known/did.json",
    }
)
"""Addresses that machines call: a caller without a User-Agent is refused, as the real one does."""

KEYS_CACHE = {"Cache-Control": "max-age=300"}


def make_app(cast: Cast, settings: SimulatorSettings) -> web.Application:
    registration = Registration.from_environment(settings.portal_url, os.environ)
    app = web.Application(middlewares=[_named_callers], client_max_size=64 * 1024)
    app[PROVIDER] = Provider(
        cast, settings.public_url, registration, ClientKeys(registration, settings.keys_dir)
    )
    app.router.add_get("/.well-known/openid-configuration", _discovery)
    app.router.add_get("/.well-known/jwks.json", _jwks)
    app.router.add_get("/.well-known/did.json", _did)
    app.router.add_get("/authorize", authorize)
    app.router.add_post("/authorize/choice", choice)
    app.router.add_post("/token", token)
    app.router.add_get("/userinfo", userinfo)
    app.router.add_get("/logout", logout)
    app.router.add_get("/style.css", pages.style)
    app.router.add_get("/config", _switches)
    app.router.add_post("/config", _switch)
    app.router.add_post("/config/rotate", _rotate)
    app.router.add_post("/config/back-channel-logout", back_channel)
    install(app, Control(cast, settings.department))
    return app


@web.middleware
async def _named_callers(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.path in MACHINES and not request.headers.get("User-Agent", "").strip():
        return web.Response(status=403, text="a User-Agent is needed")
    return await handler(request)


async def _discovery(request: web.Request) -> web.Response:
    provider = request.app[PROVIDER]
    url = provider.url
    return web.json_response(
        {
            "issuer": provider.keys.issuer,
            "authorization_endpoint": f"{url}/authorize",
            "token_endpoint": f"{url}/token",
            "userinfo_endpoint": f"{url}/userinfo",
            "jwks_uri": f"{url}/.well-known/jwks.json",
            "end_session_endpoint": f"{url}/logout",
            "scopes_supported": ["openid"],
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["PS256"],
            "request_parameter_supported": True,
            "request_object_signing_alg_values_supported": ["PS256"],
            "code_challenge_methods_supported": ["S256"],
            "claims_supported": ["sub", CORE_IDENTITY, ADDRESS, RETURN_CODE],
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": False,
        },
        headers={"Cache-Control": "max-age=3600"},
    )


async def _jwks(request: web.Request) -> web.Response:
    return web.json_response(request.app[PROVIDER].keys.jwks(), headers=KEYS_CACHE)


async def _did(request: web.Request) -> web.Response:
    provider = request.app[PROVIDER]
    return web.json_response(provider.keys.did(provider.faults), headers=KEYS_CACHE)


async def _switches(request: web.Request) -> web.Response:
    return web.json_response(request.app[PROVIDER].faults.to_json())


async def _switch(request: web.Request) -> web.Response:
    """A whole new set of switches; `{}` turns everything off."""
    refuse_other_sites(request)
    provider = request.app[PROVIDER]
    try:
        provider.faults = read(await request.json())
    except (BadSwitch, ValueError, KeyError, TypeError, AttributeError) as fault:
        said = {"field": "errorConfiguration", "msg": str(fault)}
        return web.json_response({"error": "invalid_request", "invalid_fields": [said]}, status=400)
    return web.json_response(provider.faults.to_json())


async def _rotate(request: web.Request) -> web.Response:
    refuse_other_sites(request)
    request.app[PROVIDER].keys.rotate()
    return web.json_response({"rotated": True})
