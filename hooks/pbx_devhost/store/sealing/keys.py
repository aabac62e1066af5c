"""The key that wraps the data keys: from the environment, or from a file that only its owner can read.

`PBX_DEVHOST_KEY` has 32 bytes in base64. Without it the key is in the file that `PBX_DEVHOST_KEY_FILE` names; or beside
the SQLite file (`FILE.key`); or, for PostgreSQL, in the home directory.

While the key is changed there are two: the old one, and the new one beside it (`FILE.key.new` or
`PBX_DEVHOST_NEW_KEY`). A database opens with one of them at any moment, so each process tries both, also one that was
started before. That makes a change safe to cut off, and possible with many hosts.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from pbx_devhost.texts import _, _n

KEY_VARIABLE: Final = "PBX_DEVHOST_KEY"
NEW_KEY_VARIABLE: Final = "PBX_DEVHOST_NEW_KEY"
KEY_FILE_VARIABLE: Final = "PBX_DEVHOST_KEY_FILE"
_KEY_BYTES: Final = 32


class VaultError(Exception):
    """Secrets cannot be opened or sealed. The message says what to do. It never contains a key."""


def find_key(database_url: str, environment: Mapping[str, str] = os.environ, *, may_make: bool = True) -> bytes:
    """Return the key, from the environment or from a 0600 file made at first use.

    Args:
        database_url: The database of the key.
        environment: Where it may be.
        may_make: Whether a file that is missing is made. A database that has secrets needs the key that it has.

    Raises:
        VaultError: The key is malformed or missing, or others on this machine can read its file.
    """
    given = environment.get(KEY_VARIABLE)
    if given:
        return _decode(given, _("the environment variable {variable}", variable=KEY_VARIABLE))
    path = key_path(database_url, environment)
    if not path.exists():
        if not may_make:
            raise VaultError(
                _(
                    "the key file {path} is not there, and this database has secrets; copy the file from the "
                    "host or the backup that has it, or set {variable}",
                    path=str(path),
                    variable=KEY_VARIABLE,
                )
            )
        try:
            _write(path, secrets.token_bytes(_KEY_BYTES))
        except FileExistsError:
            pass  # another process was faster: its key counts
        except OSError as error:
            raise VaultError(
                _(
                    "the key file {path} cannot be made: {reason}; or set {variable}",
                    path=str(path),
                    reason=str(error.strerror),
                    variable=KEY_VARIABLE,
                )
            ) from error
    return _read(path)


def find_other_keys(database_url: str, environment: Mapping[str, str] = os.environ) -> list[bytes]:
    """Return the keys that may have taken the place of the one in use: the new one, and what is in the file now."""
    if environment.get(KEY_VARIABLE):
        new = environment.get(NEW_KEY_VARIABLE)
        return [_decode(new, _("the environment variable {variable}", variable=NEW_KEY_VARIABLE))] if new else []
    return read_key_files(database_url, environment)


def read_key_files(database_url: str, environment: Mapping[str, str] = os.environ) -> list[bytes]:
    """Return the keys in files: the new one, if a change has begun, and the one that was in use before.

    Raises:
        VaultError: One is malformed, or others on this machine can read its file.
    """
    path = key_path(database_url, environment)
    return [_read(each) for each in (_beside(path), path) if each.exists()]


def prepare_key(database_url: str, environment: Mapping[str, str] = os.environ) -> Path:
    """Make a new key beside the one in use, for hosts that get it before it counts. Return its file. Idempotent.

    Raises:
        VaultError: The key is in the environment, or the file cannot be made.
    """
    if environment.get(KEY_VARIABLE):
        raise VaultError(
            _(
                "the key is in {variable}; set {new_variable} to a new one on every host instead",
                variable=KEY_VARIABLE,
                new_variable=NEW_KEY_VARIABLE,
            )
        )
    beside = _beside(key_path(database_url, environment))
    try:
        _write(beside, secrets.token_bytes(_KEY_BYTES))
    except FileExistsError:
        _read(beside)  # prepared before, or left by a change that was cut off: as good as another
    except OSError as error:
        raise VaultError(_("{path} cannot be made: {reason}", path=str(beside), reason=str(error.strerror))) from error
    return beside


def change_key(database_url: str, rotate: Callable[[bytes], int], environment: Mapping[str, str] = os.environ) -> int:
    """Replace the key by a new one, and return what `rotate` returns.

    The new key is on disk before the database needs it, and the old one until it does not: cut off anywhere, the
    database opens with one of the two, and the same command goes on.

    Args:
        database_url: The database of the key.
        rotate: Wraps the data keys with the key it is given, in one transaction.
        environment: Where the operator keeps the old and the new key, if they are not in files.

    Raises:
        VaultError: There is no new key. The old key still counts.
    """
    if environment.get(KEY_VARIABLE):
        new = environment.get(NEW_KEY_VARIABLE)
        if not new:
            raise VaultError(
                _(
                    "set {new_variable} to the new key; then set {variable} to it",
                    new_variable=NEW_KEY_VARIABLE,
                    variable=KEY_VARIABLE,
                )
            )
        return rotate(_decode(new, _("the environment variable {variable}", variable=NEW_KEY_VARIABLE)))
    beside = prepare_key(database_url, environment)
    count = rotate(_read(beside))
    finish_change(database_url, environment)
    return count


def finish_change(database_url: str, environment: Mapping[str, str] = os.environ) -> None:
    """Put the new key, with which the database was opened, in the place of the old one. Idempotent.

    Raises:
        VaultError: The folder of the key cannot be written. Both files stay, and the database opens with the new one.
    """
    path = key_path(database_url, environment)
    try:
        _beside(path).replace(path)
    except FileNotFoundError:
        pass  # another process was faster
    except OSError as error:
        raise VaultError(
            _(
                "the new key counts; move {path} over {old_path} yourself: {reason}",
                path=str(_beside(path)),
                old_path=str(path),
                reason=str(error.strerror),
            )
        ) from error


def is_new_key(database_url: str, key: bytes, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a key is the one in the file beside the old one."""
    beside = _beside(key_path(database_url, environment))
    return not environment.get(KEY_VARIABLE) and beside.exists() and _read(beside) == key


def is_key_prepared(database_url: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether there is a new key in a file, which other hosts can have. True for keys in the environment."""
    return bool(environment.get(KEY_VARIABLE)) or _beside(key_path(database_url, environment)).exists()


def key_path(database_url: str, environment: Mapping[str, str] = os.environ) -> Path:
    """Return the file of the key, where it is not in the environment."""
    named = environment.get(KEY_FILE_VARIABLE)
    if named:
        return Path(named)
    parsed = make_url(database_url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return Path(parsed.database + ".key")
    return Path.home() / ".pbx-devhost.key"


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".new")


def _write(path: Path, key: bytes) -> None:
    """Write a key file, or raise `FileExistsError`. No other process can see half of it."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(key))
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    finally:
        draft.unlink()


def _read(path: Path) -> bytes:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise VaultError(
            _(
                "the key file {path} can be read by others (mode {mode}); run: chmod 600 {path}",
                path=str(path),
                mode=format(mode, "04o"),
            )
        )
    return _decode(path.read_text("ascii", "replace").strip(), _("the key file {path}", path=str(path)))


def _decode(text: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise VaultError(_("{where} is not base64", where=where)) from error
    if len(key) != _KEY_BYTES:
        raise VaultError(
            _n(
                "{where} holds {n} byte; a key is {n_needed}",
                "{where} holds {n} bytes; a key is {n_needed}",
                len(key),
                where=where,
                n_needed=_KEY_BYTES,
            )
        )
    return key
