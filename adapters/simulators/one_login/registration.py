"""What the sign-in service knows about the one client it serves, and how it checks that client."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import aiohttp
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

DEFAULT_CLIENT_ID: Final = "see-and-pay-demonstration"
CLIENT_KEYS_FILE: Final = "one_login_client.jwks.json"
CLIENT_KEYS_PATH: Final = "/.well-known/jwks-onelogin.json"
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST: Final = 300
"""Seconds that a client assertion may live."""


class ClientRefused(Exception):
    """The client did not prove who it is; the text is for the developer who reads the answer."""


@dataclass(frozen=True, slots=True)
class Registration:
    client_id: str
    redirect_uris: tuple[str, ...]
    post_logout_uris: tuple[str, ...]
    back_channel_uri: str
    portal_url: str

    @classmethod
    def from_environment(cls, portal_url: str, environ: Mapping[str, str]) -> Registration:
        """Lists are separated by commas; the addresses are compared letter by letter."""
        return cls(
            client_id=environ.get("SVD_ONE_LOGIN_CLIENT_ID", DEFAULT_CLIENT_ID),
            redirect_uris=_list(
                environ.get("SVD_ONE_LOGIN_REDIRECT_URIS", f"{portal_url}/sign-in/return")
            ),
            post_logout_uris=_list(
                environ.get(
                    "SVD_ONE_LOGIN_POST_LOGOUT_URIS",
                    f"{portal_url}/signed-out,{portal_url}/account-closed",
                )
            ),
            back_channel_uri=environ.get(
                "SVD_ONE_LOGIN_BACK_CHANNEL_URI", f"{portal_url}/sign-in/back-channel-logout"
            ),
            portal_url=portal_url,
        )


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


class ClientKeys:
    """The client's public RSA keys: from a file when there is one, else from its JWKS address."""

    def __init__(
        self,
        registration: Registration,
        keys_dir: Path,
        *,
        file: str = CLIENT_KEYS_FILE,
        path: str = CLIENT_KEYS_PATH,
    ) -> None:
        self._registration = registration
        self._file = keys_dir / file
        self._path = path
        self._used: dict[str, float] = {}

    async def verify(self, token: str, *, audiences: tuple[str, ...]) -> dict[str, Any]:
        """Claims of a PS256 assertion by the client: right parties, short-lived, used once."""
        claims = await self.open(token)
        now = datetime.now(UTC).timestamp()
        client_id = self._registration.client_id
        if claims.get("iss") != client_id or claims.get("sub") != client_id:
            raise ClientRefused("iss and sub must be the client id")
        if claims.get("aud") not in audiences:
            raise ClientRefused("aud must be the token address or the issuer")
        expires = claims.get("exp")
        if not isinstance(expires, int) or not now < expires <= now + LONGEST:
            raise ClientRefused("exp must be in the next five minutes")
        self._once(claims.get("jti"), expires, now)
        return claims

    async def open(self, token: str) -> dict[str, Any]:
        """The claims of anything the client signed; nothing but the signature is checked."""
        fault: JoseError | None = None
        for key in await self._keys():
            try:
                return jwt.decode(token, key, algorithms=["PS256"]).claims
            except (JoseError, ValueError) as reason:
                fault = reason if isinstance(reason, JoseError) else None
        raise ClientRefused("the signature is not the client's") from fault

    def _once(self, jti: Any, expires: float, now: float) -> None:
        self._used = {used: until for used, until in self._used.items() if until > now}
        if not isinstance(jti, str) or not jti or jti in self._used:
            raise ClientRefused("jti must be new")
        self._used[jti] = expires

    async def _keys(self) -> list[RSAKey]:
        try:
            document = json.loads(await self._document())
            return [RSAKey.import_key(row) for row in document["keys"] if row["kty"] == "RSA"]
        except (OSError, ValueError, KeyError, TypeError, aiohttp.ClientError) as reason:
            raise ClientRefused("the client's keys cannot be read") from reason

    async def _document(self) -> str:
        if self._file.is_file():
            return self._file.read_text()
        wait = aiohttp.ClientTimeout(total=5)
        async with (
            aiohttp.ClientSession(timeout=wait, trust_env=False) as session,
            session.get(self._registration.portal_url + self._path) as reply,
        ):
            reply.raise_for_status()
            return await reply.text()
