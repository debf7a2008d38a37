"""The addresses of a department: Part A of the protocol, and what a demonstration needs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web

from adapters.gateway.doorbell import PATH
from adapters.simulators.behaviour import DEFAULT_SECONDS, Behaviour
from adapters.simulators.cast import Cast, Person
from adapters.simulators.control import Control, install, refuse_other_sites
from adapters.simulators.department.answer import matched, seal_answer
from adapters.simulators.department.faults import SEALED, fail
from adapters.simulators.department.gateway import (
    Assertion,
    Refusal,
    Told,
    check_standing,
    take_assertion,
    take_event,
)
from adapters.simulators.department.matching import fact_fits, find_person, opened
from adapters.simulators.department.money import Money, book_of
from adapters.simulators.department.state import Department, department
from adapters.simulators.department.stopping import stop_word
from adapters.simulators.serve import SimulatorSettings
from consent.clock import Clock, SystemClock
from consent.jose import MAX_TOKEN
from consent.signer import Errand, EventKind

TITLES: Final = {
    "assertion-invalid": "The assertion is not right",
    "assertion-expired": "The assertion is too old",
    "assertion-replayed": "The assertion was used before",
    "clock-skew": "The clocks differ too much",
    "client-unknown": "The sender is not known here",
    "consent-not-live": "The permission is not live",
    "purpose-not-agreed": "The purpose is not in our agreement",
    "field-not-agreed": "A field is not in our agreement",
    "accreditation-suspended": "The service is suspended here",
    "handle-unknown": "Send the details of the person again",
    "not-connected": "This department is not connected yet",
    "too-large": "The message is too large",
    "malformed": "The message cannot be read",
    "unavailable": "Not available now",
    "internal": "Something went wrong here",
}
_CONSENT_EVENTS: Final = frozenset(
    kind.value for kind in EventKind if kind.value.startswith("consent-")
)
_PLAN_EVENTS: Final = frozenset(kind.value for kind in EventKind if kind.value.startswith("plan-"))
HERE: Final = web.AppKey("department", Department)
MONEY: Final = web.AppKey("money", Money)


def make_app(
    cast: Cast, settings: SimulatorSettings, *, clock: Clock | None = None
) -> web.Application:
    """A department of this name. The machine's own clock, unless a test hands in another."""
    app = web.Application(middlewares=[_problems], client_max_size=MAX_TOKEN)
    control = Control(cast, settings.department)
    install(app, control)
    app[HERE] = here = department(cast, settings, control, clock or SystemClock())
    control.with_reset.append(here.as_at_the_start)
    here.book = book_of(here, settings)
    if here.book is not None:
        app[MONEY] = money = Money(here, here.book, settings)
        app.cleanup_ctx.append(money.run)
        control.with_reset.append(money.as_at_the_start)
        app.router.add_get("/_book", _book)
        app.router.add_post("/_control/gateway", _gateway)
        app.router.add_post(PATH, _allocation_head)
    app.on_cleanup.append(_close)
    app.router.add_post("/_control/status-check", _switch)
    app.router.add_get("/.well-known/jwks.json", _jwks)
    app.router.add_get("/_log", _log)
    app.router.add_post("/v1/debt-queries", _debt_query)
    app.router.add_post("/v1/consent-events", _consent_event)
    app.router.add_post("/v1/plan-events", _plan_event)
    app.router.add_post("/v1/hold-requests", _hold_request)
    app.router.add_post("/v1/support-needs", _support_needs)
    app.router.add_post("/v1/budget-totals", _budget_totals)
    return app


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def _problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refusals become RFC 9457 problems without a word about the person."""
    here = request.app[HERE]
    try:
        return await handler(request)
    except Refusal as refusal:
        here.received.refused[refusal.kind] += 1
        return _problem(here, refusal)
    except web.HTTPRequestEntityTooLarge:
        here.received.refused["too-large"] += 1
        return _problem(here, Refusal(413, "too-large"))


def _problem(here: Department, refusal: Refusal) -> web.Response:
    body: dict[str, Any] = {
        "type": f"urn:svd:problem:{refusal.kind}",
        "status": refusal.status,
        "title": TITLES[refusal.kind],
    }
    headers = {"Cache-Control": "no-store"}
    if "closed_until" in refusal.more:
        body["closed_until"] = refusal.more["closed_until"]
    if "retry_after" in refusal.more:
        headers["Retry-After"] = str(refusal.more["retry_after"])
    if here.canary:
        body["detail"] = headers["X-Unasked"] = here.canary
    return web.json_response(
        body, status=refusal.status, content_type="application/problem+json", headers=headers
    )


async def _close(app: web.Application) -> None:
    await app[HERE].status.close()


async def _switch(request: web.Request) -> web.Response:
    """`{"status_check": true | false, "stop_word": "right" | "wrong" | "none"}`: whether it looks
    for itself, and what it answers when it is told to stop."""
    refuse_other_sites(request)
    here, body = request.app[HERE], await request.json()
    here.status.on = bool(body.get("status_check", here.status.on))
    here.gives_word = str(body.get("stop_word", here.gives_word)).replace("none", "")
    return web.json_response({"status_check": here.status.on, "stop_word": here.gives_word})


async def _gateway(request: web.Request) -> web.Response:
    """`{"rests": true | false}`: whether its money and its plans are left to somebody else."""
    refuse_other_sites(request)
    money = request.app[MONEY]
    money.rests = bool((await request.json()).get("rests", money.rests))
    return web.json_response({"rests": money.rests})


async def _jwks(request: web.Request) -> web.Response:
    return web.json_response(request.app[HERE].keys.public(), content_type="application/json")


async def _log(request: web.Request) -> web.Response:
    """Whom we were asked about and how often; names of the cast, no amounts but of plans."""
    received = request.app[HERE].received
    return web.json_response(
        {
            "asked": dict(received.asked),
            "unmatched": received.unmatched,
            "refused": dict(received.refused),
            "consent_events": received.consent_events,
            "plan_events": received.plan_events,
            "hold_requests": len(received.hold_requests),
            "support_needs": received.support_needs,
            "budget_totals": received.budget_totals,
            "status": dict(received.status),
        }
    )


async def _book(request: web.Request) -> web.Response:
    """What came and what was made of it: entries, totals, days, and the last fault."""
    return web.json_response(await asyncio.to_thread(request.app[MONEY].book.as_json))


async def _debt_query(request: web.Request) -> web.StreamResponse:
    here = request.app[HERE]
    assertion = await take_assertion(here, request, Errand.DEBT_QUERY)
    await check_standing(here, assertion)
    person, details = find_person(here, assertion)
    _note(here, person)
    how = Behaviour("mismatch", DEFAULT_SECONDS)
    if person is not None:
        how = await here.control.behaviour(person)
    failed = await fail(here, request, how)
    if failed is not None:
        return failed
    await asyncio.sleep(how.seconds)
    said = _said(here, assertion, person, how, details)
    if person is not None and how.kind == "swap":
        said = _somebody_else(here, assertion, person)
    sealed = seal_answer(here, assertion, said, swapped=how.kind == "swap")
    return web.Response(
        text=sealed, content_type=SEALED, headers={"Cache-Control": "no-store"}
    )  # fmt: skip


def _note(here: Department, person: Person | None) -> None:
    here.control.note(person, "debts")
    if person is None:
        here.received.unmatched += 1
    else:
        here.received.asked[person.key] += 1


def _said(
    here: Department,
    assertion: Assertion,
    person: Person | None,
    how: Behaviour,
    details: dict[str, Any],
) -> dict[str, Any]:
    """The result, and what goes with it. Every result is a sealed 200 of the same size class."""
    if person is None or how.kind == "mismatch":
        return {"result": "not_matched"}
    if how.kind == "needs":
        extra = details.get("extra")
        given = extra.get(how.detail) if isinstance(extra, dict) else None
        if not given:
            return {"result": "needs_fact", "needs_fact": how.detail}
        if not fact_fits(person, how.detail, str(given)):
            return {"result": "not_matched"}
    return matched(
        here, assertion, person, nothing=how.kind == "none", partial=how.kind == "partial"
    )


def _somebody_else(here: Department, assertion: Assertion, person: Person) -> dict[str, Any]:
    other = next((one for one in here.cast if one != person and one.debts_at(here.code)), person)
    return matched(here, assertion, other, nothing=False, partial=False)


async def _consent_event(request: web.Request) -> web.Response:
    """Forget the person's handle, and answer nothing under this permission again (SEC-61)."""
    here = request.app[HERE]
    told = await take_event(here, request)
    if told.kind not in _CONSENT_EVENTS:
        raise Refusal(400, "malformed")
    if not told.again:
        _heed(here, told)
    if told.kind == EventKind.CONSENT_RESUMED or not here.gives_word:
        return web.Response(status=202)
    word = stop_word(here, told)
    return web.Response(
        status=202, text=word, content_type="application/jwt", headers={"Cache-Control": "no-store"}
    )


def _heed(here: Department, told: Told) -> None:
    grant_id = told.content["grant_id"]
    match told.kind:
        case EventKind.CONSENT_SUSPENDED:
            here.pause_grant(grant_id)
        case EventKind.CONSENT_RESUMED:
            here.pause_grant(grant_id, ends=True)
        case _:
            here.end_grant(str(told.claims["sub_id"].get("id")), grant_id)
    here.received.consent_events.append({"kind": told.kind, "grant_id": grant_id})
    here.control.note(None, told.kind)


async def _plan_event(request: web.Request) -> web.Response:
    here = request.app[HERE]
    told = await take_event(here, request)
    if told.kind not in _PLAN_EVENTS or not isinstance(told.content.get("plan_reference"), str):
        raise Refusal(400, "malformed")
    if not told.again:
        here.note_grant(str(told.claims["sub_id"].get("id")), told.content["grant_id"])
        here.received.plan_events.append({"kind": told.kind, **told.content})
        here.control.note(None, told.kind)
    return web.Response(status=202)


async def _allocation_head(request: web.Request) -> web.Response:
    """Money is on its way: the gateway looks now."""
    bell = request.app[MONEY].doorbell
    sent = await request.read()
    status, kind = await asyncio.to_thread(bell.take, request.headers.get("Content-Type", ""), sent)
    if kind:
        raise Refusal(status, kind)
    request.app[HERE].control.note(None, "allocation_head")
    return web.Response(status=202)


async def _hold_request(request: web.Request) -> web.Response:
    here = request.app[HERE]
    said = await _sealed_request(here, request, Errand.HOLD_REQUEST)
    if not {"debt_handle", "reason_code", "words", "reference"} <= set(said):
        raise Refusal(400, "malformed")
    here.held_debts.add(str(said["debt_handle"]))
    here.received.hold_requests.append(said)
    return web.Response(status=202)


async def _support_needs(request: web.Request) -> web.Response:
    here = request.app[HERE]
    await _sealed_request(here, request, Errand.SUPPORT_NEEDS)
    here.received.support_needs += 1
    return web.Response(status=202)


async def _budget_totals(request: web.Request) -> web.Response:
    here = request.app[HERE]
    await _sealed_request(here, request, Errand.BUDGET_TOTALS)
    here.received.budget_totals += 1
    return web.Response(status=202)


async def _sealed_request(
    here: Department, request: web.Request, errand: Errand
) -> dict[str, Any]:  # fmt: skip
    assertion = await take_assertion(here, request, errand)
    here.control.note(None, errand.name.lower())
    return opened(here, assertion.claims.get("request"))
