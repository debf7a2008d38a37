"""The published description of the departments' protocol in words and rows, for the pages under
`/v1`. It reads OpenAPI 3.1 as far as our own document uses it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("department-protocol.openapi.json")
Schema = Mapping[str, Any]
_FORMATS: Final = {
    "uri": "an address",
    "date": "a day, like 2026-12-01",
    "date-time": "a moment with its offset",
    "uuid": "a UUID",
}
HERE: Final = "\0"
_RULES: Final = ("if", "not")


@dataclass(frozen=True, slots=True)
class Words:
    """What a value is. `links` are schemas with pages of their own, in the order of their places
    (`HERE`) in the text; `listed` are values that it may have, after the text."""

    text: str
    links: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One property, by its name with those that it lies in, or one parameter or header."""

    name: str
    needed: bool
    value: Words
    about: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """One schema. `rules` are those that no row says, as JSON."""

    name: str
    about: str
    value: Words
    rows: tuple[Row, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent: its media type, what it is, and an example as JSON."""

    media: str
    value: Words
    rows: tuple[Row, ...] = ()
    example: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    status: str
    about: str
    headers: tuple[str, ...]
    bodies: tuple[Body, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One operation. `token`: it needs a token and a proof."""

    name: str
    served_by: tuple[str, ...]
    method: str
    path: str
    summary: str
    about: str
    token: bool
    parameters: tuple[Row, ...]
    bodies: tuple[Body, ...]
    replies: tuple[Reply, ...]


@cache
def raw() -> bytes:
    """The document as it is published; `scripts/publish-protocol` makes it from the one in docs."""
    return FILE.read_bytes()


@cache
def version() -> str:
    return str(_document()["info"]["version"])


@cache
def calls() -> Mapping[str, Call]:
    """Every operation by its name, in the order of the document."""
    return {
        operation["operationId"]: _call(path, method, operation)
        for path, operations in _document()["paths"].items()
        for method, operation in operations.items()
    }


@cache
def shapes() -> Mapping[str, Shape]:
    """Every schema by its name, in the order of the alphabet."""
    return {
        name: _shape(name, schema)
        for name, schema in sorted(_document()["components"]["schemas"].items())
    }


@cache
def _document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(raw())
    return found


def _at(reference: str) -> Any:
    place: Any = _document()
    for step in reference.removeprefix("#/").split("/"):
        place = place[step]
    return place


def _followed(one: Mapping[str, Any]) -> Mapping[str, Any]:
    return _at(one["$ref"]) if "$ref" in one else one


def _call(path: str, method: str, said: Mapping[str, Any]) -> Call:
    tags = set(said["tags"])
    return Call(
        name=said["operationId"],
        served_by=tuple(tag for tag in ("department", "portal") if tag in tags),
        method=method.upper(),
        path=path,
        summary=said["summary"],
        about=said.get("description", ""),
        token="portal" in tags and said.get("security") != [],
        parameters=tuple(_parameter(_followed(one)) for one in said.get("parameters", ())),
        bodies=tuple(_bodies(_followed(said.get("requestBody", {})))),
        replies=tuple(
            _reply(status, _followed(one)) for status, one in sorted(said["responses"].items())
        ),
    )


def _parameter(said: Mapping[str, Any]) -> Row:
    places = {"query": "in the query", "path": "in the path", "header": "a header"}
    about = said.get("description", "")
    return Row(
        said["name"],
        bool(said.get("required")),
        words_of(said["schema"]),
        ". ".join(one for one in (places[said["in"]].capitalize(), about) if one),
    )


def _reply(status: str, said: Mapping[str, Any]) -> Reply:
    return Reply(status, said["description"], tuple(said.get("headers", ())), tuple(_bodies(said)))


def _bodies(said: Mapping[str, Any]) -> Iterator[Body]:
    for media, content in said.get("content", {}).items():
        schema = content["schema"]
        examples = [one["value"] for one in content.get("examples", {}).values()]
        examples += [content["example"]] if "example" in content else []
        yield Body(
            media,
            words_of(schema),
            tuple(_rows(schema)) if "$ref" not in schema else (),
            "\n".join(json.dumps(one, ensure_ascii=False) for one in examples),
        )


def _shape(name: str, schema: Schema) -> Shape:
    return Shape(
        name,
        schema.get("description", ""),
        words_of(schema),
        tuple(_rows(schema)),
        tuple(
            json.dumps({key: schema[key] for key in (rule, "then", "else") if key in schema})
            for rule in _RULES
            if rule in schema
        ),
    )


def _rows(schema: Schema, before: str = "") -> Iterator[Row]:
    """Properties of an object, and of objects and lists of them that have no page of their own."""
    needed = set(schema.get("required", ()))
    for name, one in schema.get("properties", {}).items():
        whole = before + name
        yield Row(whole, name in needed, words_of(one), one.get("description", ""))
        inner, mark = (one["items"], "[].") if "items" in one else (one, ".")
        if "$ref" not in inner:
            yield from _rows(inner, whole + mark)


def words_of(schema: Schema) -> Words:
    """What a value of this schema is, in a few words."""
    if "$ref" in schema:
        return Words(HERE, (schema["$ref"].rpartition("/")[2],))
    for one_of in ("oneOf", "anyOf"):
        if one_of in schema:
            return _joined([words_of(one) for one in schema[one_of]], " or ")
    if "const" in schema:
        return Words(f"always {json.dumps(schema['const'])}")
    if "enum" in schema:
        listed = ("null" if one is None else str(one) for one in schema["enum"])
        return Words("one of these:", listed=tuple(listed))
    kinds = schema.get("type", "object")
    named = [kinds] if isinstance(kinds, str) else list(kinds)
    return _joined([_of_kind(kind, schema) for kind in named], " or ")


def _of_kind(kind: str, schema: Schema) -> Words:
    match kind:
        case "string":
            return Words(_text(schema))
        case "integer" | "number":
            return Words(("a whole number" if kind == "integer" else "a number") + _limits(schema))
        case "boolean":
            return Words("true or false")
        case "null":
            return Words("null")
        case "array":
            inner = words_of(schema["items"])
            return Words(f"a list{_most(schema)}, each {inner.text}", inner.links, inner.listed)
    if isinstance(schema.get("additionalProperties"), Mapping):
        inner = words_of(schema["additionalProperties"])
        return Words(f"an object; each value {inner.text}", inner.links, inner.listed)
    more = "" if schema.get("additionalProperties") is False else ", which may have more"
    return Words("an object" + more)


def _text(schema: Schema) -> str:
    said = _FORMATS.get(schema.get("format", ""), "a text")
    if "pattern" in schema:
        return f"{said} that fits {schema['pattern']}"
    if "maxLength" in schema and said == "a text":
        return f"{said} of at most {schema['maxLength']:,} characters"
    return said


def _limits(schema: Schema) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None:
        return f" from {least:,} to {most:,}"
    if least is not None:
        return f" from {least:,}"
    return f" up to {most:,}" if most is not None else ""


def _most(schema: Schema) -> str:
    least, most = schema.get("minItems"), schema.get("maxItems")
    if least == most and most is not None:
        return f" of {most}"
    return f" of at most {most}" if most is not None else ""


def _joined(words: list[Words], between: str) -> Words:
    return Words(
        between.join(one.text for one in words),
        tuple(link for one in words for link in one.links),
        tuple(value for one in words for value in one.listed),
    )
