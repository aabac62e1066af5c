"""How long runs, problems, notices, audit lines and ended mail are kept, and their end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Column, Select, delete, exists, select

from pbx_devhost.store.database import Database
from pbx_devhost.store.outbox.queue import MailState
from pbx_devhost.store.plugins.blobs import delete_expired_blobs
from pbx_devhost.store.sql.schema import audit, erasures, notices, outbox, problems, runs, system_settings
from pbx_devhost.texts import _
from pbx_plugin_api import listing

KEEP_DAYS: Final[Mapping[str, int]] = {"runs": 365, "problems": 365, "notices": 365, "audit": 730, "mail": 365}
"""What has a retention, with the days that count until the operator chooses others."""
DAYS_MAX: Final = 36_500
_PREFIX: Final = "retention."
_DAY_S: Final = 86_400.0
_AT_ONCE: Final = 500
"""How many rows one transaction deletes: nobody waits long for it."""


class RetentionError(Exception):
    """A retention cannot be set. The message names the subject, the value and what is possible."""


class RetentionStore:
    """The operator's choice for the whole PBX, and what follows from it."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def days(self) -> dict[str, int]:
        """Return how many days each subject is kept."""
        with self._db.read() as connection:
            names = [_PREFIX + subject for subject in KEEP_DAYS]
            rows = connection.execute(select(system_settings).where(system_settings.c.name.in_(names)))
            chosen = {row.name.removeprefix(_PREFIX): int(row.value) for row in rows}
        return {subject: chosen.get(subject, usual) for subject, usual in KEEP_DAYS.items()}

    def set_days(self, wanted: Mapping[str, str]) -> dict[str, int]:
        """Choose how many days subjects are kept, and return all of them. All or nothing.

        Raises:
            RetentionError: There is no such subject, the number is not one from 1 to 36,500, or problems would be kept
                longer than the runs that they belong to.
        """
        new = {subject: _read_days(subject, text) for subject, text in wanted.items()}
        days = self.days() | new
        if days["problems"] > days["runs"]:
            raise RetentionError(
                _(
                    "problems: {days} is more than the days of runs ({run_days}), to which problems belong; "
                    "choose at most as many days as for runs",
                    days=days["problems"],
                    run_days=days["runs"],
                )
            )
        with self._db.write() as connection:
            rows = [{"name": _PREFIX + subject, "value": str(n)} for subject, n in new.items()]
            self._db.upsert(connection, system_settings, rows)
        return days

    def apply(self, *, should_stop: Callable[[], bool] = lambda: False) -> dict[str, int]:
        """Delete what is older than its retention, and return how many rows that were, by subject.

        Small transactions: it may be ended between any two, and goes on at the next call. The newest run of a plugin
        for a tenant, runs in progress and mail that an administrator has to decide about stay.
        """
        now = self._db.now()
        before = {subject: now - n * _DAY_S for subject, n in self.days().items()}
        gone = {subject: self._delete(key, old, should_stop) for subject, key, old in _find_old(before)}
        if not should_stop():
            delete_expired_blobs(self._db)
        return gone

    def _delete(self, key: Column[Any], old: Select[Any], should_stop: Callable[[], bool]) -> int:
        count = 0
        while not should_stop():
            with self._db.write() as connection:
                keys = list(connection.execute(old.limit(_AT_ONCE)).scalars())
                if keys:
                    connection.execute(delete(key.table).where(key.in_(keys)))
            count += len(keys)
            if len(keys) < _AT_ONCE:
                break
        return count


def _find_old(before: Mapping[str, float]) -> Iterator[tuple[str, Column[Any], Select[Any]]]:
    """Yield what has a retention, its key, and the query for the keys of what is too old."""
    # Problems have the age of their run, and go before it.
    of_runs = select(problems.c.id).join(runs, runs.c.id == problems.c.run_id)
    yield "problems", problems.c.id, of_runs.where(runs.c.started_at < before["problems"])
    later = runs.alias()
    same = (later.c.tenant_id == runs.c.tenant_id, later.c.plugin == runs.c.plugin)
    is_followed = exists(select(later.c.id).where(*same, later.c.started_at > runs.c.started_at))
    ended = (runs.c.started_at < before["runs"], runs.c.status != "running", is_followed)
    yield "runs", runs.c.id, select(runs.c.id).where(*ended)
    yield "notices", notices.c.id, select(notices.c.id).where(notices.c.ended_at < before["notices"])
    yield "audit", audit.c.id, select(audit.c.id).where(audit.c.at < before["audit"])
    # As long as something names the person, the notice about it lasts, and the erasure ends it.
    over = (erasures.c.done_at < before["audit"], erasures.c.sealed.is_(None))
    yield "erasures", erasures.c.id, select(erasures.c.id).where(*over)
    sent = (outbox.c.waiting == 0, outbox.c.finished_at < before["mail"], outbox.c.state != MailState.HELD)
    yield "mail", outbox.c.seq, select(outbox.c.seq).where(*sent)


def _read_days(subject: str, text: str) -> int:
    if subject not in KEEP_DAYS:
        raise RetentionError(
            _(
                "{subject}: nothing of this name has a retention; there are: {subjects}",
                subject=subject,
                subjects=listing(KEEP_DAYS),
            )
        )
    if not text.isascii() or not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= DAYS_MAX:
        raise RetentionError(
            _(
                "{subject}: {text} is not a number of days from 1 to {most:,}",
                subject=subject,
                text=repr(text),
                most=DAYS_MAX,
            )
        )
    return int(text)
