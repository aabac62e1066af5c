"""Which administrator may sign in with which account of a login provider."""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, select, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.sql.schema import admins, sessions
from pbx_devhost.texts import _
from pbx_plugin_api import UserLink


class AdminLinkError(ValueError):
    """An account cannot be linked; the message says why."""


class AdminLinkStore:
    """Links of administrators. A new password removes the link (`AccountStore.set_admin_password`)."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, tenant_id: str, link: UserLink) -> str | None:
        """Return the administrator who has linked this account."""
        at = (admins.c.tenant_id == tenant_id, admins.c.authority == link.authority, admins.c.subject == link.subject)
        with self._db.read() as connection:
            return connection.execute(select(admins.c.username).where(*at)).scalar()

    def of(self, tenant_id: str, username: str) -> UserLink | None:
        """Return the account that an administrator has linked."""
        with self._db.read() as connection:
            chosen = select(admins.c.authority, admins.c.subject).where(*_at(tenant_id, username))
            row = connection.execute(chosen).first()
        return UserLink(authority=row.authority, subject=row.subject) if row is not None and row.subject else None

    def put(self, tenant_id: str, username: str, link: UserLink, *, session_hash: str) -> None:
        """Link an account, in place of an earlier one. Idempotent.

        `session_hash` is of the session in which the administrator began. A new password ends that session, so that
        who knew the old one cannot finish.

        Raises:
            AdminLinkError: Another administrator has linked it, there is no such administrator, or the session ended.
        """
        taken = (
            admins.c.tenant_id == tenant_id,
            admins.c.authority == link.authority,
            admins.c.subject == link.subject,
        )
        begun_in = select(sessions.c.token_hash).where(
            sessions.c.token_hash == session_hash,
            sessions.c.tenant_id == tenant_id,
            sessions.c.admin_name == username,
        )
        with self._db.write(lock=f"admin links {tenant_id}") as connection:
            begun_in = begun_in.where(sessions.c.expires_at > self._db.now())
            # `set_admin_password` takes the same lock, and ends the session.
            if connection.execute(begun_in).first() is None:
                raise AdminLinkError(_("You have signed out, or your password was changed. Sign in and try again."))
            other = connection.execute(select(admins.c.username).where(*taken)).scalar()
            if other not in (None, username):
                raise AdminLinkError(_("Another administrator has linked this account."))
            values = {"authority": link.authority, "subject": link.subject}
            if not connection.execute(update(admins).where(*_at(tenant_id, username)).values(values)).rowcount:
                raise AdminLinkError(_("There is no such administrator any more."))

    def remove(self, tenant_id: str, username: str) -> None:
        """Remove the link, and end the sessions that began with it. Idempotent."""
        with self._db.write() as connection:
            values = {"authority": None, "subject": None}
            connection.execute(update(admins).where(*_at(tenant_id, username)).values(values))
            mine = (sessions.c.tenant_id == tenant_id, sessions.c.admin_name == username)
            connection.execute(delete(sessions).where(*mine, sessions.c.provider.is_not(None)))


def _at(tenant_id: str, username: str) -> tuple[ColumnElement[bool], ...]:
    return admins.c.tenant_id == tenant_id, admins.c.username == username
