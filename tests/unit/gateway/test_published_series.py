"""The example of a series that the protocol prints is one by which a department can try its own."""

from __future__ import annotations

import re
from datetime import date

from adapters.gateway.chain import Entry
from tests.portal import ROOT

PAGE = ROOT / "docs/protocol/README.md"


def test_the_printed_hash_is_that_of_the_printed_text() -> None:
    found = re.search(
        r"prev_hash +([0-9a-f]{64})\ntext +(\S+)\nchain_hash +([0-9a-f]{64})", PAGE.read_text()
    )
    assert found is not None
    before, text, after = found.groups()
    number, allocation, kind, pence, most, day, handle = text.split("|")
    entry = Entry(
        sequence=int(number),
        allocation_id=allocation,
        kind=kind,
        debt_handle=handle,
        pence=int(pence),
        next_most_pence=int(most),
        value_date=date.fromisoformat(day),
        prev_hash=before,
        chain_hash=after,
    )
    assert entry.hash_after(before) == after
