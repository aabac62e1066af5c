"""Work on PostgreSQL: any process of any host takes it, from procrastinate's tables in the same database.

See docs/decisions/0015-work-queue.md. The queue only hands out hints; the lease and its fence stay ours.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Collection, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from procrastinate import App, JobContext, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import DeleteJobCondition, Job, Status

from pbx_devhost.runs.queue_connections import PatientConnector, describe, open_sync_connector
from pbx_devhost.runs.work import Lane, NotBegunError, Slots, Work
from pbx_devhost.store.sql.engine import DatabaseError
from pbx_devhost.texts import _
from pbx_plugin_api import dump, load

_log = logging.getLogger(__name__)

# It would log every job with its arguments.
logging.getLogger("procrastinate").setLevel(logging.WARNING)

_TASK: Final = "pbx_devhost.work"
_LOOK_EVERY_S: Final = 1.0
_TIDY_EVERY_S: Final = 10.0
_DEAD_AFTER_S: Final = 30.0
_TRIES_MAX: Final = 3
_AGAIN_S: Final = 2.0
_WAITING_MAX: Final = 200
"""So many pieces of work of a lane wait at the most, but for page jobs; the next looks offer the others.

To take one costs procrastinate the square of those that wait, where the server has made its plan while the table was
empty: 0.2 s where 500 wait.
"""
_HEARD_AT_ONCE: Final = frozenset({Lane.PAGES, Lane.URGENT})
"""Somebody waits for these: they are announced by NOTIFY. It costs one connection each, so the others are polled."""


class SharedQueue:
    """Keeps `WorkQueue`. A worker that dies leaves its work to the others."""

    def __init__(self, url: str, slots: Slots, do: Callable[[Work], None]) -> None:
        self.slots, self._do, self._url = slots, do, url
        self._sender: App | None = None
        self._begun: set[int] = set()
        """Ids of jobs that have begun here."""
        self._not_begun: set[int] = set()
        """Ids of jobs that this process has by the tables, and that had not begun at the last look."""
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._main: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._thread = threading.Thread(target=self._run, name="work", daemon=True)

    def start(self) -> None:
        """See `WorkQueue`."""
        self._thread.start()

    def offer(self, works: Iterable[Work]) -> int:
        """See `WorkQueue`.

        Raises:
            DatabaseError: The queue cannot be reached. Some of the work may have been added; offer it again.
        """
        wanted, count = list(works), 0
        if not wanted:
            return 0
        try:
            manager = self._open_sender().job_manager
            for lane in {work.lane for work in wanted}:
                waiting = {job.queueing_lock for job in manager.list_jobs(queue=lane.value, status=Status.TODO.value)}
                fresh = [_to_job(work) for work in wanted if work.lane is lane and work.key not in waiting]
                if lane is not Lane.PAGES:  # nobody offers those again
                    fresh = fresh[: max(0, _WAITING_MAX - len(waiting))]
                for start in range(0, len(fresh), 100):
                    count += self._add(fresh[start : start + 100])
        except ConnectorException as error:
            raise DatabaseError(_("the work queue in the database cannot be reached; try again")) from error
        return count

    def knows(self, work: Work) -> bool:
        """See `WorkQueue`."""
        try:
            found = self._open_sender().job_manager.list_jobs(queueing_lock=work.key)
            return any(job.status in (Status.TODO.value, Status.DOING.value) for job in found)
        except ConnectorException as error:
            raise DatabaseError(_("the work queue in the database cannot be reached; try again")) from error

    def stop(self) -> None:
        """See `WorkQueue`."""
        self._stopping.set()
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it is closed: between two tries
                self._loop.call_soon_threadsafe(self._cancel)
        if self._thread.ident is not None:
            self._thread.join()
        with self._lock:
            if self._sender is not None:
                self._sender.close()
                self._sender = None

    # ------------------------------------------------------------------ sending

    def _open_sender(self) -> App:
        with self._lock:
            if self._sender is None:
                self._sender = App(connector=open_sync_connector(self._url))
                self._sender.open()
            return self._sender

    def _add(self, jobs: list[Job]) -> int:
        manager = self._open_sender().job_manager
        try:
            return len(manager.batch_defer_jobs(jobs))
        except AlreadyEnqueued:  # another process was quicker with one of them
            if len(jobs) == 1:
                return 0
        return sum(self._add([job]) for job in jobs)

    # ------------------------------------------------------------------ working

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                asyncio.run(self._serve())
            except asyncio.CancelledError:  # `stop`, before there was a connection
                return
            except Exception as error:  # noqa: BLE001  # the database may be away: come back
                _log.warning("The work queue failed (%s); the next try is in %d s", describe(error), _AGAIN_S)
                self._stopping.wait(_AGAIN_S)

    async def _serve(self) -> None:
        self._loop, self._main = asyncio.get_running_loop(), asyncio.current_task()
        self._loop.set_default_executor(ThreadPoolExecutor(sum(self.slots.values()) + 2, thread_name_prefix="work"))
        connector = PatientConnector(self._url, lambda: not self._stopping.is_set())
        app = App(connector=connector)
        retry = RetryStrategy(wait=1, retry_exceptions=[NotBegunError])
        app.task(name=_TASK, retry=retry, pass_context=True)(self._do_one)
        async with app.open_async():
            chores: list[Coroutine[Any, Any, None]] = [self._work(app, lane, n) for lane, n in self.slots.items() if n]
            chores.append(self._tidy(app, connector.worker_ids))
            self._tasks = [asyncio.create_task(chore) for chore in chores]
            if self._stopping.is_set():
                self._cancel()
            await asyncio.wait(self._tasks)

    def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
        if not self._tasks and self._main is not None:
            self._main.cancel()

    async def _work(self, app: App, lane: Lane, n_slots: int) -> None:
        while not self._stopping.is_set():
            try:
                await app.run_worker_async(
                    queues=[lane.value],
                    name=lane.value,
                    concurrency=n_slots,
                    fetch_job_polling_interval=_LOOK_EVERY_S,
                    listen_notify=lane in _HEARD_AT_ONCE,
                    delete_jobs=DeleteJobCondition.ALWAYS.value,
                    install_signal_handlers=False,
                )
            except Exception as error:  # noqa: BLE001  # cut connections, a restarted database: go on
                reason = describe(error)
                _log.warning("The slots for %s failed (%s); the next try is in %d s", lane.value, reason, _AGAIN_S)
            await asyncio.sleep(_AGAIN_S)

    async def _tidy(self, app: App, worker_ids: Collection[int]) -> None:
        """Every few seconds: what a dead worker took is offered again (page jobs), or forgotten (our tables know)."""
        while not self._stopping.is_set():
            await asyncio.sleep(_TIDY_EVERY_S)
            try:
                left = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_DEAD_AFTER_S))
                left += await self._find_lost(app, worker_ids)
            except Exception as error:  # noqa: BLE001  # the database is away
                _log.info("Tidying the work queue failed (%s)", describe(error))
                continue
            for job in left:
                try:
                    if job.queue == Lane.PAGES.value and job.attempts < _TRIES_MAX:
                        await app.job_manager.retry_job(job)
                    else:
                        await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
                except Exception as error:  # noqa: BLE001  # another process did it, or the same key waits again
                    _log.info("Tidying job %s of the work queue failed (%s)", job.id, describe(error))

    async def _find_lost(self, app: App, worker_ids: Collection[int]) -> list[Job]:
        """Return jobs that a living worker of this process took without knowing: the answer was lost on its way."""
        known, found = set(self._begun), list[Job]()
        for worker_id in list(worker_ids):
            found += await app.job_manager.list_jobs_async(status=Status.DOING.value, worker_id=worker_id)
        self._begun -= known - {job.id for job in found if job.id is not None}  # they have ended
        fresh = {job.id: job for job in found if job.id is not None and job.id not in self._begun}
        lost = [job for job_id, job in fresh.items() if job_id in self._not_begun]
        self._not_begun = set(fresh)
        return lost

    def _do_one(self, context: JobContext, /, **stored: Any) -> None:
        if context.job.id is not None:
            self._begun.add(context.job.id)
        work = load(Work, stored)
        try:
            self._do(work)
        except NotBegunError:
            raise  # procrastinate offers it again
        except Exception:  # noqa: BLE001  # nobody waits for it: the log says it, and the next look offers it again
            _log.exception("Work %r of tenant %s failed", work.lane.value, work.tenant_id or "-")


def _to_job(work: Work) -> Job:
    return Job(queue=work.lane.value, lock=None, queueing_lock=work.key, task_name=_TASK, task_kwargs=dump(work))
