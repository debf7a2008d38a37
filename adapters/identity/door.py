"""The way out to a sign-in service: its own addresses only, small answers, a deadline.

Nothing is sent while a transaction is open. Redirects are not followed, the machine's proxy
settings are not read, and no cookie is kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException

from consent.transactions import refuse_if_open

LARGEST: Final = 256 * 1024
"""Bytes of an answer, unpacked, that are read at most."""

_Session = TypeVar("_Session", bound=requests.Session)

BeforeSend = Callable[[str], None]
"""Called with each address before it is asked; raising stops the request."""


class Outside(RequestException):
    """An address, a size or a time that the door does not let through."""


class Door(HTTPAdapter):
    """A transport that only reaches the given origins and reads little, for a short time."""

    def __init__(self, origins: frozenset[str], *, seconds: float, before_send: BeforeSend) -> None:
        super().__init__(max_retries=0)
        self._origins = origins
        self._seconds = seconds
        self._before_send = before_send

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        url = str(request.url)
        if origin(url) not in self._origins:
            raise Outside("this address is not one of the sign-in service")
        refuse_if_open()
        self._before_send(url)
        until = time.monotonic() + self._seconds
        response = super().send(
            request, stream=True, timeout=self._seconds, verify=verify, cert=cert
        )
        body = bytearray()
        for piece in response.iter_content(16 * 1024):
            body += piece
            if len(body) > LARGEST or time.monotonic() > until:
                response.close()
                raise Outside("the answer is too large or too slow")
        response._content = bytes(body)  # the one way to hand a read body to requests
        return response

    def close(self) -> None:
        """Many short sessions share this door: none of them closes it."""


def origin(url: str) -> str:
    """Scheme, host and port, with the default port left out."""
    parts = urlsplit(url)
    port = {"https": 443, "http": 80}.get(parts.scheme)
    where = parts.hostname or ""
    if parts.port is not None and parts.port != port:
        where = f"{where}:{parts.port}"
    return f"{parts.scheme}://{where}"


def through(session: _Session, door: Door, user_agent: str) -> _Session:
    """Make a session use the door and nothing else, and say who is calling."""
    session.adapters.clear()
    session.mount("https://", door)
    session.mount("http://", door)
    session.trust_env = False
    session.max_redirects = 0
    session.headers["User-Agent"] = user_agent
    return session
