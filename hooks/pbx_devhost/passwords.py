"""Passwords and PINs by the PBX's own policy. Source: PortSIP password policy, 6-32 characters, all rules on."""

from __future__ import annotations

import base64
import secrets
import string
from itertools import pairwise

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

__all__ = ["hash_password", "make_password", "make_pin", "verify_password"]

_ALPHABET = string.ascii_letters + string.digits
_PASSWORD_CHARS = 24
_PIN_DIGITS = 8
_COST = {"n": 2**15, "r": 8, "p": 1}


def make_password() -> str:
    """Return 24 random letters and digits, at least one of each kind, no character twice in a row."""
    while True:
        password = "".join(secrets.choice(_ALPHABET) for _ in range(_PASSWORD_CHARS))
        kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
        if all(set(kind) & set(password) for kind in kinds) and not _has_run(password):
            return password


def make_pin() -> str:
    """Return 8 random digits: none twice in a row, no sequence such as 012."""
    while True:
        pin = "".join(secrets.choice(string.digits) for _ in range(_PIN_DIGITS))
        if not _has_run(pin):
            return pin


def hash_password(password: str) -> str:
    """Return a salted scrypt hash."""
    salt = secrets.token_bytes(16)
    digest = Scrypt(salt=salt, length=32, **_COST).derive(password.encode())
    return f"scrypt${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def verify_password(password: str, hashed: str | None) -> bool:
    """Whether this is the password; takes as long where there is none, so that names cannot be told by time."""
    _, salt, digest = (hashed or _NOBODY).split("$")
    try:
        Scrypt(salt=base64.b64decode(salt), length=32, **_COST).verify(password.encode(), base64.b64decode(digest))
    except InvalidKey:
        return False
    return hashed is not None


_NOBODY = hash_password(secrets.token_hex(16))


def _has_run(text: str) -> bool:
    steps = [ord(b) - ord(a) for a, b in pairwise(text)]
    return 0 in steps or any(a == b and abs(a) == 1 for a, b in pairwise(steps))
