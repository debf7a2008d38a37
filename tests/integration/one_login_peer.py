"""The simulated sign-in service in a process of its own, and a browser without a screen."""

from __future__ import annotations

import html
import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests
from joserfc.jwk import RSAKey

from adapters.identity.one_login import OneLogin, SignInStart
from adapters.identity.settings import OneLoginSettings

CLIENT_ID = "see-and-pay-demonstration"
PORTAL = "http://localhost:8000"
RETURN = f"{PORTAL}/sign-in/return"
SIGNED_OUT = f"{PORTAL}/signed-out"
USER_AGENT = "see-and-pay-tests/1 (http://localhost:8000)"
ROOT = Path(__file__).parents[2]


def client_key() -> RSAKey:
    key = RSAKey.generate_key(2048, {"use": "sig", "alg": "PS256"}, private=True)
    key.ensure_kid()
    return key


def public_keys(key: RSAKey) -> str:
    return json.dumps({"keys": [key.as_dict(private=False)]})


@contextmanager
def simulator(
    state: Path, *, name: str = "one_login", environ: dict[str, str] | None = None
) -> Iterator[str]:
    """A running simulator; the value is its address. It is told to stop at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "adapters.simulators.serve", name, "--port", "0"],
        cwd=ROOT,
        env={
            **os.environ,
            "SVD_STATE_DIR": str(state),
            "SVD_PORTAL_URL": PORTAL,
            **(environ or {}),
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        ready = process.stdout.readline().split()
        assert ready, "the simulator did not start"
        yield ready[1]
    finally:
        process.terminate()
        process.wait(60)
        if process.stdout is not None:
            process.stdout.close()


@dataclass
class Peer:
    """The service at an address, the portal's side of it, and what the portal's side asked."""

    url: str
    key: RSAKey
    asked: list[str] = field(default_factory=list)

    def one_login(self, **changes: Any) -> OneLogin:
        settings = OneLoginSettings.at(
            self.url,
            client_id=CLIENT_ID,
            client_key=changes.pop("client_key", self.key),
            redirect_uri=RETURN,
            user_agent=USER_AGENT,
            demonstration=True,
            **changes,
        )
        return OneLogin(settings, before_send=self.asked.append)

    def switch(
        self, errors: dict[str, list[str]] | None = None, answer: dict[str, Any] | None = None
    ) -> None:
        reply = requests.post(
            f"{self.url}/config",
            json={"errorConfiguration": errors or {}, "responseConfiguration": answer or {}},
            timeout=60,
        )
        assert reply.status_code == 200, reply.text

    def rotate_keys(self) -> None:
        assert requests.post(f"{self.url}/config/rotate", timeout=60).status_code == 200


class Browser:
    """Follows the pages of the sign-in service and stops where it is sent back to the portal."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.page = ""

    def open(self, url: str) -> requests.Response:
        reply = self.session.get(url, allow_redirects=False, timeout=60)
        self.page = reply.text
        return reply

    def choose(self, url: str, person: str, how: str = "continue") -> requests.Response:
        asked = re.search(r'name="asked" value="([^"]+)"', self.page)
        assert asked is not None, self.page
        return self.session.post(
            urljoin(url, "/authorize/choice"),
            data={"asked": html.unescape(asked[1]), "person": person, "how": how},
            allow_redirects=False,
            timeout=60,
        )

    def sign_in(
        self, start: SignInStart, person: str = "testwell", how: str = "continue"
    ) -> dict[str, str]:
        """The parameters that the browser brings back to the portal."""
        reply = self.open(start.url)
        if reply.status_code == 200:
            reply = self.choose(start.url, person, how)
        return brought_back(reply)


def brought_back(reply: requests.Response) -> dict[str, str]:
    assert reply.status_code == 303, reply.text
    location = reply.headers["Location"]
    assert location.startswith(f"{RETURN}?"), location
    return dict(parse_qsl(urlsplit(location).query))


def now() -> datetime:
    return datetime.now(UTC)


chance = secrets.token_bytes
