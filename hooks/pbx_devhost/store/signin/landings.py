"""States for addresses outside that send a browser back without a sign-in. Sealed, and stored nowhere."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Final

from pbx_devhost.store.database import Database
from pbx_devhost.store.scope import Scope
from pbx_devhost.store.sealing.keys import VaultError
from pbx_devhost.store.sealing.vault import Vault
from pbx_plugin_api.landings import check_landing

_PREFIX: Final = "landing."
_STATE_MAX_CHARS: Final = 2_048
_PLACE: Final = "landing"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedLanding:
    """What a state of ours says: which plugin of which tenant made it, and for what."""

    tenant_id: str
    plugin: str
    purpose: str
    about: str


class LandingStore:
    """Makes states and knows them again."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._db, self._vault = database, vault

    def open(self, state: str) -> OpenedLanding | None:
        """Return what a state says; None if it was not made here, was changed, or its time is over."""
        if not state.startswith(_PREFIX) or len(state) > _STATE_MAX_CHARS or not state.isascii():
            return None
        text = state.removeprefix(_PREFIX)
        try:
            sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            shape = json.loads(self._vault.open(sealed, _PLACE))
        except (binascii.Error, VaultError):
            return None
        if shape["until"] <= self._db.now():
            return None
        return OpenedLanding(
            tenant_id=shape["tenant"], plugin=shape["plugin"], purpose=shape["purpose"], about=shape["about"]
        )


def make_state(scope: Scope, vault: Vault, purpose: str, about: str, keep_s: int) -> str:
    """Return a state of one plugin of one tenant. See `Host.landing_state`."""
    check_landing(purpose, about, keep_s)
    vault.use_newest_key()
    shape = {"tenant": scope.tenant_id, "plugin": scope.plugin, "purpose": purpose, "about": about}
    text = json.dumps({**shape, "until": int(scope.database.now()) + keep_s}, separators=(",", ":"))
    return _PREFIX + base64.urlsafe_b64encode(vault.seal(text.encode(), _PLACE)).decode().rstrip("=")
