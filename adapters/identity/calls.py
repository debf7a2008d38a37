"""What we ask of the sign-in service, through Authlib and the door."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.jwk import RSAKey

from adapters.identity.door import BeforeSend, Door, origin, through
from adapters.identity.refusal import RefusedKind, SignInRefused
from consent.clock import Clock

SIGNING: Final = "PS256"
REQUEST_SECONDS: Final = 300
ASSERTION_SECONDS: Final = 240
LONGEST_QUERY: Final = 4096
LOOK_SECONDS: Final = 0.4
"""For each step of a quick look: to connect, to begin the answer, to end it."""


class Client(Protocol):
    """Who we are to a sign-in service. `addresses` name every origin that may be asked, `seconds`
    bounds each request."""

    @property
    def addresses(self) -> tuple[str, ...]: ...
    @property
    def client_id(self) -> str: ...
    @property
    def client_key(self) -> RSAKey: ...
    @property
    def redirect_uri(self) -> str: ...
    @property
    def user_agent(self) -> str: ...
    @property
    def seconds(self) -> float: ...


class Calls:
    """Requests to one sign-in service; each has its own session, so no cookie or token stays."""

    def __init__(
        self, settings: Client, *, clock: Clock, before_send: BeforeSend, scope: str = "openid"
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._scope = scope
        origins = frozenset(origin(url) for url in settings.addresses)
        self._door = Door(origins, seconds=settings.seconds, before_send=before_send)
        self._quick = Door(origins, seconds=LOOK_SECONDS, before_send=before_send)

    def authorization_url(
        self, endpoint: str, *, state: str, code_verifier: str, params: Mapping[str, str]
    ) -> str:
        """The address that the browser is sent to, its parameters inside a signed object."""
        plain = self.plain_url(endpoint, state=state, code_verifier=code_verifier, params=params)
        return self._signed(endpoint, plain)

    def plain_url(
        self, endpoint: str, *, state: str, code_verifier: str, params: Mapping[str, str]
    ) -> str:
        """The same, for a service that takes no signed requests."""
        with self._session() as session:
            url, _ = session.create_authorization_url(
                endpoint, state=state, code_verifier=code_verifier, **params
            )
        return str(url)

    def exchange(self, endpoint: str, *, code: str, verifier: str) -> dict[str, Any]:
        """A code for tokens. Nothing in the answer has been checked yet."""
        try:
            with self._session() as session:
                session.register_client_auth_method(self._proof(endpoint))
                return dict(
                    session.fetch_token(
                        endpoint,
                        grant_type="authorization_code",
                        code=code,
                        code_verifier=verifier,
                        redirect_uri=self._settings.redirect_uri,
                    )
                )
        except OAuthError as fault:
            kind: RefusedKind = "code_refused" if fault.error == "invalid_grant" else "unavailable"
            raise SignInRefused(kind) from None
        except (requests.RequestException, ValueError):
            raise SignInRefused("unavailable") from None

    def _proof(self, endpoint: str) -> PrivateKeyJWT:
        """Made anew for each exchange: Authlib writes the `jti` into the claims it is given, so a
        kept one would be refused as a replay; its own `exp` is an hour, One Login allows 5 min."""
        return PrivateKeyJWT(
            endpoint,
            claims={"exp": int(self._clock.now().timestamp()) + ASSERTION_SECONDS},
            headers={"kid": self._settings.client_key.kid},
            alg=SIGNING,
        )

    def userinfo(self, endpoint: str, access_token: str) -> dict[str, Any]:
        """Authlib's session is not used here: the access token is for this one call."""
        headers = {"Authorization": f"Bearer {access_token}"}
        try:
            with through(requests.Session(), self._door, self._settings.user_agent) as session:
                reply = session.get(endpoint, headers=headers)
            if reply.status_code == requests.codes.unauthorized:
                raise SignInRefused("token_invalid")
            reply.raise_for_status()
            known = reply.json()
        except (requests.RequestException, ValueError):
            raise SignInRefused("unavailable") from None
        if not isinstance(known, dict):
            raise SignInRefused("identity_invalid")
        return known

    def get(self, url: str) -> requests.Response:
        with through(requests.Session(), self._door, self._settings.user_agent) as session:
            return session.get(url)

    def look(self, url: str) -> requests.Response:
        """As `get`, for who will not wait."""
        with through(requests.Session(), self._quick, self._settings.user_agent) as session:
            return session.get(url)

    def _session(self) -> OAuth2Session:
        session = OAuth2Session(
            self._settings.client_id,
            self._settings.client_key,
            token_endpoint_auth_method=PrivateKeyJWT.name,
            code_challenge_method="S256",
            scope=self._scope,
            redirect_uri=self._settings.redirect_uri,
        )
        return through(session, self._door, self._settings.user_agent)

    def _signed(self, endpoint: str, plain: str) -> str:
        """The same request inside a signed object, so that nobody changes it on the way."""
        params = dict(parse_qsl(urlsplit(plain).query))
        now = int(self._clock.now().timestamp())
        inside: dict[str, Any] = {
            **params,
            "aud": endpoint,
            "iss": self._settings.client_id,
            "iat": now,
            "exp": now + REQUEST_SECONDS,
            "vtr": json.loads(params["vtr"]),
        }
        if "claims" in params:
            inside["claims"] = json.loads(params["claims"])
        key = self._settings.client_key
        header = {"alg": SIGNING, "kid": key.kid}
        outside = {name: params[name] for name in ("response_type", "scope", "client_id")}
        outside["request"] = jwt.encode(header, inside, key, algorithms=[SIGNING])
        query = urlencode(outside)
        if len(query) > LONGEST_QUERY:
            raise SignInRefused("request_refused")
        return f"{endpoint}?{query}"
