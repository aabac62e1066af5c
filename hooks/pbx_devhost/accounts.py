"""Who may sign in with a password: a tenant's administrators, and users who were given one."""

from __future__ import annotations

from sqlalchemy import select, update

from pbx_devhost.database import Database
from pbx_devhost.passwords import hash_password, verify_password
from pbx_devhost.schema import admins, users

__all__ = ["AccountStore"]

FAILURES_MAX = 5
LOCKED_S = 900.0
PASSWORD_MIN_CHARS = 10


class AccountStore:
    """Passwords, and what happens after too many wrong ones."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def set_admin_password(self, tenant_id: str, username: str, password: str) -> None:
        """Make an administrator or change their password; also ends a lock.

        Raises:
            ValueError: The password is too short.
        """
        if len(password) < PASSWORD_MIN_CHARS:
            raise ValueError(f"password: at least {PASSWORD_MIN_CHARS} characters")
        row = {"tenant_id": tenant_id, "username": username, "password_hash": hash_password(password)}
        with self._db.write() as connection:
            self._db.upsert(connection, admins, [row | {"failures": 0, "locked_until": 0.0}])

    def has_admin(self, tenant_id: str) -> bool:
        """Whether the tenant has an administrator at all."""
        with self._db.read() as connection:
            return (
                connection.execute(select(admins.c.username).where(admins.c.tenant_id == tenant_id)).first() is not None
            )

    def check_admin(self, tenant_id: str, username: str, password: str) -> bool:
        """Whether this is an administrator's password. After 5 wrong ones the account rests for 15 minutes."""
        at = (admins.c.tenant_id == tenant_id, admins.c.username == username)
        with self._db.read() as connection:
            row = connection.execute(select(admins).where(*at)).first()
        is_locked = row is not None and row.locked_until > self._db.now()
        right = verify_password(password, None if row is None or is_locked else row.password_hash)
        if row is None or is_locked:
            return False
        failures = 0 if right else row.failures + 1
        locked_until = self._db.now() + LOCKED_S if failures >= FAILURES_MAX else 0.0
        if failures != row.failures:
            values = {"failures": failures % FAILURES_MAX, "locked_until": locked_until}
            with self._db.write() as connection:
                connection.execute(update(admins).where(*at).values(values))
        return right

    def set_user_password(self, tenant_id: str, username: str, password: str) -> None:
        """Give a user a portal password.

        Raises:
            ValueError: The password is too short, or there is no such user.
        """
        if len(password) < PASSWORD_MIN_CHARS:
            raise ValueError(f"password: at least {PASSWORD_MIN_CHARS} characters")
        at = (users.c.tenant_id == tenant_id, users.c.username_key == username.casefold())
        with self._db.write() as connection:
            if connection.execute(update(users).where(*at).values(password_hash=hash_password(password))).rowcount == 0:
                raise ValueError(f"there is no user {username!r}")

    def check_user(self, tenant_id: str, username: str, password: str) -> str | None:
        """Return the id of the enabled user with this password, or None."""
        at = (users.c.tenant_id == tenant_id, users.c.username_key == username.casefold())
        with self._db.read() as connection:
            row = connection.execute(select(users.c.id, users.c.password_hash, users.c.enabled).where(*at)).first()
        right = verify_password(password, row.password_hash if row else None)
        return row.id if row is not None and right and row.enabled else None
