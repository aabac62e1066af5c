"""Signed-in people, and sign-ins under way. Tokens and states are stored hashed: a copied database signs nobody in."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select

from pbx_devhost.database import Database, to_timestamp
from pbx_devhost.schema import flows, sessions
from pbx_devhost.vault import Vault
from pbx_plugin_api import LoginFlow, dump, load

__all__ = ["FlowStore", "Session", "SessionStore", "StoredFlow", "hash_token"]

SESSION_S = 8 * 3600
FLOWS_MAX_PER_TENANT = 2_000
"""Begun sign-ins kept per tenant; beyond that the oldest go, so that a flood fills nothing."""


def hash_token(token: str) -> str:
    """Return what is stored in place of a token. Tokens are long and random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who is signed in."""

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
    ) -> str:
        """Open a session and return its token, which is stored nowhere."""
        token, now = secrets.token_urlsafe(32), self._db.now()
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
            connection.execute(insert(sessions).values(row))
        return token

    def find(self, token: str) -> Session | None:
        """Return the session of a token, unless it has ended."""
        chosen = select(sessions).where(
            sessions.c.token_hash == hash_token(token), sessions.c.expires_at > self._db.now()
        )
        with self._db.read() as connection:
            row = connection.execute(chosen).first()
        return None if row is None else _read(row)

    def end(self, token: str) -> None:
        """End a session; nothing happens where there is none."""
        with self._db.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.token_hash == hash_token(token)))


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


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFlow:
    """A sign-in that was begun, and by which plugin."""

    tenant_id: str
    plugin: str
    flow: LoginFlow
    extra: dict[str, str]
    """What the portal itself wants to remember, such as where a native app waits."""


class FlowStore:
    """Sign-ins under way: kept encrypted, bound to the browser, popped once."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._db, self._vault = database, vault

    def put(
        self, tenant_id: str, plugin: str, flow: LoginFlow, *, browser: str, extra: dict[str, str] | None = None
    ) -> None:
        """Keep a flow until it is popped or expires. `browser` is the secret in the browser's own cookie."""
        state_hash, now = hash_token(flow.state), self._db.now()
        text = json.dumps({"flow": dump(flow), "extra": extra or {}})
        row = {
            "state_hash": state_hash,
            "tenant_id": tenant_id,
            "plugin": plugin,
            "browser_hash": hash_token(browser),
            "sealed": self._vault.seal(text.encode(), "flow", state_hash),
            "created_at": now,
            "expires_at": to_timestamp(flow.expires_at_utc),
        }
        mine = flows.c.tenant_id == tenant_id
        with self._db.write() as connection:
            connection.execute(delete(flows).where(flows.c.expires_at <= now))
            count = connection.execute(select(func.count()).where(mine)).scalar_one()
            if count >= FLOWS_MAX_PER_TENANT:
                oldest = select(flows.c.state_hash).where(mine).order_by(flows.c.created_at)
                surplus = connection.execute(oldest.limit(count - FLOWS_MAX_PER_TENANT + 1)).scalars().all()
                connection.execute(delete(flows).where(flows.c.state_hash.in_(surplus)))
            connection.execute(insert(flows).values(row))

    def pop(self, state: str, *, browser: str) -> StoredFlow | None:
        """Take a flow out, once. None where there is none, it has expired, or another browser began it.

        A wrong browser does not use the flow up: only the one that began it can end it.
        """
        at = flows.c.state_hash == hash_token(state)
        with self._db.write() as connection:
            row = connection.execute(select(flows).where(at)).first()
            if row is None or not hmac.compare_digest(row.browser_hash, hash_token(browser)):
                return None
            if connection.execute(delete(flows).where(at)).rowcount != 1 or row.expires_at <= self._db.now():
                return None
        shape = json.loads(self._vault.open(row.sealed, "flow", row.state_hash))
        return StoredFlow(
            tenant_id=row.tenant_id, plugin=row.plugin, flow=load(LoginFlow, shape["flow"]), extra=shape["extra"]
        )

    def count(self, tenant_id: str) -> int:
        """Count a tenant's sign-ins under way."""
        with self._db.read() as connection:
            return connection.execute(select(func.count()).where(flows.c.tenant_id == tenant_id)).scalar_one()
