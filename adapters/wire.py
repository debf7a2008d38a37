"""The one HTTP door: registered addresses only, small answers, short times, no open transaction.

It follows no redirect, keeps no cookie, reads no proxy setting, takes no compressed body, resolves
a name once and connects to that address (SEC-54, SEC-55, SEC-57). What went wrong is told by a
short code, never by the other side's words.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final, Literal
from urllib.parse import SplitResult, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from consent.errors import OutsideFailed
from consent.transactions import refuse_if_open

MAX_BYTES: Final = 64 * 1024
CONNECT_SECONDS: Final = 2.0
TOTAL_SECONDS: Final = 70.0
"""Longer than any answer is worth: callers hold their own, shorter deadlines and cancel."""

_PER_HOST: Final = 256
"""Calls to one department at a time; the next wait for that department only."""

MayReach = Callable[[str], bool]
Failure = Literal[
    "timed_out", "refused_connection", "closed", "too_big", "bad_status", "bad_type", "not_allowed"
]


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """What came back: header names in lower case, the body as it was sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"<Reply {self.status}, {len(self.body)} bytes>"


class Wire:
    """Calls out on the event loop that first used it, through one session.

    `origins` are the register's (scheme, host and port). `demonstration` lets plain http, loopback
    and private addresses through, for simulators; link-local addresses are refused always.
    """

    def __init__(
        self,
        origins: Collection[str],
        *,
        demonstration: bool = False,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._origins = frozenset(_origin(urlsplit(origin)) for origin in origins)
        self._demonstration = demonstration
        self._total = total_seconds
        self._session: aiohttp.ClientSession | None = None
        if not demonstration:
            plain = sorted(origin for origin in self._origins if not origin.startswith("https://"))
            if plain:
                raise ValueError(f"not https: {', '.join(plain)}")

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] = MappingProxyType({}),
        body: bytes = b"",
        *,
        accept: Collection[str],
        max_bytes: int = MAX_BYTES,
        connect_seconds: float = CONNECT_SECONDS,
        party: str = "",
    ) -> Reply:
        """One request, one reply of at most `max_bytes` in one of the `accept` media types.

        Raises OutsideFailed(party, kind), and TransactionMisuse while a transaction is open.
        """
        refuse_if_open()
        where = urlsplit(url)
        party = party or (where.hostname or "")
        if _origin(where) not in self._origins or where.username is not None:
            raise OutsideFailed(party, "not_allowed")
        if _is_address(where.hostname or "") and not self._may_reach(where.hostname or ""):
            raise OutsideFailed(party, "not_allowed")
        asked = {
            **headers,
            "Accept": headers.get("Accept", ", ".join(sorted(accept))),
            "Accept-Encoding": "identity",
            "Cache-Control": "no-store",
            "User-Agent": "see-and-pay",
        }
        timeout = aiohttp.ClientTimeout(total=self._total, sock_connect=connect_seconds)
        try:
            async with self._open().request(
                method,
                url,
                headers=asked,
                data=body or None,
                allow_redirects=False,
                timeout=timeout,
            ) as response:
                return await _read(response, frozenset(accept), max_bytes, party)
        except OutsideFailed:
            raise
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as fault:
            raise OutsideFailed(party, _kind(fault)) from None

    async def close(self) -> None:
        """Close the session, on the loop that used it."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                resolver=_Pinned(self._may_reach),
                use_dns_cache=False,
                limit=0,
                limit_per_host=_PER_HOST,
                ssl=_tls(),
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                auto_decompress=False,
                raise_for_status=False,
            )
        return self._session

    def _may_reach(self, address: str) -> bool:
        """A public address, or in a demonstration also one of this machine or its own network."""
        ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address)
        if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        if ip.is_link_local or ip.is_multicast or ip.is_unspecified:
            return False
        return ip.is_global or (self._demonstration and (ip.is_loopback or ip.is_private))


async def _read(
    response: aiohttp.ClientResponse, accept: frozenset[str], max_bytes: int, party: str
) -> Reply:
    """The reply, cut off at the first byte too many."""
    if 300 <= response.status < 400:
        raise OutsideFailed(party, "bad_status")
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise OutsideFailed(party, "bad_type")
    if response.content_length is not None and response.content_length > max_bytes:
        response.close()
        raise OutsideFailed(party, "too_big")
    body = bytearray()
    async for piece in response.content.iter_chunked(8 * 1024):
        body += piece
        if len(body) > max_bytes:
            response.close()
            raise OutsideFailed(party, "too_big")
    if body and response.content_type.lower() not in accept:
        raise OutsideFailed(party, "bad_type")
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status, MappingProxyType(headers), bytes(body))


class _Pinned(AbstractResolver):
    """Resolves once, and hands on only addresses that may be reached."""

    def __init__(self, may_reach: MayReach) -> None:
        self._may_reach = may_reach
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if not found or not all(self._may_reach(result["host"]) for result in found):
            raise _NotAllowed(host)
        return found

    async def close(self) -> None:
        await self._inner.close()


class _NotAllowed(OSError):
    """A name that leads to an address which may not be reached."""


def _kind(fault: BaseException) -> Failure:
    seen: BaseException | None = fault
    while seen is not None:
        if isinstance(seen, _NotAllowed):
            return "not_allowed"
        seen = seen.__cause__ or seen.__context__
    if isinstance(fault, TimeoutError):
        return "timed_out"
    if isinstance(fault, aiohttp.ClientConnectorError):
        return "refused_connection"
    if isinstance(fault, ValueError):
        return "not_allowed"
    return "closed"


def _origin(url: SplitResult) -> str:
    """Scheme, host and port, the default port written out; empty for what is not an address."""
    try:
        port = url.port or {"http": 80, "https": 443}[url.scheme]
    except (KeyError, ValueError):
        return ""
    return f"{url.scheme}://{url.hostname}:{port}" if url.hostname else ""


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
