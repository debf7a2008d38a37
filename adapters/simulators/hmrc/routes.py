"""HMRC's addresses. `_control` takes two departments: `hmrc`, and `breathing_space` for the gate
alone, where a number means that a moratorium runs and `none` that there is none.
"""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from adapters.simulators.behaviour import DEFAULT_ANSWER, Behaviour
from adapters.simulators.cast import Cast, Person
from adapters.simulators.control import Control, install
from adapters.simulators.hmrc.accounts import balance_and_transactions
from adapters.simulators.hmrc.charge_info import charge_info
from adapters.simulators.serve import SimulatorSettings
from adapters.simulators.upstream import HERE, Upstream, fail, issue_token, log
from consent.clock import Clock, SystemClock, london_date

JSON: Final = "application/json"
GATE: Final = "breathing_space"
GATE_SECONDS: Final = 0.2
_VERSIONS: Final = {"1.0": "application/vnd.hmrc.1.0+json", "4.0": "application/vnd.hmrc.4.0+json"}
_TTP_ERRORS: Final = {
    403: {"statusCode": 403, "errorMessage": "The client may not call this"},
    404: {"statusCode": 404, "errorMessage": "The customer was not found"},
    500: {"statusCode": 500, "errorMessage": "Internal Service Error"},
    503: {"statusCode": 503, "errorMessage": "Service Unavailable"},
}
_GATE_ERRORS: Final = {
    403: {"errors": [{"code": "NOT_AUTHORISED", "message": "Not authorised"}]},
    500: {"errors": [{"code": "INTERNAL_SERVER_ERROR", "message": "An error"}]},
    503: {"errors": [{"code": "SERVER_ERROR", "message": "Unavailable"}]},
}


def make_app(
    cast: Cast, settings: SimulatorSettings, *, clock: Clock | None = None
) -> web.Application:
    app = web.Application(client_max_size=64 * 1024)
    control = Control(cast, settings.department)
    install(app, control)
    app[HERE] = Upstream(cast, control, clock or SystemClock())
    app.router.add_get("/_log", log)
    app.router.add_post("/oauth/token", issue_token)
    app.router.add_post("/individuals/time-to-pay-proxy/charge-info", _charge_info)
    app.router.add_get("/individuals/breathing-space/{nino}/periods", _periods)
    app.router.add_get(
        "/accounts/self-assessment/{nino}/balance-and-transactions", balance_and_transactions
    )
    return app


async def _charge_info(request: web.Request) -> web.StreamResponse:
    here = request.app[HERE]
    refused = refusal(request, "1.0", scope="read:time-to-pay-proxy")
    if refused is not None:
        return refused
    try:
        ids = _identifications(await request.json())
    except (ValueError, KeyError, TypeError):
        return web.json_response(
            {"statusCode": 400, "errorMessage": "Invalid JSON error"}, status=400
        )
    person = _find(here.cast, ids)
    here.note(person, "charge-info")
    if person is None:
        await asyncio.sleep(0.3)
        return web.json_response(_TTP_ERRORS[404], status=404)
    how = await here.control.behaviour(person)
    failed = await fail(request, how, _TTP_ERRORS, media_type=JSON)
    if failed is not None:
        return failed
    await asyncio.sleep(how.seconds)
    if how.kind == "mismatch" or (how.kind == "needs" and not _has_fact(person, how, ids)):
        return web.json_response(_TTP_ERRORS[404], status=404)
    shown = here.somebody_else(person, "hmrc") if how.kind == "swap" else person
    body = charge_info(
        shown, here.clock.now(), nothing=how.kind == "none", partial=how.kind == "partial"
    )
    return web.json_response(body, headers={"Cache-Control": "no-store"})


def refusal(request: web.Request, version: str, *, scope: str) -> web.Response | None:
    """What HMRC's gateway checks before any API: the version asked for, and the token."""
    here = request.app[HERE]
    if _VERSIONS[version] not in request.headers.get("Accept", ""):
        here.refused["accept"] += 1
        return _gateway(406, "ACCEPT_HEADER_INVALID")
    held = here.bearer(request).split()
    if not held:
        here.refused["token"] += 1
        return _gateway(401, "INVALID_CREDENTIALS")
    if scope not in held and "all" not in held:
        here.refused["scope"] += 1
        return _gateway(403, "INVALID_SCOPE")
    return None


def _gateway(status: int, code: str) -> web.Response:
    return web.json_response({"code": code, "message": "Refused by the gateway"}, status=status)


def _identifications(body: Any) -> dict[str, str]:
    if body["regimeType"] != "SA" or body["channelIdentifier"] not in ("advisor", "selfService"):
        raise ValueError("not a request of this wire")
    ids = {str(row["idType"]): str(row["idValue"]) for row in body["identifications"]}
    if not ids:
        raise ValueError("at least one")
    return ids


def _find(cast: Cast, ids: dict[str, str]) -> Person | None:
    """By number; two numbers of two people fit nobody."""
    by_nino = cast.by_nino(ids["NINO"]) if "NINO" in ids else None
    by_utr = cast.by_utr(ids["UTR"]) if "UTR" in ids else None
    if by_nino and by_utr and by_nino is not by_utr:
        return None
    return by_nino or by_utr


def _has_fact(person: Person, how: Behaviour, ids: dict[str, str]) -> bool:
    """This wire has no word for "one more fact": it does not find the person until it is there."""
    return how.detail == "utr" and bool(ids.get("UTR"))


async def _periods(request: web.Request) -> web.StreamResponse:
    here = request.app[HERE]
    refused = refusal(request, "1.0", scope="read:breathing-space-periods")
    if refused is not None:
        return refused
    wanted = {"Request-Type": "DA2_BS_UNATTENDED", "Pid": "0000000"}
    if any(request.headers.get(name) != value for name, value in wanted.items()):
        return web.json_response({"errors": [{"code": "INVALID_HEADER"}]}, status=400)
    correlation = request.headers.get("Correlation-Id", "")
    try:
        uuid.UUID(correlation)
    except ValueError:
        return web.json_response({"errors": [{"code": "MISSING_HEADER"}]}, status=400)
    person = here.cast.by_nino(request.match_info["nino"])
    here.control.note(person, "breathing space periods")
    echo = {"Correlation-Id": correlation, "Cache-Control": "no-store"}
    how, running = await _gate(here, person)
    failed = await fail(request, how, _GATE_ERRORS, media_type=JSON)
    if failed is not None:
        return failed
    await asyncio.sleep(how.seconds)
    if not running:
        body: Any = {"errors": [{"code": "NO_DATA_FOUND", "message": "No records found"}]}
        return web.json_response(body, status=404, headers=echo)
    started = london_date(here.clock.now()) - timedelta(days=20)
    period = {
        "periodID": str(uuid.uuid5(uuid.NAMESPACE_URL, person.key if person else "")),
        "startDate": started.isoformat(),
    }
    return web.json_response({"periods": [period]}, headers=echo)


async def _gate(here: Upstream, person: Person | None) -> tuple[Behaviour, bool]:
    """How the gate answers, and whether a moratorium runs: as the story has it, unless told."""
    told = here.control.answer(person, GATE) if person else DEFAULT_ANSWER
    if person is None or told == DEFAULT_ANSWER:
        in_story = person is not None and any(
            debt.state == "breathing_space" for debt in person.debts
        )
        return Behaviour("debts", GATE_SECONDS), in_story
    how = await here.control.behaviour(person, GATE)
    return how, how.kind in ("debts", "late")
