"""Ask Self Assessment Accounts, with a token that the person got for us at HMRC itself.

`GET /accounts/self-assessment/{nino}/balance-and-transactions`, user-restricted: consent and
sign-in live at HMRC, so the token comes with each question, is not kept, and ends with the
permission. The wire carries no name, number or birth date, so it gives no way to notice an answer
about somebody else: HMRC ties the token to the number, and nothing else does.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from adapters.agreed import NEEDED
from adapters.departments.hmrc_self_assessment.schema import read_balances
from adapters.reading import Unreadable
from adapters.replies import error_codes, no_answer, not_answered
from adapters.wire import Reply, Wire
from consent.clock import Clock, london_date
from consent.errors import OutsideFailed
from consent.permit import Permit
from consent.register import DepartmentEntry
from consent.strict_json import NotStrictJson, read_json
from debts.debt import (
    Answer,
    NeedsFact,
    NotAsked,
    NotMatched,
    Unanswered,
    Unavailable,
)
from debts.facts import Facts

VERSION: Final = "application/vnd.hmrc.4.0+json"
ACCEPT: Final = frozenset({VERSION, "application/json"})
MAX_BYTES: Final = 256 * 1024
_OPEN_ITEMS: Final = "onlyOpenItems=true&includeLocks=true&calculateAccruedInterest=true"
"""Only what is open, so no dates: HMRC refuses the two together."""
_NOT_FOUND: Final = frozenset(
    {
        "MATCHING_RESOURCE_NOT_FOUND",
        "RULE_ITSA_CONTRACT_OBJECT_NOT_EXIST",
        "RULE_BUSINESS_PARTNER_NOT_EXIST",
        "FORMAT_NINO",
    }
)
"""No account under this number. The first is also what HMRC's gateway says of an address that it
does not know, so it is never taken for "no debts"."""


class HmrcSelfAssessmentAccounts:
    """Mapping and call. It is not a port: somebody has to hand in the person's own token."""

    def __init__(self, entry: DepartmentEntry, wire: Wire, clock: Clock) -> None:
        self._entry = entry
        self._wire = wire
        self._clock = clock

    async def debts(self, permit: Permit, facts: Facts, *, user_token: str) -> Answer:
        """What HMRC says, in our words. A fault of any kind is `Unavailable`."""
        now = self._clock.now()
        if not NEEDED.issubset(permit.granted_fields):
            return NotAsked("no_permission")
        if not facts.nino:
            return NeedsFact(now, "nino")
        try:
            reply = await self._send(facts.nino, user_token)
            if reply.status == 200:
                said = read_json(reply.body, max_bytes=MAX_BYTES)
                return read_balances(
                    said, agreed=permit.granted_fields, at=now, today=london_date(now)
                )
        except OutsideFailed as fault:
            return not_answered(fault, now)
        except (Unreadable, NotStrictJson):
            return Unavailable(now, Unanswered.ERROR)
        if reply.status in (400, 404) and error_codes(reply) & _NOT_FOUND:
            return NotMatched(now)
        return no_answer(reply, now)

    async def _send(self, nino: str, user_token: str) -> Reply:
        number = quote("".join(nino.split()).upper(), safe="")
        where = f"/accounts/self-assessment/{number}/balance-and-transactions?{_OPEN_ITEMS}"
        return await self._wire.send(
            "GET",
            f"{self._entry.address}{where}",
            {"Authorization": f"Bearer {user_token}", "Accept": VERSION},
            accept=ACCEPT,
            max_bytes=MAX_BYTES,
            party=self._entry.code,
        )
