"""Why an answer was thrown away when it was."""

from __future__ import annotations

from enum import StrEnum


class How(StrEnum):
    SIGNED_OUT = "signed_out"
    WITHDRAWN = "withdrawn"
    TIMED_OUT = "timed_out"
    REPLACED = "replaced"
    READ_ONCE = "read_once"
