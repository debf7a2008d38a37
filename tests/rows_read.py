"""How many rows a page makes the database look at, by the database's own account.

few = rows_read(portal, client, "/permissions/history")
...                                                     # a thousand more uses
assert rows_read(portal, client, "/permissions/history") <= few + 26
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import event

from consent.people import Person
from tests.portal import Client, Portal


def rows_read(portal: Portal, client: Client, path: str, *, actor: Person) -> int:
    """Rows fetched by scans, those thrown away by a filter too, over all questions of the page."""
    asked: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.lower().startswith(("select", "with")) and "set_config" not in statement:
            asked.append((statement, parameters))

    store = portal.services.store
    event.listen(store.engine, "before_cursor_execute", note)
    try:
        page = client.get(path)
    finally:
        event.remove(store.engine, "before_cursor_execute", note)
    assert page.status == 200
    assert asked
    count = 0
    for statement, parameters in asked:
        with store.transaction(actor) as tx:
            explained = tx.connection.exec_driver_sql(
                f"explain (analyze, format json) {statement}", parameters
            )
            count += _scanned(explained.scalar_one()[0]["Plan"])
    return count


def _scanned(node: dict[str, Any]) -> int:
    own = 0
    if "Scan" in node["Node Type"] and "Relation Name" in node:
        removed = node.get("Rows Removed by Filter", 0) + node.get(
            "Rows Removed by Index Recheck", 0
        )
        own = round((node["Actual Rows"] + removed) * node["Actual Loops"])
    return own + sum(_scanned(child) for child in node.get("Plans", ()))
