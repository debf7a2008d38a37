"""Rendering: the templates, what each of them can use, and the answer to a form."""

from __future__ import annotations

import json
from typing import Any, ClassVar, Final

from flask import Flask, render_template, request
from flask.json.provider import DefaultJSONProvider
from jinja2 import BytecodeCache, ChoiceLoader, PackageLoader, PrefixLoader
from jinja2.bccache import Bucket
from werkzeug.wrappers import Response

from app.http import headers, session, words
from app.http.forms import Form
from app.settings import Settings
from consent.errors import EphemeralLeak

PLACES: Final = ("/home", "/debts", "/plan", "/permissions", "/messages")


class Compiled(BytecodeCache):
    """Templates compiled once in a process, however many applications it makes."""

    kept: ClassVar[dict[tuple[str, str], bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        code = self.kept.get((bucket.key, bucket.checksum))
        if code is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


class StrictJSON(DefaultJSONProvider):
    """Plain values only. Flask's own takes dataclasses apart without asking."""

    def dumps(self, obj: Any, **options: Any) -> str:
        return json.dumps(obj, default=_refuse, ensure_ascii=False, sort_keys=True)


def _refuse(value: object) -> Any:
    raise EphemeralLeak(f"{type(value).__name__} is not for JSON")


def prepare(app: Flask, settings: Settings) -> None:
    app.json = StrictJSON(app)
    ours = PackageLoader("app")
    kit = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    app.jinja_env.loader = ChoiceLoader([ours, kit])
    app.jinja_env.bytecode_cache = Compiled()
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        nonce=headers.nonce,
        language=words.language,
        chosen_language=words.chosen,
        switch_to=words.switch_to,
        session_seconds=_session_seconds,
        session_ends=_session_ends,
        live_session=session.live_session,
        place=_place,
        demonstration=settings.demonstration,
        brand=settings.brand,
    )


def page(template: str, *, form: Form | None = None, status: int = 200, **context: Any) -> Response:
    """A page; 422 when its form has errors. Write `return page("…", form=form, …)`."""
    code = 422 if form is not None and form.errors else status
    return Response(
        render_template(template, form=form, **context), status=code, mimetype="text/html"
    )


def compile_all(app: Flask) -> None:
    """Compile every page of people's before one of them waits for it. Staff's pages have filters
    that only their own application knows."""
    for name in app.jinja_env.list_templates(extensions=["html"]):
        if not name.startswith("department_console/"):
            app.jinja_env.get_template(name)


def _place() -> str:
    """Which item of the navigation this page belongs to."""
    return next((place for place in PLACES if request.path.startswith(place)), "")


def _session_seconds() -> int:
    live = session.live_session()
    return session.seconds_left(live) if live else 0


def _session_ends() -> str:
    live = session.live_session()
    return words.clock_time(live.idle_until) if live else ""
