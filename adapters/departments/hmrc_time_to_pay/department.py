"""Ask HMRC for one person's charges, and at the same time whether a moratorium runs.

`POST /individuals/time-to-pay-proxy/charge-info`, application-restricted. The wire documents 400,
401, 422, 500 and 503; what is not found there is an answer of its own (wire rule 3):

200 without charges, 404 NO_DATA_FOUND   HMRC knows them and has nothing here: NoDebts
404 otherwise, 400 about the number      HMRC could not find them: NotMatched
404 from the gateway, 422, 5xx           no answer: Unavailable, or Closed with a long Retry-After
401, 403                                 refused: Unavailable
"""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Final, Protocol

from adapters.agreed import NEEDED
from adapters.bearer import BearerSource
from adapters.departments.hmrc_time_to_pay.locks import DECEASED
from adapters.departments.hmrc_time_to_pay.mapping import says_breathing_space, to_answer
from adapters.departments.hmrc_time_to_pay.schema import ChargeInfo, read_charge_info
from adapters.departments.hmrc_time_to_pay.tied import about_other_numbers, about_this_person
from adapters.reading import Unreadable
from adapters.replies import error_codes, no_answer, not_answered
from adapters.wire import Reply, Wire
from consent.clock import Clock, london_date
from consent.errors import OutsideFailed
from consent.jose import compact_json
from consent.permit import Permit
from consent.register import DepartmentEntry
from consent.strict_json import NotStrictJson, read_json
from debts.debt import (
    Answer,
    Debts,
    NeedsFact,
    NoDebts,
    NotAsked,
    NotMatched,
    Unanswered,
    Unavailable,
)
from debts.facts import Facts

PATH: Final = "/individuals/time-to-pay-proxy/charge-info"
VERSION: Final = "application/vnd.hmrc.1.0+json"
ACCEPT: Final = frozenset({VERSION, "application/json"})
MAX_BYTES: Final = 256 * 1024
GATE_GRACE: Final = 3.0
"""Seconds that the moratorium check may take longer than the charges themselves."""
LOOK_AGAIN: Final = timedelta(days=30)

_NO_DATA: Final = frozenset({"NO_DATA_FOUND", "NO_DATA"})
_GATEWAY: Final = frozenset({"MATCHING_RESOURCE_NOT_FOUND"})
_BAD_NUMBER: Final = frozenset({"INVALID_NINO", "INVALID_UTR", "INVALID_IDTYPE", "INVALID_IDVALUE"})


class MoratoriumGate(Protocol):
    """HMRC's Breathing Space. Its failure is an exception: unknown is not "none"."""

    async def check(self, nino: str, *, correlation: str) -> date | None: ...


class HmrcTimeToPay:
    """HMRC as the portal asks it. Implements debts.ports.Department.

    Where the moratorium check fails, the charges are shown all the same and the moratorium is
    unknown: the answer carries no day, which the plan must not read as "there is none".
    """

    def __init__(
        self,
        entry: DepartmentEntry,
        wire: Wire,
        token_source: BearerSource,
        breathing_space: MoratoriumGate,
        clock: Clock,
    ) -> None:
        self._entry = entry
        self._wire = wire
        self._tokens = token_source
        self._gate = breathing_space
        self._clock = clock
        self._url = f"{entry.address}{PATH}"

    async def debts(self, permit: Permit, facts: Facts) -> Answer:
        """What HMRC says, in our words. A fault of any kind is `Unavailable`."""
        utr = facts.extra(self._entry.code, "utr")  # noqa: S610
        if not NEEDED.issubset(permit.granted_fields):
            return NotAsked("no_permission")
        if not facts.nino and not utr:
            return NeedsFact(self._clock.now(), "nino")
        gate = self._ask_gate(permit, facts) if facts.nino else None
        try:
            read = await self._charges(permit, facts.nino, utr)
            if isinstance(read, NoDebts):
                return await self._nothing(read, gate)
            if not isinstance(read, ChargeInfo):
                return read
            return await self._answer(read, permit, facts, utr, gate)
        except OutsideFailed as fault:
            return not_answered(fault, self._clock.now())
        except (Unreadable, NotStrictJson):
            return Unavailable(self._clock.now(), Unanswered.ERROR)
        finally:
            if gate is not None:
                gate.cancel()

    def _ask_gate(self, permit: Permit, facts: Facts) -> asyncio.Future[date | None] | None:
        """Begin the moratorium check beside the charges, where the person agreed to holds."""
        if "hold" not in permit.granted_fields:
            return None
        gate = asyncio.ensure_future(
            self._gate.check(facts.nino, correlation=permit.interaction_id)
        )
        gate.add_done_callback(lambda done: done.cancelled() or done.exception())
        return gate

    async def _charges(self, permit: Permit, nino: str, utr: str) -> ChargeInfo | Answer:
        reply = await self._send(permit, nino, utr)
        if reply.status == 401:
            reply = await self._send(permit, nino, utr)
        if reply.status == 200:
            return read_charge_info(read_json(reply.body, max_bytes=MAX_BYTES))
        return self._refusal(reply)

    async def _send(self, permit: Permit, nino: str, utr: str) -> Reply:
        token = await self._tokens.token()
        asked = [("NINO", nino), ("UTR", utr)]
        body = {
            "regimeType": "SA",
            "channelIdentifier": "selfService",
            "identifications": [
                {"idType": kind, "idValue": "".join(value.split()).upper()}
                for kind, value in asked
                if value
            ],
        }
        reply = await self._wire.send(
            "POST",
            self._url,
            {
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
                "Accept": VERSION,
                "correlationId": permit.interaction_id,
            },
            compact_json(body),
            accept=ACCEPT,
            max_bytes=MAX_BYTES,
            party=self._entry.code,
        )
        if reply.status == 401:
            self._tokens.refused(token)
        return reply

    def _refusal(self, reply: Reply) -> Answer:
        now, codes = self._clock.now(), error_codes(reply)
        if reply.status == 404 and codes & _NO_DATA:
            return NoDebts(now)
        if reply.status == 404 and codes and not codes & _GATEWAY:
            return NotMatched(now)
        if reply.status == 400 and codes & _BAD_NUMBER:
            return NotMatched(now)
        return no_answer(reply, now)

    async def _answer(
        self,
        info: ChargeInfo,
        permit: Permit,
        facts: Facts,
        utr: str,
        gate: asyncio.Future[date | None] | None,
    ) -> Answer:
        now = self._clock.now()
        if about_other_numbers(info, facts.nino, utr):
            return Unavailable(now, Unanswered.ERROR)
        if not about_this_person(info, facts) or DECEASED in info.signals:
            return NotMatched(now)
        look_again = await _known(gate)
        if look_again is None and says_breathing_space(info):
            look_again = london_date(now) + LOOK_AGAIN
        return to_answer(
            info, agreed=permit.granted_fields, today=london_date(now), look_again=look_again
        )

    async def _nothing(self, read: NoDebts, gate: asyncio.Future[date | None] | None) -> Answer:
        """HMRC has no charges here; its gate may still speak for the debts of others."""
        look_again = await _known(gate)
        if look_again is None:
            return read
        return Debts(items=(), at=read.at, moratorium_look_again=look_again)


async def _known(gate: asyncio.Future[date | None] | None) -> date | None:
    """The gate's day, or nothing when it says none, fails, or takes much longer than the rest."""
    if gate is None:
        return None
    try:
        return await asyncio.wait_for(gate, GATE_GRACE)
    except (TimeoutError, OutsideFailed):
        return None
