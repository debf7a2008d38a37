"""The box for words that people will read: plain text whose lines stay (X04, X11, X15)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.http.fields import Typed, Words, refuse
from app.http.text import lazy_gettext as _l
from consent.plain_words import LONGEST, WordsFault, fault_of

FAULTS: Final = {
    WordsFault.CHARACTERS: _l("Words must be plain letters, numbers and punctuation"),
    WordsFault.LINK: _l("Words must be without a web or email address: people cannot trust those"),
}


class Written(Typed[str]):
    """`empty` is said where nothing was typed, `too_long` (or `empty`) for over `longest`."""

    def __init__(
        self,
        *,
        empty: Words,
        optional: bool = False,
        longest: int = LONGEST,
        too_long: Words = "",
    ) -> None:
        super().__init__(empty=empty, optional=optional)
        self.longest = longest
        self.too_long = too_long or empty

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any
    ) -> Any:
        lines = [" ".join(line.split()) for line in value.splitlines()]
        typed = "\n".join(lines).strip()
        if not typed and self.optional:
            return ""
        if len(typed) > self.longest:
            return refuse(self.too_long)
        fault = fault_of(typed)
        return typed if fault is None else refuse(FAULTS.get(fault, self.empty))
