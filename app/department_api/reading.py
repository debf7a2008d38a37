"""What the department's calls have in common: reading what came, each thing once and whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from flask import request
from marshmallow import Schema, ValidationError

from app.department_api.problems import Problem
from consent.strict_json import NotStrictJson, read_json

_WHOLE: Final = re.compile(r"0|[1-9][0-9]{0,15}")


def only(*names: str) -> None:
    """Nothing else may stand in the address."""
    if set(request.args) - set(names):
        raise Problem("malformed")


def number(name: str, usual: int | None, most: int, *, least: int = 0) -> int:
    """A whole number of the address. Without `usual` it has to be there."""
    given = request.args.getlist(name)
    if not given and usual is not None:
        return usual
    if len(given) != 1 or not _WHOLE.fullmatch(given[0]) or not least <= int(given[0]) <= most:
        raise Problem("malformed", field=name)
    return int(given[0])


def one_of(name: str, values: Sequence[str]) -> str:
    """A word of the address; the first of `values` where it is left out."""
    given = request.args.getlist(name) or [values[0]]
    if len(given) != 1 or given[0] not in values:
        raise Problem("malformed", field=name)
    return given[0]


def text(name: str, form: re.Pattern[str]) -> str:
    """A text of the address in this form; "" where it is left out."""
    given = request.args.getlist(name)
    if not given:
        return ""
    if len(given) != 1 or not form.fullmatch(given[0]):
        raise Problem("malformed", field=name)
    return given[0]


def body(schema: Schema) -> dict[str, Any]:
    """The JSON that was sent, as the schema has it. A problem names the field only where it is one
    of the schema's own."""
    if request.mimetype != "application/json":
        raise Problem("unsupported-type")
    try:
        read: dict[str, Any] = schema.load(read_json(request.get_data(cache=False)))
    except ValidationError as fault:
        named = fault.messages if isinstance(fault.messages, dict) else {}
        known = (name for name in named if name in schema.fields)
        raise Problem("malformed", field=next(known, "")) from None
    except NotStrictJson:
        raise Problem("malformed") from None
    return read


def moment(at: datetime) -> str:
    """UTC to the second, as the protocol writes it."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
