"""An API key of GOV.UK Notify is read as Notify writes it, and never shown."""

from __future__ import annotations

import pytest

from adapters.messages.govuk_notify import NotAKey, _read_key

SERVICE, SECRET = "26785a09-ab16-4eb0-8407-a37497a57506", "3d844edf-8d35-48ac-975b-e847b4f122b0"


@pytest.mark.parametrize("name", ["live", "our-key", "key_2", "with-11111111-1111-in-it", ""])
def test_a_key_is_its_name_its_service_and_its_secret(name: str) -> None:
    text = f"{name}-{SERVICE}-{SECRET}\n" if name else f"{SERVICE}-{SECRET}"
    assert _read_key(text) == (SERVICE, SECRET)


@pytest.mark.parametrize(
    "text", ["", "name-only", SECRET, f"{SERVICE}{SECRET}", f"{SERVICE}-{SECRET}x"]
)
def test_anything_else_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(NotAKey) as fault:
        _read_key(text)
    assert not text or text not in str(fault.value)
