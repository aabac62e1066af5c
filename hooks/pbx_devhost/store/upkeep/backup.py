"""A backup of an SQLite database while it is used, with the key that opens its secrets."""

from __future__ import annotations

import base64
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from pbx_devhost.store.migrations.copies import copy_whole
from pbx_devhost.store.sealing.keys import VaultError, key_path, read_key_files
from pbx_devhost.store.sealing.vault import unwrap
from pbx_devhost.store.sql.engine import DatabaseError, show_url, sqlite_path
from pbx_devhost.texts import _, say


def back_up(database_url: str, copy: Path, *, with_key: bool) -> list[Path]:
    """Write a whole copy of an SQLite database into a new file that only its owner can read, and check it.

    Processes that use the database go on. The key goes beside the copy only `with_key`: whoever has both can read every
    secret, so keep them apart.

    Returns:
        The files that were written.

    Raises:
        DatabaseError: It is not SQLite, the copy exists or cannot be written, or it is damaged. Nothing is left of it.
    """
    path = sqlite_path(database_url)
    if path is None:
        raise DatabaseError(
            _(
                "{database} is backed up by PostgreSQL: pg_dump --format=custom --file=FILE; see docs/upkeep.md",
                database=show_url(database_url),
            )
        )
    if not path.exists():
        raise DatabaseError(_("there is no database file {path}", path=str(path)))
    key, key_copy = key_path(database_url), Path(f"{copy}.key")
    if with_key and not key.exists():
        raise DatabaseError(
            _("there is no key file {key}; if the key is in the environment, keep it yourself", key=str(key))
        )
    if with_key and key_copy.exists():
        raise DatabaseError(_("{path} exists; choose another file", path=str(key_copy)))
    fitting = list[bytes]()

    def check(draft: Path) -> None:
        _check(draft)
        if with_key:
            fitting.append(_find_fitting(database_url, draft))

    try:
        copy_whole(path, copy, check)
        if with_key:
            try:
                _write_key(key_copy, fitting[0])
            except OSError:
                copy.unlink()
                raise
    except FileExistsError as error:
        raise DatabaseError(
            _("{path} exists; choose another file", path=str(error.filename2 or error.filename))
        ) from error
    except (OSError, sqlite3.Error) as error:
        raise DatabaseError(
            _(
                "the backup {copy} cannot be made: {error}. Free space there, or choose another",
                copy=str(copy),
                error=str(error),
            )
        ) from error
    return [copy, key_copy] if with_key else [copy]


def _write_key(path: Path, key: bytes) -> None:
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(key))
            file.flush()
            os.fsync(handle)
    except OSError:
        path.unlink()
        raise


def _check(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise DatabaseError(
            _("the database is damaged, and so was its copy: {found}. Restore an older backup", found=found)
        )


def _find_fitting(database_url: str, copy: Path) -> bytes:
    """Return the key that opens the copy: during a change of the key, or after one that was cut off, there are two."""
    with closing(sqlite3.connect(copy)) as connection:
        row = connection.execute("SELECT id, wrapped FROM data_keys LIMIT 1").fetchone()
    try:
        for key in read_key_files(database_url):
            if row is None or unwrap(key, *row) is not None:
                return key
    except VaultError as error:
        raise DatabaseError(say(error)) from error
    raise DatabaseError(
        _(
            "the key in {path} does not open this database, and a backup with it would be of "
            "no use; if the key is in the environment, keep it yourself, and back up without "
            "--with-key",
            path=str(key_path(database_url)),
        )
    )
