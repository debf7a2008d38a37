"""Money of a plan on its way to departments, for tests of their console.

money = Money(portal, worker)        # Tamsin's first £100 came and went on to its departments
money.month()                        # and the next one
row = money.day("dwp")               # DWP's newest remittance
line = money.lines("dwp")[0]         # and an allocation of it
client = money.staff("imani")        # somebody at DWP's console
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from uuid import UUID

from consent.clock import london_date
from consent.people import Worker
from consent.store import Store
from plan.number import number_settled
from plan.receipts import follow_receipts
from plan.remit import remit
from plan.store import remittances
from plan.store.remittances import Paid, RemittanceRow
from tests.console import sign_in
from tests.integration.test_payments import came, pays
from tests.plan_builders import DAYS
from tests.plan_life import Life
from tests.portal import Client, Portal


class Money:
    """A plan of £100 a month, of which DWP gets £50, the council £30 and DVLA £20."""

    def __init__(self, portal: Portal, worker: Store, *, number: int = 0) -> None:
        """`number` tells apart several people of one database: each has days of their own."""
        self.portal, self.worker = portal, worker
        name = f"person {number}" if number else "tamsin"
        self.life = Life(portal.services.store, worker, days=-40 * number, name=name)
        self.months = 0
        self.month()

    def month(self) -> None:
        """A payment day comes, is paid, and goes on to the departments on the same day."""
        life, self.months = self.life, self.months + 1
        life.until_due()
        due = sum(each.open_pence for each in life.fallen())
        came(life, pays(life, due, f"month {self.months}").payment_id)
        number_settled(self.worker)
        now = life.clock.now()
        life.clock.move(datetime.combine(now.date(), time(17), tzinfo=UTC) - now)
        assert remit(self.worker, life.clock, life.chance, working_days=DAYS) == 3

    def day(self, department: str) -> RemittanceRow:
        with self.worker.transaction(Worker()) as tx:
            found = remittances.of_day(tx, department, london_date(self.life.clock.now()))
        assert found is not None
        return found

    def lines(self, department: str) -> list[Paid]:
        row = self.day(department)
        with self.worker.transaction(Worker()) as tx:
            return remittances.paid_by(tx, row)

    def line(self, department: str) -> UUID:
        return self.lines(department)[0].allocation_id

    def staff(self, person: str = "imani", department: str = "dwp") -> Client:
        client = self.portal.client()
        sign_in(client, department, person)
        return client

    def follow(self) -> int:
        """The worker has the plan follow what was answered."""
        return follow_receipts(self.worker, self.portal.services.clock, self.life.chance)
