"""Permissions with somebody's help: T2a, a yes that was read out or written down, and T13a, a stop
by phone. Each says in its record that it was so, and who helped (decisions 23 and 33)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from consent.change import change_in
from consent.clock import Chance, Clock
from consent.errors import NotFound, WrongState
from consent.grant import Given, Shown, Yes, give_in
from consent.ids import REFERENCE_ALPHABET
from consent.lifecycle import ENDED, State
from consent.people import Anyone, Person
from consent.permit import SignInEvidence
from consent.store import Store, grants
from consent.store.grants import Grant

CHANNELS: Final = frozenset({"read_out", "paper"})
PHONE: Final = "phone"
_REFERENCE: Final = re.compile(f"PM[{REFERENCE_ALPHABET}]{{10}}")


@dataclass(frozen=True, slots=True)
class Stopped:
    """What one reference opened: what this call ended, and what had ended before."""

    receipt: str
    now: tuple[Grant, ...]
    before: tuple[Grant, ...]


def give_assisted(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Person,
    helper: str,
    yeses: Sequence[Yes],
    shown: Shown,
    origin: str,
) -> Given:
    """T2a: record each yes that a person said to a helper, or signed on paper.

    `helper` is the organisation's reference, at most 40 characters; `shown.channel` is `read_out`
    or `paper`. There is no sign-in of the person, and the record says so.
    """
    if not helper or shown.channel not in CHANNELS:
        raise WrongState("help has a helper, and was read out or written down")
    sign_in = SignInEvidence(at=clock.now(), vot="", ial="P0", idp="assisted")
    with store.transaction(actor) as tx:
        return give_in(
            tx,
            clock,
            chance,
            actor=actor,
            yeses=yeses,
            shown=shown,
            sign_in=sign_in,
            origin=origin,
            helper=helper,
        )


def stop_by_receipt(store: Store, clock: Clock, chance: Chance, *, receipt: str) -> Stopped:
    """T13a: end every permission of one receipt, for somebody who reads its reference out.

    The store is the helpline's: the reference opens its own rows and no others, also what was
    renewed since. Departments are told through the outbox. Raises NotFound for an unknown one.
    """
    reference = _spoken(receipt)
    with store.transaction(Anyone(), receipt=reference) as tx:
        found = grants.of_receipt_read_out(tx, reference)
        if not found:
            raise NotFound("no receipt has this reference")
        now = clock.now()
        stopped = tuple(
            change_in(tx, chance, one, State.WITHDRAWN, by="assisted", at=now, reason=PHONE)
            for one in found
            if one.state not in ENDED
        )
        return Stopped(reference, stopped, tuple(one for one in found if one.state in ENDED))


def _spoken(text: str) -> str:
    """`PM7K 3XQ2 9TVA`, however it was written down. Raises NotFound for what is no reference."""
    letters = re.sub(r"[^A-Z0-9]", "", text.upper())
    if not _REFERENCE.fullmatch(letters):
        raise NotFound("no receipt has this reference")
    return " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))
