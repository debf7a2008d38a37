"""Looking at pages as people do: with and without scripts, wide and narrow, and through axe.

    def test_the_start_page(surfer: Surfer) -> None:          # once with scripts, once without
        surfer.go("/")
        surfer.look("start")                                  # axe, 320 px, one h1

`SVD_PICTURES=folder` leaves a picture of each page that is looked at.
A surfer notes what the browser complains of (errors, policy reports, requests to other sites);
the fixture fails the test when there was anything.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request

from tests.browser import AXE
from tests.until import LONG

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE, NARROW = 1280, 320
PICTURES = os.environ.get("SVD_PICTURES", "")
"""The folder in which `look` leaves a picture of each page, for people to look at; none is made
where nobody will look."""
EXPECTED = ("the server responded with a status of 4",)
"""What the browser says of pages that are answered with 422 or 403, and may say."""
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
_AXE_RUN = """async ([rules, leave]) => {
  const options = {
    runOnly: rules, rules: {region: {enabled: true}}, resultTypes: ['violations'], preload: false,
  };
  const found = await axe.run({exclude: leave}, options);
  return found.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' | '));
}"""


class Surfer:
    """One browser window of one person. `page` is Playwright's own."""

    def __init__(
        self, context: BrowserContext, home: str, *, scripts: bool, checking: BrowserContext
    ) -> None:
        self.context = context
        self.checking = checking
        self._copy: Page | None = None
        self.expected = list(EXPECTED)
        self.page: Page = context.new_page()
        self.home = home
        self.scripts = scripts
        self.complaints: list[str] = []
        self.elsewhere: list[str] = []
        self.allowed = {urlsplit(home).netloc}
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda fault: self.complaints.append(f"script: {fault}"))
        self.page.on("request", self._request)

    def go(self, path: str) -> Page:
        self.page.goto(self.home + path if path.startswith("/") else path)
        return self.page

    def press(self, words: str, *, exact: bool = True) -> Page:
        """Press the button, or follow the link, of these words in the main part."""
        main = self.page.locator("main")
        button = main.get_by_role("button", name=words, exact=exact)
        target = button if button.count() else main.get_by_role("link", name=words, exact=exact)
        target.first.click()
        self.page.wait_for_load_state()
        return self.page

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def look(self, name: str = "") -> None:
        """Nothing for axe to find, nothing wider than 320 px, one h1; and a picture."""
        self.page.locator("h1").first.wait_for()
        assert self.page.locator("h1").count() == 1, self.page.url
        assert self.axe() == [], self.page.url
        if name:
            self.picture(name)
        size = self.page.viewport_size or {"width": WIDE, "height": 900}
        assert width_at(self.page, NARROW) <= NARROW, f"{self.page.url} scrolls sideways"
        if name:
            self.picture(f"{name}-narrow")
        self.page.set_viewport_size(size)

    def axe(self) -> list[str]:
        """What axe finds. It needs scripts itself, so a window without them is copied first."""
        if self.scripts:
            return axe(self.page)
        home = "{0.scheme}://{0.netloc}/".format(urlsplit(self.page.url))
        if self._copy is None:
            self._copy = self.checking.new_page()
        if not self._copy.url.startswith(home):
            self._copy.goto(home)  # so that styles are found, and found in its memory from then on
        self._copy.set_content(_SCRIPT.sub("", self.page.content()))
        return axe(self._copy)

    def picture(self, name: str, folder: str = PICTURES) -> None:
        """The whole page as a PNG, when somebody asked for pictures."""
        if not folder:
            return
        Path(folder).mkdir(parents=True, exist_ok=True)
        path = Path(folder) / f"{name}{'' if self.scripts else '-without-scripts'}.png"
        self.page.screenshot(path=path, full_page=True)

    def fine(self) -> None:
        """Fails when the browser complained or asked another site."""
        assert self.complaints == []
        assert self.elsewhere == []

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(
            e in message.text for e in self.expected
        ):
            self.complaints.append(message.text)

    def _request(self, request: Request) -> None:
        where = urlsplit(request.url)
        if where.scheme in {"http", "https"} and where.netloc not in self.allowed:
            self.elsewhere.append(request.url)


@contextmanager
def surfing(
    browser: Browser, home: str, *, scripts: bool = True, width: int = WIDE, height: int = 900
) -> Iterator[Surfer]:
    """A window with an empty cookie jar. Other sites that a test expects go into `allowed`."""

    def window(*, scripts: bool, copies: bool = False) -> BrowserContext:
        return browser.new_context(
            java_script_enabled=scripts,
            bypass_csp=copies,  # trusted types let nobody write a copy into a page
            viewport={"width": width, "height": height},
            locale="en-GB",
            timezone_id="Europe/London",
            reduced_motion="reduce",
        )

    context = window(scripts=scripts)
    checking = context if scripts else window(scripts=True, copies=True)
    context.set_default_timeout(LONG * 1000)
    try:
        yield Surfer(context, home, scripts=scripts, checking=checking)
    finally:
        context.close()
        if checking is not context:
            checking.close()


def axe(page: Page, leave: Sequence[str] = (".govuk-back-link",)) -> list[str]:
    """What axe finds wrong with a page that runs scripts, without the parts to leave out."""
    page.evaluate(AXE.read_text())
    found: list[str] = page.evaluate(_AXE_RUN, [list(RULES), [[part] for part in leave]])
    return found


def width_at(page: Page, width: int) -> int:
    """How wide the page is in a window of this width: more means scrolling sideways."""
    page.set_viewport_size({"width": width, "height": 700})
    try:
        return _scroll_width(page)
    except Error:  # a page that waits had just asked again by itself
        page.wait_for_load_state()
        return _scroll_width(page)


def _scroll_width(page: Page) -> int:
    wide: int = page.evaluate("document.documentElement.scrollWidth")
    return wide
