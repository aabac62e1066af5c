"""Copies of an SQLite file from before an upgrade, beside it: `FILE.schema-3.20261126T101500.123Z.bak`."""

from __future__ import annotations

import errno
import fcntl
import glob
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path

from sqlalchemy import Engine

from pbx_devhost.store.sql.engine import DatabaseError, is_sqlite
from pbx_devhost.texts import _

_UNFINISHED = ".part"


def copy_beside(engine: Engine, version: int) -> Path | None:
    """Copy an SQLite file whole, readable by its owner alone. The caller holds the write lock.

    Returns:
        The copy; None for PostgreSQL, which has `pg_dump`.

    Raises:
        DatabaseError: There is no room for it, or it cannot be written. The database was not changed.
    """
    if not is_sqlite(engine) or engine.url.database is None:
        return None
    path = Path(engine.url.database)
    now = datetime.now(timezone.utc)
    time = f"{now:%Y%m%dT%H%M%S}.{now.microsecond // 1000:03}Z"
    copy = path.with_name(f"{path.name}.schema-{version}.{time}.bak")
    try:
        for left_over in path.parent.glob(f"{glob.escape(path.name)}.schema-*.bak{_UNFINISHED}"):
            left_over.unlink()  # of an upgrade that was cut off: we alone hold the lock
        copy_whole(path, copy)
    except (OSError, sqlite3.Error) as error:
        raise DatabaseError(
            _(
                "the database file {path} has to be upgraded, and the copy {copy} cannot be made first: "
                "{error}. Nothing was changed. Free space beside the file, or move it elsewhere",
                path=str(path),
                copy=str(copy),
                error=str(error),
            )
        ) from error
    return copy


def copy_whole(path: Path, copy: Path, check: Callable[[Path], None] = lambda _draft: None) -> None:
    """Copy an SQLite file that others may be using, as it is at one moment, into one file of its own.

    Until it is whole, on disk and checked, it has another name, which the next try takes over if this one is killed.

    Raises:
        FileExistsError: There is a file of that name, or another process is writing it.
        OSError: It cannot be written. Nothing is left of it.
        sqlite3.Error: The same; or the file is damaged.
    """
    if copy.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(copy))
    draft = copy.with_name(copy.name + _UNFINISHED)
    handle = os.open(draft, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    try:
        _lock(handle, draft)
        try:
            os.fchmod(handle, 0o600)
            os.ftruncate(handle, 0)
            _journal_of(draft).unlink(missing_ok=True)
            with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(draft)) as target:
                source.backup(target)
                target.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
            os.fsync(handle)
            check(draft)
            os.link(draft, copy)
        finally:
            draft.unlink()
            _journal_of(draft).unlink(missing_ok=True)
    finally:
        os.close(handle)


def _journal_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-journal")


def _lock(handle: int, draft: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(draft)) from error


def list_copies(path: Path) -> list[Path]:
    """Return the copies of a file, oldest first."""
    return sorted(path.parent.glob(f"{glob.escape(path.name)}.schema-*.bak"), key=lambda copy: copy.stat().st_mtime)
