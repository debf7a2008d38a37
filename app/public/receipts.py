"""How to check a receipt, and what that needs: the program, the schema and the JSON-LD context."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Final

from flask import Blueprint
from werkzeug.wrappers import Response

from app.http.access import anyone
from app.http.pages import page
from consent import check_receipt
from consent.errors import NotFound
from consent.register import FOLDER

blueprint = Blueprint("check_receipts", __name__, url_prefix="/receipts")
PROGRAM: Final = "check_receipt.py"
COMMAND: Final = f"python3 {PROGRAM} permission-PM7K3XQ29TVA.jws"
PUBLISHED: Final = MappingProxyType(
    {
        PROGRAM: ("text/x-python; charset=utf-8", Path(check_receipt.__file__)),
        "context-1.jsonld": ("application/ld+json", FOLDER / "receipts/context-1.jsonld"),
        "record-2.schema.json": (
            "application/schema+json",
            FOLDER / "receipts/record-2.schema.json",
        ),
    }
)


@blueprint.get("")
@anyone
def how_to_check() -> Response:
    fingerprint = sha256(_read(PROGRAM)).hexdigest()
    return page("public/receipts.html", program=PROGRAM, command=COMMAND, fingerprint=fingerprint)


@blueprint.get("/<name>")
@anyone
def published(name: str) -> Response:
    """A file as it is; records name these addresses, so they stay."""
    if name not in PUBLISHED:
        raise NotFound("no such file")
    return Response(_read(name), content_type=PUBLISHED[name][0])


@cache
def _read(name: str) -> bytes:
    return PUBLISHED[name][1].read_bytes()
