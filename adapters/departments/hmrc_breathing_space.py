"""HMRC Breathing Space: does a moratorium run today? (decision 36, MOR-06)

`GET /individuals/breathing-space/{nino}/periods`. What leaves here is one day, on which we look
again: the last day of the period when it is near, else thirty days from now. A period without an
end is treated alike, so that no kind of moratorium can be told from another.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import quote

from adapters.bearer import BearerSource
from adapters.reading import Unreadable, day, day_or_none, record
from adapters.replies import error_codes
from adapters.wire import Reply, Wire
from consent.clock import Clock, london_date
from consent.errors import OutsideFailed
from consent.register import DepartmentEntry
from consent.strict_json import NotStrictJson, read_json

VERSION: Final = "application/vnd.hmrc.1.0+json"
ACCEPT: Final = frozenset({VERSION, "application/json"})
LOOK_AGAIN: Final = timedelta(days=30)
REQUEST_TYPE: Final = "DA2_BS_UNATTENDED"
PID: Final = "0000000"
"""Nobody at HMRC sits at this request."""

_NONE: Final = frozenset(
    {"NO_DATA_FOUND", "NOT_IN_BREATHING_SPACE", "RESOURCE_NOT_FOUND", "BREATHING_SPACE_EXPIRED"}
)
"""Here a 404 is an answer: this person is in no moratorium (wire section 5)."""
_MOST: Final = 100


class HmrcBreathingSpace:
    """The moratorium gate. It keeps nothing, and tells no kind, reason or start."""

    def __init__(
        self, entry: DepartmentEntry, wire: Wire, token_source: BearerSource, clock: Clock
    ) -> None:
        self._entry = entry
        self._wire = wire
        self._tokens = token_source
        self._clock = clock

    async def check(self, nino: str, *, correlation: str) -> date | None:
        """The day to look again while a moratorium runs, or None when HMRC says there is none.

        `correlation` is a UUID. Raises OutsideFailed when HMRC gave no answer: then it is not
        known, which is not the same as none.
        """
        reply = await self._send(nino, correlation)
        if reply.status == 401:
            reply = await self._send(nino, correlation)
        if reply.status in (403, 404) and error_codes(reply) & _NONE:
            return None
        if reply.status != 200:
            raise OutsideFailed(self._entry.code, f"status_{reply.status}")
        try:
            return look_again(read_json(reply.body), london_date(self._clock.now()))
        except (Unreadable, NotStrictJson):
            raise OutsideFailed(self._entry.code, "unreadable") from None

    async def _send(self, nino: str, correlation: str) -> Reply:
        token = await self._tokens.token()
        number = quote("".join(nino.split()).upper(), safe="")
        reply = await self._wire.send(
            "GET",
            f"{self._entry.address}/individuals/breathing-space/{number}/periods",
            {
                "Authorization": f"Bearer {token}",
                "Accept": VERSION,
                "Correlation-Id": correlation,
                "Request-Type": REQUEST_TYPE,
                "Pid": PID,
            },
            accept=ACCEPT,
            party=self._entry.code,
        )
        if reply.status == 401:
            self._tokens.refused(token)
        return reply


def look_again(said: Any, today: date) -> date | None:
    """From `{"periods": [...]}` or the bare list that comes from further up. Both ends of a
    period belong to it; periods that are over, or have not begun, do not count."""
    periods = record(said).get("periods") if isinstance(said, dict) else said
    if not isinstance(periods, list) or len(periods) > _MOST:
        raise Unreadable("periods")
    running = False
    latest: date | None = None
    for period in periods:
        start, end = day(record(period).get("startDate")), day_or_none(period.get("endDate"))
        if start <= today and (end is None or end >= today):
            running = True
            latest = max(filter(None, (latest, end or date.max)))
    if not running or latest is None:
        return None
    return min(latest, today + LOOK_AGAIN)
