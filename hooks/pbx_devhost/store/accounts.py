"""Password sign-in: a tenant's administrators, and users that have a portal password."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, delete, select, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.known_browsers import find_counter, make_mark
from pbx_devhost.store.passwords import hash_password, verify_password
from pbx_devhost.store.schema import admins, sessions, users, wrong_passwords
from pbx_plugin_api.hosting.apply_rules.users import username_key

FAILURES_MAX: Final = 5
LOCKED_S: Final = 900.0
PASSWORD_MIN_CHARS: Final = 10
PASSWORD_MAX_CHARS: Final = 256
"""Longer passwords are refused before hashing, which is expensive."""


class AccountError(ValueError):
    """A password cannot be set. The message says why."""


class AccountStore:
    """Passwords, and the lock after too many wrong ones."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def set_admin_password(self, tenant_id: str, username: str, password: str) -> None:
        """Add an administrator or change their password. It ends a lock, and their sessions.

        Raises:
            AccountError: The password is too short or too long.
        """
        row = {"tenant_id": tenant_id, "username": username, "password_hash": _hash(password)}
        with self._db.write() as connection:
            self._db.upsert(connection, admins, [row])
            connection.execute(delete(wrong_passwords).where(*_at(tenant_id, f"admin:{username}")))
            mine = (sessions.c.tenant_id == tenant_id, sessions.c.admin_name == username)
            connection.execute(delete(sessions).where(*mine))

    def has_admin(self, tenant_id: str) -> bool:
        """Whether the tenant has any administrator."""
        chosen = select(admins.c.username).where(admins.c.tenant_id == tenant_id).limit(1)
        with self._db.read() as connection:
            return connection.execute(chosen).first() is not None

    def check_admin(self, tenant_id: str, username: str, password: str, *, mark: str = "") -> bool:
        """Whether this is an administrator's password. After 5 wrong ones the account is locked for 15 minutes.

        The lock is for other browsers: one with the mark of an earlier sign-in (`make_mark`) has its own count.
        """
        chosen = select(admins.c.password_hash).where(admins.c.tenant_id == tenant_id, admins.c.username == username)
        with self._db.read() as connection:
            hashed = connection.execute(chosen).scalar()
        return self._check(tenant_id, f"admin:{username}", password, hashed, mark)

    def set_user_password(self, tenant_id: str, username: str, password: str) -> None:
        """Give a user a portal password. It ends a lock, and their sessions in the browser and in the app.

        Raises:
            AccountError: The password is too short or too long, or there is no such user.
        """
        hashed = _hash(password)
        at = (users.c.tenant_id == tenant_id, users.c.username_key == username_key(username))
        with self._db.write() as connection:
            user_id = connection.execute(select(users.c.id).where(*at)).scalar()
            if user_id is None:
                raise AccountError(f"there is no user {username!r}")
            connection.execute(update(users).where(*at).values(password_hash=hashed))
            connection.execute(delete(wrong_passwords).where(*_at(tenant_id, f"user:{user_id}")))
            mine = (sessions.c.tenant_id == tenant_id, sessions.c.user_id == user_id)
            connection.execute(delete(sessions).where(*mine))

    def check_user(self, tenant_id: str, username: str, password: str, *, mark: str = "") -> str | None:
        """Return the id of the enabled user with this password, or None. Locks like `check_admin`."""
        at = (users.c.tenant_id == tenant_id, users.c.username_key == username_key(username))
        with self._db.read() as connection:
            row = connection.execute(select(users.c.id, users.c.password_hash, users.c.enabled).where(*at)).first()
        if row is None:
            verify_password(password[:PASSWORD_MAX_CHARS], None)
            return None
        right = self._check(tenant_id, f"user:{row.id}", password, row.password_hash, mark)
        return row.id if right and row.enabled else None

    def make_mark(self, tenant_id: str, *, admin_name: str | None = None, user_id: str | None = None) -> str:
        """Return a mark for the browser that has just signed in by password; empty if the account is gone."""
        if admin_name is not None:
            account, at = f"admin:{admin_name}", (admins.c.tenant_id == tenant_id, admins.c.username == admin_name)
            chosen = select(admins.c.password_hash).where(*at)
        else:
            account, at = f"user:{user_id}", (users.c.tenant_id == tenant_id, users.c.id == user_id)
            chosen = select(users.c.password_hash).where(*at)
        with self._db.read() as connection:
            hashed = connection.execute(chosen).scalar()
        return make_mark(tenant_id, account, hashed, self._db.now()) if hashed else ""

    def _check(self, tenant_id: str, account: str, password: str, hashed: str | None, mark: str) -> bool:
        """Compare, and count a wrong password. An unknown or locked account takes the same time."""
        now = self._db.now()
        counter = find_counter(mark, tenant_id, account, hashed, now)
        at = _at(tenant_id, counter)
        with self._db.read() as connection:
            locked_until = connection.execute(select(wrong_passwords.c.locked_until).where(*at)).scalar() or 0.0
        is_open = locked_until <= now and len(password) <= PASSWORD_MAX_CHARS
        right = verify_password(password[:PASSWORD_MAX_CHARS], hashed if is_open else None)
        if hashed is None or not is_open:
            return False
        with self._db.write(lock=f"password {tenant_id} {counter}") as connection:
            # Checked again inside the transaction: parallel guesses are all counted, and stop at the lock.
            row = connection.execute(
                select(wrong_passwords.c.count.label("wrong"), wrong_passwords.c.locked_until).where(*at)
            ).first()
            if row is not None and row.locked_until > now:
                return False
            if right:
                connection.execute(delete(wrong_passwords).where(*at))
                return True
            count = (row.wrong if row else 0) + 1
            until = now + LOCKED_S if count >= FAILURES_MAX else 0.0
            new = {"tenant_id": tenant_id, "account": counter, "count": count % FAILURES_MAX, "locked_until": until}
            self._db.upsert(connection, wrong_passwords, [new])
        return False


def _at(tenant_id: str, account: str) -> tuple[ColumnElement[bool], ...]:
    return wrong_passwords.c.tenant_id == tenant_id, wrong_passwords.c.account == account


def _hash(password: str) -> str:
    if not PASSWORD_MIN_CHARS <= len(password) <= PASSWORD_MAX_CHARS:
        raise AccountError(f"password: {PASSWORD_MIN_CHARS} to {PASSWORD_MAX_CHARS} characters")
    return hash_password(password)
