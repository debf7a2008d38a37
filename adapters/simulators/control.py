"""`/_control` and `/healthz`, the same on every simulator.

A demonstrator or a test changes how a department answers one person while it runs, and reads what
it was asked. GET lists (a page, or JSON when that is accepted); POST takes a form or JSON:
`{"person": key or "*", "answer": "timeout:30"}`; an empty answer goes back to the story's own;
`{"reset": true}` takes back all changes and empties the list of what was asked.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from html import escape
from typing import Any, Final
from urllib.parse import parse_qsl

from aiohttp import web

from adapters.simulators.behaviour import BadAnswer, Behaviour, parse
from adapters.simulators.cast import Cast, Person

KEPT: Final = 200
"""How many requests the list of what was asked goes back."""
HELD_SECONDS: Final = 30.0
"""Nobody waits for a department this long: whoever asked has gone."""


class Control:
    """How each department answers each person now, and what was asked lately."""

    def __init__(self, cast: Cast, department: str) -> None:
        self._cast = cast
        self.department = department
        self._changed: dict[tuple[str, str], str] = {}
        self._asked: deque[dict[str, str]] = deque(maxlen=KEPT)
        self._told = asyncio.Event()
        self.with_reset: list[Callable[[], None]] = []
        """What else a simulator forgets when it is reset."""

    def answer(self, person: Person, department: str | None = None) -> str:
        """The answer in force, in the words of the grammar."""
        code = department or self.department
        return self._changed.get((person.key, code), person.answer(code))

    async def behaviour(self, person: Person, department: str | None = None) -> Behaviour:
        """The answer in force, read; the department is this simulator's own unless named.

        One that is held waits here until it is changed, and no longer than `HELD_SECONDS`.
        """
        how = parse(self.answer(person, department))
        with suppress(TimeoutError):
            async with asyncio.timeout(HELD_SECONDS):
                while how.kind == "held":
                    await self._told.wait()
                    how = parse(self.answer(person, department))
        return how

    def change(self, key: str, answer: str, department: str | None = None) -> None:
        """`KeyError` for an unknown person, `BadAnswer` for one outside the grammar."""
        code = department or self.department
        if answer:
            parse(answer)
        people = list(self._cast) if key == "*" else [self._cast.person(key)]
        for person in people:
            if answer:
                self._changed[person.key, code] = answer
            else:
                self._changed.pop((person.key, code), None)
        self._let_go()

    def reset(self) -> None:
        self._changed.clear()
        self._let_go()
        self._asked.clear()
        for forget in self.with_reset:
            forget()

    def _let_go(self) -> None:
        self._told.set()
        self._told = asyncio.Event()

    def note(self, person: Person | None, what: str) -> None:
        """Remember that something was asked, and about whom; no amounts."""
        self._asked.append(
            {
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "person": person.key if person else "",
                "what": what,
            }
        )

    def listing(self) -> dict[str, Any]:
        return {
            "department": self.department,
            "people": [
                {
                    "person": person.key,
                    "name": person.display_name,
                    "answer": self.answer(person),
                    "changed": (person.key, self.department) in self._changed,
                }
                for person in self._cast
            ],
            "asked": list(self._asked),
        }


CONTROL: Final = web.AppKey("control", Control)


def install(app: web.Application, control: Control) -> None:
    """Give a simulator its `/_control` and `/healthz`."""
    app[CONTROL] = control
    app.router.add_get("/_control", _show)
    app.router.add_post("/_control", _change)
    app.router.add_get("/healthz", _healthy)


async def _healthy(request: web.Request) -> web.Response:
    return web.json_response({"status": "ok", "department": request.app[CONTROL].department})


async def _show(request: web.Request) -> web.Response:
    listing = request.app[CONTROL].listing()
    if "text/html" not in request.headers.get("Accept", ""):
        return web.json_response(listing)
    return web.Response(text=_page(listing), content_type="text/html", headers=PAGE_HEADERS)


async def _change(request: web.Request) -> web.Response:
    control = request.app[CONTROL]
    refuse_other_sites(request)
    sent = await request.text()
    as_form = not sent.lstrip().startswith("{")  # curl says of JSON, too, that it is a form
    try:
        body: Any = dict(parse_qsl(sent)) if as_form else json.loads(sent)
        if body.get("reset"):
            control.reset()
        else:
            control.change(
                str(body["person"]), str(body.get("answer") or ""), body.get("department")
            )
    except BadAnswer as fault:
        return web.json_response({"fault": str(fault)}, status=422)
    except (KeyError, ValueError, AttributeError, TypeError):
        return web.json_response({"fault": "name a person and an answer"}, status=422)
    if as_form:
        raise web.HTTPSeeOther("/_control")
    return web.json_response(control.listing())


def refuse_other_sites(request: web.Request) -> None:
    """A page of another site must not change a demonstration through somebody's browser."""
    origin = request.headers.get("Origin")
    if origin not in (None, f"{request.scheme}://{request.host}"):
        raise web.HTTPForbidden(text="not from another site")


PAGE_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'",
    "Cache-Control": "no-store",
}


def _page(listing: dict[str, Any]) -> str:
    department = escape(listing["department"] or "sign-in service")
    rows = "".join(
        f"<tr><td>{escape(row['name'])}</td><td>{escape(row['answer'])}"
        f"{' (changed)' if row['changed'] else ''}</td><td>"
        '<form method="post" action="/_control">'
        f'<input type="hidden" name="person" value="{escape(row["person"])}">'
        f'<input name="answer" aria-label="New answer for {escape(row["name"])}" '
        f'value="{escape(row["answer"])}"> <button>Change</button></form></td></tr>'
        for row in listing["people"]
    )
    asked = "".join(
        f"<li>{escape(row['at'])} {escape(row['person'] or 'nobody known')}: "
        f"{escape(row['what'])}</li>"
        for row in reversed(listing["asked"])
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>Simulator control: {department}</title></head><body>"
        f"<h1>Demonstration: how {department} answers</h1>"
        "<table><thead><tr><th>Person</th><th>Answer</th><th>Change</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
        '<form method="post" action="/_control"><button name="reset" value="yes">'
        "Take back all changes</button></form>"
        f"<h2>Asked lately</h2><ol>{asked or '<li>Nothing yet</li>'}</ol></body></html>"
    )
