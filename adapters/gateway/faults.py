"""Why a round of the gateway ended early. Each says what to do next; none quotes what was sent."""

from __future__ import annotations


class GatewayFault(Exception):
    """The errand cannot go on now."""


class NotNow(GatewayFault):
    """The portal is away, busy or asks to be left alone for `seconds` (0: it did not say)."""

    def __init__(self, why: str, seconds: float = 0.0) -> None:
        super().__init__(f"{why}; try again later")
        self.why = why
        self.seconds = seconds


class Refused(GatewayFault):
    """The portal answered and said no: an operator of the department looks. `kind` is the last part
    of the problem's type, or OAuth's error; `why` what the portal says is to be mended."""

    def __init__(self, status: int, kind: str, why: str = "") -> None:
        super().__init__(f"the portal answered {status} {kind}" + (f": {why}" if why else ""))
        self.status = status
        self.kind = kind


class SeriesBroken(GatewayFault):
    """What came does not follow from what is in the book. Nothing of it was posted.

    `gap`, `doubled`, `changed` (the hash is another), `behind` (the portal has less than we),
    `not_moving`, `malformed`, `signature` (not signed, or for another page), `disagrees` (a head
    that was pushed is not of what was posted). `evidence` is the head that the portal signed for
    what came, where there is one: kept, it proves what it said.
    """

    evidence = ""

    def __init__(self, why: str, number: int) -> None:
        super().__init__(f"the series is not whole at number {number}: {why}; tell the portal")
        self.why = why
        self.number = number
