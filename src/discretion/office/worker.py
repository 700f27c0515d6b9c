"""The worker: jobs that nobody waits for, on the queue in the schema `jobs`, under the role `discretion_worker`.

Rules:
* A job can run twice, late, or not at all until the next time: each finds out by itself what there is to do.
* Arguments of jobs are times and ids of properties, never of guests.
* The database or the keeper being away is no end: the worker waits for them and says so once.

Trust: whoever controls the worker can turn a business date forward, remind people, drop results of searches and old
notes between shifts, have erased what the hotel's retention rules say and no more, keep look-ups from being reviewed,
and learn in ids who looked at whom; it sees no record.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from dataclasses import dataclass
from datetime import date, datetime, time  # noqa: TC003 - the rows are built from these annotations
from typing import TYPE_CHECKING, Protocol

import procrastinate
from procrastinate.exceptions import ConnectorException
from psycopg_pool import PoolTimeout

from discretion.office import retention_plans
from discretion.office.database import Office, OfficeUnavailableError
from discretion.office.erasure_clock import ErasureClock
from discretion.office.finds import VALID as FIND_VALID
from discretion.office.guest_mail import GuestMail
from discretion.office.mail import Post
from discretion.office.night_audit import business_date_due
from discretion.office.review_clock import run_clocks
from discretion.office.sql import queries
from discretion.wire.readiness import tell_ready
from discretion.wire.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from discretion.office.guest_mail import WritesToGuests
    from discretion.office.mail import Writes
    from discretion.wire.settings import Settings

_log = logging.getLogger("discretion.worker")
_SQL = queries("worker.sql")
_PROPERTIES = queries("properties.sql")
_FINDS = queries("finds.sql")

EVERY_MINUTE = "* * * * *"
EVERY_HOUR = "7 * * * *"
EVERY_TEN_SECONDS = "* * * * * */10"
MISSED_SECONDS_MAX = 600.0
TRY_AGAIN_SECONDS = 3.0
END_SECONDS_MAX = 10.0


@dataclass(frozen=True, slots=True)
class Clock:
    """One property's day, by the database's clock."""

    property_id: bytes
    business_date: date
    night_audit_at: time
    local_now: datetime


class Publishes(Protocol):
    """What publishes ledgers; the implementer waits for the keeper and for witnesses, and raises for neither."""

    async def publish(self) -> int:
        """Have every ledger's head signed and brought outside; return how many were."""

    async def watch_for_wanted(self) -> None:
        """Publish at once whenever somebody waits for it, until cancelled."""


class Reviews(Protocol):
    """What reads look-ups for their review; the implementer raises for no keeper and no database that is away."""

    async def review(self) -> int:
        """Return how many entries of ledgers were read."""


class Transparency(Protocol):
    """What keeps the public pages; the implementer raises for no database that is away."""

    async def publish(self) -> int:
        """Return how many pages were made anew."""


@dataclass(frozen=True, slots=True)
class Others:
    """What other parts do on this program's clock, and what writes notices in words."""

    publishing: Publishes
    reviewing: Reviews
    transparency: Transparency
    writes: Writes
    writes_to_guests: WritesToGuests


class Jobs:
    """What the worker does, job by job."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def turn_business_dates(self) -> int:
        """Return how many properties' business dates were turned to the day that is due; none is ever turned back."""
        turned = 0
        async with self._office.reading() as now:
            for clock in await now.rows(Clock, _SQL["clocks"], {}):
                due = business_date_due(clock.local_now, clock.night_audit_at)
                if due > clock.business_date:
                    turned += await now.run(_PROPERTIES["roll"], {
                        "property_id": clock.property_id, "seen": clock.business_date, "next": due,
                    })
        return turned

    async def drop_old_finds(self) -> int:
        """Return how many results of searches were dropped because nobody can read them any more."""
        dropped = 0
        async with self._office.reading() as now:
            for clock in await now.rows(Clock, _SQL["clocks"], {}):
                params = {"property_id": clock.property_id, "valid": FIND_VALID}
                dropped += await now.run(_FINDS["delete_old"], params)
        return dropped

    async def run_review_clocks(self) -> int:
        """Return how many notices reviews have made by their clocks."""
        return await run_clocks(self._office)

    async def remind_of_training(self) -> int:
        """Return how many people were told now that a training ends or is missing; each is told once."""
        return await self._remind("remind_of_training")

    async def remind_of_rights(self) -> int:
        """Return how many notices were made of requests for rights that are due soon, or late; each is made once."""
        return await self._remind("remind_of_rights")

    async def _remind(self, name: str) -> int:
        reminded = 0
        async with self._office.reading() as now:
            for clock in await now.rows(Clock, _SQL["clocks"], {}):
                found = await now.dicts(_SQL[name], {"property_id": clock.property_id})
                reminded += found[0]["reminded"]
        return reminded

    async def expire_approvals(self) -> int:
        """Return how many requests and approvals are marked now as ended by time; decisions never wait for this."""
        expired = 0
        async with self._office.reading() as now:
            for clock in await now.rows(Clock, _SQL["clocks"], {}):
                found = await now.dicts(_SQL["expire_approvals"], {"property_id": clock.property_id})
                expired += found[0]["expired"]
        return expired

    async def run_retention(self) -> int:
        """Return how many records were ordered erased by tonight's plans, once a business date."""
        ordered = 0
        async with self._office.reading() as now:
            clocks = await now.rows(Clock, _SQL["clocks"], {})
        for clock in clocks:
            ordered += await retention_plans.run_tonight(self._office, clock.property_id)
            for plan_id in await retention_plans.running(self._office, clock.property_id):
                await retention_plans.progress(self._office, clock.property_id, plan_id)
        return ordered

    async def drop_old_handovers(self) -> int:
        """Return how many notes to the next shift were dropped because they are older than 30 days."""
        return await self._dropped("drop_old_handovers")

    async def drop_old_door_events(self) -> int:
        """Return how many events of doors were dropped because they are older than 90 days."""
        return await self._dropped("drop_old_door_events")

    async def _dropped(self, query: str) -> int:
        dropped = 0
        async with self._office.changing() as now:
            for clock in await now.rows(Clock, _SQL["clocks"], {}):
                dropped += await now.run(_SQL[query], {"property_id": clock.property_id})
        return dropped


def make_queue(
    conninfo: str, jobs: Jobs, others: Others, post: Post, guest_mail: GuestMail, erasing: ErasureClock,
) -> procrastinate.App:
    """Return the queue with every periodic job; nothing is connected yet."""
    queue = procrastinate.App(
        connector=procrastinate.PsycopgConnector(
            conninfo=conninfo, min_size=1, max_size=4, kwargs={"options": "-c search_path=jobs,pg_catalog"},
            name="jobs",
        ),
        periodic_defaults={"max_delay": MISSED_SECONDS_MAX},
    )

    def every(cron: str, name: str, work: Callable[[], Awaitable[object]], said: str = "") -> None:
        @queue.periodic(cron=cron)
        @queue.task(name=name, queueing_lock=name, lock=name)
        async def _job(timestamp: int) -> None:  # noqa: ARG001 - the queue names the time it was due
            if (done := await work()) and said:
                _log.info(said, done)

    turned = "the business date of %d properties has turned"
    every(EVERY_MINUTE, "turn_business_dates", jobs.turn_business_dates, turned)
    every(EVERY_MINUTE, "drop_old_finds", jobs.drop_old_finds)
    every(EVERY_MINUTE, "expire_approvals", jobs.expire_approvals)
    every(EVERY_MINUTE, "run_retention", jobs.run_retention, "retention: %d records fall due and are ordered erased")
    every(EVERY_HOUR, "remind_of_training", jobs.remind_of_training, "%d people were reminded of a training")
    every(EVERY_HOUR, "remind_of_rights", jobs.remind_of_rights, "%d notices of rights requests that are due or late")
    every(EVERY_HOUR, "drop_old_handovers", jobs.drop_old_handovers)
    every(EVERY_HOUR, "drop_old_door_events", jobs.drop_old_door_events)
    every(EVERY_TEN_SECONDS, "publish_checkpoints", others.publishing.publish)
    every(EVERY_TEN_SECONDS, "review_look_ups", others.reviewing.review)
    every(EVERY_MINUTE, "publish_transparency", others.transparency.publish, "%d public pages were made anew")
    every(EVERY_MINUTE, "run_review_clocks", jobs.run_review_clocks)
    every(EVERY_TEN_SECONDS, "send_mail", post.send)
    every(EVERY_TEN_SECONDS, "bring_posts", guest_mail.bring_posts)
    every(EVERY_MINUTE, "carry_out_erasures", erasing.carry_out, "%d erasures were carried out")
    every(EVERY_HOUR, "sweep_erased", erasing.sweep, "what was erased at %d properties is out of the files too")
    return queue


def run(settings: Settings, others: Others) -> None:
    """Work until SIGTERM or SIGINT. Says `ready` on the starter's pipe once it takes jobs.

    Shapes: `others` is what the watch does on this program's clock, and the words of notices.

    Errors: `SettingsError` for a password that cannot be read, or `schema_missing`; `OfficeUnavailableError` when the
    database is not there at the start. Not done here: the form of the log, and telling the starter of an error.
    """
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    asyncio.run(_work(settings, settings.conninfo("worker"), others))


async def _work(settings: Settings, conninfo: str, others: Others) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with Office(conninfo, connections_max=2) as office:
        post, guest_mail = Post(settings, office, others.writes), GuestMail(settings, office, others.writes_to_guests)
        queue = make_queue(conninfo, Jobs(office), others, post, guest_mail, ErasureClock(settings, office))
        try:
            await queue.open_async()
        except (ConnectorException, PoolTimeout) as error:
            raise OfficeUnavailableError("the queue cannot connect") from error
        try:
            if not await queue.check_connection_async():
                raise SettingsError("schema_missing", key="jobs")
            tell_ready()
            watching = [
                asyncio.create_task(others.publishing.watch_for_wanted()),
                asyncio.create_task(guest_mail.bring_codes()),
            ]
            try:
                await _take_jobs(queue, settings.worker.jobs_at_once, stop)
            finally:
                for task in watching:
                    task.cancel()
                await asyncio.gather(*watching, return_exceptions=True)
        finally:
            await queue.close_async()


async def _take_jobs(queue: procrastinate.App, jobs_at_once: int, stop: asyncio.Event) -> None:
    """Take jobs until `stop`. When the queue breaks off because the database went away, begin again when it is back."""
    stopping = asyncio.create_task(stop.wait())
    while not stop.is_set():
        working = asyncio.create_task(queue.run_worker_async(
            concurrency=jobs_at_once, install_signal_handlers=False, delete_jobs="always",
            shutdown_graceful_timeout=END_SECONDS_MAX,
        ))
        await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            working.cancel()
        ended = (await asyncio.gather(working, return_exceptions=True))[0]
        if stop.is_set():
            return
        if isinstance(ended, BaseException) and not isinstance(ended, ConnectorException):
            stopping.cancel()
            raise ended
        _log.warning("the queue is away; it is tried again every %d seconds", TRY_AGAIN_SECONDS)
        await asyncio.wait((stopping,), timeout=TRY_AGAIN_SECONDS)
