"""Which processes use the database: one row each, with a random id, that the process keeps fresh.

Leases and attempts of mail name this id. A process is dead when its row is gone, or was not refreshed for
`DEAD_AFTER_S`. Both times come from the database, so no host's own clock matters. A name of a host and the number of a
process would not do: two containers can have the same of both.
"""

from __future__ import annotations

import logging
import os
import threading
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, insert, select, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.sql.engine import end_frozen_sessions
from pbx_devhost.store.sql.schema import processes

BEAT_S = 5.0
DEAD_AFTER_S = 30.0
_FORGET_AFTER_S: Final = 600.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process that is alive."""

    process_id: str
    command: str
    """What it does, such as `serve` or `worker`."""
    slots: int
    """How many runs it can do at the same time."""
    started_at: float
    silent_s: float
    """How long ago it was heard of."""


class ProcessStore:
    """The processes of a database. This one gets its row when it first needs its id, and a thread keeps it fresh."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._id = ""
        self._about: dict[str, Any] = {"command": "", "slots": 0}
        self._fresh_at = 0.0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        database.on_close.append(self._end)

    def my_id(self) -> str:
        """Return the id of this process."""
        with self._lock:
            if self._thread is None:
                self._id = self._enter()
                self._thread = threading.Thread(target=self._keep_fresh, name="heartbeat", daemon=True)
                self._thread.start()
            return self._id

    @property
    def current_id(self) -> str:
        """The id of this process; empty while it needs none."""
        return self._id

    def describe(self, command: str, slots: int) -> None:
        """Store what this process does, and how many runs it can do at the same time."""
        my_id = self.my_id()
        with self._lock:
            self._about = {"command": command[:32], "slots": slots}
            with self._db.write() as connection:
                connection.execute(update(processes).where(processes.c.id == my_id).values(self._about))

    def beat(self) -> None:
        """Refresh the row of this process.

        If others have found it dead, it goes on under another id: what it held under the old one is lost.
        """
        with self._lock:
            began = time.monotonic()
            with self._db.write() as connection:
                fresh = update(processes).where(processes.c.id == self._id).values(seen_at=self._db.beat_time())
                is_known = connection.execute(fresh).rowcount > 0
            self._fresh_at = began
            if not is_known:
                lost, self._id = self._id, self._enter()
                _log.warning("Process %s was silent for too long. What it did was given to others.", lost)
        self._db.read_clock()

    def is_surely_alive(self) -> bool:
        """Whether no other process can have found this one dead: its last heartbeat is younger than half that time.

        It looks at this machine's clock only, so it also says how old an answer of the database may be.
        """
        return time.monotonic() - self._fresh_at < DEAD_AFTER_S / 2

    def is_alive(self, holder: ColumnElement[str]) -> ColumnElement[bool]:
        """Return the condition that the process with this id is alive."""
        return exists(select(processes.c.id).where(processes.c.id == holder, self._is_fresh()))

    def is_gone(self, connection: Connection, holder: str) -> bool:
        """Whether this machine's kernel says that a process, which may have a fresh row, has ended."""
        row = connection.execute(select(processes).where(processes.c.id == holder)).first()
        return row is not None and _has_ended(row)

    def bury(self) -> None:
        """Delete the rows of processes that have ended: those that the kernel knows of, and those long silent."""
        with self._db.read() as connection:
            near = select(processes).where(processes.c.kernel == _KERNEL, processes.c.kernel != "")
            ended = [row.id for row in connection.execute(near) if _has_ended(row)]
            old = select(processes.c.id).where(~self._is_fresh(_FORGET_AFTER_S))
            ended += connection.execute(old).scalars()
        if ended:
            with self._db.write() as connection:
                connection.execute(delete(processes).where(processes.c.id.in_(ended)))

    def has_other_machines(self) -> bool:
        """Whether a process of another machine, or of another container, is alive."""
        near = and_(processes.c.kernel == _KERNEL, processes.c.kernel != "")
        with self._db.read() as connection:
            return (
                connection.execute(select(processes.c.id).where(self._is_fresh(), ~near).limit(1)).first() is not None
            )

    def alive(self) -> list[Process]:
        """Return the processes that are alive, the oldest first."""
        silent_s = (self._db.beat_time() - processes.c.seen_at).label("silent_s")
        columns = (processes.c.id, processes.c.command, processes.c.slots, processes.c.started_at, silent_s)
        statement = select(*columns).where(self._is_fresh()).order_by(processes.c.started_at, processes.c.id)
        with self._db.read() as connection:
            return [
                Process(
                    process_id=row.id,
                    command=row.command,
                    slots=row.slots,
                    started_at=row.started_at,
                    silent_s=max(0.0, row.silent_s),
                )
                for row in connection.execute(statement)
            ]

    # ------------------------------------------------------------------ this process

    def _is_fresh(self, within_s: float | None = None) -> ColumnElement[bool]:
        now, within_s = self._db.beat_time(), within_s or DEAD_AFTER_S
        # On SQLite the time begins again when the machine starts: a row from before is from "the future".
        return processes.c.seen_at.between(now - within_s, now + within_s)

    def _enter(self) -> str:
        my_id = uuid.uuid4().hex
        pid = os.getpid()
        row: dict[str, Any] = {"id": my_id, "kernel": _KERNEL, "pid": pid, "began": _look_at(pid)[1], **self._about}
        began = time.monotonic()
        with self._db.write() as connection:
            row |= {"started_at": self._db.now()}
            connection.execute(insert(processes).values(**row, seen_at=self._db.beat_time()))
        self._fresh_at = began
        return my_id

    def _keep_fresh(self) -> None:
        while not self._stop.wait(BEAT_S):
            try:
                self.beat()
                self.bury()
                end_frozen_sessions(self._db.engine)
            except Exception as error:  # noqa: BLE001  # the database may be away; others decide what follows from that
                if not self._stop.is_set():
                    _log.warning("The heartbeat failed (%s); the next is in %d s", type(error).__name__, BEAT_S)

    def _end(self) -> None:
        """Stop, and delete the row: what this process still holds is free at once."""
        self._stop.set()
        if self._thread is None:
            return
        self._thread.join(2.0)
        try:
            with self._db.write() as connection:
                connection.execute(delete(processes).where(processes.c.id == self._id))
        except Exception as error:  # noqa: BLE001  # silence says the same, only later
            _log.info("The row of process %s stays: %s", self._id, type(error).__name__)


def _has_ended(row: Any) -> bool:
    """Whether a process of this kernel and of this space of process ids has ended. In case of doubt it has not."""
    if not _KERNEL or row.kernel != _KERNEL:
        return False
    try:
        os.kill(row.pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    state, began = _look_at(row.pid)
    # A zombie has ended, and process ids are used again.
    return state == "Z" or (row.began != "" and began not in ("", row.began))


def _name_kernel() -> str:
    """Return a name for "where process ids mean the same": this start of the kernel, this space of ids; or nothing."""
    try:
        if os.readlink("/proc/self") != str(os.getpid()):
            return ""  # this /proc shows other ids than ours
        return (
            f"{Path('/proc/sys/kernel/random/boot_id').read_text('ascii').strip()} {os.readlink('/proc/self/ns/pid')}"
        )
    except OSError:
        return ""


def _look_at(pid: int) -> tuple[str, str]:
    """Return the state of a process and when it began, or nothing."""
    try:
        # Fields 3 and 22 of proc(5) stat, counted after the command's closing parenthesis.
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        return fields[0], fields[19]
    except (OSError, IndexError):
        return "", ""


_KERNEL = _name_kernel()
