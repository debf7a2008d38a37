"""The whole way of one person in a browser: each page is answered as it comes, until the last.

It knows no order. Whatever page the service shows, `Journey` answers it as this person would, so
the same walk serves the ten of the cast and the planted person, with scripts and without.

    Journey(page, home, CAST.person("testwell"), ["dwp", "council"]).walk("/plan/agreed")
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Page

from adapters.simulators.cast import Person
from plan.rules.frequencies import Frequency, converted
from tests.budgets import HOMES, NATIONS, money_in, money_out, pounds

MOST_PAGES = 60
Look = Callable[[Page, str], None]


@dataclass
class Journey:
    """`look` is called on each page before it is answered; `visited` are the paths, in order."""

    page: Page
    home: str
    person: Person
    departments: Sequence[str]
    look: Look = lambda page, path: None
    contact: str = "none"
    choices: Mapping[str, str] = field(default_factory=dict)
    """What to mark where there is more than one good answer: `{"amount": "three_quarters"}`."""
    visited: list[str] = field(default_factory=list)

    def walk(self, *ends: str, start: str = "/") -> str:
        """From `start` to the first page whose path begins with one of `ends`; its path."""
        self.page.goto(self.home + start)
        for _ in range(MOST_PAGES):
            path = self._arrived()
            if path.startswith(ends):
                return path
            self._answer(path)
        raise AssertionError(f"no end after {self.visited[-12:]}")

    def _arrived(self) -> str:
        self.page.wait_for_load_state()
        path = urlsplit(self.page.url).path
        assert len(self.visited) < 2 or [path] * 2 != self.visited[-2:], self._stuck(path)
        self.visited.append(path)
        self.look(self.page, path)
        return path

    def _stuck(self, path: str) -> str:
        return f"stuck at {path}: {self.page.locator('main').inner_text()[:600]}"

    def _answer(self, path: str) -> None:
        for pattern, answer in ANSWERS:
            if re.fullmatch(pattern, path):
                answer(self)
                return
        raise AssertionError(f"nobody knows what to answer at {path}")

    def press(self, words: str | re.Pattern[str] = "") -> None:
        """The button or button-like link of these words; without words, the page's last button."""
        main = self.page.locator("main")
        if words:
            button = main.get_by_role("button", name=words)
            target = button if button.count() else main.get_by_role("link", name=words)
            target.first.click()
        else:
            main.get_by_role("button").last.click()

    def mark(self, name: str, *values: str) -> None:
        for value in values:
            self.page.locator(f'main input[name="{name}"][value="{value}"]').check()

    def type(self, name: str, text: str) -> None:
        self.page.locator(f'main input[name="{name}"]').fill(text)


def _start(at: Journey) -> None:
    at.press("Start now")


def _choose_person(at: Journey) -> None:
    at.page.locator(f'input[value="{at.person.key}"]').check()
    at.page.locator('button[value="continue"]').click()


def _yes(name: str) -> Callable[[Journey], None]:
    def answer(at: Journey) -> None:
        at.mark(name, "yes")
        at.press("Continue")

    return answer


def _nino(at: Journey) -> None:
    at.type("nino", at.person.nino)
    at.press("Continue")


def _contact(at: Journey) -> None:
    at.mark("channel", at.contact)
    if at.contact == "email":
        at.type("email", at.person.email)
    at.press("Continue")


def _departments(at: Journey) -> None:
    at.mark("departments", *at.departments)
    at.press("Continue")


def _continue(at: Journey) -> None:
    at.press("Continue")


def _last_button(at: Journey) -> None:
    at.press()


def _household(at: Journey) -> None:
    home = at.person.household
    at.type("adults", str(home.adults))
    at.type("children_under_16", str(home.children_under_16))
    at.type("children_16_to_18", str(home.children_16_to_18))
    at.type("vehicles", str(home.vehicles))
    at.mark("home", HOMES.get(home.tenure, "other"))
    at.mark("nation", NATIONS[at.person.nation])
    at.press("Continue")


def _lines_in(at: Journey) -> None:
    at.mark("lines", *(money_in(at.person) or {"none": 0}))
    at.press("Continue")


def _lines_out(at: Journey) -> None:
    at.mark("lines", *money_out(at.person))
    at.press("Continue")


def _amounts(
    amounts: Callable[[Person], dict[str, int]], comes: str = ""
) -> Callable[[Journey], None]:
    """`comes` is the choice that says how often this money comes: by the month without it."""

    def answer(at: Journey) -> None:
        every = Frequency(at.choices.get(comes, "month"))
        for line, pence in amounts(at.person).items():
            box = at.page.locator(f'main input[name="{line}"]')
            if box.count():
                box.fill(pounds(converted(pence, Frequency.MONTH, every)))
                at.page.locator(f'main select[name="{line}-every"]').select_option(every.value)
        taken = at.page.locator('main input[name="taken"][value="no"]')
        if taken.count():
            taken.check()
        at.press("Continue")

    return answer


def _marking(name: str, value: str) -> Callable[[Journey], None]:
    def answer(at: Journey) -> None:
        at.mark(name, at.choices.get(name, value))
        at.press("Continue")

    return answer


def _plan(at: Journey) -> None:
    wanted = at.choices.get("amount")
    chosen = at.page.locator(f'main input[name="amount"][value="{wanted}"]')
    if wanted and not chosen.is_checked():
        chosen.check()
        at.press("Work out this plan")
    else:
        at.press(re.compile("^Continue with"))


def _day(at: Journey) -> None:
    """Who wants to pay by the week goes there once from the question that everybody is asked."""
    wanted = at.choices.get("often")
    if wanted and "/plan/often" not in at.visited:
        at.page.locator('main a[href="/plan/often"]').click()
    else:
        at.mark("day", at.choices.get("day", "1"))
        at.press("Continue")


def _first_day(at: Journey) -> None:
    at.page.locator('main input[name="first"]').last.check()
    at.press("Continue")


def _share(at: Journey) -> None:
    for radio in at.page.locator('main input[type="radio"][value="yes"]').all():
        radio.check()
    at.press("Continue")


def _put_in(at: Journey) -> None:
    for radio in at.page.locator('main input[type="radio"][value="in"]').all():
        radio.check()
    at.press("Continue")


ANSWERS: tuple[tuple[str, Callable[[Journey], None]], ...] = (
    ("/", _start),
    ("/exit-this-page", _last_button),
    ("/sign-in", _last_button),
    ("/authorize", _choose_person),
    ("/your-details", _yes("right")),
    ("/national-insurance-number", _nino),
    ("/contact/safe", _contact),
    ("/permissions/choose", _departments),
    ("/permissions/your-council", _continue),
    ("/permissions/check", _yes("agree")),
    (r"/permissions/PM\w+", lambda at: at.press("Get my debts")),
    ("/debts/waiting", _continue),
    ("/debts", lambda at: at.press("Continue to money in and out")),
    ("/budget", lambda at: at.press("Your household")),
    ("/budget/household", _household),
    ("/budget/joint", _marking("whose", "me")),
    ("/budget/in/choose", _lines_in),
    ("/budget/in/amounts", _amounts(money_in, "income")),
    ("/budget/out/choose", _lines_out),
    (r"/budget/out/[a-z-]+/reason", _marking("reasons", "not-said")),
    (r"/budget/out/[a-z-]+", _amounts(money_out)),
    ("/budget/other-debts", _marking("pays", "no")),
    ("/budget/savings", _marking("savings", "suggested")),
    ("/budget/changes", _marking("changes", "none")),
    ("/budget/check", _continue),
    ("/plan", _plan),
    ("/plan/old-debts", _put_in),
    ("/plan/day", _day),
    ("/plan/often", _marking("often", "month")),
    ("/plan/first-day", _first_day),
    ("/plan/how", _marking("method", "card")),
    ("/plan/share", _share),
    ("/plan/check", _yes("agree")),
)
