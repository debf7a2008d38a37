"""HMRC's application-restricted access: a client credentials token, kept in memory only.

`POST /oauth/token` with the client's id and secret; the token is used again until a minute before
it ends. It is never written anywhere: not in a log, not in an error, not in a repr.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from adapters.wire import Wire
from consent.clock import Clock
from consent.errors import OutsideFailed
from consent.strict_json import NotStrictJson, read_json

JSON: Final = frozenset({"application/json"})
EARLY: Final = timedelta(seconds=60)
LONGEST: Final = timedelta(hours=4)
_LONGEST_TOKEN: Final = 4096


class ClientCredentials:
    """One token for one department, renewed before it ends. Implements BearerSource."""

    def __init__(
        self,
        url: str,
        wire: Wire,
        clock: Clock,
        *,
        party: str,
        client_id: str,
        client_secret: str,
        scope: str = "",
    ) -> None:
        self._url = url
        self._wire = wire
        self._clock = clock
        self._party = party
        self._form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
        } | ({"scope": scope} if scope else {})
        self._token = ""
        self._until = datetime.min.replace(tzinfo=clock.now().tzinfo)
        self._renewing = asyncio.Lock()

    def __repr__(self) -> str:
        return f"<ClientCredentials for {self._party}>"

    async def token(self) -> str:
        """The token in hand, or a new one. Callers that come at once share one request."""
        async with self._renewing:
            if not self._token or self._clock.now() >= self._until:
                self._token, lives = await self._fetch()
                early = min(EARLY, lives / 2)
                self._until = self._clock.now() + lives - early
            return self._token

    def refused(self, token: str) -> None:
        """The next caller gets a new one, unless somebody has renewed it already."""
        if token == self._token:
            self._token = ""

    async def _fetch(self) -> tuple[str, timedelta]:
        reply = await self._wire.send(
            "POST",
            self._url,
            {"Content-Type": "application/x-www-form-urlencoded"},
            urlencode(self._form).encode("ascii"),
            accept=JSON,
            max_bytes=8 * 1024,
            party=self._party,
        )
        if reply.status != 200:
            raise OutsideFailed(self._party, "no_token")
        try:
            said = read_json(reply.body)
            token, seconds = said["access_token"], said.get("expires_in", 300)
            if str(said.get("token_type", "bearer")).lower() != "bearer":
                raise OutsideFailed(self._party, "no_token")
        except (NotStrictJson, KeyError, TypeError, AttributeError):
            raise OutsideFailed(self._party, "no_token") from None
        if not _fit_for_header(token) or type(seconds) is not int or seconds <= 0:
            raise OutsideFailed(self._party, "no_token")
        return token, min(timedelta(seconds=min(seconds, 10**6)), LONGEST)


def _fit_for_header(token: object) -> bool:
    return (
        isinstance(token, str)
        and 0 < len(token) <= _LONGEST_TOKEN
        and token.isascii()
        and token.isprintable()
        and " " not in token
    )
