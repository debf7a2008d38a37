"""The files that take longest are begun first, so that no worker ends with a long one alone.

The order of all other files stays; a file that is missing from the list is only begun later.
`scripts/check` keeps this order among the workers (`--no-loadscope-reorder`).
"""

from __future__ import annotations

from typing import Final

import pytest

LONGEST: Final = (
    "e2e/test_whole_journey.py",
    "security/test_nothing_is_kept.py",
    "e2e/test_permissions.py",
    "e2e/test_waiting.py",
    "e2e/test_plan.py",
    "e2e/test_console.py",
    "security/test_histories.py",
    "e2e/test_budget.py",
    "integration/test_embedded_postgres.py",
    "integration/test_run.py",
    "integration/test_debts_cards.py",
    "integration/test_citizen_getting_in.py",
    "integration/test_plan_change_pages.py",
    "integration/test_messages.py",
    "integration/test_month.py",
    "integration/test_pay_pages.py",
    "integration/test_public_pages.py",
    "property/test_allocation.py",
    "property/test_lifecycle_stateful.py",
    "integration/test_department_schema.py",
    "e2e/test_public_pages.py",
    "integration/test_pull.py",
    "integration/test_plan_late.py",
    "integration/test_migrations.py",
)
"""Below tests/, the longest first."""
_PLACE: Final = {name: place for place, name in enumerate(LONGEST)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=place)  # a stable sort: tests of one file stay as they were


def place(item: pytest.Item) -> int:
    """Of the file of a test; all files without a place of their own come after those with one."""
    return _PLACE.get(item.nodeid.partition("::")[0].removeprefix("tests/"), len(LONGEST))
