"""Usernames a person could have in the PBX, best first. Pure.

PortSIP REST API 22.2 allows 1 to 64 of `A-Z a-z 0-9 _ - ' .`, no dot at either end, and reserves four names. `@` is not
allowed, so a UPN cannot be used as it is.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Final

_MAX_CHARS: Final = 64
_OID_CHARS: Final = 8
_RESERVED: Final = frozenset({"admin", "administrator", "root", "system"})
_NOT_ALLOWED: Final = re.compile(r"[^A-Za-z0-9_\-'.]+")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_\-'.]+")
_REPEATED: Final = re.compile(r"([-.])[-.]+")
_EXTERNAL_MARK: Final = "#EXT#"
_LETTERS: Final = str.maketrans(
    {
        "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D",
        "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ł": "l", "Ł": "L", "ı": "i", "ħ": "h", "Ħ": "H", "ŋ": "n",
        "’": "'", "‘": "'", "`": "'",
    }
)  # fmt: skip
"""Latin letters that Unicode does not decompose, and the apostrophes of names like O’Brien."""


def wish_usernames(upn: str | None, entra_object_id: str) -> tuple[str, ...]:
    """Return one to three usernames for a new user: `ann`, `ann.contoso`, `ann-1f0c2b3a`.

    From `ann@contoso.example`: the local part; the local part with the first label of the domain, for a second Ann; the
    local part with eight characters of the object id, which is certainly free. Letters outside ASCII become ASCII where
    Unicode can decompose them (é, ü, ﬁ) and are dropped otherwise. If nothing is left, the name is `user-1f0c2b3a`.
    Reserved names are left out. Deterministic.
    """
    address = upn or ""
    if _EXTERNAL_MARK in address.upper():
        # The address at home comes before the mark; its at-sign is written as an underscore.
        address = address[: address.upper().index(_EXTERNAL_MARK)]
        local, _, domain = address.rpartition("_") if "_" in address else (address, "", "")
    else:
        local, _, domain = address.rpartition("@") if "@" in address else (address, "", "")
    name, label = _spell(local), _spell(domain.partition(".")[0])
    candidates = [name, f"{name}.{label}" if label else ""] if name else []
    mark = _object_mark(entra_object_id)
    stem = _trim(name[: _MAX_CHARS - 1 - _OID_CHARS]) or "user"
    wishes = [_trim(candidate[:_MAX_CHARS]) for candidate in candidates]
    wishes = [wish for wish in wishes if wish and wish.casefold() not in _RESERVED]
    return tuple(dict.fromkeys([*wishes, f"{stem}-{mark}"]))


def _spell(text: str) -> str:
    """Write text in the letters PortSIP allows."""
    if not _PLAIN.fullmatch(text):
        taken_apart = unicodedata.normalize("NFKD", text.translate(_LETTERS))
        ascii_only = "".join(char for char in taken_apart if not unicodedata.combining(char))
        text = _NOT_ALLOWED.sub("-", ascii_only)
    return _trim(_REPEATED.sub(r"\1", text))


def _trim(text: str) -> str:
    return text.strip(".-'")


def _object_mark(entra_object_id: str) -> str:
    plain = re.sub(r"[^0-9a-f]", "", entra_object_id.lower())
    if len(plain) < _OID_CHARS:  # not a GUID; Entra always sends one, other servers may not
        plain = hashlib.sha256(entra_object_id.encode("utf-8", "replace")).hexdigest()
    return plain[:_OID_CHARS]
