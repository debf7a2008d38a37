"""The shared style sheet in a real browser: our own parts are readable on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import AXE

STATIC = Path(__file__).resolve().parents[2] / "app" / "static"
PAGE = """<!doctype html><html lang="en" class="govuk-template"><head><title>The look</title>
<style>{css}</style></head><body class="govuk-template__body">
<header class="app-header"><div class="govuk-width-container">
<a class="app-header__name" href="#">See and pay what you owe to government</a></div></header>
<div class="govuk-width-container"><main class="govuk-main-wrapper"><h1 class="govuk-heading-l">
Getting your debts</h1><ul class="app-wait-list"><li>Department for Work and Pensions</li></ul>
<section class="app-card"><h2 class="govuk-heading-m">HM Revenue and Customs: 1 debt</h2>
<p class="govuk-body">AVeryLongReferenceThatHasNoSpaces0123456789012345678901234567890</p></section>
<section class="app-card app-card--gap"><h2 class="govuk-heading-m">DVLA did not answer</h2>
<a class="govuk-link" href="#">Ask DVLA again</a></section>
<p class="app-total">£100.00 from 1 of 2 departments</p>
<table class="govuk-table app-table" role="table"><tbody><tr role="row"><th role="rowheader"
scope="row">HMRC</th><td role="cell">£100.00</td><td role="cell">
<svg class="app-bar" aria-hidden="true" viewBox="0 0 100 10" preserveAspectRatio="none">
<rect class="app-bar__rest" width="100" height="10"/>
<rect class="app-bar__part" width="40" height="10"/></svg></td></tr></tbody></table>
<button class="govuk-button">Continue</button></main></div></body></html>"""


@pytest.mark.e2e
@pytest.mark.parametrize("width", [320, 1200])
def test_our_own_parts_pass_axe_and_never_scroll_sideways(browser: Browser, width: int) -> None:
    css = (STATIC / "govuk" / "govuk-frontend.css").read_text()
    page = browser.new_page(viewport={"width": width, "height": 800})
    try:
        page.set_content(PAGE.replace("{css}", css))
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.evaluate(AXE.read_text())
        found = page.evaluate(
            "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})"
            ".then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' ')))"
        )
        assert found == []
    finally:
        page.close()
