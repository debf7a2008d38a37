"""The paying bank's statements: ISO 20022 camt.053."""

from __future__ import annotations

from adapters.payments.camt053.document import Payer, read
from adapters.payments.camt053.ours import OwnAccount, ours, payers
from adapters.payments.camt053.tree import StatementFault

__all__ = ["OwnAccount", "Payer", "StatementFault", "ours", "payers", "read"]
