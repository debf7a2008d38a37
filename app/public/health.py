"""Addresses that machines read: health, public keys, where to report a weakness."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from app.http.access import anyone
from app.http.current import now, services, settings

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@anyone
def healthz() -> Response:
    """This process answers."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/.well-known/jwks.json")
@anyone
def portal_keys() -> Response:
    """With these, anybody can check our consent assertions and receipts."""
    return _keys(services().public_keys)


@blueprint.get("/.well-known/jwks-onelogin.json")
@anyone
def one_login_keys() -> Response:
    """With these, GOV.UK One Login checks that it is us (private_key_jwt)."""
    return _keys(services().one_login_client_jwks)


@blueprint.get("/.well-known/security.txt")
@anyone
def security_txt() -> Response:
    """RFC 9116."""
    ends = (now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    home = settings().portal_url
    text = (
        f"Contact: {home}/contact\nExpires: {ends}\nPreferred-Languages: en, cy\n"
        f"Canonical: {home}/.well-known/security.txt\n"
    )
    return Response(text, mimetype="text/plain")


def _keys(keys: Mapping[str, Any]) -> Response:
    return Response(json.dumps(dict(keys)), mimetype="application/jwk-set+json")
