"""Transactions are short, never nested, and hold no network call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from consent.errors import TransactionMisuse

_open: ContextVar[bool] = ContextVar("transaction_open", default=False)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Mark a transaction as open in this context. Raises TransactionMisuse when nested."""
    refuse_if_open()
    token = _open.set(True)
    try:
        yield
    finally:
        _open.reset(token)


def refuse_if_open() -> None:
    """Raise TransactionMisuse while a transaction is open: what calls out must ask this first.

    Work handed to an event loop from inside a transaction carries the mark with it.
    """
    if _open.get():
        raise TransactionMisuse("a transaction is open")
