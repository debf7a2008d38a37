"""What the state machine must do, said without a database: the model of the random walk.

It is written from the table of docs/consent-states.md and the decisions, not from the code: its own
sets, its own arithmetic of time.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

OPEN = {"given", "renewed", "suspended"}
VALID = {"given", "renewed"}
YEAR = timedelta(days=365)
DAY = timedelta(hours=24)


@dataclass(slots=True)
class Asked:
    """A question that was shown and is not agreed to."""

    state: str
    form: str
    shown_at: datetime
    until: datetime
    decided_at: datetime


@dataclass(slots=True)
class Agreed:
    """A permission. `uses` are the times of its asks."""

    state: str
    form: str
    once: bool
    expires_at: datetime
    version: int = 1
    receipts: list[str] = field(default_factory=list)
    """All that it ever had; `form` is the first form, a renewal has another."""
    uses: list[datetime] = field(default_factory=list)

    def live(self, now: datetime) -> bool:
        return self.state in VALID and now < self.expires_at

    def held(self, now: datetime) -> bool:
        return self.state in OPEN and now < self.expires_at

    def may_be_used(self, now: datetime) -> bool:
        today = [at for at in self.uses if at > now - DAY]
        soon = bool(self.uses) and now - self.uses[-1] < timedelta(seconds=30)
        return self.live(now) and len(today) < 24 and not soon


class Refused(Exception):
    """The step is not allowed; its text is the name of the error that the code raises."""


@dataclass(slots=True)
class OfOne:
    """One person and one department: questions by id, permissions by id in the order of giving."""

    asked: dict[str, Asked] = field(default_factory=dict)
    agreed: dict[str, Agreed] = field(default_factory=dict)
    events: int = 0

    def counts(self) -> Counter[str]:
        rows: list[Asked | Agreed] = [*self.asked.values(), *self.agreed.values()]
        return Counter(row.state for row in rows)

    # ---- questions ----

    def shows(self, now: datetime) -> str:
        """The id of the question that is shown again, or nothing: it is a new one."""
        later = [(one.shown_at, key) for key, one in self.asked.items() if one.state == "deferred"]
        if later and now < self.asked[max(later)[1]].until:
            return max(later)[1]
        return ""

    def show(self, key: str, form: str, now: datetime) -> None:
        self.asked[key] = Asked("requested", form, now, now + DAY, now)
        self.events += 1

    def decide(self, form: str, state: str, now: datetime) -> None:
        for one in self.asked.values():
            if one.form == form and one.state == "requested":
                one.state = state
                one.until = now + timedelta(days=30) if state == "deferred" else one.until
                self.events += 1

    def lapse(self, now: datetime) -> None:
        for one in self.asked.values():
            if one.state in ("requested", "deferred") and one.until <= now:
                one.state = "lapsed"
                self.events += 1

    # ---- permissions ----

    def newest(self) -> tuple[str, Agreed] | None:
        return next(reversed(self.agreed.items()), None)

    def may_give(self, form: str, now: datetime) -> bool:
        """Whether something new comes of it. Refused where the form was decided otherwise."""
        if any(one.form == form for one in self.agreed.values()):
            return False
        if any(one.held(now) for one in self.agreed.values()):
            return False
        for one in self.asked.values():
            if one.form == form and (one.state != "requested" or one.until <= now):
                raise Refused("WrongState")
        return True

    def give(self, key: str, form: str, now: datetime, receipt: str, *, once: bool) -> None:
        known = self.asked.pop(key, None)
        self.events += 1 if known else 2
        self.agreed[key] = Agreed("given", form, once, now + YEAR, receipts=[receipt])

    def renew(self, one: Agreed, now: datetime) -> None:
        if one.state == "suspended" and now < one.expires_at:
            raise Refused("WrongState")
        if not one.live(now):
            raise Refused("ConsentEnded")
        if one.once:
            raise Refused("WrongState")
        one.state, one.version, one.expires_at = "renewed", one.version + 1, now + YEAR
        self.events += 1

    def suspend(self, one: Agreed, now: datetime) -> None:
        if one.held(now) and one.state == "suspended":
            return
        if not one.live(now):
            raise Refused("ConsentEnded")
        self._to(one, "suspended")

    def resume(self, one: Agreed, now: datetime) -> None:
        if one.live(now):
            return
        if not one.held(now):
            raise Refused("ConsentEnded")
        self._to(one, "given")

    def stop(self, one: Agreed) -> None:
        if one.state in OPEN:
            self._to(one, "withdrawn")

    def revoke(self, one: Agreed) -> None:
        if one.state not in OPEN:
            raise Refused("WrongState")
        self._to(one, "revoked")

    def invalidate(self, one: Agreed) -> None:
        if one.state == "invalidated":
            raise Refused("WrongState")
        self._to(one, "invalidated")

    def expire(self, now: datetime) -> None:
        for one in self.agreed.values():
            if one.state in OPEN and one.expires_at <= now:
                self._to(one, "expired")

    def use(self, now: datetime) -> int:
        """How many permits are made."""
        made = 0
        for one in self.agreed.values():
            if one.may_be_used(now):
                one.uses.append(now)
                self.events += 1
                made += 1
                if one.once:
                    self._to(one, "consumed")
        return made

    def _to(self, one: Agreed, state: str) -> None:
        one.state = state
        self.events += 1
