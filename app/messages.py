"""The worker's messages to people: made, sent, looked after. It says how many, never to whom."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from consent.clock import Chance, Clock
from consent.store import Store
from plan.inform import set_up
from plan.send import look_after_next, send_next
from plan.sending import Messages

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, repr=False)
class Messaging:
    """Each of these does a little and says how much; the rounds call it until nothing is left."""

    store: Store
    clock: Clock
    chance: Chance
    provider: Messages
    check_code_key: bytes

    def set_up(self) -> int:
        return set_up(self.store, self.clock, self.chance)

    def send(self) -> int:
        return send_next(
            self.store,
            self.clock,
            self.provider,
            check_code_key=self.check_code_key,
            count=lambda why: log.info("message_not_sent", outcome=why, count=1),
        )

    def look_after(self) -> int:
        return look_after_next(self.store, self.clock, self.provider)
