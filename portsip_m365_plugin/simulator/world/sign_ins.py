"""What a cloud remembers of sign-ins: authorization codes, each redeemed once, and sessions of browsers."""

import secrets
import threading
from dataclasses import dataclass

from portsip_m365_plugin.simulator.world.directory import Person
from portsip_m365_plugin.simulator.world.tenant import Tenant

CODE_LIFE_S = 600.0


@dataclass(frozen=True)
class SignInGrant:
    """The content of a code: who signed in, for which app, and what its redemption has to prove."""

    tenant_id: str
    client_id: str
    object_id: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str
    session_id: str
    issued_at_s: float


class Codes:
    """All codes of a cloud, redeemed ones included."""

    def __init__(self) -> None:
        self._grants: dict[str, SignInGrant] = {}
        self._spent: set[str] = set()
        self._lock = threading.Lock()

    def issue(self, grant: SignInGrant) -> str:
        """A new code; about as long as Entra's."""
        code = "1.AXkA" + secrets.token_urlsafe(600)
        with self._lock:
            self._grants[code] = grant
        return code

    def look_up(self, code: str) -> SignInGrant | None:
        """The content of a code, redeemed or not."""
        return self._grants.get(code)

    def spend(self, code: str) -> bool:
        """Redeem a code; False if it was redeemed before."""
        with self._lock:
            if code in self._spent:
                return False
            self._spent.add(code)
            return True


class Sessions:
    """Sessions of browsers (single sign-on), by cookie."""

    def __init__(self) -> None:
        self._people: dict[str, tuple[str, str]] = {}
        self._lock = threading.Lock()

    def begin(self, tenant_id: str, object_id: str) -> str:
        """Start a session."""
        session_id = secrets.token_hex(16)
        with self._lock:
            self._people[session_id] = (tenant_id, object_id)
        return session_id

    def find(self, session_id: str, tenant: Tenant) -> tuple[str, Person] | None:
        """The session and its person, when it belongs to this tenant."""
        tenant_id, object_id = self._people.get(session_id, ("", ""))
        person = tenant.directory.people.get(object_id) if tenant_id == tenant.id else None
        return (session_id, person) if person is not None else None

    def end(self, session_id: str) -> None:
        """Sign out."""
        with self._lock:
            self._people.pop(session_id, None)
