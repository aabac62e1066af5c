"""The key that wraps the data keys: from the environment, or from a file that only its owner can read.

`PBX_DEVHOST_KEY` has 32 bytes in base64. Without it the key is in a file beside the SQLite file (`FILE.key`) or, for
PostgreSQL, in the home directory.
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

KEY_VARIABLE: Final = "PBX_DEVHOST_KEY"
NEW_KEY_VARIABLE: Final = "PBX_DEVHOST_NEW_KEY"
_KEY_BYTES: Final = 32


class VaultError(Exception):
    """Secrets cannot be opened or sealed. The message says what to do. It never contains a key."""


def find_key(database_url: str, environment: Mapping[str, str] = os.environ) -> bytes:
    """Return the key, from the environment or from a 0600 file made at first use.

    Raises:
        VaultError: The key is malformed, or others on this machine can read its file.
    """
    given = environment.get(KEY_VARIABLE)
    if given:
        return _decode(given, f"the environment variable {KEY_VARIABLE}")
    path = _key_path(database_url)
    if not path.exists():
        try:
            _write(path, secrets.token_bytes(_KEY_BYTES))
        except FileExistsError:
            pass  # another process was faster: its key counts
        except OSError as error:
            raise VaultError(f"the key file {path} cannot be made: {error.strerror}; or set {KEY_VARIABLE}") from error
    return _read(path)


def change_key(database_url: str, rotate: Callable[[bytes], int], environment: Mapping[str, str] = os.environ) -> int:
    """Replace the key by a new one, and return what `rotate` returns.

    Args:
        database_url: The database of the key.
        rotate: Wraps the data keys with the key it is given, in one transaction.
        environment: Where the operator keeps the old and the new key, if they are not in files.

    Raises:
        VaultError: There is no new key, or an earlier change was cut off. The old key still counts.
    """
    if environment.get(KEY_VARIABLE):
        new = environment.get(NEW_KEY_VARIABLE)
        if not new:
            raise VaultError(f"set {NEW_KEY_VARIABLE} to the new key; then set {KEY_VARIABLE} to it")
        return rotate(_decode(new, f"the environment variable {NEW_KEY_VARIABLE}"))
    path, beside = _key_path(database_url), _path_beside(database_url)
    key = secrets.token_bytes(_KEY_BYTES)
    try:
        # Written first: if the process is killed between the transaction and the move, the new key is not lost.
        _write(beside, key)
    except OSError as error:
        raise VaultError(f"{beside} cannot be made: {error.strerror}; if it is left over, delete it") from error
    try:
        count = rotate(key)
    except BaseException:
        beside.unlink()
        raise
    beside.replace(path)
    return count


def hint_at_cut_off_change(database_url: str) -> str:
    """Return a hint for the message "wrong key" if a change of the key was cut off; otherwise an empty text."""
    path, beside = _key_path(database_url), _path_beside(database_url)
    return f"; a change of the key was cut off: move {beside} over {path}" if beside.exists() else ""


def _key_path(database_url: str) -> Path:
    parsed = make_url(database_url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return Path(parsed.database + ".key")
    return Path.home() / ".pbx-devhost.key"


def _path_beside(database_url: str) -> Path:
    path = _key_path(database_url)
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
        raise VaultError(f"the key file {path} can be read by others (mode {mode:04o}); run: chmod 600 {path}")
    return _decode(path.read_text("ascii", "replace").strip(), f"the key file {path}")


def _decode(text: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise VaultError(f"{where} is not base64") from error
    if len(key) != _KEY_BYTES:
        raise VaultError(f"{where} holds {len(key)} bytes; a key is {_KEY_BYTES}")
    return key
