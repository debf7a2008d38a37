"""Demonstration keys, made at the first run and kept for the owner of the folder only.

Private (mode 0600):
    one_login_client.jwk.json   RSA 3072, PS256: proves the portal to GOV.UK One Login
    staff_client.jwk.json       RSA 3072, PS256: proves the console to departments' own sign-ins
    api_token.jwk.json          P-256, ES256: signs departments' access tokens; published nowhere
    <department>_sign.jwk.json  P-256, ES256: a simulated department signs its answers
    <department>_seal.jwk.json  P-256, ECDH-ES: it opens what was sealed to it
    vault_pepper, person_pepper, staff_pepper, contact_key, evidence_key, token_key, cookie_secret,
    check_code, hmrc_client, hmcts_client, govuk_pay_api_key, govuk_pay_webhook_secret
                                32 random bytes each, as base64url text; the clients' are what
                                the portal proves itself with at departments of their own wire,
                                the last two are texts that it shares with the payment provider
    notify_api_key              the API key of GOV.UK Notify, in its own form
The signer's own, in a folder that no other process is told of (SEC-19):
    portal.jwk.json             P-256, ES256: signs consent assertions, events and receipts
    log.jwk.json                Ed25519: signs the checkpoints of the log of permissions
Public, which the other side reads:
    portal.jwks.json, one_login_client.jwks.json, staff_client.jwks.json, log.jwks.json,
    <department>.jwks.json (sign and seal)

In production each party makes its own, and the portal is pointed at the published ones.
Replacing `person_pepper` makes every person a stranger, `staff_pepper` every member of staff, and
`check_code` every message sent before one that is not ours; replacing the others ends visits only.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from joserfc.jwk import ECKey, OKPKey, RSAKey

DEPARTMENTS: Final = ("hmrc", "hmcts", "dwp", "council", "dvla", "slc", "nhsbsa")
SECRETS: Final = (
    "vault_pepper",
    "person_pepper",
    "staff_pepper",
    "contact_key",
    "evidence_key",
    "token_key",
    "cookie_secret",
    "check_code",
    "hmrc_client",
    "hmcts_client",
    "govuk_pay_api_key",
    "govuk_pay_webhook_secret",
)


def ensure(folder: Path) -> None:
    """Make what is missing and leave what is there, so that a restart keeps every promise made."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name in SECRETS:
        _once(folder / name, lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
    _once(folder / "notify_api_key", lambda: f"demonstration-{uuid4()}-{uuid4()}")
    _pair(folder, "one_login_client", _client_key)
    _pair(folder, "staff_client", _client_key)
    _private(folder / "api_token.jwk.json", _signing_key)
    for department in DEPARTMENTS:
        sign = _private(folder / f"{department}_sign.jwk.json", _signing_key)
        seal = _private(folder / f"{department}_seal.jwk.json", _sealing_key)
        _publish(folder / f"{department}.jwks.json", sign, seal)


def ensure_signer(folder: Path, *, publish_to: Path) -> None:
    """Make the signer's own keys in `folder`, and publish their public halves where the portal
    reads them. A key that an older release left there is moved: nobody else may read it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name, make in (("portal", _signing_key), ("log", _log_key)):
        before, own = publish_to / f"{name}.jwk.json", folder / f"{name}.jwk.json"
        if before.exists() and not own.exists():
            before.replace(own)
        _publish(publish_to / f"{name}.jwks.json", _private(own, make))


def secret(folder: Path, name: str) -> bytes:
    """The 32 bytes of one of SECRETS."""
    return base64.urlsafe_b64decode((folder / name).read_text().strip())


def text(folder: Path, name: str) -> str:
    """One of SECRETS as it is written: a key that somebody else gave us is a text, not bytes."""
    return (folder / name).read_text().strip()


def _pair(folder: Path, name: str, make: Callable[[], dict[str, Any]]) -> None:
    _publish(folder / f"{name}.jwks.json", _private(folder / f"{name}.jwk.json", make))


def _private(path: Path, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    _once(path, lambda: json.dumps(make(), indent=1))
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def _publish(path: Path, *private: dict[str, Any]) -> None:
    """Write the public halves, in full or not at all: another process may be reading."""
    public = ("kty", "crv", "x", "y", "n", "e", "kid", "use", "alg")
    keys = [{name: key[name] for name in public if name in key} for key in private]
    text = json.dumps({"keys": keys}, indent=1) + "\n"
    if not path.exists() or path.read_text() != text:
        draft = path.with_suffix(".new")
        draft.write_text(text)
        draft.replace(path)


def _signing_key() -> dict[str, Any]:
    return _with_kid(ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, private=True))


def _sealing_key() -> dict[str, Any]:
    return _with_kid(ECKey.generate_key("P-256", {"use": "enc", "alg": "ECDH-ES"}, private=True))


def _client_key() -> dict[str, Any]:
    return _with_kid(RSAKey.generate_key(3072, {"use": "sig", "alg": "PS256"}, private=True))


def _log_key() -> dict[str, Any]:
    return _with_kid(OKPKey.generate_key("Ed25519", {"use": "sig", "alg": "Ed25519"}, private=True))


def _with_kid(key: ECKey | OKPKey | RSAKey) -> dict[str, Any]:
    key.ensure_kid()
    return dict(key.as_dict(private=True))


def _once(path: Path, make: Callable[[], str]) -> None:
    """Create a private file with its content already in it, unless it is there."""
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(make() + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another start was quicker; its key is the one in use
    finally:
        draft.unlink()
