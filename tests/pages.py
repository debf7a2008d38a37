"""A browser for tests without a browser: every page it gets is parsed and checked.

    client = PageClient(app)
    page = client.get("/permissions/choose")
    page = client.send(page, departments=["dwp"])        # fills and posts the page's own form
    assert page.heading == "Check what you are agreeing to"
    assert page.says("Only when you sign in and ask us to")

Each HTML answer must have a title that is its h1, one h1, unique ids, `no-store`, the strict
policy, labels for its boxes, and no inline style or handler. Forms carry their token. It is read
at grade 7 at most (`tests/reading.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests import reading

SERVICES = (
    *(" – See and pay what you owe to government", " – Departments’ console"),
    " – Departments’ systems",
)
VOID = frozenset(
    ("br", "hr", "img", "input", "link", "meta", "source", "wbr", "rect", "path", "line", "circle")
)
Typed = str | Sequence[str]


@dataclass
class Node:
    """An element. Its text is that of everything inside, white space evened out."""

    tag: str
    attributes: dict[str, str]
    parent: Node | None = None
    children: list[Node | str] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.attributes.get(name, "")

    @property
    def text(self) -> str:
        return " ".join("".join(self._words()).split())

    def _words(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in {"script", "style"}:
                yield from child._words()
                yield " " if child.tag not in {"a", "span", "strong", "b", "em"} else ""

    def walk(self) -> Iterator[Node]:
        for child in self.children:
            if isinstance(child, Node):
                yield child
                yield from child.walk()

    def all(self, tag: str = "", cls: str = "", **attributes: str) -> list[Node]:
        """Descendants by tag, class and attributes (`id_`, `type_` for what Python keeps)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            node
            for node in self.walk()
            if tag in ("", node.tag)
            and (not cls or cls in node["class"].split())
            and all(node[name] == value for name, value in wanted.items())
        ]

    def one(self, tag: str = "", cls: str = "", **attributes: str) -> Node:
        found = self.all(tag, cls, **attributes)
        assert len(found) == 1, f"{len(found)} of <{tag} {cls} {attributes}>"
        return found[0]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.top = self.at = Node("document", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(node)
        if tag not in VOID:
            self.at = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if self.at.tag != tag:  # only <p>, <li> and <dt> may be left open, and we leave none
            raise AssertionError(f"</{tag}> closes <{self.at.tag}>")
        self.at = self.at.parent or self.top

    def handle_data(self, data: str) -> None:
        self.at.children.append(data)


class Page:
    """An answer, read."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.path = urlsplit(response.request.url).path
        self.html = response.get_data(as_text=True)
        reader = _Reader()
        reader.feed(self.html)
        self.document = reader.top

    @property
    def title(self) -> str:
        return self.document.one("title").text

    @property
    def heading(self) -> str:
        return self.document.one("h1").text

    @property
    def main(self) -> Node:
        return self.document.one("main")

    @property
    def text(self) -> str:
        return self.main.text

    def says(self, words: str) -> bool:
        return " ".join(words.split()) in self.text

    def links(self) -> dict[str, str]:
        """Addresses by their text, of the main part."""
        return {node.text: node["href"] for node in self.main.all("a") if node["href"]}

    def errors(self) -> dict[str, str]:
        """Messages of the summary by the id they lead to."""
        summary = self.document.all("div", "govuk-error-summary")
        return {a["href"].removeprefix("#"): a.text for s in summary for a in s.all("a")}

    def field_errors(self) -> list[str]:
        return [
            node.text.removeprefix("Error:").strip()
            for node in self.document.all("p", "govuk-error-message")
        ]

    def form(self, action: str | None = None) -> Node:
        """The form of the main part; with several, the one whose action is given."""
        found = [
            form for form in self.main.all("form") if action is None or form["action"] == action
        ]
        assert len(found) == 1, f"{len(found)} forms on {self.path}: name its action"
        return found[0]

    def filled(self, action: str | None = None) -> MultiDict[str, str]:
        """What the form would send as it stands."""
        return _filled(self.form(action))

    def value(self, name: str) -> str:
        return self.filled().get(name, "")

    def ticked(self) -> list[str]:
        return [node["id"] for node in self.main.all("input") if "checked" in node.attributes]


def _filled(form: Node) -> MultiDict[str, str]:
    sent: MultiDict[str, str] = MultiDict()
    for node in form.walk():
        name, kind = node["name"], node["type"]
        if node.tag == "input" and name and kind not in {"submit", "button"}:
            if kind not in {"radio", "checkbox"} or "checked" in node.attributes:
                sent.add(name, node["value"])
        elif node.tag == "textarea":
            sent.add(name, "".join(str(child) for child in node.children))
        elif node.tag == "select":
            options = node.all("option")
            chosen = [o for o in options if "selected" in o.attributes] or options[:1]
            sent.add(name, chosen[0]["value"] if chosen else "")
    return sent


class PageClient:
    """One browser: it keeps cookies, follows redirects and reads every page."""

    def __init__(self, app: Flask, base_url: str = "http://localhost") -> None:
        self.app = app
        self.base_url = base_url
        self.client = app.test_client()
        app.config.setdefault("PROPAGATE_EXCEPTIONS", None)
        if app.config["PROPAGATE_EXCEPTIONS"] is None:
            app.config["PROPAGATE_EXCEPTIONS"] = True  # set it to False to see the error page

    def get(self, path: str, *, follow: bool = True, **options: Any) -> Page:
        return self._page(
            self.client.get(path, base_url=self.base_url, follow_redirects=follow, **options)
        )

    def post(
        self,
        path: str,
        data: Mapping[str, Typed] | MultiDict[str, str] | None = None,
        *,
        follow: bool = True,
        **options: Any,
    ) -> Page:
        """Without a token unless `data` has one: for requests that must be refused."""
        return self._page(
            self.client.post(
                path, data=data or {}, base_url=self.base_url, follow_redirects=follow, **options
            )
        )

    def send(
        self, page: Page, action: str | None = None, *, follow: bool = True, **typed: Typed
    ) -> Page:
        """Post the page's form as a person would, with these boxes filled or ticked."""
        form = page.form(action)
        sent = _filled(form)
        names = {node["name"] for node in form.walk() if node["name"]}
        for name, value in typed.items():
            assert name in names, f"{page.path} has no box {name}: {sorted(names)}"
            sent.setlist(name, [value] if isinstance(value, str) else list(value))
        return self.post(form["action"] or page.path, sent, follow=follow)

    def cookie(self, name: str) -> str:
        found = self.client.get_cookie(name)
        return found.value if found else ""

    def _page(self, response: TestResponse) -> Page:
        page = Page(response)
        if response.mimetype == "text/html" and not 300 <= response.status_code < 400:
            check(page)
        return page


def check(page: Page) -> None:
    """What holds for every page there is."""
    where = f"{page.path} ({page.status})"
    headers, document = page.response.headers, page.document
    assert headers["Cache-Control"] == "no-store", where
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self' 'nonce-"), where
    assert "unsafe" not in policy, where
    assert headers["Referrer-Policy"] == "no-referrer", where
    assert headers["X-Content-Type-Options"] == "nosniff", where

    headings = document.all("h1")
    assert len(headings) == 1, f"{where}: {len(headings)} h1"
    title = page.title
    if page.errors():
        assert title.startswith("Error: "), f"{where}: {title}"
        assert sorted(page.errors().values()) == sorted(page.field_errors()), where
    plain = title.removeprefix("Error: ")
    assert plain in {headings[0].text + after for after in ("", *SERVICES)}, f"{where}: {title}"

    ids = [node["id"] for node in document.walk() if node["id"]]
    twice = {one for one in ids if ids.count(one) > 1}
    assert not twice, f"{where}: ids twice: {twice}"
    for node in document.walk():
        _check_node(node, set(ids), where)
    levels = [int(node.tag[1]) for node in page.main.walk() if re.fullmatch("h[1-6]", node.tag)]
    for before, after in pairwise(levels):
        assert after <= before + 1, f"{where}: heading levels {levels}"
    language = document.one("html")["lang"]
    assert language, where
    ours = plain.endswith(SERVICES[0]) or plain == headings[0].text
    at_most = reading.PUBLIC if ours else reading.CONSOLE
    reading.check(page.main, language=language, where=where, at_most=at_most)


def _check_node(node: Node, ids: set[str], where: str) -> None:
    assert not node["style"], f"{where}: inline style on <{node.tag}>"
    handlers = [name for name in node.attributes if name.startswith("on")]
    assert not handlers, f"{where}: {handlers}"
    for name in ("for", "aria-describedby", "aria-labelledby", "aria-controls"):
        missing = set(node[name].split()) - ids
        assert not missing, f"{where}: {name} names {missing}"
    if node.tag == "a" and node["href"].startswith("#") and len(node["href"]) > 1:
        assert node["href"][1:] in ids, f"{where}: link to {node['href']}"
    if node.tag == "form" and node["method"].lower() == "post":
        tokens = node.all("input", name="csrf_token")
        assert len(tokens) == 1, f"{where}: {len(tokens)} tokens in a form"
        assert tokens[0]["value"], where
        assert "novalidate" in node.attributes, f"{where}: a form that the browser judges"
    if node.tag in {"script", "style"}:
        assert node["nonce"] or node["src"], f"{where}: <{node.tag}> without a nonce"
    if node.tag in {"input", "select", "textarea"}:
        assert "required" not in node.attributes, where
