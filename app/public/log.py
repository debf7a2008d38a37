"""The log of permissions, for anybody: its newest checkpoint, and the proofs that it only grows.

Nothing here is about a person: a leaf is a hash that means nothing without its salt. Each answer
reads at most some 120 rows, however large the log is.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from typing import Any, Final

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from app.http.access import anyone
from app.http.current import services, settings
from app.http.pages import page
from consent.log import proofs
from consent.log.tree import Place, places_of
from consent.people import Anyone
from consent.store import Tx, log

_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,15}")
TITLES: Final = {
    "bad_request": "The address needs whole numbers that fit the log",
    "not_found": "There is no checkpoint yet",
}
STATUS: Final = {"bad_request": 400, "not_found": 404}

blueprint = Blueprint("log", __name__)


class _Refused(Exception):
    """What was asked cannot be answered; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@blueprint.get("/log")
@anyone
def about() -> Response:
    with services().store.transaction(Anyone()) as tx:
        kept = log.newest_checkpoint(tx)
    command = f"svd log witness --portal {settings().portal_url} --state log.json"
    return page("public/log.html", kept=kept, command=command)


@blueprint.get("/log/checkpoint")
@blueprint.get("/v1/log/checkpoint")
@anyone
def checkpoint() -> Response:
    """The newest signed head: a C2SP signed note, with the witnesses' lines that we hold."""
    with services().store.transaction(Anyone()) as tx:
        kept = log.newest_checkpoint(tx)
        lines = log.cosignatures(tx, kept.size) if kept else []
    if kept is None:
        return _problem("not_found")
    body = kept.note + "".join(f"{line}\n" for line in lines)
    return Response(body, content_type="text/plain; charset=utf-8")


@blueprint.get("/log/key")
@anyone
def key() -> Response:
    """The log's public key, as C2SP writes it (a vkey)."""
    return Response(f"{services().log_key}\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/log/proof")
@anyone
def inclusion() -> Response:
    """That the leaf at `leaf` is in the tree of the first `size` leaves."""
    try:
        leaf, size = _numbers("leaf", "size")
        with services().store.transaction(Anyone()) as tx:
            _within(tx, leaf + 1, size)
            spans = proofs.inclusion_spans(leaf, size)
            nodes = log.nodes(tx, [Place(0, leaf), *places_of(spans)])
        said = {
            "leaf_index": leaf,
            "tree_size": size,
            "leaf_hash": _text(nodes[Place(0, leaf)]),
            "proof": [_text(one) for one in proofs.path(spans, nodes)],
        }
    except _Refused as refused:
        return _problem(refused.code)
    return _json(said)


@blueprint.get("/log/consistency")
@anyone
def consistency() -> Response:
    """That the tree of the first `to` leaves begins with the first `from` of them, unchanged."""
    try:
        old, new = _numbers("from", "to")
        with services().store.transaction(Anyone()) as tx:
            _within(tx, old, new)
            spans = proofs.consistency_spans(old, new)
            nodes = log.nodes(tx, places_of(spans))
        said = {
            "from": old,
            "to": new,
            "proof": [_text(one) for one in proofs.path(spans, nodes)],
        }
    except _Refused as refused:
        return _problem(refused.code)
    return _json(said)


def _numbers(*names: str) -> list[int]:
    """Each of these once, in the one way to write it, and nothing else."""
    given = request.args.to_dict(flat=False)
    if set(given) != set(names):
        raise _Refused("bad_request")
    texts = [given[name] for name in names]
    if any(len(one) != 1 or not _NUMBER.fullmatch(one[0]) for one in texts):
        raise _Refused("bad_request")
    return [int(one[0]) for one in texts]


def _within(tx: Tx, least: int, size: int) -> None:
    """Proofs are given for what is signed, and for nothing beyond it."""
    newest = log.newest_checkpoint(tx)
    if newest is None:
        raise _Refused("not_found")
    if not 0 < least <= size <= newest.size:
        raise _Refused("bad_request")


def _text(whole: bytes) -> str:
    return b64encode(whole).decode()


def _json(said: dict[str, Any]) -> Response:
    return Response(json.dumps(said), content_type="application/json")


def _problem(code: str) -> Response:
    """RFC 9457, to whoever asks: these addresses are for machines."""
    g.code = code
    said = {
        "type": f"/problems/{code}",
        "title": TITLES[code],
        "status": STATUS[code],
        "code": code,
    }
    return Response(json.dumps(said), status=STATUS[code], content_type="application/problem+json")
