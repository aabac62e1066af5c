"""Passwords and PINs by the PBX's own policy. Source: PortSIP password policy, 6-32 characters, all rules on."""

from __future__ import annotations

import base64
import secrets
import string
from functools import cache

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

_ALPHABET = string.ascii_letters + string.digits
_PASSWORD_CHARS = 24
_PIN_DIGITS = 8
_COST = {"n": 2**15, "r": 8, "p": 1}


def make_password() -> str:
    """Return 24 random letters and digits, at least one of each kind, without a repeat or a sequence."""
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
    while True:
        password = _draw(_ALPHABET, _PASSWORD_CHARS)
        if all(set(kind) & set(password) for kind in kinds):
            return password


def make_pin() -> str:
    """Return 8 random digits: none twice in a row, no sequence such as 012."""
    return _draw(string.digits, _PIN_DIGITS)


def hash_password(password: str) -> str:
    """Return a salted scrypt hash."""
    salt = secrets.token_bytes(16)
    digest = Scrypt(salt=salt, length=32, **_COST).derive(password.encode())
    return f"scrypt${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def verify_password(password: str, hashed: str | None) -> bool:
    """Whether this is the password. An account without one takes the same time, so that time does not reveal names."""
    _, salt, digest = (hashed or _nobody()).split("$")
    try:
        Scrypt(salt=base64.b64decode(salt), length=32, **_COST).verify(password.encode(), base64.b64decode(digest))
    except InvalidKey:
        return False
    return hashed is not None


@cache
def _nobody() -> str:
    return hash_password(secrets.token_hex(16))


def _draw(alphabet: str, length: int) -> str:
    """Draw characters evenly, leaving out those that would repeat the last one or lengthen a run such as `ab` to `abc`.

    One call gives all random bytes: an import makes passwords for hundreds of thousands of people.
    """
    fair, drawn = 256 - 256 % len(alphabet), ""
    while True:
        for byte in secrets.token_bytes(2 * length):
            character = alphabet[byte % len(alphabet)]
            if byte >= fair or _continues_run(drawn, character):
                continue
            drawn += character
            if len(drawn) == length:
                return drawn


def _continues_run(text: str, character: str) -> bool:
    if not text:
        return False
    step = ord(character) - ord(text[-1])
    return step == 0 or (step in (1, -1) and len(text) > 1 and ord(text[-1]) - ord(text[-2]) == step)
