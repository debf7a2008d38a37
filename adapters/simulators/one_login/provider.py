"""What the sign-in service remembers while it runs, all of it in memory."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from adapters.simulators.cast import Cast, Person
from adapters.simulators.one_login.faults import Faults
from adapters.simulators.one_login.keys import ProviderKeys, SignedIn
from adapters.simulators.one_login.registration import ClientKeys, Registration

ASKING_SECONDS: Final = 900
CODE_SECONDS: Final = 60
ACCESS_SECONDS: Final = 180
SESSION_SECONDS: Final = 3600
COOKIE: Final = "demonstration-sign-in"


@dataclass(frozen=True, slots=True)
class Asked:
    """One valid request to /authorize."""

    redirect_uri: str
    state: str
    nonce: str
    level: str
    claims: frozenset[str]
    challenge: str
    silent: bool


@dataclass(slots=True)
class Session:
    """Somebody who is signed in at the service in one browser."""

    person: Person
    sid: str
    auth_time: int
    proven: bool
    used: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class Granted:
    """What a code, and then an access token, stands for."""

    asked: Asked
    person: Person
    facts: SignedIn
    proven: bool
    at: float = field(default_factory=time.monotonic)


class Provider:
    def __init__(
        self, cast: Cast, url: str, registration: Registration, client_keys: ClientKeys
    ) -> None:
        self.cast = cast
        self.url = url
        self.registration = registration
        self.client_keys = client_keys
        self.keys = ProviderKeys(url)
        self.faults = Faults()
        self._asking: dict[str, tuple[Asked, float]] = {}
        self._sessions: dict[str, Session] = {}
        self._codes: dict[str, Granted] = {}
        self._spent: dict[str, str] = {}
        self._access: dict[str, Granted] = {}

    def ask(self, asked: Asked) -> str:
        """Keep a request while its page is shown; the answer is the page's own handle."""
        oldest = time.monotonic() - ASKING_SECONDS
        self._asking = {h: (a, at) for h, (a, at) in self._asking.items() if at > oldest}
        handle = secrets.token_urlsafe(24)
        self._asking[handle] = (asked, time.monotonic())
        return handle

    def take(self, handle: str) -> Asked | None:
        """The request behind a page, once."""
        asked, at = self._asking.pop(handle, (None, 0.0))
        return asked if time.monotonic() - at < ASKING_SECONDS else None

    def sign_in(self, person: Person, *, proven: bool) -> tuple[str, Session]:
        handle = secrets.token_urlsafe(24)
        session = Session(person, secrets.token_urlsafe(16), int(time.time()), proven)
        self._sessions[handle] = session
        return handle, session

    def session(self, handle: str) -> Session | None:
        session = self._sessions.get(handle)
        if session is None or time.monotonic() - session.used > SESSION_SECONDS:
            self._sessions.pop(handle, None)
            return None
        session.used = time.monotonic()
        return session

    def sign_out(self, subject: str) -> None:
        self._sessions = {
            handle: session
            for handle, session in self._sessions.items()
            if self.subject(session.person) != subject
        }

    def subject(self, person: Person) -> str:
        return self.faults.sub or person.subject

    def code(self, asked: Asked, session: Session) -> str:
        """A code for the client: good once, for 60 seconds."""
        code = secrets.token_urlsafe(24)
        facts = SignedIn(
            subject=self.subject(session.person),
            client_id=self.registration.client_id,
            nonce=asked.nonce,
            vot="Cl.Cm",
            sid=session.sid,
            auth_time=session.auth_time,
        )
        self._codes[code] = Granted(asked, session.person, facts, session.proven)
        return code

    def redeem(self, code: str) -> Granted | None:
        """What the code stands for. A second try ends the token that the first one gave."""
        if code in self._spent:
            self._access.pop(self._spent[code], None)
            return None
        granted = self._codes.pop(code, None)
        if granted is None or time.monotonic() - granted.at > CODE_SECONDS:
            return None
        return granted

    def access(self, code: str, granted: Granted) -> str:
        token = secrets.token_urlsafe(32)
        self._access[token] = Granted(granted.asked, granted.person, granted.facts, granted.proven)
        self._spent[code] = token
        return token

    def accessed(self, token: str) -> Granted | None:
        granted = self._access.get(token)
        if granted is None or time.monotonic() - granted.at > ACCESS_SECONDS:
            return None
        return granted


PROVIDER: Final = web.AppKey("provider", Provider)
