"""`svd payment-run`: let every payment day that has come fall due now, and watch it.

The worker does the same every quarter of an hour; this is for a day when an operator wants to see
it through. It can be stopped at any time and started again, here or elsewhere: each batch is whole.
"""

from __future__ import annotations

import os
import secrets
import sys
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Final

import click

from consent.clock import Clock, SystemClock, london_date
from consent.people import Worker
from consent.store import WORKER, Store, open_store
from plan.collect import BATCH, fall_due
from plan.store import run
from plan.working_days import load as load_days

NO_DATABASE: Final = "Set DATABASE_URL_WORKER (postgresql+psycopg://…).\n"


def main(workers: int) -> int:
    """0 when nothing is left, 1 when something is, 2 without a database."""
    url = os.environ.get("DATABASE_URL_WORKER", "")
    if not url:
        sys.stderr.write(NO_DATABASE)
        return 2
    store, clock = open_store(url, role=WORKER, pool_size=workers), SystemClock()
    try:
        return run_with_bar(store, clock, workers=workers)
    finally:
        store.close()


def run_with_bar(store: Store, clock: Clock, *, workers: int, batch: int = BATCH) -> int:
    """The run with its progress on the error stream and one line of result on the output."""
    began, waiting = time.monotonic(), days_waiting(store, clock)
    days = load_days()

    def one_batch() -> int:
        return fall_due(store, clock, secrets.token_bytes, working_days=days, batch=batch)

    bar = click.progressbar(
        length=waiting, label="Payment days", show_pos=True, file=sys.stderr, width=30
    )
    with bar, ThreadPoolExecutor(workers, thread_name_prefix="run") as pool:
        done = _until_nothing_is_left(pool, workers, one_batch, bar.update)
    left = days_waiting(store, clock)
    seconds = max(time.monotonic() - began, 0.001)
    click.echo(
        f"{done:,} payment days fell due in {seconds:,.1f} s ({done / seconds:,.0f} a second);"
        f" {left:,} left."
    )
    return 1 if left else 0


def days_waiting(store: Store, clock: Clock) -> int:
    """Payment days of running plans that have come and have not fallen due."""
    with store.transaction(Worker()) as tx:
        return run.waiting(tx, london_date(clock.now()))


def _until_nothing_is_left(
    pool: ThreadPoolExecutor,
    workers: int,
    one_batch: Callable[[], int],
    told: Callable[[int], None],
) -> int:
    """Keep every worker at it; one that finds nothing is not sent again. Ctrl-C ends it after the
    batches that run."""
    done, at_work = 0, {pool.submit(one_batch) for _ in range(workers)}
    try:
        while at_work:
            ended, at_work = wait(at_work, return_when=FIRST_COMPLETED)
            for one in ended:
                count = one.result()
                done += count
                told(count)
                if count:
                    at_work.add(pool.submit(one_batch))
    except KeyboardInterrupt:
        done += sum(_ended(one) for one in at_work)
    return done


def _ended(one: Future[int]) -> int:
    return one.result() if not one.cancel() else 0
