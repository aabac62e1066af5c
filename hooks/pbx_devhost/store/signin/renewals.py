"""What renews the session of one instance of a native app: a token that changes at each use.

The token is useless without the verifier with which the app began (RFC 7636). A token that was used before ends the
session: it comes from the app or from a thief, and in both cases a token was stolen. Source: RFC 9700, section 4.14.2.
"""

from __future__ import annotations

import hmac
import secrets
import uuid
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.signin.sessions import SESSION_S, SessionRefusedError, insert_session
from pbx_devhost.store.signin.tokens import hash_token
from pbx_devhost.store.sql.schema import renewals, sessions

RENEWAL_S: Final = 30 * 86_400
"""How long after its sign-in an app may renew, in seconds."""
_TOKEN_MAX_CHARS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AppTokens:
    """What an app gets. Neither token is stored."""

    access_token: str
    refresh_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """An app that may renew its session."""

    renewal_id: str
    tenant_id: str
    user_id: str
    plugin: str
    provider: str


class RenewalStore:
    """Apps that may renew their sessions."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def begin(self, tenant_id: str, plugin: str, grant: dict[str, str], *, challenge: str, prefix: str) -> AppTokens:
        """Begin the session of an app, and what renews it.

        Args:
            tenant_id: The tenant.
            plugin: Whose provider identified the person.
            grant: `user_id`, `provider` and `session_hint`.
            challenge: Of the verifier that the app must show each time.
            prefix: The first characters of an app's access token.

        Raises:
            SessionRefusedError: The user is disabled or gone.
        """
        secret = secrets.token_urlsafe(32)
        row: dict[str, Any] = {
            "id": uuid.uuid4().hex,
            "tenant_id": tenant_id,
            "user_id": grant["user_id"],
            "plugin": plugin,
            "provider": grant["provider"],
            "session_hint": grant["session_hint"],
            "challenge_hash": hash_token(challenge),
            "secret_hash": hash_token(secret),
        }
        with self._db.write() as connection:
            now = self._db.now()
            row |= {"created_at": now, "renewed_at": now, "expires_at": now + RENEWAL_S}
            connection.execute(delete(renewals).where(renewals.c.expires_at <= now))
            connection.execute(insert(renewals).values(row))
            token = _begin_session(connection, row, prefix, now)
        return AppTokens(access_token=token, refresh_token=f"{row['id']}.{secret}")

    def find(self, refresh_token: str) -> Renewal | None:
        """Return which app a token names. It proves nothing yet."""
        chosen = select(renewals).where(renewals.c.id == _id_of(refresh_token), renewals.c.expires_at > self._db.now())
        with self._db.read() as connection:
            row = connection.execute(chosen).first()
        if row is None:
            return None
        return Renewal(
            renewal_id=row.id, tenant_id=row.tenant_id, user_id=row.user_id, plugin=row.plugin, provider=row.provider
        )

    def renew(self, refresh_token: str, *, challenge: str, prefix: str) -> AppTokens | None:
        """Exchange a token for a new session and a new token, once. The app's session before ends.

        None if it is not the app's newest token, the verifier is another one, or the user is disabled or gone; then the
        app's sessions have ended too.
        """
        renewal_id, secret = _id_of(refresh_token), secrets.token_urlsafe(32)
        with self._db.write(lock=f"renewal {renewal_id}") as connection:
            now = self._db.now()
            row = connection.execute(select(renewals).where(renewals.c.id == renewal_id)).first()
            if row is None:
                return None
            if row.expires_at <= now or not _proves(row, refresh_token, challenge):
                _end(connection, renewal_id)
                return None
            connection.execute(delete(sessions).where(sessions.c.renewal_id == renewal_id))
            changed = {"secret_hash": hash_token(secret), "renewed_at": now}
            connection.execute(update(renewals).where(renewals.c.id == renewal_id).values(changed))
            try:
                token = _begin_session(connection, dict(row._mapping), prefix, now)
            except SessionRefusedError:
                _end(connection, renewal_id)
                return None
        return AppTokens(access_token=token, refresh_token=f"{renewal_id}.{secret}")

    def end(self, renewal_id: str) -> None:
        """End an app's session, and what renews it. Idempotent."""
        with self._db.write() as connection:
            _end(connection, renewal_id)


def _begin_session(connection: Connection, renewal: dict[str, Any], prefix: str, now: float) -> str:
    token = prefix + secrets.token_urlsafe(32)
    row = {name: renewal[name] for name in ("tenant_id", "user_id", "plugin", "provider", "session_hint")}
    row |= {"token_hash": hash_token(token), "admin_name": None, "csrf": secrets.token_urlsafe(24)}
    row |= {"created_at": now, "expires_at": now + SESSION_S, "renewal_id": renewal["id"]}
    insert_session(connection, row, now)
    return token


def _end(connection: Connection, renewal_id: str) -> None:
    connection.execute(delete(sessions).where(sessions.c.renewal_id == renewal_id))
    connection.execute(delete(renewals).where(renewals.c.id == renewal_id))


def _proves(row: Row[Any], refresh_token: str, challenge: str) -> bool:
    secret = refresh_token.partition(".")[2]
    is_newest = hmac.compare_digest(row.secret_hash, hash_token(secret))
    return hmac.compare_digest(row.challenge_hash, hash_token(challenge)) and is_newest


def _id_of(refresh_token: str) -> str:
    return refresh_token.partition(".")[0] if len(refresh_token) <= _TOKEN_MAX_CHARS else ""
