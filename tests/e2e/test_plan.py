"""The plan's pages in a real browser: with and without scripts, at 320 pixels, through axe."""

from __future__ import annotations

import pytest

from tests.debts_desk import Seated
from tests.e2e.browser import Surfer
from tests.plan_desk import at_the_plan, quick
from tests.portal import Portal

pytestmark = pytest.mark.e2e
TAMSIN = ("dwp", "council", "dvla")


def take_over(surfer: Surfer, client: Seated) -> None:
    """The browser goes on where the client is."""
    jar = [cookie for cookies in client.cookies.values() for cookie in cookies.items()]
    for name, value in jar:
        surfer.context.add_cookies(
            [
                {
                    "name": name,
                    "value": value,
                    "url": "https://localhost",
                    "secure": True,
                    "httpOnly": True,
                }
            ]
        )


def look(surfer: Surfer, name: str) -> None:
    surfer.look(name)


def test_tamsin_from_the_offer_to_the_letter(surfer: Surfer, portal: Portal) -> None:
    quick(portal, "testwell", *TAMSIN)
    take_over(surfer, at_the_plan(portal, "testwell", *TAMSIN))
    page = surfer.go("/plan")
    look(surfer, "plan-tamsin")
    page.get_by_label("£150").check()
    surfer.press("Work out this plan")
    assert surfer.heading == "A plan you can afford: £150 a month"
    surfer.press("See other ways to share your £150")
    look(surfer, "plan-ways")
    page.get_by_label("Small debts first").check()
    surfer.press("Show this plan")
    assert surfer.heading == "A plan you can afford: £150 a month"
    page.locator("summary").click()
    look(surfer, "plan-small-first")
    surfer.go("/plan/schedule")
    look(surfer, "plan-schedule")
    surfer.go("/plan")
    surfer.press("Continue with £150 a month")
    assert surfer.path == "/plan/day"
    surfer.press("Continue")
    assert page.title().startswith("Error: ")
    look(surfer, "plan-day-error")
    page.get_by_label("Another day").check()
    page.locator("input[name=other]").fill("7")
    surfer.press("Continue")
    look(surfer, "plan-how")
    page.get_by_label("Cash").check()
    surfer.press("Continue")
    look(surfer, "plan-share")
    for yes in page.locator("input[type=radio][value=yes]").all():
        yes.check()
    surfer.press("Continue")
    assert surfer.path == "/plan/check"
    look(surfer, "plan-check")
    page.get_by_label("Yes, I agree").check()
    surfer.press("Continue")
    assert surfer.heading == "You have agreed your plan"
    look(surfer, "plan-agreed")
    for name in ("letter", "answers", "progress", "stop"):
        surfer.go(f"/plan/{name}")
        look(surfer, f"plan-{name}")


@pytest.mark.parametrize(
    ("key", "departments"),
    [
        ("placeholder", ("dwp", "council", "hmrc")),
        ("sampleford", ("dwp", "hmrc", "hmcts", "dvla")),
        ("specimen", ("dwp", "hmcts")),
        ("mockridge", ("hmrc", "dwp", "slc", "council")),
    ],
)
def test_people_with_other_outcomes(
    surfer: Surfer, portal: Portal, key: str, departments: tuple[str, ...]
) -> None:
    take_over(surfer, at_the_plan(portal, key, *departments))
    surfer.go("/plan")
    look(surfer, f"plan-{key}")
    if surfer.path == "/plan/not-now" and surfer.page.get_by_role("button", name="pause").count():
        surfer.press("Ask the departments to pause")
        look(surfer, f"plan-pause-{key}")
