"""The page where a demonstrator says which member of staff is signing in."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from aiohttp import web

from adapters.simulators.one_login.pages import page
from adapters.simulators.staff_login.people import Staff


def choose(
    staff: Sequence[Staff], asked: str, redirect_uri: str, *, missing: bool = False
) -> web.Response:
    rows = "".join(
        f'<div class="choice"><input type="radio" name="person" id="person-{escape(one.key)}" '
        f'value="{escape(one.key)}" aria-describedby="about-{escape(one.key)}">'
        f'<div><label for="person-{escape(one.key)}">{escape(one.name)}</label>'
        f'<span class="hint" id="about-{escape(one.key)}">{escape(one.about.capitalize())}</span>'
        "</div></div>"
        for one in staff
    )
    summary = (
        '<div class="fault" role="alert"><h2>There is a problem</h2>'
        f'<a href="#person-{escape(staff[0].key)}">Choose a person, or go back</a></div>'
        if missing
        else ""
    )
    body = (
        f"{summary}<h1>Which member of staff is signing in?</h1>"
        "<p>This stands in for a department’s own sign-in, with its second step. Nobody here is "
        "real and there is no password.</p>"
        '<form method="post">'
        f'<input type="hidden" name="asked" value="{escape(asked)}">'
        f"<fieldset><legend>Choose an invented person</legend>{rows}</fieldset>"
        '<button class="main" name="how" value="continue">Continue</button>'
        '<button name="how" value="cancel">Cancel and go back</button></form>'
    )
    title = "Which member of staff is signing in?"
    return page(title, body, form_to=redirect_uri, status=400 if missing else 200)
