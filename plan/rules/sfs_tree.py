"""JSON or XML bytes into one shape: names, and a list of what stands under each.

XML is read through defusedxml: no document type, no entities, nothing fetched. What stands under
`debts` is dropped before anything looks at it.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final, TypeAlias

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from consent.strict_json import NotStrictJson, read_json
from plan.rules.sfs import MOST_BYTES, Fault, SfsRefused

NEVER_READ: Final = "debts"
_DEEPEST: Final = 8
_BOM: Final = b"\xef\xbb\xbf"


class Written(str):
    """The text of an XML element, which may stand for a number or for yes and no."""

    __slots__ = ()


Leaf: TypeAlias = Written | str | int | Decimal | bool
Node: TypeAlias = dict[str, list[Any]]
"""Each name with all that stands under it, in order: further nodes, or leaves."""


def read_tree(raw: bytes) -> Node:
    """The file as a tree. SfsRefused: too_big, not_readable or not_sfs."""
    if len(raw) > MOST_BYTES:
        raise SfsRefused(Fault("too_big"))
    raw = raw.removeprefix(_BOM).lstrip(b" \t\r\n")
    if raw.startswith(b"{"):
        return _of_json(raw)
    return _of_xml(raw)


def _of_json(raw: bytes) -> Node:
    try:
        value = read_json(raw, max_bytes=MOST_BYTES, max_depth=_DEEPEST)
    except NotStrictJson:
        raise SfsRefused(Fault("not_readable")) from None
    return tree_of(value)


def tree_of(value: dict[str, Any]) -> Node:
    """A JSON object, read already, as a tree."""
    tree: Node = _json({name: inner for name, inner in value.items() if name != NEVER_READ})
    return tree


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: [_json(one) for one in (inner if isinstance(inner, list) else [inner])]
            for name, inner in value.items()
        }
    return "null" if value is None else value


def _of_xml(raw: bytes) -> Node:
    try:
        root = fromstring(raw, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise SfsRefused(Fault("not_readable")) from None
    if root.tag != "root" or not len(root):
        raise SfsRefused(Fault("not_sfs"))
    return _inner([one for one in root if one.tag != NEVER_READ], _DEEPEST)


def _inner(elements: Iterable[Any], depth: int) -> Node:
    node: Node = {}
    for one in elements:
        node.setdefault(one.tag, []).append(_xml(one, depth - 1))
    return node


def _xml(element: Any, depth: int) -> Node | Leaf:
    text = (element.text or "").strip()
    if not len(element):
        return Written(text)
    if depth == 0 or text:
        raise SfsRefused(Fault("not_sfs"))
    return _inner(element, depth)
