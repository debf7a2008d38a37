"""Words from the outbox to departments: which message a topic is, and to whom it goes.

A department with our own protocol is told at once. One with its own interface has no place for
such words: it reads them in its console (decision 46), so there is nothing to send.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from adapters.departments.native import Delivery, NativeMessages, PlanLine, PlanMessage
from adapters.wire_loop import WireLoop
from consent.clock import Chance, Clock
from consent.errors import OutsideFailed
from consent.ids import DepartmentCode, GrantId
from consent.lifecycle import State
from consent.people import Worker
from consent.signer import EventKind
from consent.store import Store, grants
from consent.told import note_told as note_department_told
from consent.withdraw import TOPIC as CONSENT_ENDED
from plan.lines import CHANGED, ENDED, PAUSED, PROPOSED, RESUMED, share_of_ref
from plan.ports import Told
from plan.push import GROWN, note_pushed, to_push
from plan.tell import PartToTell, note_told, part_to_tell

SECONDS: Final = 60.0
_WHAT_TO_SAY: Final[Mapping[State, EventKind]] = {
    State.WITHDRAWN: EventKind.CONSENT_WITHDRAWN,
    State.EXPIRED: EventKind.CONSENT_EXPIRED,
    State.CONSUMED: EventKind.CONSENT_EXPIRED,
    State.SUSPENDED: EventKind.CONSENT_SUSPENDED,
    State.REVOKED: EventKind.CONSENT_REVOKED,
    State.INVALIDATED: EventKind.CONSENT_INVALIDATED,
    State.GIVEN: EventKind.CONSENT_RESUMED,
}
_PLAN: Final[Mapping[str, EventKind]] = {
    PROPOSED: EventKind.PLAN_PROPOSED,
    CHANGED: EventKind.PLAN_CHANGED,
    PAUSED: EventKind.PLAN_PAUSED,
    RESUMED: EventKind.PLAN_RESUMED,
    ENDED: EventKind.PLAN_ENDED,
}
_TOLD: Final = {Delivery.TAKEN: Told.TAKEN, Delivery.REFUSED: Told.REFUSED}


@dataclass(frozen=True, slots=True, repr=False)
class Deliveries:
    """`plan.ports.Deliver` over the adapters. `token_key` opens sealed debt tokens: the delivery
    role alone holds it (decision 27). `sign_head` is the signer's, for a department and a number of
    its series."""

    store: Store
    clock: Clock
    chance: Chance
    loop: WireLoop
    messages: Mapping[DepartmentCode, NativeMessages]
    token_key: bytes
    sign_head: Callable[[str, int], str]

    def __call__(self, topic: str, department: str, ref: str) -> Told:
        """Read as it stands now, send, write down what came back."""
        messages = self.messages.get(DepartmentCode(department))
        if messages is None:
            return Told.NOT_NEEDED
        if topic == CONSENT_ENDED:
            return self._consent_ended(messages, department, GrantId(ref))
        if topic in _PLAN:
            return self._plan(messages, department, topic, ref)
        if topic == GROWN:
            return self._grown(messages, DepartmentCode(department))
        raise OutsideFailed(department, "unknown_topic")

    def _consent_ended(self, messages: NativeMessages, department: str, grant_id: GrantId) -> Told:
        with self.store.transaction(Worker()) as tx:
            grant = grants.by_id(tx, grant_id)
        kind = _WHAT_TO_SAY.get(grant.state) if grant else None
        if grant is None or kind is None:
            return Told.NOT_NEEDED
        answered = self.loop.call(
            messages.send_consent_event(
                kind,
                pairwise_id=grant.pairwise_id,
                grant_id=grant_id,
                event_id=_event_id(kind, f"{grant_id}:{grant.changed_at.timestamp()}"),
            ),
            seconds=SECONDS,
        )
        told = self._settled(department, answered.delivery)
        if told is Told.TAKEN:
            note_department_told(self.store, self.clock, self.chance, grant_id, answered.word)
        return told

    def _plan(self, messages: NativeMessages, department: str, topic: str, ref: str) -> Told:
        kind, share_id = _PLAN[topic], share_of_ref(ref)
        part = part_to_tell(self.store, self.clock, share_id)
        goes_on = topic != ENDED
        if part is None or (goes_on and not (part.permission_live and part.lines)):
            return Told.NOT_NEEDED
        message = self._message(part) if goes_on else PlanMessage(part.reference, ended=True)
        told = self._settled(
            department,
            self.loop.call(
                messages.send_plan_event(
                    kind,
                    message,
                    pairwise_id=part.pairwise_id,
                    grant_id=part.grant_id,
                    event_id=_event_id(kind, ref),
                ),
                seconds=SECONDS,
            ),
        )
        if told is Told.TAKEN and goes_on:
            note_told(self.store, self.clock, self.chance, share_id)
        return told

    def _grown(self, messages: NativeMessages, department: DepartmentCode) -> Told:
        """One that will not take it is not asked again until its series has grown further."""
        number = to_push(self.store, department)
        if not number:
            return Told.NOT_NEEDED
        head = self.sign_head(department, number)
        told = self._settled(department, self.loop.call(messages.send_head(head), seconds=SECONDS))
        note_pushed(self.store, department, number)
        return told

    def _message(self, part: PartToTell) -> PlanMessage:
        return PlanMessage(
            plan_reference=part.reference,
            lines=tuple(PlanLine(line.token(self.token_key), line.pence) for line in part.lines),
            frequency=part.frequency.value,
            pay_day=part.pay_day,
            method=part.method.value,
            starts_on=part.starts_on,
            answer_by=part.answer_by,
            look_again_on=part.look_again_on,
        )

    def _settled(self, department: str, delivery: Delivery) -> Told:
        if delivery not in _TOLD:
            raise OutsideFailed(department, delivery.value)
        return _TOLD[delivery]


def _event_id(kind: EventKind, ref: str) -> str:
    """The same word has the same number each time it is sent, and so is taken once."""
    return str(uuid5(NAMESPACE_URL, f"urn:uk:svd:event:{kind}:{ref}"))
