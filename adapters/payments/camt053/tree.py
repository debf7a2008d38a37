"""XML as plain nodes that know their line: no document type, no entities, nothing fetched, caps.

Everything that is refused names the line, what is wrong, and what to do; it never quotes the file,
which has names and accounts of payers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

MOST_BYTES: Final = 64 * 1024 * 1024
MOST_NODES: Final = 4_000_000
MOST_DEPTH: Final = 40
MOST_TEXT: Final = 10_000
"""Characters in one element; the longest that ISO 20022 allows here is 500."""
AGAIN: Final = "Ask the bank for the statement again; nothing of this file was read in."


class StatementFault(ValueError):
    """A file that is not used at all. `line` is 0 where no line is at fault."""

    def __init__(self, line: int, what: str, do: str = AGAIN) -> None:
        where = f"line {line}: " if line else ""
        super().__init__(f"{where}{what} {do}")
        self.line, self.what, self.do = line, what, do


@dataclass(slots=True)
class Node:
    """One element, without its namespace."""

    name: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict, repr=False)
    children: list[Node] = field(default_factory=list, repr=False)
    text: str = field(default="", repr=False)

    def all(self, path: str) -> Iterator[Node]:
        """Every element at `A/B/C` below this one."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                if rest:
                    yield from child.all(rest)
                else:
                    yield child

    def first(self, path: str) -> Node | None:
        return next(self.all(path), None)

    def say(self, path: str) -> str:
        """The words at that place; "" where there are none."""
        found = self.first(path)
        return found.text if found else ""

    def need(self, path: str) -> Node:
        """Raises StatementFault."""
        found = self.first(path)
        if found is None or (not found.text and not found.children):
            raise StatementFault(self.line, f"<{self.name}> has no <{path}>.")
        return found


def read_tree(body: bytes) -> tuple[str, Node]:
    """The namespace of the root, and the root. Raises StatementFault."""
    if len(body) > MOST_BYTES:
        megabytes = MOST_BYTES // (1024 * 1024)
        raise StatementFault(0, f"The file is larger than {megabytes} MB.", "Ask for a file a day.")
    target = _Builder()
    parser: Any = DefusedXMLParser(target=target, forbid_dtd=True)
    target.expat = parser.parser
    try:
        parser.feed(body)
        root: Node | None = parser.close()
    except ParseError as fault:
        raise StatementFault(fault.position[0], "This is not well-formed XML.") from None
    except DefusedXmlException:
        line = target.expat.CurrentLineNumber
        raise StatementFault(line, "A document type or an entity stands here.") from None
    if root is None:
        raise StatementFault(0, "The file is empty.")
    return target.namespace, root


class _Builder:
    """What the parser calls; builds nodes and counts them."""

    expat: Any

    def __init__(self) -> None:
        self.namespace = ""
        self._root: Node | None = None
        self._open: list[Node] = []
        self._text: list[str] = []
        self._length = 0
        self._count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        space, _, name = tag.rpartition("}")
        line = int(self.expat.CurrentLineNumber)
        self._count += 1
        if self._count > MOST_NODES or len(self._open) >= MOST_DEPTH:
            raise StatementFault(line, "There is more in this file than in any statement.")
        node = Node(name, line, dict(attributes))
        if self._open:
            self._open[-1].children.append(node)
        elif self._root is None:
            self._root, self.namespace = node, space.lstrip("{")
        self._open.append(node)
        self._text, self._length = [], 0

    def data(self, text: str) -> None:
        self._length += len(text)
        if self._length > MOST_TEXT:
            line = int(self.expat.CurrentLineNumber)
            raise StatementFault(line, "An element is longer than in any statement.")
        self._text.append(text)

    def end(self, _: str) -> None:
        node = self._open.pop()
        if not node.children:
            node.text = "".join(self._text).strip()
        self._text, self._length = [], 0

    def close(self) -> Node | None:
        return self._root
