"""Sessions. Tokens are stored as hashes: a copied database signs nobody in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, delete, func, insert, or_, select

from pbx_devhost.store.database import Database
from pbx_devhost.store.signin.tokens import hash_token
from pbx_devhost.store.sql.schema import admins, renewals, sessions, tenants, users
from pbx_devhost.store.tenants import SYSTEM_TENANT
from pbx_plugin_api import UserLink

SESSION_S: Final = 8 * 3600
SYSTEM_PREFIX: Final = "system:"
"""How the audit log begins the name of a system administrator. No other administrator's name holds a colon."""


_IS_SYSTEM = sessions.c.system_name.is_not(None)
_IS_ADMIN = and_(
    admins.c.tenant_id == case((_IS_SYSTEM, SYSTEM_TENANT.pbx_tenant_id), else_=sessions.c.tenant_id),
    admins.c.username == case((_IS_SYSTEM, sessions.c.system_name), else_=sessions.c.admin_name),
)
_BY_TOKEN = (
    select(
        sessions,
        func.coalesce(users.c.language, admins.c.language).label("language"),
        tenants.c.language.label("tenant_language"),
    )
    .outerjoin(users, users.c.id == sessions.c.user_id)
    .outerjoin(admins, _IS_ADMIN)
    .outerjoin(tenants, tenants.c.id == sessions.c.tenant_id)
    .where(
        sessions.c.token_hash == bindparam("token_hash"),
        sessions.c.expires_at > bindparam("now"),
        or_(sessions.c.user_id.is_(None), users.c.enabled == 1),
    )
)


class SessionRefusedError(Exception):
    """The user was disabled or deleted after they were checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The session of a person who is signed in."""

    tenant_id: str
    user_id: str | None
    """None for an administrator."""
    admin_name: str | None
    csrf: str
    provider: str | None
    plugin: str | None
    session_hint: str
    renewal_id: str | None
    """What renews a native app's session; None for a browser's."""
    system_name: str | None = None
    """The system administrator; `tenant_id` is then the tenant that they have entered, or the PBX itself."""
    language: str | None = None
    """The language that the person chose; None: none."""
    tenant_language: str | None = None
    """The language that their tenant chose; None: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSession:
    """A session as its owner sees it."""

    created_at: float
    used_until: float
    provider: str
    """Empty after a password."""
    is_app: bool
    is_this: bool


class SessionStore:
    """Sessions of all tenants."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def begin(
        self,
        tenant_id: str,
        *,
        user_id: str | None = None,
        admin_name: str | None = None,
        provider: str | None = None,
        plugin: str | None = None,
        session_hint: str = "",
        prefix: str = "",
        admin_link: UserLink | None = None,
        system_name: str | None = None,
    ) -> str:
        """Begin a session and return its token, which is not stored.

        Args:
            tenant_id: The tenant.
            user_id: The user; None for an administrator.
            admin_name: The administrator; None for a user.
            provider: The provider that identified the person; None after a password.
            plugin: The plugin of that provider.
            session_hint: What the provider needs for signing out.
            prefix: The token's first characters. They distinguish a native app's token from a browser's.
            admin_link: The linked account with which the administrator came.
            system_name: The system administrator, who is neither a user nor an administrator of the tenant.

        Raises:
            SessionRefusedError: The user is disabled or gone, or the account is no longer linked.
        """
        token = prefix + secrets.token_urlsafe(32)
        row: dict[str, Any] = {
            "token_hash": hash_token(token),
            "tenant_id": tenant_id,
            "user_id": user_id,
            "admin_name": admin_name,
            "csrf": secrets.token_urlsafe(24),
            "provider": provider,
            "plugin": plugin,
            "session_hint": session_hint,
            "system_name": system_name,
        }
        with self._db.write() as connection:
            now = self._db.now()
            row |= {"created_at": now, "expires_at": now + SESSION_S}
            if admin_link is not None:
                _check_link(connection, tenant_id, admin_name, admin_link)
            insert_session(connection, row, now)
        return token

    def find(self, token: str) -> Session | None:
        """Return the session of a token, unless it has ended or its user is disabled or gone."""
        with self._db.read() as connection:
            row = connection.execute(_BY_TOKEN, {"token_hash": hash_token(token), "now": self._db.now()}).first()
        return None if row is None else _read(row)

    def end(self, token: str) -> None:
        """End a session. Nothing happens if there is none."""
        self.end_hashed(hash_token(token))

    def of_person(self, session: Session, token: str) -> list[ShownSession]:
        """Return all sessions of a session's owner, the newest first; an app that renews its own counts once."""
        now, owner = self._db.now(), _owner(session)
        alive = select(sessions).where(*owner, sessions.c.expires_at > now, sessions.c.renewal_id.is_(None))
        apps = select(renewals).where(renewals.c.user_id == session.user_id, renewals.c.expires_at > now)
        with self._db.read() as connection:
            in_browsers = connection.execute(alive).all()
            in_apps = connection.execute(apps).all() if session.user_id is not None else []
        shown = [
            ShownSession(
                created_at=row.created_at,
                used_until=row.expires_at,
                provider=row.provider or "",
                is_app=row in in_apps,
                is_this=row not in in_apps and row.token_hash == hash_token(token),
            )
            for row in [*in_browsers, *in_apps]
        ]
        return sorted(shown, key=lambda each: each.created_at, reverse=True)

    def end_all(self, session: Session) -> None:
        """End every session of a session's owner, this one too, and what would renew one."""
        with self._db.write() as connection:
            if session.user_id is not None:
                connection.execute(delete(renewals).where(renewals.c.user_id == session.user_id))
            connection.execute(delete(sessions).where(*_owner(session)))

    def end_hashed(self, token_hash: str) -> None:
        """End the session whose token has this hash (`hash_token`). Nothing happens if there is none."""
        with self._db.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))


def _owner(session: Session) -> tuple[ColumnElement[bool], ...]:
    if session.system_name is not None:
        return (sessions.c.system_name == session.system_name,)  # in whatever tenant
    if session.user_id is not None:
        return sessions.c.tenant_id == session.tenant_id, sessions.c.user_id == session.user_id
    return sessions.c.tenant_id == session.tenant_id, sessions.c.admin_name == session.admin_name


def _read(row: Any) -> Session:
    return Session(
        tenant_id=row.tenant_id,
        user_id=row.user_id,
        admin_name=row.admin_name,
        csrf=row.csrf,
        provider=row.provider,
        plugin=row.plugin,
        session_hint=row.session_hint,
        renewal_id=row.renewal_id,
        system_name=row.system_name,
        language=row.language,
        tenant_language=row.tenant_language,
    )


def _check_link(connection: Connection, tenant_id: str, admin_name: str | None, link: UserLink) -> None:
    """Look in the session's transaction, with a lock: who removes the link then also ends this session."""
    at = (admins.c.tenant_id == tenant_id, admins.c.username == admin_name)
    linked = (admins.c.authority == link.authority, admins.c.subject == link.subject)
    found = select(admins.c.username).where(*at, *linked).with_for_update(read=True)
    if connection.execute(found).first() is None:
        raise SessionRefusedError("the account is no longer linked")


def insert_session(connection: Connection, row: dict[str, Any], now: float) -> None:
    """Insert a session, in the transaction in which its user is looked at: disabling ends what exists by then.

    Raises:
        SessionRefusedError: The user is disabled or gone.
    """
    connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
    if row["user_id"] is not None:
        at = (users.c.tenant_id == row["tenant_id"], users.c.id == row["user_id"], users.c.enabled == 1)
        if connection.execute(select(users.c.id).where(*at)).first() is None:
            raise SessionRefusedError("the user is disabled or gone")
    connection.execute(insert(sessions).values(row))
