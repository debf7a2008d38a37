"""Ask one native department for one person's debts: one signed question, one sealed answer."""

from __future__ import annotations

import asyncio
from typing import Final

from joserfc.jwk import ECKey

from adapters.departments.native.answer import Asked, open_answer
from adapters.departments.native.matching import extras, match_body
from adapters.departments.native.problem import problem_type, read_problem
from adapters.departments.native.published import PublishedKeys
from adapters.departments.native.schema import agreed_fields
from adapters.wire import MAX_BYTES, Reply, Wire
from consent.clock import Chance, Clock
from consent.errors import ConsentEnded, OutsideFailed
from consent.ids import random_text
from consent.jose import TokenRefused, compact_json, fingerprint, seal
from consent.keys import KeyRefused, Keys, new_key, public_jwk
from consent.permit import Permit
from consent.register import DepartmentEntry
from consent.signer import Signer
from debts.debt import Answer, NotAsked, Unanswered, Unavailable
from debts.facts import Facts

SEALED: Final = "application/jose"
PROBLEM: Final = "application/problem+json"
_HEADERS: Final = {"Content-Type": "application/jwt"}
_SAY_AGAIN: Final = frozenset({"handle-unknown", "assertion-expired", "clock-skew"})


def audience_of(code: str) -> str:
    """How a department is named in tokens."""
    return f"urn:svd:org:{code}"


class NativeDepartment:
    """One registered department that speaks the department protocol. `portal` is the signer's
    issuer, which an answer must be addressed to."""

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
        self._entry = entry
        self._wire = wire
        self._signer = signer
        self._portal = portal
        self._clock = clock
        self._chance = chance
        self._keys = keys or PublishedKeys(entry.address, entry.code, wire, clock)
        self._url = f"{entry.address}/v1/debt-queries"
        self.fields_dropped = 0
        """How many things that nobody asked for this department has sent so far (SEC-53)."""

    async def debts(self, permit: Permit, facts: Facts) -> Answer:
        """What the department says, in our words. A fault of any kind is `Unavailable`."""
        first_contact = not permit.subject_handle or bool(extras(self._entry, facts))
        try:
            keys = await self._keys.get()
            answer = await self._ask(permit, facts, keys, match=first_contact)
            if answer is None:
                keys = await self._keys.renew()
                answer = await self._ask(permit, facts, keys, match=True)
        except ConsentEnded:
            return NotAsked("ended")
        except OutsideFailed as fault:
            late = fault.kind == "timed_out"
            return self._unavailable(Unanswered.TIMED_OUT if late else Unanswered.ERROR)
        except (TokenRefused, KeyRefused):
            return self._unavailable(Unanswered.ERROR)
        return answer or self._unavailable(Unanswered.ERROR)

    async def _ask(self, permit: Permit, facts: Facts, keys: Keys, *, match: bool) -> Answer | None:
        """One question. Nothing when it should be put again, with everything in it, once."""
        private = new_key("enc", random_text(self._chance, 12))
        fields = agreed_fields(permit.granted_fields)
        department = audience_of(self._entry.code)
        minted = await asyncio.to_thread(
            self._signer.mint_assertion,
            permit,
            audience=department,
            htu=self._url,
            htm="POST",
            fields=fields,
            match_jwe=self._match(facts, keys) if match else None,
            response_jwk=public_jwk(private),
        )
        reply = await self._wire.send(
            "POST",
            self._url,
            {**_HEADERS, "x-svd-interaction-id": permit.interaction_id},
            minted.token.encode("ascii"),
            accept=(SEALED, PROBLEM),
            max_bytes=MAX_BYTES,
            party=self._entry.code,
        )
        if reply.status != 200:
            again = problem_type(reply) in _SAY_AGAIN
            return None if again else read_problem(reply, self._clock.now())
        asked = Asked(
            department=department,
            portal=self._portal,
            pairwise_id=permit.pairwise_id,
            jti=minted.jti,
            request_hash=fingerprint(minted.token),
            fields=fields,
            private=private,
        )
        return await self._read(reply, asked, keys)

    async def _read(self, reply: Reply, asked: Asked, keys: Keys) -> Answer:
        sealed = reply.body.decode("ascii", "replace")
        try:
            answer, dropped = open_answer(sealed, asked, keys, self._clock.now())
        except TokenRefused as fault:
            if fault.why != "key":
                raise
            renewed = await self._keys.renew()
            answer, dropped = open_answer(sealed, asked, renewed, self._clock.now())
        self.fields_dropped += dropped
        return answer

    def _match(self, facts: Facts, keys: Keys) -> str:
        key = keys.first("enc")
        if not isinstance(key, ECKey):
            raise KeyRefused("no_key_for_this_use")
        return seal(compact_json(match_body(self._entry, facts)), key)

    def _unavailable(self, reason: Unanswered) -> Unavailable:
        return Unavailable(self._clock.now(), reason)
