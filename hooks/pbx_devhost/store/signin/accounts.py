"""Password sign-in: a tenant's administrators, and users that have a portal password."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.signin.known_browsers import find_counter, make_mark
from pbx_devhost.store.signin.passwords import hash_password, verify_password
from pbx_devhost.store.sql.schema import admins, renewals, sessions, users, wrong_passwords
from pbx_devhost.store.tenants import SYSTEM_TENANT
from pbx_devhost.texts import _
from pbx_plugin_api import is_mail_address
from pbx_plugin_api.hosting.apply_rules.users import username_key

FAILURES_MAX: Final = 5
"""Wrong passwords for one account from one address, or from one known browser."""
FAILURES_MAX_PER_ACCOUNT: Final = 50
"""Wrong passwords for one account from all addresses together."""
FAILURES_MAX_PER_ADDRESS: Final = 50
"""Wrong passwords from one address for all accounts of a tenant: an office may have one address."""
LOCKED_S: Final = 900.0
_COUNTED_S: Final = 86_400.0
"""How long a wrong password counts."""
_EMAIL_MAX_CHARS: Final = 320
PASSWORD_MIN_CHARS: Final = 10
PASSWORD_MAX_CHARS: Final = 256
"""Longer passwords are refused before hashing, which is expensive."""


NAME_MAX_CHARS: Final = 64


class AccountError(ValueError):
    """A password or an address cannot be set. The message says why."""


class AccountStore:
    """Passwords, and the lock after too many wrong ones."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def set_admin_password(self, tenant_id: str, username: str, password: str) -> None:
        """Add an administrator or change their password. It ends a lock, and their sessions.

        Raises:
            AccountError: The password is too short or too long, or the name is not possible.
        """
        check_admin_name(username)
        row: dict[str, str | None] = {"tenant_id": tenant_id, "username": username, "password_hash": _hash(password)}
        row |= {"authority": None, "subject": None}  # who knew the old password may have linked their own account
        with self._db.write(lock=f"admin links {tenant_id}") as connection:
            self._db.upsert(connection, admins, [row])
            connection.execute(delete(wrong_passwords).where(*_at(tenant_id, f"admin:{username}")))
            mine = and_(sessions.c.tenant_id == tenant_id, sessions.c.admin_name == username)
            if tenant_id == SYSTEM_TENANT.pbx_tenant_id:
                mine = or_(mine, sessions.c.system_name == username)  # in whatever tenant
            connection.execute(delete(sessions).where(mine))

    def set_admin_email(self, tenant_id: str, username: str, email: str) -> bool:
        """Set where notices are mailed to; empty: nowhere. Return whether there is this administrator.

        Raises:
            AccountError: It is no e-mail address.
        """
        if email and (not is_mail_address(email) or len(email) > _EMAIL_MAX_CHARS):
            raise AccountError(_("{email} is not an e-mail address.", email=repr(email)))
        at = (admins.c.tenant_id == tenant_id, admins.c.username == username)
        with self._db.write() as connection:
            return connection.execute(update(admins).where(*at).values(email=email)).rowcount > 0

    def admin_email(self, tenant_id: str, username: str) -> str:
        """Return where an administrator's notices are mailed to; empty: nowhere."""
        at = (admins.c.tenant_id == tenant_id, admins.c.username == username)
        with self._db.read() as connection:
            return connection.execute(select(admins.c.email).where(*at)).scalar() or ""

    def notice_addresses(self, tenant_id: str) -> dict[str, str | None]:
        """Return the addresses of the tenant's administrators, each once, and the language that each chose."""
        mine = select(admins).where(admins.c.tenant_id == tenant_id, admins.c.email != "")
        with self._db.read() as connection:
            rows = connection.execute(mine.order_by(admins.c.email, admins.c.username)).all()
        found: dict[str, str | None] = {}
        for row in rows:
            found[row.email] = found.get(row.email) or row.language
        return found

    def has_admin(self, tenant_id: str) -> bool:
        """Whether the tenant has any administrator."""
        chosen = select(admins.c.username).where(admins.c.tenant_id == tenant_id).limit(1)
        with self._db.read() as connection:
            return connection.execute(chosen).first() is not None

    def without_admin(self, tenant_ids: Sequence[str]) -> set[str]:
        """Return those of these tenants that have no administrator."""
        chosen = select(admins.c.tenant_id).where(admins.c.tenant_id.in_(list(tenant_ids))).distinct()
        with self._db.read() as connection:
            return set(tenant_ids) - set(connection.execute(chosen).scalars())

    def check_admin(self, tenant_id: str, username: str, password: str, *, mark: str = "", address: str = "") -> bool:
        """Whether this is an administrator's password. After 5 wrong ones the account is locked for 15 minutes.

        The lock is for other browsers: one with the mark of an earlier sign-in (`make_mark`) has its own count.
        """
        chosen = select(admins.c.password_hash).where(admins.c.tenant_id == tenant_id, admins.c.username == username)
        with self._db.read() as connection:
            hashed = connection.execute(chosen).scalar()
        return self._check(tenant_id, f"admin:{username}", password, hashed, mark, address)

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
                raise AccountError(_("there is no user {username}", username=repr(username)))
            connection.execute(update(users).where(*at).values(password_hash=hashed))
            connection.execute(delete(wrong_passwords).where(*_at(tenant_id, f"user:{user_id}")))
            connection.execute(delete(renewals).where(renewals.c.user_id == user_id))
            mine = (sessions.c.tenant_id == tenant_id, sessions.c.user_id == user_id)
            connection.execute(delete(sessions).where(*mine))

    def check_user(
        self, tenant_id: str, username: str, password: str, *, mark: str = "", address: str = ""
    ) -> str | None:
        """Return the id of the enabled user with this password, or None. Locks like `check_admin`."""
        at = (users.c.tenant_id == tenant_id, users.c.username_key == username_key(username))
        with self._db.read() as connection:
            row = connection.execute(select(users.c.id, users.c.password_hash, users.c.enabled).where(*at)).first()
        if row is None:
            verify_password(password[:PASSWORD_MAX_CHARS], None)
            return None
        right = self._check(tenant_id, f"user:{row.id}", password, row.password_hash, mark, address)
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

    def is_address_open(self, tenant_id: str, address: str) -> bool:
        """Whether strangers at this address may still try passwords. Browsers that are known may at any time."""
        with self._db.read() as connection:
            return not self._is_locked(connection, tenant_id, [_address_counter(address)], self._db.now())

    def count_failure_at(self, tenant_id: str, address: str) -> None:
        """Count a sign-in at this address that failed."""
        self._count(tenant_id, {_address_counter(address): FAILURES_MAX_PER_ADDRESS})

    def _check(self, tenant_id: str, account: str, password: str, hashed: str | None, mark: str, address: str) -> bool:
        """Compare, and count what was wrong. Takes as long for nobody and for a locked account."""
        now = self._db.now()
        own = find_counter(mark, tenant_id, account, hashed, now)
        if own == account:
            maxima = {_pair_counter(account, address, hashed): FAILURES_MAX, account: FAILURES_MAX_PER_ACCOUNT}
            maxima_locked = [*maxima, _address_counter(address)]
        else:
            maxima, maxima_locked = {own: FAILURES_MAX}, [own]
        with self._db.read() as connection:
            is_locked = self._is_locked(connection, tenant_id, maxima_locked, now)
        is_open = not is_locked and len(password) <= PASSWORD_MAX_CHARS
        right = verify_password(password[:PASSWORD_MAX_CHARS], hashed if is_open else None)
        if hashed is None or not is_open:
            return False
        if not right:
            self._count(tenant_id, maxima)
            return False
        with self._db.write(lock=f"password {tenant_id} {account}") as connection:
            # Looked at again inside the transaction: guesses sent side by side are all counted, and stop at the lock.
            if self._is_locked(connection, tenant_id, maxima_locked, self._db.now()):
                return False
            connection.execute(delete(wrong_passwords).where(*_at(tenant_id, *maxima)))
        return True

    def _is_locked(self, connection: Connection, tenant_id: str, counters: list[str], now: float) -> bool:
        chosen = select(wrong_passwords.c.account).where(
            *_at(tenant_id, *counters), wrong_passwords.c.locked_until > now
        )
        return connection.execute(chosen.limit(1)).first() is not None

    def _count(self, tenant_id: str, maxima: dict[str, int]) -> None:
        """Add one to each counter. At its maximum it is locked, and begins again."""
        with self._db.write() as connection:
            now = self._db.now()
            old = (wrong_passwords.c.counted_at <= now - _COUNTED_S, wrong_passwords.c.locked_until <= now)
            connection.execute(delete(wrong_passwords).where(*old))
        for counter, at_most in maxima.items():
            with self._db.write(lock=f"password {tenant_id} {counter}") as connection:
                now = self._db.now()
                row = connection.execute(select(wrong_passwords).where(*_at(tenant_id, counter))).first()
                if row is not None and row.locked_until > now:
                    continue
                wrong = (row._mapping["count"] if row is not None else 0) + 1
                until = now + LOCKED_S if wrong >= at_most else 0.0
                new = {"tenant_id": tenant_id, "account": counter, "count": wrong % at_most, "locked_until": until}
                new["counted_at"] = now
                self._db.upsert(connection, wrong_passwords, [new])


def _pair_counter(account: str, address: str, hashed: str | None) -> str:
    """A password that was set again begins with new counters at every address."""
    return f"pair:{hashlib.sha256(f'{account} {_network(address)} {hashed}'.encode()).hexdigest()}"


def _address_counter(address: str) -> str:
    return f"from:{hashlib.sha256(_network(address).encode()).hexdigest()}"


def _network(address: str) -> str:
    """What one stranger has: an IPv4 address, or the 64 bits of an IPv6 network."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address


def _at(tenant_id: str, *counters: str) -> tuple[ColumnElement[bool], ...]:
    return wrong_passwords.c.tenant_id == tenant_id, wrong_passwords.c.account.in_(counters)


def check_admin_name(username: str) -> None:
    """Refuse a name that is not possible for an administrator. The audit log has other names with a colon."""
    if not 1 <= len(username) <= NAME_MAX_CHARS or not username.isprintable() or ":" in username:
        raise AccountError(
            _(
                "username: {username} is not possible; 1 to {n} characters, no colon",
                username=repr(username[:80]),
                n=NAME_MAX_CHARS,
            )
        )
    if username != username.strip():
        raise AccountError(_("username: {username} has a space at its beginning or end", username=repr(username)))


def check_password(password: str) -> None:
    """Refuse a password that is too short or too long."""
    if not PASSWORD_MIN_CHARS <= len(password) <= PASSWORD_MAX_CHARS:
        raise AccountError(
            _("password: {n_min} to {n_max} characters", n_min=PASSWORD_MIN_CHARS, n_max=PASSWORD_MAX_CHARS)
        )


def _hash(password: str) -> str:
    check_password(password)
    return hash_password(password)
