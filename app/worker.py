"""`svd worker`: its own process, woken by the clock. Stops cleanly on SIGTERM and Ctrl-C.

The timetable lies in memory and is always the same; the database decides which of several workers
does a job in its slot, and who delivers what (decision 16).
"""

from __future__ import annotations

import logging
import os
import secrets
import signal
import sys
import threading
import time
from datetime import UTC, datetime
from types import FrameType

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler

from app.http import logs
from app.rounds import SECOND, Rounds
from app.settings import Settings, SettingsFault, messages_faults
from consent.clock import Clock

log = structlog.get_logger()


def scheduler_for(rounds: Rounds) -> BlockingScheduler:
    """The timetable as APScheduler keeps it. Each job runs once at the start, to catch up."""
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    scheduler = BlockingScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(4)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    now = datetime.now(UTC)
    scheduler.add_job(
        rounds.deliver_due, "interval", seconds=SECOND.total_seconds(), next_run_time=now
    )
    for job in rounds.timetable():
        scheduler.add_job(
            rounds.tick,
            "interval",
            args=(job,),
            id=job.name,
            seconds=job.every.total_seconds(),
            next_run_time=now,
        )
    return scheduler


def run(rounds: Rounds) -> None:
    """Work until SIGTERM or SIGINT; then finish what is under way, and no more."""
    scheduler = scheduler_for(rounds)

    told = threading.Event()

    def finish() -> None:
        while not scheduler.running:  # told to stop a moment before it began
            time.sleep(0.01)
        scheduler.shutdown()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if not told.is_set():
            told.set()
            # On a thread: the scheduler waits for its jobs and takes locks that this one may hold.
            threading.Thread(target=finish, name="stop").start()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    log.info("worker_started")
    try:
        scheduler.start()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        rounds.stop()
        log.info("worker_stopped")


def main(clock: Clock | None = None) -> None:
    """A faulty environment ends it with exit 2 and all reasons."""
    try:
        settings = Settings.from_environment()
        if faults := messages_faults(settings):
            raise SettingsFault(tuple(faults))
    except SettingsFault as fault:
        print(*fault.faults, sep="\n", file=sys.stderr)  # noqa: T201  # for who started it
        raise SystemExit(2) from None
    from app.delivery import Deliveries
    from app.local.keys import secret
    from app.messages import Messaging
    from app.taking import Taking
    from app.wiring import worker
    from consent.clock import SystemClock
    from plan import working_days

    logs.configure()
    working = worker(settings, os.environ)
    store, outside = working.store, working.outside
    clock, chance = clock or SystemClock(), secrets.token_bytes
    deliver = Deliveries(
        store=store,
        clock=clock,
        chance=chance,
        loop=outside.loop,
        messages=outside.messages,
        token_key=secret(settings.keys_dir, "token_key"),
        sign_head=outside.signer.sign_series_head,
    )
    messaging = Messaging(
        store, clock, chance, working.notify, secret(settings.keys_dir, "check_code")
    )
    days = working_days.load()
    try:
        run(
            Rounds(
                store,
                clock,
                chance,
                deliver=deliver,
                working_days=days,
                heads=outside.signer,
                messaging=messaging,
                taking=Taking(store, clock, chance, outside.payments, outside.loop),
                pushed=[one.code for one in outside.register.connected() if one.takes_heads],
            )
        )
    finally:
        working.stop()


if __name__ == "__main__":
    main()
