"""What an answer that is not the wanted one means: by its code first, by its status second.

The words of the other side are never used; the kinds are told in `plan.ports.NEEDS_A_PERSON`.
"""

from __future__ import annotations

from typing import Any, Final

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load

from adapters.wire import Reply
from consent.errors import OutsideFailed
from consent.strict_json import NotStrictJson, read_json

PARTY: Final = "govuk_pay"
_LONGEST: Final = 8 * 1024

ACCOUNT: Final = frozenset({"P0195", "P0196", "P0199", "P0930", "P0940", "P0941"})
"""The account at GOV.UK Pay is not set up for this, or is switched off."""
_BY_CODE: Final = {"P0920": "blocked", "P0191": "key_reused", "P0900": "too_many"}
_BY_STATUS: Final = {401: "refused", 403: "refused", 404: "not_found", 429: "too_many"}
DOWN: Final = "P0999"
NOT_FOUND: Final = frozenset(
    {"P0200", "P0300", "P0500", "P0600", "P0700", "P0800", "P2200", "P2500"}
)
CANCELLED_TOO_LATE: Final = frozenset({"P0501", "P0502", "P2501"})
NO_SUCH_AGREEMENT: Final = "P0103"
BAD_VALUE: Final = "P0102"
REFUND_NOT_AVAILABLE: Final = "P0603"
REFUND_MISMATCH: Final = "P0604"


class Answered(OutsideFailed):
    """Pay answered with an error: its code, and the `field` or header that it is about."""

    def __init__(self, status: int, code: str = "", field: str = "") -> None:
        super().__init__(PARTY, _kind(status, code))
        self.status = status
        self.said = code
        self.field = field


def _kind(status: int, code: str) -> str:
    if code in ACCOUNT:
        return "account"
    if code in _BY_CODE:
        return _BY_CODE[code]
    if code == DOWN or code.endswith("98") or status >= 500:
        return "provider_error"
    if code in NOT_FOUND:
        return "not_found"
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return "bad_request" if 400 <= status < 500 else "bad_status"


class _Error(Schema):
    """{field, header, code, description}; each may be missing, and none is believed to be short."""

    class Meta:
        unknown = EXCLUDE

    field = fields.String(load_default="", allow_none=True)
    header = fields.String(load_default="", allow_none=True)
    code = fields.String(load_default="", allow_none=True)

    @post_load
    def _make(self, read: dict[str, Any], **_: Any) -> tuple[str, str]:
        return (read["code"] or "")[:8], (read["field"] or read["header"] or "")[:64]


_ERROR: Final = _Error()


def read_fault(reply: Reply) -> Answered:
    """The error that a reply tells; of a body that cannot be read only the status counts."""
    try:
        code, about = _ERROR.load(read_json(reply.body, max_bytes=_LONGEST))
    except (NotStrictJson, ValidationError):
        return Answered(reply.status)
    return Answered(reply.status, code, about)
