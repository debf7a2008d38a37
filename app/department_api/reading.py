"""What the department's calls have in common: reading what came, each thing once and whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from flask import request
from marshmallow import Schema, ValidationError

from app.department_api.problems import Problem
from consent.strict_json import NotStrictJson, read_json

STRICT: Final = "The body is JSON with each key once and no NaN"
_WHOLE: Final = re.compile(r"0|[1-9][0-9]{0,15}")


def only(*names: str) -> None:
    """Nothing else may stand in the address."""
    if set(request.args) - set(names):
        may = f"The address may carry {_listed(names)}" if names else "The address carries nothing"
        raise Problem("malformed", detail=may)


def number(name: str, usual: int | None, most: int, *, least: int = 0) -> int:
    """A whole number of the address. Without `usual` it has to be there."""
    given = request.args.getlist(name)
    if not given and usual is not None:
        return usual
    if len(given) != 1 or not _WHOLE.fullmatch(given[0]) or not least <= int(given[0]) <= most:
        raise Problem("malformed", field=name, detail=f"A whole number from {least} to {most}")
    return int(given[0])


def one_of(name: str, values: Sequence[str]) -> str:
    """A word of the address; the first of `values` where it is left out."""
    given = request.args.getlist(name) or [values[0]]
    if len(given) != 1 or given[0] not in values:
        raise Problem("malformed", field=name, detail=f"One of {_listed(values)}")
    return given[0]


def text(name: str, form: re.Pattern[str]) -> str:
    """A text of the address in this form; "" where it is left out."""
    given = request.args.getlist(name)
    if not given:
        return ""
    if len(given) != 1 or not form.fullmatch(given[0]):
        raise Problem("malformed", field=name, detail="Once, in the form of its description")
    return given[0]


def body(schema: Schema) -> dict[str, Any]:
    """The JSON that was sent, as the schema has it. A problem names the field only where it is one
    of the schema's own; of one that is not, it says which there are."""
    if request.mimetype != "application/json":
        raise Problem("unsupported-type", detail="The body is application/json")
    try:
        read: dict[str, Any] = schema.load(read_json(request.get_data(cache=False)))
    except ValidationError as fault:
        named = fault.messages if isinstance(fault.messages, dict) else {}
        raise _of_fields(schema, named) from None
    except NotStrictJson:
        raise Problem("malformed", detail=STRICT) from None
    return read


def _of_fields(schema: Schema, named: dict[str, Any]) -> Problem:
    """What to mend first: an object at all, then a field that nobody asked for, then the others."""
    if "_schema" in named:
        return Problem("malformed", detail="The body is one JSON object")
    known = {each.data_key or name: each for name, each in schema.fields.items()}
    if set(named) - set(known):
        return Problem("malformed", detail=f"The fields are {_listed(known)}, no others")
    name, said = next(iter(named.items()))
    missing = said == [known[name].error_messages["required"]]
    detail = "It has to be there" if missing else "Its value is not one that the description allows"
    return Problem("malformed", field=name, detail=detail)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def moment(at: datetime) -> str:
    """UTC to the second, as the protocol writes it."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
