"""Chance is handed in: `secrets.token_bytes` in production, a set one in tests."""

from __future__ import annotations

from collections.abc import Callable

Chance = Callable[[int], bytes]
"""So many random bytes."""
