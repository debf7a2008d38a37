"""The simulated payment provider: its API, its card page, its messages."""

from __future__ import annotations

import hmac
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from adapters.simulators.cast import Cast
from adapters.simulators.govuk_pay import api, pages
from adapters.simulators.govuk_pay.api import BOOKS
from adapters.simulators.govuk_pay.books import Books
from adapters.simulators.govuk_pay.control import DESK, Desk, install
from adapters.simulators.govuk_pay.faults import BEFORE, Plan, after, before
from adapters.simulators.govuk_pay.shelf import Shelf
from adapters.simulators.govuk_pay.webhooks import Postman
from adapters.simulators.serve import SimulatorSettings

API_KEY: Final = "govuk_pay_api_key"
WEBHOOK_SECRET: Final = "govuk_pay_webhook_secret"  # noqa: S105 - the name of a file
WEBHOOK_PATH: Final = "/webhooks/govuk-pay"
_API_KEY_FILE: Final = web.AppKey("api_key_file", Path)

Errand = Callable[[web.Request], Awaitable[web.Response]]
ROUTES: Final[tuple[tuple[str, str, Errand], ...]] = (
    ("POST", "/v1/payments", api.create_payment),
    ("GET", "/v1/payments", api.search_payments),
    ("GET", "/v1/payments/{payment}", api.get_payment),
    ("GET", "/v1/payments/{payment}/events", api.get_events),
    ("POST", "/v1/payments/{payment}/cancel", api.cancel_payment),
    ("POST", "/v1/payments/{payment}/refunds", api.create_refund),
    ("GET", "/v1/payments/{payment}/refunds", api.get_refunds),
    ("GET", "/v1/payments/{payment}/refunds/{refund}", api.get_refund),
    ("POST", "/v1/agreements", api.create_agreement),
    ("GET", "/v1/agreements/{agreement}", api.get_agreement),
    ("POST", "/v1/agreements/{agreement}/cancel", api.cancel_agreement),
)


def make_app(cast: Cast, settings: SimulatorSettings) -> web.Application:
    """`SVD_PAY_STATE` names a folder where the books outlive the process, `SVD_PAY_WEBHOOK_URL`
    another place for the messages than the portal's usual one."""
    folder = os.environ.get("SVD_PAY_STATE", "")
    books = Books(Shelf(Path(folder) if folder else None), settings.public_url)
    portal = settings.portal_reached_at or settings.portal_url
    to = os.environ.get("SVD_PAY_WEBHOOK_URL", f"{portal}{WEBHOOK_PATH}")
    app = web.Application(middlewares=[_trouble], client_max_size=64 * 1024)
    app[BOOKS] = books
    app[_API_KEY_FILE] = settings.keys_dir / API_KEY
    desk = Desk(books, Postman(books, to, settings.keys_dir / WEBHOOK_SECRET), Plan())
    app.cleanup_ctx.append(desk.postman.run)
    for method, path, errand in ROUTES:
        app.router.add_route(method, path, errand, name=errand.__name__)
    app.router.add_get("/secure/{token}", pages.show)
    app.router.add_post("/secure/{token}", pages.act)
    app.router.add_get("/style.css", pages.style)
    install(app, desk)
    return app


@web.middleware
async def _trouble(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The key first; then what was planned to go wrong, before the errand or after it."""
    errand = request.match_info.route.name
    if not errand or not request.path.startswith("/v1/"):
        return await handler(request)
    if not _knows_key(request):
        return web.Response(status=401, text="Credentials are required to access this resource")
    desk = request.app[DESK]
    desk.books.tick()
    desk.asked.append(
        {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "person": "",
            "what": f"{errand} {request.match_info.get('payment', '')}".strip(),
        }
    )
    fault = desk.plan.take(errand)
    if fault is not None and fault.kind in BEFORE:
        return before(errand, fault.kind)
    done = await handler(request)
    if fault is None or not isinstance(done, web.Response):
        return done
    return await after(request, errand, fault, done)


def _knows_key(request: web.Request) -> bool:
    try:
        key = request.app[_API_KEY_FILE].read_text().strip()
    except OSError:
        return False
    given = request.headers.get("Authorization", "")
    return bool(key) and hmac.compare_digest(f"Bearer {key}".encode(), given.encode())
