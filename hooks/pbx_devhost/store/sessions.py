"""Sessions, and sign-ins in progress. Tokens and states are stored as hashes: a copied database signs nobody in."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import delete, func, insert, or_, select

from pbx_devhost.store.database import Database, to_timestamp
from pbx_devhost.store.schema import flows, sessions, users
from pbx_devhost.store.vault import Vault
from pbx_plugin_api import LoginFlow, dump, load

SESSION_S: Final = 8 * 3600
FLOWS_MAX_PER_TENANT: Final = 2_000
"""The sign-ins in progress that are stored for a tenant. More than that delete the oldest, so a flood fills nothing."""
CODE_S: Final = 60
"""How long a native app's one-time code is valid (RFC 6749, 4.1.2 allows ten minutes; an app needs seconds)."""


class SessionRefusedError(Exception):
    """The user was disabled or deleted after they were checked."""


def hash_token(token: str) -> str:
    """Return the hash that is stored for a token. Tokens are long and random, so a plain hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


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
    """A sign-in in progress, and its plugin."""

    tenant_id: str
    plugin: str
    flow: LoginFlow
    extra: dict[str, str]
    """What the portal itself stores with it, such as where a native app waits."""


class FlowStore:
    """What can be used once: sign-ins in progress, bound to a browser, and codes, bound to a native app."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._db, self._vault = database, vault

    def put(
        self, tenant_id: str, plugin: str, flow: LoginFlow, *, browser: str, extra: dict[str, str] | None = None
    ) -> None:
        """Store a flow until it is popped or expires. `browser` is the secret in the browser's cookie."""
        expires_at = to_timestamp(flow.expires_at_utc) or 0.0
        self._put(flow.state, tenant_id, plugin, browser, expires_at, {"flow": dump(flow), "extra": extra or {}})

    def pop(self, state: str, *, browser: str) -> StoredFlow | None:
        """Return a flow and delete it. None if there is none, if it has expired, or if another browser began it.

        Another browser does not delete the flow: only the one that began it can end it.
        """
        found = self._pop(state, browser, burn=False)
        if found is None or "flow" not in found[2]:
            return None
        tenant_id, plugin, shape = found
        return StoredFlow(tenant_id=tenant_id, plugin=plugin, flow=load(LoginFlow, shape["flow"]), extra=shape["extra"])

    def put_code(self, tenant_id: str, plugin: str, grant: dict[str, str], *, challenge: str) -> str:
        """Store what a native app may fetch, and return the code for it. The app also needs its verifier."""
        code = secrets.token_urlsafe(32)
        self._put(f"code:{code}", tenant_id, plugin, challenge, self._db.now() + CODE_S, {"grant": grant})
        return code

    def pop_code(self, code: str, *, challenge: str) -> tuple[str, str, dict[str, str]] | None:
        """Return tenant, plugin and grant, and delete them. A wrong challenge deletes them too: the code was stolen."""
        return self._pop(f"code:{code}", challenge, burn=True, inner="grant")

    def count(self, tenant_id: str) -> int:
        """Count a tenant's sign-ins in progress."""
        with self._db.read() as connection:
            return connection.execute(select(func.count()).where(flows.c.tenant_id == tenant_id)).scalar_one()

    def _put(
        self, key: str, tenant_id: str, plugin: str, holder: str, expires_at: float, shape: dict[str, Any]
    ) -> None:
        key_hash, now = hash_token(key), self._db.now()
        row: dict[str, Any] = {
            "state_hash": key_hash,
            "tenant_id": tenant_id,
            "plugin": plugin,
            "browser_hash": hash_token(holder),
            "created_at": now,
            "expires_at": expires_at,
        }
        mine = flows.c.tenant_id == tenant_id
        with self._db.write() as connection:
            connection.execute(delete(flows).where(flows.c.expires_at <= now))
            count = connection.execute(select(func.count()).where(mine)).scalar_one()
            if count >= FLOWS_MAX_PER_TENANT:
                oldest = select(flows.c.state_hash).where(mine).order_by(flows.c.created_at)
                surplus = connection.execute(oldest.limit(count - FLOWS_MAX_PER_TENANT + 1)).scalars().all()
                connection.execute(delete(flows).where(flows.c.state_hash.in_(surplus)))
            self._vault.hold_key(connection)
            row["sealed"] = self._vault.seal(json.dumps(shape).encode(), "flow", key_hash)
            connection.execute(insert(flows).values(row))

    def _pop(
        self, key: str, holder: str, *, burn: bool, inner: str | None = None
    ) -> tuple[str, str, dict[str, Any]] | None:
        at = flows.c.state_hash == hash_token(key)
        with self._db.write() as connection:
            row = connection.execute(select(flows).where(at)).first()
            if row is None:
                return None
            mine = hmac.compare_digest(row.browser_hash, hash_token(holder))
            if not mine and not burn:
                return None
            deleted = connection.execute(delete(flows).where(at)).rowcount
        if not mine or deleted != 1 or row.expires_at <= self._db.now():
            return None
        shape = json.loads(self._vault.open(row.sealed, "flow", row.state_hash))
        return row.tenant_id, row.plugin, shape if inner is None else shape[inner]
