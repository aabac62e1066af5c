"""Sign-ins in progress, which the browsers keep themselves; and one-time codes for native apps.

A begun sign-in is sealed and given to the browser in a cookie. So a flood of begun ones fills nothing here, every
worker can finish what another began, and nobody can finish what was not begun here. Only a sign-in that came back is
remembered, until it would have expired: each counts once.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import secrets
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import delete, insert, select

from pbx_devhost.store.database import Database, to_timestamp
from pbx_devhost.store.sealing.keys import VaultError
from pbx_devhost.store.sealing.vault import Vault
from pbx_devhost.store.signin.tokens import hash_token
from pbx_devhost.store.sql.schema import flows
from pbx_devhost.texts import _
from pbx_plugin_api import LoginFlow, dump, load

CODE_S: Final = 60
"""How long a one-time code for a native app lives (RFC 6749, 4.1.2 allows ten minutes; an app needs seconds)."""
SEALED_MAX_CHARS: Final = 3_800
"""A browser keeps cookies of 4,096 bytes with their names and attributes (RFC 6265, section 6.1)."""
_CLOCK_SKEW_S: Final = 300
"""How far the clocks of two machines may differ: so much longer a used sign-in is remembered."""
_LABEL_CHARS: Final = 32


class FlowTooLargeError(Exception):
    """A plugin's flow does not fit into a cookie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunFlow:
    """A sign-in that was begun, and by which plugin."""

    tenant_id: str
    plugin: str
    flow: LoginFlow
    app: dict[str, str] = field(default_factory=dict)
    """Where a native app waits; empty in a browser."""
    links_admin: str = ""
    """The administrator whose account is to be linked by it; empty otherwise."""
    session_hash: str = ""
    """The session that the browser had when it began. A form that is posted from another site does not bring it."""


def label_of(state: str) -> str:
    """Return by which name a browser keeps a flow. It says nothing about the state."""
    return hash_token(state)[:_LABEL_CHARS]


class FlowStore:
    """What counts once: sign-ins that come back, and codes, bound to the app that began."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._db, self._vault = database, vault

    def seal(self, begun: BegunFlow) -> str:
        """Return a begun sign-in for the browser to keep. It opens only here, and only under its own label.

        Raises:
            FlowTooLargeError: It does not fit into a cookie.
        """
        self._vault.use_newest_key()
        shape = {"plugin": begun.plugin, "flow": dump(begun.flow), "app": begun.app}
        shape |= {"session": begun.session_hash, "links_admin": begun.links_admin}
        text = json.dumps(shape, separators=(",", ":")).encode()
        sealed = self._vault.seal(text, "flow", begun.tenant_id, label_of(begun.flow.state))
        kept = f"{begun.tenant_id}.{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}"
        if len(kept) > SEALED_MAX_CHARS:
            raise FlowTooLargeError(
                _("the flow needs {n} characters, at most {limit}", n=len(kept), limit=SEALED_MAX_CHARS)
            )
        return kept

    def open(self, kept: str, label: str) -> BegunFlow | None:
        """Return what a browser kept under a label; None if it is not ours, is of another place, or has expired."""
        tenant_id, _dot, text = kept.partition(".")
        if len(kept) > SEALED_MAX_CHARS or not kept.isascii():
            return None
        try:
            sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            shape = json.loads(self._vault.open(sealed, "flow", tenant_id, label))
        except (binascii.Error, VaultError):
            return None
        flow = load(LoginFlow, shape["flow"])
        if (to_timestamp(flow.expires_at_utc) or 0.0) <= self._db.now():
            return None
        return BegunFlow(
            tenant_id=tenant_id,
            plugin=shape["plugin"],
            flow=flow,
            app=shape["app"],
            session_hash=shape["session"],
            links_admin=shape["links_admin"],
        )

    def use(self, begun: BegunFlow) -> bool:
        """Use a sign-in up. False if it came back before: it must not go on."""
        until = (to_timestamp(begun.flow.expires_at_utc) or 0.0) + _CLOCK_SKEW_S
        row = {
            "state_hash": hash_token(begun.flow.state),
            "tenant_id": begun.tenant_id,
            "plugin": begun.plugin,
            "browser_hash": "",
            "sealed": b"",
            "expires_at": until,
        }
        return self._insert(row)

    def put_code(self, tenant_id: str, plugin: str, grant: dict[str, str], *, challenge: str) -> str:
        """Keep what a native app may fetch, and return the code for it. Only the holder of the verifier gets it."""
        code = secrets.token_urlsafe(32)
        key_hash = hash_token(f"code:{code}")
        row: dict[str, Any] = {
            "state_hash": key_hash,
            "tenant_id": tenant_id,
            "plugin": plugin,
            "browser_hash": hash_token(challenge),
        }
        with self._db.write() as connection:
            now = self._db.now()
            row |= {"created_at": now, "expires_at": now + CODE_S}
            connection.execute(delete(flows).where(flows.c.expires_at <= now))
            self._vault.hold_key(connection)
            row["sealed"] = self._vault.seal(json.dumps(grant).encode(), "flow", key_hash)
            connection.execute(insert(flows).values(row))
        return code

    def pop_code(self, code: str, *, challenge: str) -> tuple[str, str, dict[str, str]] | None:
        """Take out tenant, plugin and grant, once. A wrong challenge uses the code up, because it was stolen."""
        at = flows.c.state_hash == hash_token(f"code:{code}")
        with self._db.write() as connection:
            row = connection.execute(select(flows).where(at)).first()
            is_valid = row is not None and row.expires_at > self._db.now()
            deleted = connection.execute(delete(flows).where(at)).rowcount
        if row is None or deleted != 1 or not is_valid:
            return None
        if not hmac.compare_digest(row.browser_hash, hash_token(challenge)):
            return None
        return row.tenant_id, row.plugin, json.loads(self._vault.open(row.sealed, "flow", row.state_hash))

    def _insert(self, row: dict[str, Any]) -> bool:
        at = flows.c.state_hash == row["state_hash"]
        with self._db.write(lock=f"flow {row['state_hash']}") as connection:
            now = self._db.now()
            connection.execute(delete(flows).where(flows.c.expires_at <= now))
            if connection.execute(select(flows.c.state_hash).where(at)).first() is not None:
                return False
            connection.execute(insert(flows).values(row | {"created_at": now}))
        return True
