"""A page that arrives in pieces: its head at once, the rest as it becomes known.

The page is rendered whole before anything is sent, with a hole in it, so that its token, its nonce
and its headers are settled; then the pieces are sent where the hole is. Nothing of the database is
held meanwhile. A reader who goes away ends the pieces (GeneratorExit).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from flask import render_template, stream_with_context
from markupsafe import Markup
from werkzeug.wrappers import Response

HOLE: Final = "<!-- arriving -->"


def stream(template: str, pieces: Iterable[str], **context: Any) -> Response:
    """`template` writes `{{ hole }}` where the pieces belong. Proxies are told not to wait, and
    nothing compresses this answer."""
    page = render_template(template, hole=Markup(HOLE), **context)  # noqa: S704 - our own text
    before, hole, after = page.partition(HOLE)
    if not hole:
        raise ValueError(f"{template} has no hole")

    def body() -> Iterator[str]:
        yield before
        yield from pieces
        yield after

    response = Response(stream_with_context(body()), mimetype="text/html")
    response.headers["X-Accel-Buffering"] = "no"
    return response
