"""Recognises a browser that has signed in to an account before.

Anybody can type five wrong passwords for an administrator every 15 minutes. If all guesses were counted together, that
would lock the owner out for ever. So a browser that has signed in before has its own count.

Each browser has its own mark: random, with a MAC under the account's stored password hash (salted, so that the mark
says nothing about the password). Nothing is stored for it, and a changed password makes all marks invalid.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

MARK_S: Final = 180 * 86_400
"""How long a mark is valid, in seconds."""
_MARK_MAX_CHARS: Final = 160


def make_mark(tenant_id: str, account: str, password_hash: str, now: float) -> str:
    """Return a mark for a browser that has just signed in to an account with its password."""
    body = f"{int(now)}.{secrets.token_urlsafe(24)}"
    return f"{body}.{_sign(tenant_id, account, password_hash, body)}"


def find_counter(mark: str, tenant_id: str, account: str, password_hash: str | None, now: float) -> str:
    """Return the name under which wrong passwords are counted: the mark's own, or the account's for other browsers."""
    body, _, mac = mark.rpartition(".")
    issued = body.partition(".")[0]
    if password_hash is None or len(mark) > _MARK_MAX_CHARS or not mark.isascii() or not issued.isdecimal():
        return account
    if not hmac.compare_digest(mac, _sign(tenant_id, account, password_hash, body)):
        return account
    return f"known:{hashlib.sha256(mark.encode()).hexdigest()}" if now < int(issued) + MARK_S else account


def _sign(tenant_id: str, account: str, password_hash: str, body: str) -> str:
    text = f"known browser\n{tenant_id}\n{account}\n{body}"
    return hmac.digest(password_hash.encode(), text.encode(), hashlib.sha256).hex()
