"""What a department publishes."""

from __future__ import annotations

import json
from typing import Final

from joserfc.jwk import RSAKey

from adapters.gateway.conformance.checks import check
from adapters.gateway.conformance.lab import Lab
from adapters.gateway.conformance.tokens import import_key
from adapters.gateway.conformance.verdict import must

_PRIVATE: Final = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


@check("keys: published", "its keys are at /.well-known/jwks.json, as JSON, without a redirect")
def published(lab: Lab) -> None:
    found = lab.ask("GET", "/.well-known/jwks.json")
    must(found.status_code == 200, f"it answers {found.status_code}, not 200")
    must("json" in found.headers.get("Content-Type", ""), "the content type is not JSON")
    must(isinstance(json.loads(found.content).get("keys"), list), "there is no list of keys")
    must("Set-Cookie" not in found.headers, "it sets a cookie")


@check(
    "keys: policy", "each key has a kid of its own and a use, is public, and is of a kind we take"
)
def policy(lab: Lab) -> None:
    lab.read_keys()
    kids = [jwk.get("kid") for jwk in lab.jwks]
    must(all(kids) and len(set(kids)) == len(kids), "a kid is missing or stands twice")
    for jwk in lab.jwks:
        must(not _PRIVATE & set(jwk), f"{jwk['kid']} has private members")
        must(jwk.get("use") in ("sig", "enc"), f"{jwk['kid']} has no use")
        must(jwk.get("use") == "sig" or jwk.get("kty") == "EC", f"{jwk['kid']}: sealing needs EC")
        key, _ = import_key(jwk)
        small = isinstance(key, RSAKey) and key.raw_value.key_size < 2048
        must(not small, f"{jwk['kid']} is an RSA key of less than 2,048 bits")


@check("keys: both", "there is a key for signing and one for sealing")
def both(lab: Lab) -> None:
    lab.read_keys()
    uses = {jwk.get("use") for jwk in lab.jwks}
    must({"sig", "enc"} <= uses, f"it publishes keys for {', '.join(sorted(map(str, uses)))} only")
