"""A department's own gateway to the portal: it fetches its money, proves that the series is whole,
posts each entry once, answers it, and adds up its days.

It can be run by a department alone: it imports the standard library, `requests` and `joserfc`, and
nothing else of this project. docs/protocol/a-department-in-an-afternoon.md walks through it.
"""

from __future__ import annotations

from adapters.gateway.book import Book
from adapters.gateway.chain import Entry
from adapters.gateway.door import Door
from adapters.gateway.doorbell import Bell, Doorbell, Listener
from adapters.gateway.faults import NotNow, Refused, SeriesBroken
from adapters.gateway.identity import Identity
from adapters.gateway.ledger import Before, Ledger, PostAll, Reply, answer_by_balance
from adapters.gateway.round import Gateway

__all__ = [
    "Before",
    "Bell",
    "Book",
    "Door",
    "Doorbell",
    "Entry",
    "Gateway",
    "Identity",
    "Ledger",
    "Listener",
    "NotNow",
    "PostAll",
    "Refused",
    "Reply",
    "SeriesBroken",
    "answer_by_balance",
]
