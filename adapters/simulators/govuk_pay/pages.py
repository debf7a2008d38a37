"""The page where a person types their card. Plain HTML without scripts, for invented cards only."""

from __future__ import annotations

import re
from html import escape
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from adapters.simulators.govuk_pay.api import BOOKS
from adapters.simulators.govuk_pay.books import BROKEN, DECLINED, LATER_DECLINED, LATER_LOST, Books
from adapters.simulators.govuk_pay.things import Payment
from adapters.simulators.one_login.pages import STYLE

GOOD: Final = "4242424242424242"
_MORE: Final = """\
dl { border-top: 1px solid #b1b4b6 }
dl div { display: flex; gap: 1rem; padding: 0.6rem 0; border-bottom: 1px solid #b1b4b6 }
dt { flex: 0 0 9rem; font-weight: bold }
dd { margin: 0 }
label { display: block; font-weight: bold; margin-bottom: 0.25rem }
input[name=card] { font: inherit; width: 100%; max-width: 20rem; height: 2.5rem; padding: 0.25rem;
  border: 2px solid #111; box-sizing: border-box }
li { margin-bottom: 0.25rem }
"""
_NOT_A_CARD: Final = "Enter a card number in the correct format"


async def style(request: web.Request) -> web.Response:
    return web.Response(
        text=STYLE + _MORE, content_type="text/css", headers={"Cache-Control": "max-age=3600"}
    )


async def show(request: web.Request) -> web.Response:
    """The first look at it is the moment at which the payment has started."""
    books = request.app[BOOKS]
    books.tick()
    it = books.by_token(request.match_info["token"])
    if it is None:
        return _page("This link does not work", "<p>Ask the service for a new one.</p>", status=404)
    if it.status == "created":
        books.move(it, "started", event="card_payment_started")
    return _now(books, it)


async def act(request: web.Request) -> web.Response:
    """Card details, the word to take the money, or the word to leave it."""
    books = request.app[BOOKS]
    books.tick()
    it = books.by_token(request.match_info["token"])
    if it is None:
        return _page("This link does not work", "<p>Ask the service for a new one.</p>", status=404)
    said = await request.post()
    if it.open and said.get("how") == "cancel":
        books.move(it, "failed", "P0030", event="card_payment_failed")
    elif it.status in ("created", "started") and said.get("how") == "card":
        number = re.sub(r"[ -]", "", str(said.get("card", "")))
        if not re.fullmatch(r"\d{12,19}", number):
            return _card(books, it, wrong=True)
        _authorise(books, it, number)
    elif it.status == "submitted" and said.get("how") == "confirm":
        books.pay(it)
    if it.status == "success":
        raise web.HTTPSeeOther(it.return_url)
    return _now(books, it)


def _authorise(books: Books, it: Payment, number: str) -> None:
    it.card = number
    if number == DECLINED:
        books.move(it, "failed", "P0010", event="card_payment_failed")
    elif number == BROKEN:
        books.move(it, "error", "P0050", event="card_payment_failed")
    else:
        books.move(it, "submitted")


def _now(books: Books, it: Payment) -> web.Response:
    if it.status == "submitted":
        return _confirm(it)
    if it.open:
        return _card(books, it)
    if it.status == "success":
        return _over(it, "This payment is done", "You have paid. No more is taken.")
    words = {
        "P0010": ("Your payment has been declined", "No money has been taken. You can go back."),
        "P0020": ("This payment took too long", "No money has been taken. You can start again."),
        "P0030": ("Your payment has been cancelled", "No money has been taken."),
        "P0040": ("This payment was called off", "No money has been taken."),
        "P0050": ("Something went wrong", "No money has been taken. You can go back."),
    }
    return _over(it, *words[it.code])


def _card(books: Books, it: Payment, *, wrong: bool = False) -> web.Response:
    agreement = books.agreements.get(it.agreement)
    saved = (
        f"<p>Your card will be kept for later payments: {escape(agreement.description)}</p>"
        if agreement
        else ""
    )
    fault = (
        '<div class="fault" role="alert"><h2>There is a problem</h2>'
        f'<a href="#card">{_NOT_A_CARD}</a></div>'
        if wrong
        else ""
    )
    about = "card-hint card-fault" if wrong else "card-hint"
    why = f'<span id="card-fault" class="hint"><strong>{_NOT_A_CARD}</strong></span>'
    body = (
        f"{fault}<h1>Enter card details</h1>"
        "<p>This stands in for GOV.UK Pay. No card is charged. Do not type a real one.</p>"
        f"{_summary(it)}{saved}"
        f'<form method="post" action="/secure/{escape(it.token)}" novalidate>'
        '<label for="card">Card number</label>'
        '<span id="card-hint" class="hint">The one that is filled in works</span>'
        f'{why if wrong else ""}<input id="card" name="card" value="{GOOD}" inputmode="numeric" '
        f'autocomplete="off" aria-describedby="{about}">'
        "<p>Cards that do something else:</p><ul>"
        f"<li>{_spaced(DECLINED)}: the bank says no</li>"
        f"<li>{_spaced(BROKEN)}: something goes wrong</li>"
        f"<li>{_spaced(LATER_DECLINED)}: works now, the bank says no to later payments</li>"
        f"<li>{_spaced(LATER_LOST)}: works now, then never again</li></ul>"
        '<button class="main" name="how" value="card">Continue</button>'
        '<button name="how" value="cancel">Cancel payment</button></form>'
    )
    return _page("Enter card details", body, form_to=it.return_url, status=400 if wrong else 200)


def _confirm(it: Payment) -> web.Response:
    body = (
        f"<h1>Confirm your payment</h1>{_summary(it)}"
        f'<form method="post" action="/secure/{escape(it.token)}">'
        '<button class="main" name="how" value="confirm">Confirm payment</button>'
        '<button name="how" value="cancel">Cancel payment</button></form>'
    )
    return _page("Confirm your payment", body, form_to=it.return_url)


def _over(it: Payment, title: str, words: str) -> web.Response:
    back = f'<p><a href="{escape(it.return_url)}">Go back to the service</a></p>'
    return _page(title, f"<h1>{title}</h1><p>{words}</p>{back}")


def _summary(it: Payment) -> str:
    pounds, pence = divmod(it.amount, 100)
    return (
        f"<dl><div><dt>Payment for</dt><dd>{escape(it.description)}</dd></div>"
        f"<div><dt>Amount</dt><dd>£{pounds:,}.{pence:02}</dd></div></dl>"
    )


def _spaced(number: str) -> str:
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))


def _page(title: str, body: str, *, form_to: str = "", status: int = 200) -> web.Response:
    where = urlsplit(form_to)
    back = f" {where.scheme}://{where.netloc}" if form_to else ""
    body = body if body.startswith(("<h1", "<div")) else f"<h1>{title}</h1>{body}"
    return web.Response(
        status=status,
        content_type="text/html",
        charset="utf-8",
        text=(
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{escape(title)} – Demonstration payment</title>"
            '<link rel="stylesheet" href="/style.css"></head><body>'
            "<header><div>Demonstration payment</div></header>"
            '<div class="phase"><strong class="tag">Demo</strong>'
            "A simulator. Do not type anything about a real person.</div>"
            f"<main>{body}</main></body></html>"
        ),
        headers={
            "Cache-Control": "no-store",
            "Content-Security-Policy": (
                f"default-src 'none'; style-src 'self'; form-action 'self'{back}; "
                "base-uri 'none'; frame-ancestors 'none'"
            ),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        },
    )
