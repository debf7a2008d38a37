"""The question that the rules answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from debts.ephemeral import Ephemeral
from debts.money import NOTHING, Pence
from plan.rules.claim import Claim, Nation
from plan.rules.frequencies import Frequency
from plan.rules.statement import Statement
from plan.rules.strategies import StrategyName


class PaymentNotPossible(ValueError):
    """A payment is missing, negative, or above what is available. The page asks again."""


class StrategyNotPossible(ValueError):
    """The strategy needs something of each debt that this case does not say."""


@dataclass(frozen=True, slots=True, repr=False)
class Case(Ephemeral):
    """Everything that a proposal rests on. Money is pence, and pence a month, but for `payment`:
    that is paid `every` week, fortnight, four weeks or month (D63).

    Left out: `payment` is half of what is available, `strategy` the usual one (decision 9).
    `minimum` is for each debt that has none of its own. Without a statement a payment is needed.
    `statement_is_whole` says that payments on debts outside the plan are among its lines; where
    they are not, the rules add them (ELIG-06). `standard_allowance` is that of the person's
    Universal Credit; left out, the usual one of their home (DED-01).
    """

    on: date
    nation: Nation
    claims: tuple[Claim, ...]
    statement: Statement | None = None
    payment: Pence | None = None
    minimum: Pence = NOTHING
    strategy: StrategyName | None = None
    statement_is_whole: bool = False
    standard_allowance: Pence | None = None
    every: Frequency = Frequency.MONTH
