"""D13, D14: what the person allowed, and the receipt of each time they did."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from flask import Blueprint
from werkzeug.wrappers import Response

from app.citizen import permission_words
from app.http import session
from app.http.access import signed_in
from app.http.current import now, services
from app.http.pages import page
from consent.errors import NotFound
from consent.ids import spaced
from consent.lifecycle import State
from consent.purposes import Purpose
from consent.store import grants, log, receipts, requests
from consent.store.grants import Grant
from consent.store.requests import Request

blueprint = Blueprint("permissions", __name__, url_prefix="/permissions")
ENDED_SHOWN: Final = 25
REFERENCE: Final = re.compile(r"[A-Z0-9]{12}")


@dataclass(frozen=True, slots=True)
class Given:
    """One permission of a receipt, as it was given then. `renewed_as` is the receipt that took its
    place; `place` is where it stands in the log, once a signed head of the log covers it."""

    grant: Grant
    renewed_as: str
    place: int | None

    @property
    def in_use(self) -> bool:
        return not self.renewed_as and self.grant.live(now())


@blueprint.get("")
@signed_in
def permissions() -> Response:
    """D14: what has not ended first, the newest of what has below. It costs the same however much
    has ended."""
    actor = session.person()
    with services().store.transaction(actor) as tx:
        held = grants.open_of(tx, actor.subject, now())
        over = grants.ended_of(tx, actor.subject, now(), limit=ENDED_SHOWN + 1 + len(held))
        asked = requests.open_of(tx, actor.subject)
    held_ids = {grant.grant_id for grant in held}
    ended = [grant for grant in over if grant.grant_id not in held_ids]
    return page(
        "citizen/permissions/permissions.html",
        held=sorted(held, key=_by_name),
        in_use=any(grant.live(now()) for grant in held),
        later=_later(asked),
        ended=ended[:ENDED_SHOWN],
        again=_to_ask_again(held, ended[:ENDED_SHOWN]),
        more=len(ended) > ENDED_SHOWN,
        words=permission_words,
    )


def _to_ask_again(held: Iterable[Grant], ended: Iterable[Grant]) -> set[str]:
    """Ids of ended ones that can be given again: the newest of each, where none is held now."""
    seen = {(grant.department, grant.purpose) for grant in held}
    found = set()
    for grant in ended:
        key = (grant.department, grant.purpose)
        if key not in seen and permission_words.ask_again(grant):
            found.add(str(grant.grant_id))
        seen.add(key)
    return found


def _later(asked: Iterable[Request]) -> list[Request]:
    """What the person will decide later, the newest of each department."""
    later = [one for one in asked if one.state is State.DEFERRED and one.decide_by > now()]
    return list({one.department: one for one in reversed(later)}.values())


@blueprint.get("/<receipt>")
@signed_in
def receipt(receipt: str) -> Response:
    """D13; an old one shows what has become of it since."""
    given = _given(receipt)
    return page(
        "citizen/permissions/receipt.html",
        given=given,
        first=given[0].grant,
        in_use=any(one.in_use for one in given),
        may_ask=any(one.in_use and one.grant.purpose is Purpose.VIEW_DEBTS for one in given),
        address=receipt,
        words=permission_words,
    )


def _given(receipt: str) -> list[Given]:
    """What one receipt is for. Raises NotFound, also for another person's."""
    actor = session.person()
    if not REFERENCE.fullmatch(receipt):
        raise NotFound("no such receipt")
    reference = spaced(receipt)
    with services().store.transaction(actor) as tx:
        versions = receipts.versions_of_receipt(tx, actor.subject, reference)
        leaves = receipts.leaves_of(tx, {one.grant_id for one in versions})
        kept = log.newest_checkpoint(tx)
        today = {one.grant_id: grants.one(tx, actor.subject, one.grant_id) for one in versions}
    if not versions:
        raise NotFound("no such receipt")
    found = []
    for one in sorted(versions, key=_by_name):
        leaf = next((x for x in leaves[one.grant_id] if x.event.digest == one.record_hash), None)
        place = leaf.leaf_index if leaf else None
        newest = today[one.grant_id] or one
        found.append(
            Given(
                one,
                renewed_as=newest.receipt if newest.version > one.version else "",
                place=place if place is not None and kept and place < kept.size else None,
            )
        )
    return found


def _by_name(grant: Grant) -> tuple[str, str]:
    return permission_words.department_name(grant.department), grant.purpose
