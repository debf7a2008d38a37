"""Forms: read what was typed, keep it, say what is wrong in the same words everywhere.

    form = read_form(WhereSchema())
    if not form.ok:
        return page("public/where.html", form=form)      # 422, summary first, typed values kept
    act(form.data["where"])
    return redirect("/next", 303)

On a first visit `blank(WhereSchema(), where="england")` fills boxes without any error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import abort, request
from marshmallow import RAISE, Schema, ValidationError
from werkzeug.datastructures import MultiDict

NOT_OURS = frozenset({"csrf_token"})
"""What each form carries besides its own fields."""


class FormSchema(Schema):
    """The fields of one form, in the order of the page. An unknown field is refused (SEC-89)."""

    class Meta:
        unknown = RAISE


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed and what it means. `errors` is in the order of the page."""

    typed: MultiDict[str, str]
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.errors

    def value(self, name: str) -> str:
        """What stands in a box."""
        return self.typed.get(name, "")

    def values(self, name: str) -> list[str]:
        """What is ticked in a list."""
        return self.typed.getlist(name)

    def with_error(self, name: str, words: str) -> Form:
        """The same form with one more thing wrong, found after its fields were read."""
        return Form(self.typed, self.data, {**self.errors, name: str(words)})


def read_form(schema: Schema, source: MultiDict[str, str] | None = None) -> Form:
    """The posted form (or `source`, such as request.args) by its schema.

    A field that the page does not have is answered with 400: nobody types one.
    """
    typed = MultiDict(
        (name, value)
        for name, value in (request.form if source is None else source).items(multi=True)
        if name not in NOT_OURS
    )
    raw: dict[str, Any] = {name: typed[name] for name in typed}
    for name, one in schema.fields.items():
        raw[name] = typed.getlist(name) if getattr(one, "many", False) else typed.get(name, "")
    try:
        return Form(typed, dict(schema.load(raw)))
    except ValidationError as wrong:
        found = wrong.messages if isinstance(wrong.messages, dict) else {}
        if not found.keys() <= schema.fields.keys():
            abort(400)
        right = wrong.valid_data if isinstance(wrong.valid_data, dict) else {}
        messages = {name: _first(found[name]) for name in schema.fields if name in found}
        return Form(typed, right, messages)


def blank(schema: Schema | None = None, **values: str | list[str] | None) -> Form:
    """A form that nobody has sent yet, with boxes filled where a value is known."""
    typed: MultiDict[str, str] = MultiDict()
    for name, value in values.items():
        if schema is not None and name not in schema.fields:
            raise KeyError(name)
        typed.setlist(name, value if isinstance(value, list) else [value] if value else [])
    return Form(typed)


def _first(messages: Any) -> str:
    while not isinstance(messages, str):
        messages = next(iter(messages.values() if isinstance(messages, dict) else messages))
    return messages
