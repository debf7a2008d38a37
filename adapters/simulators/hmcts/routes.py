"""HMCTS's addresses. A search by name gives everybody of that name, as the real one does."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from aiohttp import web

from adapters.simulators.behaviour import DEFAULT_SECONDS, Behaviour
from adapters.simulators.cast import Cast, Person
from adapters.simulators.control import Control, install
from adapters.simulators.hmcts import accounts
from adapters.simulators.hmcts.accounts import Account, accounts_of
from adapters.simulators.serve import SimulatorSettings
from adapters.simulators.upstream import HERE, Upstream, exact_json, fail, issue_token, log
from consent.clock import Clock, SystemClock

PROBLEM: Final = "application/problem+json"
ACCOUNTS: Final = web.AppKey("accounts", tuple[Account, ...])
DETAIL_SECONDS: Final = 0.02


def _problem(status: int, title: str, *, retriable: bool) -> dict[str, Any]:
    return {
        "type": f"https://hmcts.example/problems/{title.lower().replace(' ', '-')}",
        "title": title,
        "status": status,
        "detail": title,
        "operation_id": "0c9f1c9e-4f6c-4a9e-8d5b-2f6f1f0b7a11",
        "retriable": retriable,
    }


ERRORS: Final = {
    400: _problem(400, "Bad Request", retriable=False),
    401: _problem(401, "Unauthorized", retriable=False),
    403: _problem(403, "Forbidden", retriable=False),
    404: _problem(404, "Entity Not Found", retriable=False),
    500: _problem(500, "Internal Server Error", retriable=False),
    503: _problem(503, "Service Unavailable", retriable=True),
}


def make_app(
    cast: Cast, settings: SimulatorSettings, *, clock: Clock | None = None
) -> web.Application:
    app = web.Application(client_max_size=64 * 1024)
    control = Control(cast, settings.department)
    install(app, control)
    app[HERE] = Upstream(cast, control, clock or SystemClock())
    app[ACCOUNTS] = accounts_of(cast)
    app.router.add_get("/_log", log)
    app.router.add_post("/oauth/token", issue_token)
    app.router.add_post("/defendant-accounts/search", _search)
    app.router.add_get("/defendant-accounts/{id}/header-summary", _header)
    app.router.add_get("/defendant-accounts/{id}/payment-terms/latest", _terms)
    app.router.add_get("/defendant-accounts/{id}/impositions", _impositions)
    return app


async def _search(request: web.Request) -> web.StreamResponse:
    here = request.app[HERE]
    if not here.bearer(request):
        here.refused["token"] += 1
        return _refuse(401)
    try:
        body = await request.json()
        found, person = _find(request.app[ACCOUNTS], here.cast, body)
    except (ValueError, KeyError, TypeError, AttributeError):
        return _refuse(400)
    here.note(person, "defendant-accounts/search")
    how = await here.control.behaviour(person) if person else Behaviour("none", DEFAULT_SECONDS)
    failed = await fail(request, how, ERRORS, media_type=PROBLEM)
    if failed is not None:
        return failed
    await asyncio.sleep(how.seconds)
    return _say(_results(request, found, person, how))


def _find(known: tuple[Account, ...], cast: Cast, body: Any) -> tuple[list[Account], Person | None]:
    """Accounts by number, or by family name; the person of the cast that the search is about."""
    if type(body["active_accounts_only"]) is not bool or "business_unit_ids" not in body:
        raise ValueError("not a request of this wire")
    if body.get("reference_number"):
        number = body["reference_number"]["account_number"]
        found = [one for one in known if one.debt.reference == number]
        return found, found[0].person if found else None
    sought = body["defendant"]
    name, born = sought["surname"].casefold(), sought["birth_date"]
    person = next(
        (
            one
            for one in cast
            if one.birth_date.isoformat() == born
            and name in (one.family_name.casefold(), one.former_family_name.casefold())
        ),
        None,
    )
    return [one for one in known if one.surname.casefold() == name], person


def _results(
    request: web.Request, found: list[Account], person: Person | None, how: Behaviour
) -> dict[str, Any]:
    here = request.app[HERE]
    if person is not None and how.kind == "swap":
        other = here.somebody_else(person, "hmcts")
        found = [one for one in request.app[ACCOUNTS] if one.person is other]
    elif how.kind in ("none", "needs"):
        found = [one for one in found if one.person is None]
    rows = [accounts.result(one) for one in found]
    if person is not None and how.kind == "mismatch":
        rows = [_somebody_alike(row, person) for row in rows]
    more = 1 if how.kind == "partial" else 0
    return {"count": len(rows) + more, "defendant_accounts": rows}


def _somebody_alike(row: dict[str, Any], person: Person) -> dict[str, Any]:
    """The same name and birth date, another first name, and no number to tell by."""
    return {
        **row,
        "defendant_firstnames": "Another",
        "birth_date": person.birth_date.isoformat(),
        "national_insurance_number": None,
    }


async def _header(request: web.Request) -> web.StreamResponse:
    return await _one(request, accounts.header)


async def _terms(request: web.Request) -> web.StreamResponse:
    return await _one(request, accounts.terms)


async def _impositions(request: web.Request) -> web.StreamResponse:
    return await _one(request, accounts.impositions)


async def _one(request: web.Request, write: Any) -> web.StreamResponse:
    here = request.app[HERE]
    if not here.bearer(request):
        here.refused["token"] += 1
        return _refuse(401)
    wanted = request.match_info["id"]
    account = next((one for one in request.app[ACCOUNTS] if one.id == wanted), None)
    here.control.note(account.person if account else None, request.path.rpartition("/")[2])
    await asyncio.sleep(DETAIL_SECONDS)
    return _refuse(404) if account is None else _say(write(account))


def _say(body: dict[str, Any]) -> web.Response:
    return web.Response(
        text=exact_json(body),
        content_type="application/json",
        headers={"Cache-Control": "no-store", "ETag": '"9223372036854775808"'},
    )


def _refuse(status: int) -> web.Response:
    return web.json_response(ERRORS[status], status=status, content_type=PROBLEM)
