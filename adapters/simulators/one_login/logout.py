"""`/logout`, and the notice that is sent to the client when a session ends elsewhere."""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from adapters.simulators.control import refuse_other_sites
from adapters.simulators.one_login import pages
from adapters.simulators.one_login.provider import COOKIE, PROVIDER

LONGEST_QUERY = 2048


async def logout(request: web.Request) -> web.StreamResponse:
    """End the session here; go back only to a registered address, with a hint that we signed."""
    provider = request.app[PROVIDER]
    if len(request.query_string) > LONGEST_QUERY:
        return pages.fault("the query is longer than 2,048 bytes")
    subject = provider.keys.subject_of_hint(request.query.get("id_token_hint", ""))
    session = provider.session(request.cookies.get(COOKIE, ""))
    if subject is not None:
        provider.sign_out(subject)
    elif session is not None:
        provider.sign_out(provider.subject(session.person))
    answer: web.Response = pages.signed_out()
    to = request.query.get("post_logout_redirect_uri", "")
    if subject is not None and to in provider.registration.post_logout_uris:
        state = request.query.get("state", "")
        query = f"?{urlencode({'state': state})}" if state else ""
        answer = web.Response(
            status=303, headers={"Location": f"{to}{query}", "Cache-Control": "no-store"}
        )
    answer.del_cookie(COOKIE, path="/")
    return answer


async def back_channel(request: web.Request) -> web.Response:
    """POST `{"person": key}`: end this person's sessions and tell the client so, once.

    `{"token": "…"}` sends these words instead, for trying out tokens that must be refused.
    """
    provider = request.app[PROVIDER]
    refuse_other_sites(request)
    try:
        body = await request.json()
        person = provider.cast.person(str(body["person"]))
    except (ValueError, KeyError, TypeError):
        return web.json_response({"fault": "name a person"}, status=422)
    subject = provider.subject(person)
    provider.sign_out(subject)
    notice = str(body.get("token") or "") or provider.keys.logout_token(
        subject, provider.registration.client_id, secrets.token_urlsafe(16)
    )
    wait = aiohttp.ClientTimeout(total=5)
    try:
        async with (
            aiohttp.ClientSession(timeout=wait, trust_env=False) as session,
            session.post(
                provider.registration.back_channel_uri, data={"logout_token": notice}
            ) as reply,
        ):
            return web.json_response({"answered": reply.status, "logout_token": notice})
    except (aiohttp.ClientError, TimeoutError) as fault:
        return web.json_response(
            {"answered": None, "fault": type(fault).__name__, "logout_token": notice}
        )
