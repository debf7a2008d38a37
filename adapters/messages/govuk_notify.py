"""GOV.UK Notify, version 2 of its API: emails and text messages, and whether they arrived.

`POST /v2/notifications/email|sms`, `GET /v2/notifications?reference=` and
`GET /v2/notifications/{id}`, each with a JWT of the service's own (HS256: our service id, and
the second it was made in).

The whole text is handed over as personalisation of a bare template, ((subject)) and ((text)), so
that what goes out is what our pages show again, word for word. Notify's own client for Python is
not used: see docs/decisions. The address is opened here, at the moment of sending (decision 41).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import OctKey

from adapters.messages.sealed_contact import ContactKeeper
from adapters.wire import Reply, Wire
from adapters.wire_loop import WireLoop
from consent.clock import Clock
from consent.errors import OutsideFailed
from consent.strict_json import NotStrictJson, read_json
from plan.message_words import Written
from plan.sending import Arrived, Letterbox, Sending, Sent

JSON: Final = frozenset({"application/json"})
PARTY: Final = "notify"
SECONDS: Final = 30.0
_UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_KEY: Final = re.compile(rf"[\w-]{{0,100}}?-?({_UUID})-({_UUID})")
_PATHS: Final = {"email": ("email", "email_address"), "text": ("sms", "phone_number")}
_NEVER_BEGUN: Final = frozenset({"refused_connection", "not_allowed"})
"""Failures of a call after which it is certain that nothing was taken."""
_FAILED: Final = frozenset({"permanent-failure", "temporary-failure", "technical-failure"})
_DELIVERED: Final = frozenset({"delivered", "sent"})
"""`sent` is the last that is ever known of a text to another country."""


class NotAKey(ValueError):
    """The API key is not one of Notify's. Its text is not quoted."""


class _Key(NamedTuple):
    service: str
    secret: str


@dataclass(frozen=True, slots=True)
class Templates:
    """The ids of our two bare templates at Notify."""

    email: str
    text: str


class Notify:
    """`plan.sending.Messages`. What goes wrong outside is never raised, and never logged."""

    __slots__ = ("_clock", "_contacts", "_key", "_loop", "_templates", "_url", "_wire")

    def __init__(
        self,
        url: str,
        api_key: str,
        *,
        templates: Templates,
        wire: Wire,
        loop: WireLoop,
        contacts: ContactKeeper,
        clock: Clock,
    ) -> None:
        """`url` has no slash at its end. Raises NotAKey."""
        self._url = url
        self._key = _read_key(api_key)
        self._templates = {"email": templates.email, "text": templates.text}
        self._wire = wire
        self._loop = loop
        self._contacts = contacts
        self._clock = clock

    def __repr__(self) -> str:
        return "<Notify>"

    def send(self, message_id: UUID, to: Letterbox, said: Written) -> Sent:
        """Hand one message over. What comes after UNKNOWN is `find`."""
        path, field = _PATHS[to.channel]
        words = {"text": said.text}
        if to.channel == "email":
            words["subject"] = said.subject
        body = {
            field: self._contacts.open(to.sealed_address, to.subject),
            "template_id": self._templates[to.channel],
            "personalisation": words,
            "reference": str(message_id),
        }
        try:
            reply = self._ask("POST", f"/v2/notifications/{path}", json.dumps(body).encode())
        except OutsideFailed as fault:
            never = fault.kind in _NEVER_BEGUN
            return Sent(Sending.LATER if never else Sending.UNKNOWN)
        if reply.status == 201:
            ref = _id(_read(reply))
            return Sent(Sending.TAKEN, ref) if ref else Sent(Sending.UNKNOWN)
        return Sent(_refusal(reply.status))

    def find(self, message_id: UUID) -> Sent:
        """What Notify took under this reference in the last week."""
        try:
            reply = self._ask("GET", f"/v2/notifications?reference={message_id}")
        except OutsideFailed:
            return Sent(Sending.LATER)
        if reply.status != 200:
            known = _refusal(reply.status)
            return Sent(known if known is Sending.CLOSED else Sending.LATER)
        found = _read(reply).get("notifications")
        if not isinstance(found, list):
            return Sent(Sending.LATER)
        refs = [_id(one) for one in found if isinstance(one, dict)]
        return Sent(Sending.TAKEN, refs[0]) if refs and refs[0] else Sent(Sending.REFUSED)

    def arrived(self, ref: str) -> Arrived:
        """Where it is; Notify forgets after a week."""
        if not re.fullmatch(_UUID, ref):
            return Arrived.NOT_KNOWN
        try:
            reply = self._ask("GET", f"/v2/notifications/{ref}")
        except OutsideFailed:
            return Arrived.NOT_KNOWN
        status = _read(reply).get("status") if reply.status == 200 else ""
        if status in _DELIVERED:
            return Arrived.DELIVERED
        if status in _FAILED:
            return Arrived.FAILED
        return Arrived.ON_ITS_WAY if status else Arrived.NOT_KNOWN

    def _ask(self, method: str, path: str, body: bytes = b"") -> Reply:
        headers = {"Authorization": f"Bearer {self._token()}"}
        if body:
            headers["Content-Type"] = "application/json"
        sending = self._wire.send(
            method, self._url + path, headers, body, accept=JSON, max_bytes=256 * 1024, party=PARTY
        )
        try:
            return self._loop.call(sending, seconds=SECONDS)
        except TimeoutError:
            raise OutsideFailed(PARTY, "timed_out") from None

    def _token(self) -> str:
        claims = {"iss": self._key.service, "iat": int(self._clock.now().timestamp())}
        return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(self._key.secret))


def _refusal(status: int) -> Sending:
    """By status alone: an error's own text may repeat the address."""
    match status:
        case 401 | 403:
            return Sending.CLOSED
        case 429:
            return Sending.LATER
        case _ if 400 <= status < 500:
            return Sending.REFUSED
        case _:
            return Sending.UNKNOWN


def _read_key(text: str) -> _Key:
    """`name-service-secret`: the last two are UUIDs, the name may be anything."""
    found = _KEY.fullmatch(text.strip())
    if found is None:
        raise NotAKey("not an API key of GOV.UK Notify")
    return _Key(found[1], found[2])


def _read(reply: Reply) -> dict[str, Any]:
    try:
        said = read_json(reply.body, max_bytes=256 * 1024)
    except NotStrictJson:
        return {}
    return said if isinstance(said, dict) else {}


def _id(said: dict[str, Any]) -> str:
    ref = said.get("id")
    return ref if isinstance(ref, str) and re.fullmatch(_UUID, ref) else ""
