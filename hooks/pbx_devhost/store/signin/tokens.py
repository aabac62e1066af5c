"""What is stored in place of a token."""

from __future__ import annotations

import hashlib


def hash_token(token: str) -> str:
    """Return what is stored in place of a token. Tokens are long and random, so a plain hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
