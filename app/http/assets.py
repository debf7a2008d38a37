"""The style sheet, the script and the icons: read once, served with an address that never lies.

`asset("site.css")` gives `/static/site.css?v=…`, whose last part is the hash of what it answers, so
that a browser may keep it for good. Both sheets are one file and so are both scripts: fewer
requests on a slow phone.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import Path
from typing import Final

from flask import Flask, abort, request
from werkzeug.wrappers import Response

from app.http.access import anyone

FOLDER: Final = Path(__file__).resolve().parents[1] / "static"
FOR_GOOD: Final = "public, max-age=31536000, immutable"
_IMPORT: Final = re.compile(r'^import \{[^}]*\} from "\./govuk/govuk-frontend\.min\.js";$', re.M)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent. `version` is the start of its SHA-256."""

    body: bytes
    packed: bytes
    kind: str
    version: str


def load(folder: Path = FOLDER) -> Mapping[str, Asset]:
    """Every file below the folder, and the two that are put together from others."""
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    files["site.css"] = files["govuk/govuk-frontend.css"] + b"\n" + files["app.css"]
    files["site.js"] = _one_module(
        files["govuk/govuk-frontend.min.js"].decode(), files["app.js"].decode()
    ).encode()
    return {name: _asset(name, body) for name, body in files.items()}


def _one_module(components: str, ours: str) -> str:
    """Ours is written as a module that imports the components; put together, it is one."""
    body, found = _IMPORT.subn("", ours)
    if found != 1:
        raise ValueError("app.js must import its components from GOV.UK Frontend once")
    return f"{components}\n{{\n{body}\n}}\n"


def _asset(name: str, body: bytes) -> Asset:
    kind = "text/javascript" if name.endswith(".js") else guess_type(name)[0]
    version = hashlib.sha256(body).hexdigest()[:16]
    return Asset(body, gzip.compress(body, 9, mtime=0), kind or "text/plain", version)


def addresses(app: Flask) -> Mapping[str, Asset]:
    """`asset(name)` in the templates of an application; the files themselves, by name."""
    known = load()

    def asset(name: str) -> str:
        return f"/static/{name}?v={known[name].version}"

    app.jinja_env.globals["asset"] = asset
    return known


def prepare(app: Flask) -> None:
    known = addresses(app)

    @anyone
    def static(name: str) -> Response:
        found = known.get(name)
        if found is None:
            abort(404)
        zipped = "gzip" in request.headers.get("Accept-Encoding", "")
        response = Response(found.packed if zipped else found.body, mimetype=found.kind)
        if zipped:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        right = request.args.get("v") == found.version
        response.headers["Cache-Control"] = FOR_GOOD if right else "no-cache"
        return response

    app.add_url_rule("/static/<path:name>", "static", static, methods=["GET"])
