"""`svd bank worklist` and the decisions about what stands in it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from app.bank.desk import Desk, complain, pounds, say
from consent.errors import NotFound, WrongState
from plan import confirm, sort_out
from plan.paying import EntryKind, EntryState
from plan.sort_out import ToSort

WHAT = {
    EntryKind.CREDIT: "came in",
    EntryKind.REVERSAL: "taken back by the bank",
    EntryKind.RETURNED: "our own money came back",
}


def show(desk: Desk) -> int:
    """0 where nothing waits."""
    differing = confirm.differing(desk.store)
    for row in differing:
        say(
            f"{row.department:12}{row.reference}  {row.value_date}  {pounds(row.total_pence)}:"
            " the department says that another amount came"
        )
    found = sort_out.worklist(desk.store)
    if not found:
        if not differing:
            say("Nothing to sort out.")
        return 1 if differing else 0
    for one in found:
        say(*_lines(one))
    total = sum(one.entry.pence for one in found)
    say(f"{len(found)} to sort out, {pounds(total)}: svd bank match, send-back, hold or ignore")
    return 1


def match(desk: Desk, entry_id: UUID, reference: str, credit_id: UUID | None) -> int:
    if bool(reference) == bool(credit_id):
        complain("Say which plan it pays, or with --undoes which entry it took back.")
        return 2
    if credit_id is not None:
        return _done(lambda: _undone(desk, entry_id, credit_id))
    return _done(
        lambda: sort_out.match(
            desk.store, desk.clock, desk.chance, entry_id=entry_id, reference=reference
        ),
        "It is a payment of this plan.",
    )


def send_back(desk: Desk, entry_id: UUID) -> int:
    return _done(
        lambda: sort_out.send_back(desk.store, desk.clock, entry_id=entry_id),
        "It goes back with the next svd bank pay-back.",
    )


def hold(desk: Desk, entry_id: UUID) -> int:
    return _done(lambda: sort_out.hold(desk.store, desk.clock, entry_id=entry_id), "It is held.")


def ignore(desk: Desk, entry_id: UUID) -> int:
    return _done(
        lambda: sort_out.ignore(desk.store, desk.clock, entry_id=entry_id),
        "It is nobody's payment.",
    )


def _undone(desk: Desk, entry_id: UUID, credit_id: UUID) -> None:
    twice = sort_out.undo(
        desk.store, desk.clock, desk.chance, entry_id=entry_id, credit_id=credit_id
    )
    say("What that entry had become is undone.")
    if twice:
        complain(f"{pounds(twice)} of it had been sent back before: it is missing now.")


def _done(errand: Callable[[], None], words: str = "") -> int:
    try:
        errand()
    except (NotFound, WrongState) as refused:
        complain(f"Nothing was done: {refused}.")
        return 1
    if words:
        say(words)
    return 0


def _lines(one: ToSort) -> list[str]:
    row = one.entry
    held = f", held since {row.decided_at:%Y-%m-%d}" if row.state is EntryState.HELD else ""
    lines = [f"{row.entry_id}  {row.value_date}  {pounds(row.pence):>12}  {WHAT[row.kind]}{held}"]
    if row.servicer_ref:
        lines.append(f"    the bank's number: {row.servicer_ref}")
    if row.said:
        lines.append(f"    written on it: {row.said}")
    if one.owner_died:
        lines.append("    the owner of this plan has died: send it back, or hold it")
    lines += [f"    perhaps meant: {reference}" for reference in one.candidates]
    return lines
