"""No penny is lost or doubled when everything is killed (SEC-78 to SEC-80), and the judge who says
so would see it. The long form is `python -m tests.fire`."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import requests

from tests.fire.judge import judge
from tests.fire.stage import Stage

KILLS = 8
TAMPER = {
    "a payment lost": "delete from payment where payment_id = (select payment_id from payment"
    " where state = 'settled' and route = 'govuk_pay' limit 1)",
    "a payment that never came": "update payment set provider_id = 'made-up' where payment_id ="
    " (select payment_id from payment where state = 'settled' and route = 'govuk_pay' limit 1)",
    "a part twice": "insert into allocation select gen_random_uuid(), payment_id, plan_id,"
    " subject_id, share_id, department, kind, state, pence, most_next_pence, made_at, value_date"
    " from allocation where state = 'settled' and kind = 'paid' limit 1",
    "a penny more on a day": "update instalment set paid_pence = paid_pence + 1 where (plan_id,"
    " sequence) = (select plan_id, sequence from instalment where paid_pence > 0 limit 1)",
    "a payment day forgotten": "update instalment set paid_pence = 0 where (plan_id, sequence) ="
    " (select plan_id, sequence from instalment where paid_pence > 0 limit 1)",
    "one never asked about again": "update payment set state = 'submitted', settled_at = null,"
    " value_date = null where payment_id = (select payment_id from payment"
    " where state = 'settled' and route = 'govuk_pay' limit 1)",
    "a refund that nobody made": "update refund set provider_id = 'made-up' where refund_id ="
    " (select refund_id from refund where state = 'done' limit 1)",
    "an entry that the department never got": "update allocation set sequence = 1 + (select"
    " max(sequence) from allocation b where b.department = allocation.department)"
    " where allocation_id = (select allocation_id from allocation where sequence = 1 limit 1)",
    "a refund forgotten": "delete from refund where refund_id ="
    " (select refund_id from refund limit 1)",
}


class Judged(Stage):
    """Keeps what each tampering would be judged as."""

    convicted: dict[str, list[str]]

    def _judge(self) -> None:
        super()._judge()
        ledger: dict[str, Any] = requests.get(f"{self.pay.url}/_ledger", timeout=60).json()
        ledger["payments"] = [
            one for one in ledger["payments"] if one["payment_id"] not in self.before
        ]
        self.convicted = {}
        with self.database.connect() as connection:
            connection.execute("set session_replication_role = replica")
            for what, statement in TAMPER.items():
                connection.execute("begin")
                done = connection.execute(statement.encode()).rowcount
                assert done == 1, what
                self.convicted[what] = judge(connection, ledger, self.house.books)
                connection.execute("rollback")


@pytest.mark.slow
@pytest.mark.timeout(420)
@pytest.mark.skipif(not os.environ.get("SVD_LONG"), reason="SVD_LONG=1 burns for minutes")
def test_money_survives_the_fire_and_the_judge_is_awake() -> None:
    # A socket has a short address: the folder pytest gives would move the database at each restart.
    with TemporaryDirectory(prefix="svd-fire-") as folder:
        stage = Judged(Path(folder), seed=11)
        found = stage.play(KILLS)
    assert found.faults == []
    assert found.settled > 10
    assert found.routes["a person at the portal"] > 0
    assert found.entries > 20
    assert found.told > 0
    assert sum(found.kills.values()) >= KILLS
    assert all(stage.convicted.values()), stage.convicted
