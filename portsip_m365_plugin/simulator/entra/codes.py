"""Authorization codes between the authorize page and the token endpoint; each may be redeemed once."""

import secrets
import threading
from dataclasses import dataclass

CODE_LIFE_S = 600.0


@dataclass(frozen=True)
class SignInGrant:
    """What a code stands for: who signed in, for which app, and what the redemption has to prove."""

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
    """All codes of a cloud, the redeemed ones remembered."""

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
        """What a code stands for, redeemed or not."""
        return self._grants.get(code)

    def spend(self, code: str) -> bool:
        """Redeem; False when it was before."""
        with self._lock:
            if code in self._spent:
                return False
            self._spent.add(code)
            return True
