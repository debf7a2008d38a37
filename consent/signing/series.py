"""The heads of departments' series, as the signer sees them: one book each, which only grows.

What a series holds is another package's matter; the signer knows a number and the hash that stands
at it. Whoever changes what was numbered before the last signed head gets no signature any more.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping

from consent.errors import NotPermitted
from consent.ids import DepartmentCode

HashesAt = Callable[[DepartmentCode, Collection[int]], Mapping[int, str]]
"""The chain's hash at each of these numbers of a department's series, where there is one."""


class SeriesHeads:
    """One process's memory of the last head that it signed for each department."""

    def __init__(self, hashes_at: HashesAt) -> None:
        self._hashes_at = hashes_at
        self._signed: dict[DepartmentCode, tuple[int, str]] = {}
        self._guard = threading.Lock()

    def head(self, department: DepartmentCode, sequence: int) -> str:
        """The hash at this number. Raises NotPermitted: `unknown` where nothing has the number,
        `rewritten` where the head that was signed last is no longer in the book (SEC-81)."""
        with self._guard:
            known = self._signed.get(department)
        numbers = {sequence} | ({known[0]} if known else set())
        found = self._hashes_at(department, numbers)
        if known and found.get(known[0]) != known[1]:
            raise NotPermitted("rewritten")
        if sequence not in found:
            raise NotPermitted("unknown")
        with self._guard:
            if sequence >= self._signed.get(department, (0, ""))[0]:
                self._signed[department] = (sequence, found[sequence])
        return found[sequence]
