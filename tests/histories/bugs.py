"""Planted bugs: each leaves out one thing that the promise rests on. The judge must catch each."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from consent.clock import Chance, Clock, SetClock
from consent.ids import GrantId
from consent.keys import key_set, new_key
from consent.people import Person
from consent.permit import Permit
from consent.permits import permits_for
from consent.store import Store, grants
from consent.store.grants import Grant
from consent.withdraw import end_in
from tests.histories.application import ORIGIN, Application
from tests.paper_signer import PaperSigner

LONG_AGO: Final = datetime(2020, 1, 1, tzinfo=UTC)


def no_last_check(app: Application) -> None:
    """An answer is shown because its permission was live when it was asked for."""
    app.last_check = lambda *_, **__: True


def told_before_it_is_kept(app: Application) -> None:
    """The person reads "stopped" a moment before the transaction commits."""

    def early(
        store: Store,
        clock: Clock,
        chance: Chance,
        *,
        actor: Person,
        grant_id: GrantId,
        told: Callable[..., None],
    ) -> Grant:
        with store.transaction(actor) as tx:
            ended = end_in(tx, clock, chance, actor=actor, grant_id=grant_id)
            told(state=ended.state.value)
            time.sleep(random.uniform(0, 0.02))  # how long a commit may take
        return ended

    app.withdraw, app.acknowledge_early = early, True


def expiry_only_by_the_worker(app: Application) -> None:
    """Who uses a permission does not look at its end; a sweep ends it when it comes to it."""
    app.use_clock = SetClock(LONG_AGO)


def permits_without_holding(app: Application) -> None:
    """The permission is read and used, but not held in between."""

    def loosely(*args: Any, **more: Any) -> list[Permit]:
        held = grants.live_of

        def looked(tx: Any, subject: Any, now: datetime, *, to_use: Any = None) -> list[Grant]:
            found = [one for one in held(tx, subject, now) if to_use in (None, one.purpose)]
            time.sleep(random.uniform(0, 0.01))
            return found

        grants.live_of = looked
        try:
            return permits_for(*args, **more)
        finally:
            grants.live_of = held

    app.permits = loosely


def signer_takes_its_caller_at_its_word(app: Application) -> None:
    """The signer signs for a permit without looking at the permission itself."""
    app.keys = key_set(new_key("sig", "portal-1"))
    app.signer = PaperSigner(app.keys, issuer=ORIGIN, clock=app.clock)


def clock_trusted_across_processes(app: Application) -> None:
    """The last look uses a clock that is half a second late."""
    late = timedelta(milliseconds=500)

    class Late:
        def now(self) -> datetime:
            return app.clock.now() - late

    app.use_clock = Late()


BUGS: Final[Mapping[str, Callable[[Application], None]]] = {
    bug.__name__: bug
    for bug in (
        no_last_check,
        told_before_it_is_kept,
        expiry_only_by_the_worker,
        permits_without_holding,
        signer_takes_its_caller_at_its_word,
        clock_trusted_across_processes,
    )
}
