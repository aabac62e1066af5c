"""Sessions. Tokens are stored as hashes: a copied database signs nobody in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import delete, insert, or_, select

from pbx_devhost.store.database import Database
from pbx_devhost.store.schema import sessions, users
from pbx_devhost.store.tokens import hash_token

SESSION_S: Final = 8 * 3600


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

        Raises:
            SessionRefusedError: The user is disabled or gone.
        """
        token, now = prefix + secrets.token_urlsafe(32), self._db.now()
        row = {
            "token_hash": hash_token(token),
            "tenant_id": tenant_id,
            "user_id": user_id,
            "admin_name": admin_name,
            "csrf": secrets.token_urlsafe(24),
            "created_at": now,
            "expires_at": now + SESSION_S,
            "provider": provider,
            "plugin": plugin,
            "session_hint": session_hint,
        }
        with self._db.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
            if user_id is not None:
                # In the transaction of the insert: disabling the user ends all sessions that exist by then.
                at = (users.c.tenant_id == tenant_id, users.c.id == user_id, users.c.enabled == 1)
                if connection.execute(select(users.c.id).where(*at)).first() is None:
                    raise SessionRefusedError("the user is disabled or gone")
            connection.execute(insert(sessions).values(row))
        return token

    def find(self, token: str) -> Session | None:
        """Return the session of a token, unless it has ended or its user is disabled or gone."""
        chosen = (
            select(sessions)
            .outerjoin(users, users.c.id == sessions.c.user_id)
            .where(
                sessions.c.token_hash == hash_token(token),
                sessions.c.expires_at > self._db.now(),
                or_(sessions.c.user_id.is_(None), users.c.enabled == 1),
            )
        )
        with self._db.read() as connection:
            row = connection.execute(chosen).first()
        return None if row is None else _read(row)

    def end(self, token: str) -> None:
        """End a session. Nothing happens if there is none."""
        self.end_hashed(hash_token(token))

    def end_hashed(self, token_hash: str) -> None:
        """End the session whose token has this hash (`hash_token`). Nothing happens if there is none."""
        with self._db.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))


def _read(row: Any) -> Session:
    return Session(
        tenant_id=row.tenant_id,
        user_id=row.user_id,
        admin_name=row.admin_name,
        csrf=row.csrf,
        provider=row.provider,
        plugin=row.plugin,
        session_hint=row.session_hint,
    )
