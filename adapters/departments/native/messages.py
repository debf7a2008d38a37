"""What a department is told: that a permission ended, what a plan pays, that a debt is queried.

Each message carries a number; sending it twice does no harm. Nothing here waits for a person.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from joserfc.jwk import ECKey

from adapters.departments.native.department import PROBLEM, audience_of
from adapters.departments.native.published import PublishedKeys
from adapters.departments.native.stop_word import check_stop_word
from adapters.wire import Reply, Wire
from consent.clock import Chance, Clock
from consent.errors import OutsideFailed
from consent.ids import GrantId, new_uuid
from consent.jose import TokenRefused, compact_json, seal
from consent.keys import KeyRefused
from consent.permit import Permit
from consent.register import DepartmentEntry
from consent.signer import EVENT_TYPE, Errand, EventKind, MintedEvent, Signer
from plan.terms import Asked

LONGEST_WORDS: Final = 500
WORD: Final = "application/jwt"


class Delivery(StrEnum):
    """What became of a message. `failed` may be tried again, `refused` may not. `bad_word` was
    taken with a signed word that is not right: it is asked again, for nobody could check it."""

    TAKEN = "taken"
    REFUSED = "refused"
    FAILED = "failed"
    BAD_WORD = "bad_word"


@dataclass(frozen=True, slots=True, repr=False)
class Answered:
    """What became of a word about a permission; `word` is the department's own, a compact JWS that
    was verified, or nothing where a department gives none."""

    delivery: Delivery
    word: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class PlanLine:
    """This department's share of each payment for one of its debts, in pence."""

    debt_token: str
    share_pence: int


@dataclass(frozen=True, slots=True, repr=False)
class PlanMessage:
    """What one department learns of a plan: its own lines, and when they are paid.

    `frequency` is `week`, `fortnight`, `four_weeks` or `month`; `pay_day` the day of the month, or
    of the week from 1 for Monday. `look_again_on` is the day on which a paused plan goes on. The
    department is asked to hold off other ways to collect (F61), until the plan has ended: then it
    has no lines and no days.
    """

    plan_reference: str
    lines: tuple[PlanLine, ...] = ()
    frequency: str = ""
    pay_day: int | None = None
    method: str = ""
    starts_on: date | None = None
    answer_by: date | None = None
    look_again_on: date | None = None
    ended: bool = False

    def details(self) -> dict[str, Any]:
        """As the protocol writes it; what is not known is left out."""
        said: dict[str, Any] = {
            "plan_reference": self.plan_reference,
            "lines": [
                {"debt_handle": line.debt_token, "share_pence": line.share_pence}
                for line in self.lines
            ],
            "frequency": self.frequency,
            "pay_day": self.pay_day,
            "method": self.method,
            "starts_on": self.starts_on.isoformat() if self.starts_on else None,
            "answer_by": self.answer_by.isoformat() if self.answer_by else None,
            "look_again_on": self.look_again_on.isoformat() if self.look_again_on else None,
            "enforcement": (Asked.MAY_GO_ON if self.ended else Asked.WAIT).value,
        }
        return {name: value for name, value in said.items() if value not in ("", None)}


class NativeMessages:
    """All that the service says to one native department besides asking for debts."""

    def __init__(
        self,
        entry: DepartmentEntry,
        *,
        wire: Wire,
        signer: Signer,
        portal: str,
        clock: Clock,
        chance: Chance,
        keys: PublishedKeys | None = None,
    ) -> None:
        """`portal` is the signer's issuer, to whom a department's word is addressed."""
        self._entry = entry
        self._wire = wire
        self._signer = signer
        self._portal = portal
        self._clock = clock
        self._chance = chance
        self._keys = keys or PublishedKeys(entry.address, entry.code, wire, clock)

    async def send_hold(
        self, permit: Permit, *, debt_token: str, reason_code: str, words: str, reference: str
    ) -> Delivery:
        """Ask for a hold, or query a debt, in the person's own words (decision 37).

        The words are sealed to the department and exist nowhere else. Raises ConsentEnded when the
        `hold_or_query` permission is not live.
        """
        body = {
            "debt_handle": debt_token,
            "reason_code": reason_code,
            "words": words[:LONGEST_WORDS],
            "reference": reference,
        }
        return await self._send_sealed(permit, Errand.HOLD_REQUEST, "/v1/hold-requests", body)

    async def send_support_needs(self, permit: Permit, *, codes: Sequence[str]) -> Delivery:
        """Tell what would help the person, in codes; never why."""
        body = {"codes": list(codes)}
        return await self._send_sealed(permit, Errand.SUPPORT_NEEDS, "/v1/support-needs", body)

    async def send_budget_totals(self, permit: Permit, *, totals: Mapping[str, int]) -> Delivery:
        """Four totals a month in pence: income, outgoings, surplus, savings. Not kept."""
        body = {f"{name}_pence": pence for name, pence in totals.items()}
        return await self._send_sealed(permit, Errand.BUDGET_TOTALS, "/v1/budget-totals", body)

    async def send_consent_event(
        self, kind: EventKind, *, pairwise_id: str, grant_id: GrantId, event_id: str = ""
    ) -> Answered:
        """Say that a permission has ended, is paused, or goes on (RFC 8935). A department that was
        told to stop may answer with its own signed word, which is checked here."""
        event = await self._mint(kind, pairwise_id, grant_id, event_id, {})
        reply = await self._reply("/v1/consent-events", event.token, f"application/{EVENT_TYPE}")
        delivery = _became(reply)
        if reply is None or delivery is not Delivery.TAKEN or not reply.body:
            return Answered(delivery)
        if kind is EventKind.CONSENT_RESUMED:
            return Answered(Delivery.BAD_WORD)
        return await self._word(reply.body.decode("ascii", "replace"), event.jti, grant_id)

    async def _word(self, word: str, event_jti: str, grant_id: GrantId) -> Answered:
        """The word, if it is one of this department about just this."""
        try:
            keys = await self._keys.get()
            for last in (False, True):
                try:
                    check_stop_word(
                        word,
                        keys,
                        department=audience_of(self._entry.code),
                        portal=self._portal,
                        event_jti=event_jti,
                        grant_id=grant_id,
                        now=self._clock.now(),
                    )
                    return Answered(Delivery.TAKEN, word)
                except TokenRefused as fault:
                    if last or fault.why != "key":
                        return Answered(Delivery.BAD_WORD)
                    keys = await self._keys.renew()
        except (OutsideFailed, KeyRefused):
            pass
        return Answered(Delivery.FAILED)

    async def send_plan_event(
        self,
        kind: EventKind,
        message: PlanMessage,
        *,
        pairwise_id: str,
        grant_id: GrantId,
        event_id: str = "",
    ) -> Delivery:
        """Propose, change or end this department's part of a plan (decision 26)."""
        event = await self._mint(kind, pairwise_id, grant_id, event_id, message.details())
        return await self._post("/v1/plan-events", event.token, f"application/{EVENT_TYPE}")

    async def send_head(self, head: str) -> Delivery:
        """Say that money is on its way to the department, by the signed head of its series (F58).
        Of what it answers nothing is read but the status."""
        return await self._post("/v1/allocation-heads", head, WORD)

    async def _mint(
        self,
        kind: EventKind,
        pairwise_id: str,
        grant_id: GrantId,
        event_id: str,
        details: Mapping[str, Any],
    ) -> MintedEvent:
        return await asyncio.to_thread(
            self._signer.mint_event,
            kind,
            audience=audience_of(self._entry.code),
            pairwise_id=pairwise_id,
            grant_id=grant_id,
            event_id=event_id,
            details=details,
        )

    async def _send_sealed(
        self, permit: Permit, errand: Errand, path: str, body: Mapping[str, Any]
    ) -> Delivery:
        try:
            key = (await self._keys.get()).first("enc")
        except (OutsideFailed, KeyRefused):
            return Delivery.FAILED
        if not isinstance(key, ECKey):
            return Delivery.FAILED
        minted = await asyncio.to_thread(
            self._signer.mint_assertion,
            permit,
            audience=audience_of(self._entry.code),
            htu=self._entry.address + path,
            errand=errand,
            request_jwe=seal(compact_json(body), key),
        )
        return await self._post(path, minted.token, "application/jwt", permit.interaction_id)

    async def _post(
        self, path: str, token: str, content_type: str, interaction_id: str = ""
    ) -> Delivery:
        return _became(await self._reply(path, token, content_type, interaction_id))

    async def _reply(
        self, path: str, token: str, content_type: str, interaction_id: str = ""
    ) -> Reply | None:
        headers = {
            "Content-Type": content_type,
            "x-svd-interaction-id": interaction_id or str(new_uuid(self._chance)),
        }
        try:
            return await self._wire.send(
                "POST",
                self._entry.address + path,
                headers,
                token.encode("ascii"),
                accept=(PROBLEM, WORD),
                max_bytes=8 * 1024,
                party=self._entry.code,
            )
        except OutsideFailed:
            return None


def _became(reply: Reply | None) -> Delivery:
    if reply is None:
        return Delivery.FAILED
    if reply.status == 202:
        return Delivery.TAKEN
    again = reply.status in (401, 429) or reply.status >= 500
    return Delivery.FAILED if again else Delivery.REFUSED
