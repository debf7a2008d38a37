"""What departments may ask of us and we of them: the published protocol as pages (`/v1`), made from
the document that is also there for machines (`/v1/openapi.json`)."""

from __future__ import annotations

import re
from typing import Final

from flask import Blueprint
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from app.http.access import anyone
from app.http.pages import page
from app.public import protocol_words as protocol
from app.public.protocol_words import HERE, Words
from consent.errors import NotFound

_CODE: Final = re.compile(r"`([^`]+)`")

blueprint = Blueprint("protocol", __name__, url_prefix="/v1")


@blueprint.get("")
@anyone
def index() -> Response:
    found = protocol.calls().values()
    parts = [
        (tag, [call for call in found if tag in call.served_by]) for tag in ("department", "portal")
    ]
    return page(
        "public/protocol.html", parts=parts, shapes=protocol.shapes(), version=protocol.version()
    )


@blueprint.get("/openapi.json")
@anyone
def openapi() -> Response:
    return Response(protocol.raw(), mimetype="application/json")


@blueprint.get("/calls/<name>")
@anyone
def call(name: str) -> Response:
    found = protocol.calls().get(name)
    if found is None:
        raise NotFound("no such call")
    return page("public/protocol_call.html", call=found)


@blueprint.get("/shapes/<name>")
@anyone
def shape(name: str) -> Response:
    found = protocol.shapes().get(name)
    if found is None:
        raise NotFound("no such shape")
    return page("public/protocol_shape.html", shape=found)


@blueprint.app_template_filter("linked")
def linked(words: Words) -> Markup:
    """What a value is, with a link for each schema that it names."""
    first, *others = words.text.split(HERE)
    said = escape(first)
    for name, after in zip(words.links, others, strict=True):
        said += Markup('<a class="govuk-link" href="/v1/shapes/{0}">{0}</a>').format(name) + after
    return said


@blueprint.app_template_filter("code_words")
def code_words(text: str) -> Markup:
    """A description, whose words in backquotes are code."""
    parts = [
        Markup("<code>{}</code>").format(part) if at % 2 else escape(part)
        for at, part in enumerate(_CODE.split(text))
    ]
    return Markup("").join(parts)
