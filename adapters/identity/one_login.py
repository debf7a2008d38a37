"""Signing in with GOV.UK One Login: OpenID Connect with PKCE, private_key_jwt and signed requests.

One request asks for `Cl.Cm.P2` and gets both the sign-in and the identity; a silent look at the
same account (decision 33) asks for `Cl.Cm` only. Authlib makes the requests; `tokens.py` reads what
comes back. Everything fails closed: whatever is not exactly right is a `SignInRefused`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal
from urllib.parse import urlencode

from joserfc.jwk import ECKey

from adapters.identity import core_identity
from adapters.identity.calls import Calls
from adapters.identity.core_identity import ADDRESS, CORE_IDENTITY, PROVEN, RETURN_CODE
from adapters.identity.door import BeforeSend
from adapters.identity.identity import Confirmed, Identity
from adapters.identity.published import (
    Discovery,
    Published,
    Unpublished,
    read_did,
    read_discovery,
    read_jwks,
)
from adapters.identity.pulse import Pulse
from adapters.identity.refusal import ERRORS, SignInRefused
from adapters.identity.settings import OneLoginSettings
from adapters.identity.tokens import (
    FindKey,
    TokenInvalid,
    id_token_claims,
    key_id,
    logout_claims,
    must_be_for,
    open_token,
    same,
)
from consent.clock import Chance, Clock, SystemClock

Level = Literal["Cl.Cm", "P2"]

CREDENTIALS: Final = "Cl.Cm"
LONGEST_LOGOUT_QUERY: Final = 2048


@dataclass(frozen=True, slots=True)
class SignInStart:
    """What a browser takes along (`url`) and what must come back to it, once (SEC-24)."""

    url: str
    state: str
    nonce: str
    code_verifier: str
    level: Level


@dataclass(frozen=True, slots=True)
class LogoutNotice:
    """The service says that this account has signed out. A `jti` seen before is a replay."""

    subject: str
    jti: str
    issued_at: datetime


class OneLogin:
    """One sign-in service, for all threads of a process. `before_send` sees each address asked."""

    def __init__(
        self,
        settings: OneLoginSettings,
        *,
        clock: Clock | None = None,
        before_send: BeforeSend = lambda url: None,
    ) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._calls = Calls(settings, clock=self._clock, before_send=before_send)
        self._discovery = Published(self._calls.get, read_discovery(settings.issuer))
        self._jwks = Published(self._calls.get, read_jwks)
        self._did = Published(self._calls.get, read_did(settings.did_controller))
        self._pulse = Pulse(self._calls.look)

    def begin(
        self,
        *,
        chance: Chance,
        levels: Level = "P2",
        nonce: str | None = None,
        prompt: Literal["none", "login"] | None = None,
    ) -> SignInStart:
        """Where to send the browser. Keep the answer with the visit and use it once.

        `nonce` may carry a commitment (decision 33); `prompt="none"` asks without a page.
        """
        state, verifier = _random(chance, 24), _random(chance, 32)
        nonce = nonce or _random(chance, 24)
        params: dict[str, str] = {"nonce": nonce, "vtr": '["Cl.Cm"]'}
        if levels == "P2":
            asked = dict.fromkeys((CORE_IDENTITY, ADDRESS, RETURN_CODE))
            params |= {"vtr": '["Cl.Cm.P2"]', "claims": json.dumps({"userinfo": asked})}
        if prompt is not None:
            params["prompt"] = prompt
        url = self._calls.authorization_url(
            self._found().authorization, state=state, code_verifier=verifier, params=params
        )
        return SignInStart(url, state, nonce, verifier, levels)

    def answers(self) -> bool:
        """Whether the service answers now: looked at once a minute, for about a second at most."""
        return self._pulse.beats(self._settings.discovery_url, self._clock.now())

    def signed_by(self, id_token: str, now: datetime) -> dict[str, Any]:
        """The public key (JWK) under which a verified token was signed, to keep with the token."""
        try:
            key = self._id_token_key(now)(key_id(id_token))
        except (Unpublished, TokenInvalid):
            key = None
        if key is None:
            raise SignInRefused("token_invalid")
        return dict(key.as_dict(private=False))

    def confirm(
        self, *, start: SignInStart, callback_params: Mapping[str, str], now: datetime
    ) -> Confirmed:
        """The account behind a callback, without the identity: for a silent look."""
        confirmed, _ = self._redeem(start, callback_params, now)
        return confirmed

    def finish(
        self, *, start: SignInStart, callback_params: Mapping[str, str], now: datetime
    ) -> Identity:
        """The person behind a callback, proven at P2 inside the signed core identity (F2)."""
        if start.level != "P2":
            raise SignInRefused("not_proven")
        confirmed, access_token = self._redeem(start, callback_params, now)
        known = self._calls.userinfo(self._found().userinfo, access_token)
        if known.get("sub") != confirmed.subject:
            raise SignInRefused("token_invalid")
        token = known.get(CORE_IDENTITY)
        if token is None:
            raise SignInRefused("not_proven")
        try:
            claims = self._core_identity(token, confirmed.subject, now)
            names = core_identity.read_names(claims)
            home, former_homes = core_identity.read_addresses(known.get(ADDRESS))
        except Unpublished:
            raise SignInRefused("unavailable") from None
        except (TokenInvalid, core_identity.NotReadable):
            raise SignInRefused("identity_invalid") from None
        return Identity(
            issuer=confirmed.issuer,
            subject=confirmed.subject,
            given_names=names.given,
            family_name=names.family,
            previous_names=names.former,
            birth_date=names.birth_date,
            address=home,
            previous_addresses=former_homes,
            auth_time=confirmed.auth_time,
            vot=confirmed.vot,
            ial=PROVEN,
            sid=confirmed.sid,
            id_token=confirmed.id_token,
            id_token_sha256=confirmed.id_token_sha256,
        )

    def logout_url(self, id_token_hint: str, return_to: str, state: str) -> str:
        """Where to send the browser to end the session there too (shared computers)."""
        params = {"id_token_hint": id_token_hint, "post_logout_redirect_uri": return_to}
        query = urlencode(params | {"state": state} if state else params)
        if len(query) > LONGEST_LOGOUT_QUERY:
            query = urlencode(params)
        return f"{self._found().end_session}?{query}"

    def verify_logout_token(self, token: str, now: datetime) -> LogoutNotice:
        """A back-channel notice. The caller ends all sessions of `subject`, and refuses a `jti`
        that it has seen in the last three minutes (SEC-28)."""
        try:
            claims = logout_claims(
                token,
                self._id_token_key(now),
                now,
                issuer=self._settings.issuer,
                client_id=self._settings.client_id,
            )
        except Unpublished:
            raise SignInRefused("unavailable") from None
        except TokenInvalid:
            raise SignInRefused("token_invalid") from None
        issued = datetime.fromtimestamp(claims["iat"], UTC)
        return LogoutNotice(subject=claims["sub"], jti=claims["jti"], issued_at=issued)

    def _redeem(
        self, start: SignInStart, params: Mapping[str, str], now: datetime
    ) -> tuple[Confirmed, str]:
        """State first, then the service's own refusal, then the code for tokens, then the token."""
        if not same(str(params.get("state", "")), start.state):
            raise SignInRefused("state_mismatch")
        if params.get("iss", self._settings.issuer) != self._settings.issuer:
            raise SignInRefused("state_mismatch")
        if "error" in params:
            raise SignInRefused(ERRORS.get(str(params["error"]), "request_refused"))
        code = str(params.get("code", ""))
        if not code:
            raise SignInRefused("code_refused")
        tokens = self._calls.exchange(self._found().token, code=code, verifier=start.code_verifier)
        id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(id_token, str) or not isinstance(access_token, str):
            raise SignInRefused("token_invalid")
        if str(tokens.get("token_type", "")).lower() != "bearer":
            raise SignInRefused("token_invalid")
        try:
            claims = id_token_claims(
                id_token,
                self._id_token_key(now),
                now,
                issuer=self._settings.issuer,
                client_id=self._settings.client_id,
                nonce=start.nonce,
                vot=CREDENTIALS,
                access_token=access_token,
            )
        except Unpublished:
            raise SignInRefused("unavailable") from None
        except TokenInvalid:
            raise SignInRefused("token_invalid") from None
        confirmed = Confirmed(
            issuer=self._settings.issuer,
            subject=claims["sub"],
            auth_time=datetime.fromtimestamp(claims["auth_time"], UTC),
            vot=claims["vot"],
            sid=str(claims.get("sid", "")),
            id_token=id_token,
            id_token_sha256=hashlib.sha256(id_token.encode()).hexdigest(),
        )
        return confirmed, access_token

    def _core_identity(self, token: str, subject: str, now: datetime) -> dict[str, Any]:
        def find(kid: str) -> ECKey | None:
            key = self._did.at(self._settings.did_url, now).get(kid)
            return key or self._did.again(self._settings.did_url, now).get(kid)

        claims = open_token(
            token,
            find,
            now,
            iss={"essential": True, "value": self._settings.core_identity_issuer},
            aud={"essential": True, "value": self._settings.client_id},
            sub={"essential": True, "value": subject},
            vot={"essential": True, "value": PROVEN},
        )
        must_be_for(claims, self._settings.client_id)
        if claims["vot"] != PROVEN or claims["sub"] != subject:
            raise TokenInvalid("claims")
        return claims

    def _id_token_key(self, now: datetime) -> FindKey:
        def find(kid: str) -> ECKey | None:
            url = self._found().jwks
            return self._jwks.at(url, now).get(kid) or self._jwks.again(url, now).get(kid)

        return find

    def _found(self) -> Discovery:
        try:
            return self._discovery.at(self._settings.discovery_url, self._clock.now())
        except Unpublished:
            raise SignInRefused("unavailable") from None


def _random(chance: Chance, size: int) -> str:
    return base64.urlsafe_b64encode(chance(size)).decode().rstrip("=")
