"""The run log: the result, progress and problems of each run."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.sql.schema import problems, runs
from pbx_devhost.store.work.leases import Lease, check_lease
from pbx_devhost.texts import _
from pbx_plugin_api import Problem, TickReport, TickStatus, dump


class RunStore:
    """Runs of all tenants."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def begin(self, tenant_id: str, plugin: str, reason: str, job: str | None, *, lease: Lease | None = None) -> str:
        """Add a run and return its id. If its process is killed, it stays `running` until the next run.

        Raises:
            LeaseLostError: The given lease was lost: the run of another worker is in progress.
        """
        run_id = uuid.uuid4().hex
        row: dict[str, Any] = {"id": run_id, "tenant_id": tenant_id, "plugin": plugin, "reason": reason, "job": job}
        with self._db.write() as connection:
            now = self._db.now()
            row |= {"status": "running", "started_at": now}
            if lease is not None:
                check_lease(self._db, connection, lease)
            # We have the lease, so an earlier run that is still open was cut off.
            earlier = (runs.c.tenant_id == tenant_id, runs.c.plugin == plugin, runs.c.status == "running")
            cut_off = {"status": "interrupted", "finished_at": now, "message": _("The process ended.")}
            connection.execute(update(runs).where(*earlier).values(cut_off))
            connection.execute(insert(runs).values(row))
        return run_id

    def finish(self, run_id: str, report: TickReport) -> None:
        """Store the result of a run."""
        values: dict[str, Any] = {
            "status": report.status.value,
            "message": report.message,
            "counts": json.dumps(report.counts.as_dict()),
            "problem_counts": json.dumps(dict(report.problem_counts)),
            "requests": report.requests,
            "plan": None if report.plan is None else json.dumps(dump(report.plan)),
        }
        with self._db.write() as connection:
            values["finished_at"] = self._db.now()
            # A run whose lease was lost stays `interrupted`, also if its worker reports later.
            connection.execute(update(runs).where(runs.c.id == run_id, runs.c.status == "running").values(values))

    def forget(self, run_id: str) -> None:
        """Delete a run that has nothing to show, with its problems."""
        with self._db.write() as connection:
            connection.execute(delete(problems).where(problems.c.run_id == run_id))
            connection.execute(delete(runs).where(runs.c.id == run_id))

    def fail(self, run_id: str, sentence: str) -> None:
        """Store that the plugin failed."""
        self.finish(run_id, TickReport(status=TickStatus.FAILED, message=sentence))

    def report(self, run_id: str, stage: str, done: int, total: int | None) -> None:
        """Store the progress of a run."""
        values = {"stage": stage[:128], "done": done, "total": total}
        with self._db.write() as connection:
            connection.execute(update(runs).where(runs.c.id == run_id).values(values))

    def add_problems(self, connection: Connection, run_id: str, found: Sequence[Problem]) -> None:
        """Store problems, in order, inside the caller's write transaction."""
        rows = [
            {
                "run_id": run_id,
                "reason": problem.reason,
                "subject": problem.subject,
                "login_name": problem.login_name,
                "detail": problem.detail,
            }
            for problem in found
        ]
        connection.execute(insert(problems), rows)

    def ask_to_stop(self, run_id: str) -> bool:
        """Ask a run to stop at the next safe place. False: it has ended."""
        running = (runs.c.id == run_id, runs.c.status == "running")
        with self._db.write() as connection:
            return bool(connection.execute(update(runs).where(*running).values(stop_asked=1)).rowcount)

    def is_asked_to_stop(self, run_id: str) -> bool:
        """Whether the run was asked to stop."""
        with self._db.read() as connection:
            return bool(connection.execute(select(runs.c.stop_asked).where(runs.c.id == run_id)).scalar())

    def get(self, run_id: str) -> Any:
        """Return a run's row, or None."""
        with self._db.read() as connection:
            return connection.execute(select(runs).where(runs.c.id == run_id)).first()

    def newest_id(self, tenant_id: str, plugin: str) -> str | None:
        """Return the id of the newest run of a plugin for a tenant, or None."""
        at = (runs.c.tenant_id == tenant_id, runs.c.plugin == plugin)
        newest = select(runs.c.id).where(*at).order_by(runs.c.started_at.desc(), runs.c.id).limit(1)
        with self._db.read() as connection:
            return connection.execute(newest).scalar()

    def rows(
        self, tenant_id: str, *, plugin: str | None = None, offset: int = 0, limit: int | None = None
    ) -> Iterator[Any]:
        """Yield a tenant's runs, or those of one plugin for it, newest first."""
        mine = (runs.c.tenant_id == tenant_id, *(() if plugin is None else (runs.c.plugin == plugin,)))
        statement = select(runs).where(*mine).order_by(runs.c.started_at.desc(), runs.c.id)
        with self._db.read() as connection:
            yield from connection.execute(statement.offset(offset).limit(limit)).all()

    def problems(
        self, run_id: str, *, offset: int = 0, limit: int | None = None, without: Collection[str] = ()
    ) -> Iterator[Any]:
        """Yield a run's problems, in order, without those of some reasons."""
        chosen = (problems.c.run_id == run_id, problems.c.reason.not_in(list(without)))
        statement = select(problems).where(*chosen).order_by(problems.c.id).offset(offset).limit(limit)
        yield from self._db.stream(statement)
