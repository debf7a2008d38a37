"""What a department is shown as its own word for a debt (decision 27)."""

from __future__ import annotations

from uuid import UUID

from plan.handles import own_handle
from plan.tokens import public_half, seal


def test_a_handle_is_shown_and_a_sealed_reference_never() -> None:
    sealed = seal(public_half(b"k" * 32), "1234567890K", department="hmrc", share_id=UUID(int=1))
    assert own_handle("d_7") == "d_7"
    assert own_handle(sealed) == ""
