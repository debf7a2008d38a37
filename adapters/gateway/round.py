"""One round: fetch, prove, post, answer, add up. Each step may be repeated without harm."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from adapters.gateway.book import Book, Day
from adapters.gateway.chain import Page, read_page
from adapters.gateway.door import Answer, Door
from adapters.gateway.faults import Refused, SeriesBroken
from adapters.gateway.heads import Head
from adapters.gateway.ledger import Ledger
from adapters.gateway.strict import NotReadable

PAGE: Final = 500
ANSWERS: Final = 100


class Done(NamedTuple):
    """What a round did. `differ`: days whose total is not that of the book, by reference."""

    posted: int
    answered: int
    differ: tuple[str, ...]


class Gateway:
    """Any number of processes may run rounds on one book: each entry is posted once."""

    def __init__(self, door: Door, book: Book, ledger: Ledger) -> None:
        self.book = book
        self._heads = door.heads()
        self._door = door
        self._ledger = ledger

    def round(self) -> Done:
        """Raises SeriesBroken, which the book notes and of which nothing is posted; NotNow; or
        Refused."""
        try:
            posted = self._fetch()
        except SeriesBroken as fault:
            self.book.note_fault(fault)
            raise
        self.book.note_fault(None)
        return Done(posted, self._answer(), self._add_up())

    def _fetch(self) -> int:
        """Pages until there are no more. Each begins with the entry that we have last, so that a
        portal that tells another past is noticed before anything new comes."""
        posted = 0
        while True:
            last, head = self.book.head()
            after = max(0, last - 1)
            answer = self._door.get("/v1/allocations", f"after={after}&limit={PAGE}")
            said = _read(answer, last + 1)
            signed = self._heads.read(said.get("head"), last + 1)
            try:
                page = read_page(said, after=after, head=self.book.hash_at(after))
                self._compare(page, signed, last, head)
            except SeriesBroken as fault:
                fault.evidence = signed.token
                raise
            posted += self.book.post(page.entries[last - after :], self._ledger)
            self.book.keep_head(signed)
            if not page.more:
                return posted

    def _compare(self, page: Page, signed: Head, last: int, head: str) -> None:
        """The page begins with what is in the book, and its end is what the portal signed."""
        if last and not page.entries:
            raise SeriesBroken("behind", last)
        if last and page.entries[0].chain_hash != head:
            raise SeriesBroken("changed", last)
        if (signed.sequence, signed.chain_hash) != (page.last, page.head):
            raise SeriesBroken("signature", page.last)

    def _answer(self) -> int:
        """An answer that the portal will not take is kept for an operator, and the others go on."""
        answered = 0
        while found := self.book.untold(ANSWERS):
            for allocation_id, reply in found:
                refusal = ""
                try:
                    self._door.put(f"/v1/allocations/{allocation_id}/receipt", reply.said())
                except Refused as fault:
                    if fault.status not in (400, 404, 409):
                        raise
                    refusal = fault.kind
                self.book.told(allocation_id, reply, refusal=refusal)
                answered += not refusal
        return answered

    def _add_up(self) -> tuple[str, ...]:
        """Each day's total beside the sum of its numbers; one whose numbers are not all here yet
        waits for the next round. Days follow one another without a gap."""
        said = _read(self._door.get("/v1/remittances"), 0)
        known = {day.reference for day, agrees in self.book.days() if agrees}
        days = sorted((_day(item) for item in _items(said)), key=lambda day: day.first_sequence)
        last = self.book.head()[0]
        before = 0
        for day in days:
            follows = not before or day.first_sequence == before + 1
            before = day.last_sequence
            if day.last_sequence > last or day.reference in known:
                continue
            count, total = self.book.sum_of(day.first_sequence, day.last_sequence)
            whole = count == day.last_sequence - day.first_sequence + 1
            self.book.note_day(day, agrees=follows and whole and total == day.total_pence)
        return tuple(day.reference for day, agrees in self.book.days() if not agrees)


def _read(answer: Answer, number: int) -> dict[str, Any]:
    try:
        said = answer.json()
    except NotReadable:
        said = None
    if not isinstance(said, dict):
        raise SeriesBroken("malformed", number)
    return said


def _items(said: dict[str, Any]) -> list[Any]:
    if not isinstance(said.get("items"), list):
        raise SeriesBroken("malformed", 0)
    items: list[Any] = said["items"]
    return items


def _day(item: Any) -> Day:
    try:
        day = Day(*(item[name] for name in Day._fields))
    except (KeyError, TypeError):
        raise SeriesBroken("malformed", 0) from None
    numbers = (day.first_sequence, day.last_sequence, day.total_pence)
    if any(type(one) is not int for one in numbers) or not isinstance(day.reference, str):
        raise SeriesBroken("malformed", 0)
    return day
