"""Daily chores: each is done by one of the processes that share a database."""

from __future__ import annotations

from sqlalchemy import or_, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.sql.schema import chores


class ChoreStore:
    """When each chore is due."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def claim(self, name: str, *, every_s: float) -> bool:
        """Whether the caller has to do a chore now. It is due again after `every_s` seconds.

        A time further ahead than that was written while the clock was wrong: then it is due as well.
        """
        with self._db.write() as connection:
            now = self._db.now()
            is_due = or_(chores.c.due_at <= now, chores.c.due_at > now + every_s)
            if self._db.insert_missing(connection, chores, {"name": name, "due_at": now + every_s}):
                return True
            claimed = update(chores).where(chores.c.name == name, is_due).values(due_at=now + every_s)
            return connection.execute(claimed).rowcount == 1

    def put_off(self, name: str, *, by_s: float) -> None:
        """Let a chore that failed be due again after `by_s` seconds."""
        with self._db.write() as connection:
            connection.execute(update(chores).where(chores.c.name == name).values(due_at=self._db.now() + by_s))
