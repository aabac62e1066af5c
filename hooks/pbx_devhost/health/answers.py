"""What `/healthz` and `/readyz` answer: the same for the portal and for a worker. Nothing of any tenant."""

from __future__ import annotations

from typing import Final, TypeAlias

from pbx_devhost.health.readiness import Readiness
from pbx_devhost.store.database import Database
from pbx_devhost.store.sql.disk import DISK_FULL

Answer: TypeAlias = tuple[dict[str, str], int]
"""An object for JSON, and the status."""

NOT_WORKING: Final = "The process looks for no more work. Restart it."


def say_alive(database: Database, *, is_working: bool = True) -> Answer:
    """200 if the process answers and works; otherwise 503: restart it.

    Nothing else is asked: restarting does not help against a database that is away. A full disk that the process has
    met is said, although restarting does not help against it either.
    """
    if not is_working:
        return {"status": "not working", "problem": NOT_WORKING}, 503
    return ({"status": "ok", "problem": DISK_FULL} if database.disk.is_full() else {"status": "ok"}), 200


def say_ready(readiness: Readiness) -> Answer:
    """200 if the database is reachable, its schema is current and the plugins are loaded; otherwise 503 and why."""
    problem = readiness.problem()
    return ({"status": "not ready", "problem": problem}, 503) if problem else ({"status": "ready"}, 200)
