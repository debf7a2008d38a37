"""Values that live in memory for one visit and refuse every easy way of being kept."""

from __future__ import annotations

from typing import Any, NoReturn

from consent.errors import EphemeralLeak


class Ephemeral:
    """Base of every value that holds a debt, a budget or an identity.

    It refuses repr, str, format, pickle, copy and the mapping protocol that JSON encoders
    look for, so that a log line, an error page or a job store cannot take it along.
    The one door to bytes is `debts.sealing`, which writes only sealed bytes for the vault.
    Subclasses: `@dataclass(frozen=True, slots=True, repr=False)`.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: not shown>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        raise EphemeralLeak(f"{type(self).__name__} cannot be written into text")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise EphemeralLeak(f"{type(self).__name__} cannot be pickled or copied")

    def __getstate__(self) -> NoReturn:
        raise EphemeralLeak(f"{type(self).__name__} has no state to give away")

    def __copy__(self) -> NoReturn:
        raise EphemeralLeak(f"{type(self).__name__} cannot be copied")

    def __deepcopy__(self, memo: Any) -> NoReturn:
        raise EphemeralLeak(f"{type(self).__name__} cannot be copied")

    def __json__(self) -> NoReturn:
        raise EphemeralLeak(f"{type(self).__name__} cannot become JSON")

    def __html__(self) -> NoReturn:
        raise EphemeralLeak(f"{type(self).__name__} cannot be put in a page whole")
