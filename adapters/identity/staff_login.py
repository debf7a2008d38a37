"""Signing in at a department's own OpenID provider, with a second step (decision 13, X01).

Code flow with PKCE, state and nonce; the console proves itself by private_key_jwt. Each department
has an issuer of its own, so the answer must name it (RFC 9207): an answer of one provider never
counts as another's. Whatever is not exactly right is a `SignInRefused`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from joserfc.jwk import ECKey, RSAKey

from adapters.identity.calls import Calls
from adapters.identity.door import BeforeSend
from adapters.identity.published import Discovery, Published, Unpublished, read_discovery, read_jwks
from adapters.identity.refusal import ERRORS, SignInRefused
from adapters.identity.tokens import TokenInvalid, id_token_claims, same
from consent.clock import Chance, Clock
from consent.ids import random_text
from debts.ephemeral import Ephemeral

SECOND_STEP: Final = "mfa"
"""The word of RFC 8176 for more than one proof."""
SCOPE: Final = "openid email"
LONGEST_EMAIL: Final = 254


@dataclass(frozen=True, slots=True, repr=False)
class StaffLoginSettings:
    """One department's issuer, without a slash at its end, and who the console is to it."""

    issuer: str
    client_id: str
    client_key: RSAKey
    redirect_uri: str
    user_agent: str
    seconds: float = 5.0
    demonstration: bool = False

    def __post_init__(self) -> None:
        if urlsplit(self.issuer).scheme != "https" and not self.demonstration:
            raise ValueError(f"not https: {self.issuer}")

    @property
    def addresses(self) -> tuple[str, ...]:
        return (self.issuer,)


@dataclass(frozen=True, slots=True, repr=False)
class StaffTrip(Ephemeral):
    """What must come back from one department's provider, once."""

    department: str
    state: str
    nonce: str
    code_verifier: str
    next_page: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class StaffSignedIn(Ephemeral):
    """Who signed in. `email` is "" unless the provider says that it is theirs."""

    issuer: str
    subject: str
    email: str
    auth_time: datetime


class StaffLogin:
    """One department's provider, for all threads of a process."""

    def __init__(
        self,
        settings: StaffLoginSettings,
        *,
        clock: Clock,
        before_send: BeforeSend = lambda url: None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._calls = Calls(settings, clock=clock, before_send=before_send, scope=SCOPE)
        known = read_discovery(settings.issuer, userinfo=False)
        self._discovery = Published(self._calls.get, known)
        self._jwks = Published(self._calls.get, read_jwks)

    def begin(self, department: str, *, chance: Chance, next_page: str) -> tuple[str, StaffTrip]:
        """Where to send the browser, and what to keep until it comes back."""
        trip = StaffTrip(
            department=department,
            state=random_text(chance, 24),
            nonce=random_text(chance, 24),
            code_verifier=random_text(chance, 32),
            next_page=next_page,
        )
        url = self._calls.plain_url(
            self._found().authorization,
            state=trip.state,
            code_verifier=trip.code_verifier,
            params={"nonce": trip.nonce},
        )
        return url, trip

    def finish(self, trip: StaffTrip, params: Mapping[str, str], now: datetime) -> StaffSignedIn:
        """Whoever is behind a callback: state and issuer first, then the code, then the token."""
        if not same(str(params.get("state", "")), trip.state):
            raise SignInRefused("state_mismatch")
        if params.get("iss", "") != self._settings.issuer:
            raise SignInRefused("state_mismatch")
        if "error" in params:
            raise SignInRefused(ERRORS.get(str(params["error"]), "request_refused"))
        code = str(params.get("code", ""))
        if not code:
            raise SignInRefused("code_refused")
        tokens = self._calls.exchange(self._found().token, code=code, verifier=trip.code_verifier)
        claims = self._claims(tokens, trip.nonce, now)
        if SECOND_STEP not in _words(claims.get("amr")):
            raise SignInRefused("not_proven")
        email = claims.get("email")
        proven = claims.get("email_verified") is True and isinstance(email, str)
        return StaffSignedIn(
            issuer=self._settings.issuer,
            subject=claims["sub"],
            email=str(email) if proven and len(str(email)) <= LONGEST_EMAIL else "",
            auth_time=datetime.fromtimestamp(claims["auth_time"], UTC),
        )

    def _claims(self, tokens: Mapping[str, Any], nonce: str, now: datetime) -> dict[str, Any]:
        id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(id_token, str) or not isinstance(access_token, str):
            raise SignInRefused("token_invalid")
        try:
            return id_token_claims(
                id_token,
                self._key,
                now,
                issuer=self._settings.issuer,
                client_id=self._settings.client_id,
                nonce=nonce,
                access_token=access_token,
            )
        except Unpublished:
            raise SignInRefused("unavailable") from None
        except TokenInvalid:
            raise SignInRefused("token_invalid") from None

    def _key(self, kid: str) -> ECKey | None:
        url, now = self._found().jwks, self._clock.now()
        return self._jwks.at(url, now).get(kid) or self._jwks.again(url, now).get(kid)

    def _found(self) -> Discovery:
        url = f"{self._settings.issuer}/.well-known/openid-configuration"
        try:
            return self._discovery.at(url, self._clock.now())
        except Unpublished:
            raise SignInRefused("unavailable") from None


def _words(claim: Any) -> tuple[str, ...]:
    return tuple(word for word in claim if isinstance(word, str)) if isinstance(claim, list) else ()
