"""Ask HMCTS for one person's accounts: search, keep what is theirs, then each account in full.

A search that finds nothing is an answer here, `NoDebts`: Opal answers 200 with a count of 0 and
has no other word for it. A 404 on the search is not that, and is `Unavailable`. Several people
who cannot be told apart are `NotMatched`.

Where the wire gives no way to notice: accounts that carry the person's own name, birth date and
National Insurance number but are somebody else's by mistake of the court.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from adapters.agreed import NEEDED
from adapters.bearer import BearerSource
from adapters.departments.hmcts_opal.account import NotTheirs, read_header, to_debt
from adapters.departments.hmcts_opal.calls import Calls, NoReply
from adapters.departments.hmcts_opal.search import (
    Found,
    Row,
    read_results,
    search_body,
    this_persons,
)
from adapters.departments.hmcts_opal.terms import Terms, read_imposed, read_terms
from adapters.reading import Unreadable
from adapters.replies import no_answer, not_answered
from adapters.wire import Wire
from consent.clock import Clock
from consent.errors import OutsideFailed
from consent.permit import Permit
from consent.register import DepartmentEntry
from consent.strict_json import NotStrictJson
from debts.debt import (
    Answer,
    Debt,
    Debts,
    NoDebts,
    NotAsked,
    NotMatched,
    Unanswered,
    Unavailable,
)
from debts.ephemeral import Ephemeral
from debts.facts import Facts

MOST_ACCOUNTS: Final = 20
_FAULTS: Final = (NoReply, OutsideFailed, NotStrictJson, Unreadable)
Fault = NoReply | OutsideFailed | NotStrictJson | Unreadable


@dataclass(frozen=True, slots=True, repr=False)
class Read(Ephemeral):
    """One account: a debt, or nothing left or nothing of theirs; and what could not be had."""

    debt: Debt | None
    without_terms: bool = False


class HmctsOpal:
    """HMCTS as the portal asks it. Implements debts.ports.Department."""

    def __init__(
        self, entry: DepartmentEntry, wire: Wire, token: BearerSource, clock: Clock
    ) -> None:
        self._code = entry.code
        self._calls = Calls(entry, wire, token)
        self._clock = clock

    async def debts(self, permit: Permit, facts: Facts) -> Answer:
        """What HMCTS says, in our words. A fault of any kind is `Unavailable`."""
        if not NEEDED.issubset(permit.granted_fields):
            return NotAsked("no_permission")
        names = self._names(facts)
        try:
            found = await self._search(permit, facts, names)
            if found.several or (found.elsewhere and self._reference(facts)):
                return NotMatched(self._clock.now())
            if found.elsewhere:
                raise Unreadable("defendant_accounts")
            return await self._in_full(permit, facts, names, found)
        except _FAULTS as fault:
            return self._gap(fault)

    def _names(self, facts: Facts) -> list[str]:
        """The family name, and one from before where the person gave it for HMCTS."""
        before = facts.extra(self._code, "previous_name").split()  # noqa: S610
        return [facts.family_name, *before[-1:]]

    def _reference(self, facts: Facts) -> str:
        return "".join(facts.extra(self._code, "reference").split()).upper()  # noqa: S610

    async def _search(self, permit: Permit, facts: Facts, names: Sequence[str]) -> Found:
        reference = self._reference(facts)
        bodies = [search_body(name, facts.birth_date) for name in names]
        if reference:
            bodies = [search_body("", facts.birth_date, reference)]
        rows: dict[str, Row] = {}
        cut = False
        for body in bodies:
            said = await self._calls.post("/defendant-accounts/search", body, permit)
            more, short = read_results(said)
            rows |= {row.account_id: row for row in more}
            cut = cut or short
        return this_persons(rows.values(), facts, names, cut=cut)

    async def _in_full(
        self, permit: Permit, facts: Facts, names: Sequence[str], found: Found
    ) -> Answer:
        kept = found.mine[:MOST_ACCOUNTS]
        numbers = Counter(row.account_number for row in kept)
        asked = [
            self._account(permit, facts, names, row, twice=numbers[row.account_number] > 1)
            for row in kept
        ]
        read = await asyncio.gather(*asked)
        faults = [one for one in read if not isinstance(one, Read)]
        accounts = [one for one in read if isinstance(one, Read)]
        debts = tuple(one.debt for one in accounts if one.debt is not None)
        if faults and not accounts:
            return self._gap(faults[0])
        missing = ""
        if faults or found.cut or len(found.mine) > MOST_ACCOUNTS:
            missing = "some accounts"
        elif any(one.without_terms for one in accounts):
            missing = "payment terms"
        if not debts and not missing:
            return NoDebts(self._clock.now())
        return Debts(items=debts, at=self._clock.now(), partial=bool(missing), partial_for=missing)

    async def _account(
        self, permit: Permit, facts: Facts, names: Sequence[str], row: Row, *, twice: bool
    ) -> Read | Fault:
        """One account never takes the others down with it."""
        where = f"/defendant-accounts/{quote(row.account_id, safe='')}"
        header, terms, imposed = await asyncio.gather(
            self._get(f"{where}/header-summary", permit),
            self._get(f"{where}/payment-terms/latest", permit),
            self._get(f"{where}/impositions", permit),
        )
        if isinstance(header, _FAULTS):
            return header
        try:
            return Read(
                to_debt(
                    read_header(header, row, facts, names),
                    _terms(terms) or Terms(),
                    [] if isinstance(imposed, _FAULTS) else read_imposed(imposed),
                    row=row,
                    token=f"{row.business_unit}:{row.account_number}"
                    if twice
                    else row.account_number,
                    at=self._clock.now(),
                    agreed=permit.granted_fields,
                ),
                without_terms=_terms(terms) is None,
            )
        except NotTheirs:
            return Read(None)
        except Unreadable as fault:
            return fault

    async def _get(self, path: str, permit: Permit) -> Any:
        try:
            return await self._calls.get(path, permit)
        except _FAULTS as fault:
            return fault

    def _gap(self, fault: Fault) -> Answer:
        now = self._clock.now()
        if isinstance(fault, NoReply):
            return no_answer(fault.reply, now)
        if isinstance(fault, OutsideFailed):
            return not_answered(fault, now)
        return Unavailable(now, Unanswered.ERROR)


def _terms(said: Any) -> Terms | None:
    """None where they should be there and could not be had. An account without terms is answered
    404 and is whole."""
    if isinstance(said, NoReply) and said.reply.status == 404:
        return Terms()
    try:
        return None if isinstance(said, _FAULTS) else read_terms(said)
    except Unreadable:
        return None
