"""What departments are paid of a day, as the files for them and for the paying bank say it.

A remittance belongs to one message to the bank for ever, and that is written down before the file
is: the same day again gives the same files, byte for byte, and a remittance that came later on that
day goes into a message of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from consent.errors import ServiceError
from consent.people import Worker
from consent.store import Store
from plan.paying import AllocationKind
from plan.store import remittances
from plan.store.remittances import Paid, RemittanceRow
from plan.tokens import unseal


class DoesNotAddUp(ServiceError):
    """The allocations of a remittance are not what it says: nothing is paid before somebody
    looked."""

    code = "does_not_add_up"


@dataclass(frozen=True, slots=True)
class AdviceLine:
    """One allocation, in pence; `handle` is the department's own word for the debt."""

    sequence: int
    allocation_id: UUID
    kind: AllocationKind
    pence: int
    value_date: date
    handle: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Advice:
    """What one department is paid of a day, and for what."""

    remittance: RemittanceRow
    lines: tuple[AdviceLine, ...]

    @property
    def bank_reference(self) -> str:
        """What stands on the bank payment: 12 letters and digits."""
        return self.remittance.reference.replace(" ", "")


Name = Callable[[Sequence["Advice"]], str]
"""The number of the message that has these in it."""


def pay_out(
    store: Store, *, day: date, token_key: bytes, name: Name
) -> Mapping[str, Sequence[Advice]]:
    """What each message of this day has in it, by its number. `token_key` opens the references of
    departments that have no handles of their own (decision 27). Raises DoesNotAddUp, NotAToken;
    then nothing is written down."""
    with store.transaction(Worker()) as tx:
        found: dict[str, list[Advice]] = defaultdict(list)
        for row in remittances.held_of_day(tx, day):
            advice = _advice(row, remittances.paid_by(tx, row), token_key)
            found[row.instruction].append(advice)
        fresh = found.pop("", [])
        if fresh:
            message_id = name(fresh)
            remittances.instruct(tx, [one.remittance for one in fresh], message_id)
            found[message_id] = fresh
        return found


def _advice(row: RemittanceRow, paid: list[Paid], token_key: bytes) -> Advice:
    numbers = list(range(row.first_sequence, row.last_sequence + 1))
    if [one.sequence for one in paid] != numbers:
        raise DoesNotAddUp(f"{row.department} {row.reference}: a number of its series is missing")
    if sum(one.pence for one in paid) != row.total_pence:
        raise DoesNotAddUp(f"{row.department} {row.reference}: its parts are another sum")
    lines = tuple(
        AdviceLine(
            sequence=one.sequence,
            allocation_id=one.allocation_id,
            kind=one.kind,
            pence=one.pence,
            value_date=one.value_date,
            handle=unseal(
                token_key, one.debt_token, department=row.department, share_id=one.share_id
            ),
        )
        for one in paid
    )
    return Advice(row, lines)
