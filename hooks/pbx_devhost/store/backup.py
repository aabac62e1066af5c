"""A backup of an SQLite database while it is used, with the key that opens its secrets."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from pbx_devhost.store.engine import DatabaseError, show_url, sqlite_path
from pbx_devhost.store.keys import key_path
from pbx_devhost.store.migrations.copies import copy_whole


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
            f"{show_url(database_url)} is backed up by PostgreSQL: pg_dump --format=custom --file=FILE; see"
            " docs/upkeep.md"
        )
    if not path.exists():
        raise DatabaseError(f"there is no database file {path}")
    key, key_copy = key_path(database_url), Path(f"{copy}.key")
    if with_key and not key.exists():
        raise DatabaseError(f"there is no key file {key}; if the key is in the environment, keep it yourself")
    if with_key and key_copy.exists():
        raise DatabaseError(f"{key_copy} exists; choose another file")
    try:
        copy_whole(path, copy)
        _check(copy)
        if with_key:
            handle = os.open(key_copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "wb") as file, key.open("rb") as source:
                shutil.copyfileobj(source, file)
    except FileExistsError as error:
        raise DatabaseError(f"{error.filename2 or error.filename} exists; choose another file") from error
    except (OSError, sqlite3.Error) as error:
        raise DatabaseError(
            f"the backup {copy} cannot be made: {error}. Free space there, or choose another"
        ) from error
    return [copy, key_copy] if with_key else [copy]


def _check(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        copy.unlink()
        raise DatabaseError(f"the database is damaged, and so was its copy: {found}. Restore an older backup")
