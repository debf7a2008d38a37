"""The department's own look at the portal: does this permission stand, now? (F15)

It is a client of the portal's door like any other: a token by private_key_jwt, bound to a key of
this process by DPoP, kept while it lasts; then one call for each question, whose signed answer is
checked. Where no answer is to be had, nothing is answered to the portal either.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

import aiohttp

from adapters.gateway import Identity
from adapters.gateway.identity import read_key
from adapters.simulators.department.portal import PortalKeys
from consent.clock import Clock
from consent.jose import MAX_TOKEN, TokenRefused, check_times, verify
from consent.keys import KeyRefused, Keys
from consent.standing import STATUS_LIFE, STATUS_TYPE
from consent.strict_json import NotStrictJson, read_json

SECONDS: Final = 5.0
RENEW_BEFORE: Final = timedelta(seconds=30)
_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
USE_LASTS: Final = timedelta(minutes=2)


class StatusUnknown(Exception):
    """The portal did not say how the permission stands."""


@dataclass(slots=True)
class StatusCheck:
    """One department's client. `on` is switched through `/_control`."""

    department: str
    portal: str
    keys: Keys
    portal_keys: PortalKeys
    clock: Clock
    on: bool
    reached_at: str = ""
    """Where the portal is, when its own name leads elsewhere; proofs name it all the same."""
    _identity: Identity = field(init=False)
    _token: str = ""
    _until: datetime | None = None
    _session: aiohttp.ClientSession | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        key = read_key(self.keys.first("sig").as_dict(private=True))
        self._identity = Identity(self.department, key, self.clock.now)

    async def state_of(self, grant_id: str) -> str:
        """The state in force; `unknown` for a permission that is not ours, and `used` for one that
        was for one use and is not in use now. Raises StatusUnknown."""
        try:
            status, body = await self._ask(grant_id)
            if status == 401:  # the portal was started anew, with another key
                self._token = ""
                status, body = await self._ask(grant_id)
            if status == 404:
                return "unknown"
            if status != 200:
                raise StatusUnknown(str(status))
            return await self._read(body.decode("ascii", "replace"), grant_id)
        except (aiohttp.ClientError, TimeoutError, TokenRefused, KeyRefused, NotStrictJson):
            raise StatusUnknown("no answer") from None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _ask(self, grant_id: str) -> tuple[int, bytes]:
        url = f"{self.portal}/v1/grants/{grant_id}/status"
        token = await self._a_token()
        headers = {
            "Authorization": f"DPoP {token}",
            "DPoP": self._identity.proof("GET", url, token=token),
            "x-svd-interaction-id": str(uuid4()),
            "Accept": "application/jwt, application/problem+json",
            "Host": urlsplit(self.portal).netloc,
        }
        where = self._where(f"/v1/grants/{grant_id}/status")
        async with self._open().get(where, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.content.read(MAX_TOKEN)

    async def _read(self, said: str, grant_id: str) -> str:
        try:
            claims = verify(said, await self.portal_keys.get(), typ=STATUS_TYPE)
        except TokenRefused as fault:
            if fault.why != "key":
                raise
            claims = verify(said, await self.portal_keys.get(again=True), typ=STATUS_TYPE)
        check_times(claims, self.clock.now(), longest=STATUS_LIFE)
        named = (claims.get("iss"), claims.get("aud"), claims.get("grant_id"))
        if named != (self.portal, self.department, grant_id):
            raise TokenRefused("claims")
        state, changed = str(claims.get("state")), claims.get("changed")
        if state == "consumed" and not self._just_now(changed):
            return "used"
        return state

    def _just_now(self, changed: Any) -> bool:
        """One use means one question, which uses the permission up as it is put."""
        age = self.clock.now().timestamp() - changed if type(changed) is int else float("inf")
        return age <= USE_LASTS.total_seconds()

    async def _a_token(self) -> str:
        """The token in hand; a new one half a minute before its end."""
        async with self._lock:
            now = self.clock.now()
            if self._token and self._until is not None and now < self._until:
                return self._token
            url = f"{self.portal}/oauth/token"
            form = {
                "grant_type": "client_credentials",
                "client_assertion_type": _ASSERTION,
                "client_assertion": self._identity.assertion(self.portal),
            }
            headers = {
                "DPoP": self._identity.proof("POST", url),
                "Host": urlsplit(self.portal).netloc,
            }
            async with self._open().post(
                self._where("/oauth/token"), data=form, headers=headers, allow_redirects=False
            ) as answer:
                body = read_json(await answer.content.read(MAX_TOKEN))
            if answer.status != 200 or body.get("token_type") != "DPoP":
                raise StatusUnknown("no token")
            self._token = str(body["access_token"])
            self._until = now + timedelta(seconds=int(body["expires_in"])) - RENEW_BEFORE
            return self._token

    def _where(self, path: str) -> str:
        return (self.reached_at or self.portal) + path

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=SECONDS)
            self._session = aiohttp.ClientSession(timeout=timeout, trust_env=False)
        return self._session
