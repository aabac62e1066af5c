"""Passwords and PINs by the PBX's own policy. Source: PortSIP password policy, 6-32 characters, all rules on."""

from __future__ import annotations

import base64
import re
import secrets
import string
from collections.abc import Iterator
from functools import cache

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

_ALPHABET = string.ascii_letters + string.digits
_PASSWORD_CHARS = 24
_PIN_DIGITS = 8
_COST = {"n": 2**15, "r": 8, "p": 1}
_REPEAT = re.compile(r"(.)\1")
_RUNS = frozenset(
    "".join(chr(first + step * at) for at in range(3)) for first in range(ord("0"), ord("z") + 1) for step in (1, -1)
)
"""Three characters whose codes rise or fall by one each."""


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
    """Draw evenly among all texts without a repeated character or a run such as `abc` or `321`.

    A text that breaks the rule is thrown away whole, so that each text that keeps it is equally likely. Bytes are
    turned into characters in one step: an import makes passwords for hundreds of thousands of people.
    """
    characters, unfair = _reading(alphabet)
    while True:
        text = secrets.token_bytes(2 * length).translate(characters, unfair).decode()[:length]
        if len(text) == length and not _REPEAT.search(text) and _RUNS.isdisjoint(map("".join, _threes(text))):
            return text


def _threes(text: str) -> Iterator[tuple[str, str, str]]:
    return zip(text, text[1:], text[2:], strict=False)


@cache
def _reading(alphabet: str) -> tuple[bytes, bytes]:
    """Return the character for each byte, and the bytes to leave out so that no character is more likely."""
    fair = 256 - 256 % len(alphabet)
    characters = bytes(ord(alphabet[byte % len(alphabet)]) for byte in range(256))
    return characters, bytes(range(fair, 256))
