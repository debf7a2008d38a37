"""The service's few pages: plain HTML without scripts, so that they work in any browser."""

from __future__ import annotations

from html import escape
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from adapters.simulators.cast import Cast

STYLE: Final = """\
body { margin: 0; font: 1.1875rem/1.4 Helvetica, Arial, sans-serif; color: #111; background: #fff }
header { background: #2b2b2b; color: #fff; padding: 0.75rem 1rem; font-weight: bold }
main, .phase, header > div { max-width: 60rem; margin: 0 auto }
main { padding: 1.5rem 1rem 3rem }
.phase { padding: 0.5rem 1rem; border-bottom: 1px solid #b1b4b6 }
.tag { background: #4a2a6a; color: #fff; padding: 0.1rem 0.5rem; margin-right: 0.5rem }
h1 { font-size: 2rem; line-height: 1.15 }
fieldset { border: 0; padding: 0; margin: 0 }
.choice { display: flex; gap: 0.75rem; padding: 0.5rem 0 }
.choice input { flex: none; width: 2rem; height: 2rem; margin: 0 }
.hint { display: block; color: #484949 }
button { font: inherit; padding: 0.6rem 1rem; margin: 1rem 0.75rem 0 0; border: 2px solid #111;
  background: #fff; color: #111; cursor: pointer }
button.main { background: #00572e; border-color: #00572e; color: #fff }
.fault { border: 4px solid #ca3535; padding: 1rem; margin-bottom: 1.5rem }
.fault a { color: #ca3535; font-weight: bold }
a:focus, button:focus, input:focus { outline: 3px solid #111; outline-offset: 3px }
"""


async def style(request: web.Request) -> web.Response:
    return web.Response(
        text=STYLE, content_type="text/css", headers={"Cache-Control": "max-age=3600"}
    )


def choose(cast: Cast, asked: str, redirect_uri: str, *, missing: bool = False) -> web.Response:
    """The page where the demonstrator says who is signing in."""
    rows = "".join(
        f'<div class="choice"><input type="radio" name="person" id="person-{escape(person.key)}" '
        f'value="{escape(person.key)}" aria-describedby="about-{escape(person.key)}">'
        f'<div><label for="person-{escape(person.key)}"'
        f' lang="{person.lang}">{escape(person.display_name)}</label>'
        f'<span class="hint" id="about-{escape(person.key)}">{escape(person.persona)}</span>'
        "</div></div>"
        for person in cast
    )
    summary = (
        '<div class="fault" role="alert"><h2>There is a problem</h2>'
        f'<a href="#person-{escape(cast.people[0].key)}">Choose a person, or go back</a></div>'
        if missing
        else ""
    )
    body = (
        f"{summary}<h1>Who is signing in?</h1>"
        "<p>This stands in for GOV.UK One Login. Nobody here is real and there is no password.</p>"
        '<form method="post" action="/authorize/choice">'
        f'<input type="hidden" name="asked" value="{escape(asked)}">'
        f"<fieldset><legend>Choose one of ten invented people</legend>{rows}</fieldset>"
        '<button class="main" name="how" value="continue">Continue</button>'
        '<button name="how" value="unproven">Continue without proving identity</button>'
        '<button name="how" value="cancel">Cancel and go back</button></form>'
    )
    return page("Who is signing in?", body, form_to=redirect_uri, status=400 if missing else 200)


def fault(why: str) -> web.Response:
    body = f"<h1>This sign-in cannot go on</h1><p>{escape(why.capitalize())}.</p>"
    return page("This sign-in cannot go on", body, status=400)


def signed_out() -> web.Response:
    return page("You have signed out", "<h1>You have signed out</h1>")


def page(title: str, body: str, *, form_to: str = "", status: int = 200) -> web.Response:
    """`form_to` is where a posted form redirects: browsers hold redirects to form-action too."""
    where = urlsplit(form_to)
    back = f" {where.scheme}://{where.netloc}" if form_to else ""
    return web.Response(
        status=status,
        content_type="text/html",
        charset="utf-8",
        text=(
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{escape(title)} – Demonstration sign-in</title>"
            '<link rel="stylesheet" href="/style.css"></head><body>'
            "<header><div>Demonstration sign-in</div></header>"
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
