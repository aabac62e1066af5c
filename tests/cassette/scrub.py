"""Remove what must not be in a cassette. The same name always becomes the same false name.

Used for every request and answer while recording, and for every request while replaying, so that both agree.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlencode

SECRET_FIELDS: Final = frozenset(
    {"access_token", "refresh_token", "id_token", "client_assertion", "code", "code_verifier", "proof", "key"}
)
SAFE_HEADERS: Final = frozenset(
    {
        "content-type",
        "retry-after",
        "accept",
        "prefer",
        "consistencylevel",
        "x-ms-throttle-priority",
        "etag",
        "location",
    }
)
_NAMES: Final = frozenset(
    {"displayName", "givenName", "surname", "middleName", "nickName", "companyName", "department", "jobTitle", "fileAs",
     "officeLocation", "city", "street", "state", "postalCode", "personalNotes", "assistantName", "manager",
     "spouseName", "profession", "title", "initials"}
)  # fmt: skip
_PHONES: Final = frozenset({"mobilePhone", "businessPhones", "homePhones"})
_KEEP: Final = frozenset({"Contacts", "Suggested Contacts", "Customers", "VIP"})
_FALSE_DOMAINS: Final = frozenset({"contoso.example", "example.com", "pbx.example.com"})
_GUID: Final = re.compile(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b")
_ADDRESS: Final = re.compile(r"[\w.+'#-]+@([\w-]+(?:\.[\w-]+)+)")
_QUOTED_ADDRESS: Final = re.compile(r"(?<=%3A|%27)([\w.+-]+)%40([\w-]+(?:\.[\w-]+)+)")
"""The same in a filter inside a URL."""
_TOKEN_IN_LINK: Final = re.compile(r"((?:delta|skip)token=)([^&\"\s]{12,})")
_OPAQUE: Final = re.compile(r"\bAA(?:[MQ]k|kA)(?:[A-Za-z0-9_\-=]|%3D){36,}")
"""Ids of folders, contacts and messages: Exchange writes the mailbox's own id into them."""
_WELL_KNOWN: Final = frozenset(
    {"00000003-0000-0000-c000-000000000000", "99999999-9999-4999-8999-999999999999"}
)  # fmt: skip


def scrub_text(text: str) -> str:
    """Replace GUIDs, mail addresses and link tokens everywhere."""
    text = _OPAQUE.sub(lambda m: "AAMk" + _digest(unquote(m[0]), 32), text)
    text = _GUID.sub(lambda m: _false_guid(m[0]), text)
    text = _ADDRESS.sub(lambda m: m[0] if m[1] in _FALSE_DOMAINS else _false_address(m[0]), text)
    text = _QUOTED_ADDRESS.sub(_quoted_false_address, text)
    return _TOKEN_IN_LINK.sub(lambda m: m[1] + (m[2] if m[2].startswith("t-") else "t-" + _digest(m[2], 16)), text)


def scrub_json(value: Any, name: str = "") -> Any:
    """Replace what could identify a person, by the name of the field."""
    if isinstance(value, dict):
        return {key: "scrubbed" if key in SECRET_FIELDS else scrub_json(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [scrub_json(item, name) for item in value]
    if not isinstance(value, str) or not value:
        return value
    if name in _PHONES:
        return value if value.startswith("+1 425 555 ") else f"+1 425 555 01{int(_digest(value, 4), 16) % 100:02d}"
    if name in _NAMES and value not in _KEEP:
        return value if value.startswith("Name ") else f"Name {_digest(value, 6)}"
    return scrub_text(value)


def scrub_request(request: Any) -> Any:
    """For vcrpy's `before_record_request`, while recording and while replaying."""
    request.headers = {k: v for k, v in request.headers.items() if k.lower() in SAFE_HEADERS}
    request.uri = scrub_text(request.uri)
    if request.body:
        request.body = _scrub_body(request.body)
    return request


def scrub_response(response: dict[str, Any]) -> dict[str, Any]:
    """For vcrpy's `before_record_response`."""
    headers = {k: v for k, v in response["headers"].items() if k.lower() in SAFE_HEADERS}
    response["headers"] = {k: [scrub_text(each) for each in v] for k, v in headers.items()}
    content_type = " ".join(headers.get("Content-Type", headers.get("content-type", [""])))
    body = response["body"]["string"]
    if body and "image/" not in content_type:
        response["body"]["string"] = _scrub_body(body)
    return response


def _scrub_body(body: bytes | str) -> bytes:
    raw = body if isinstance(body, bytes) else body.encode()
    try:
        return json.dumps(scrub_json(json.loads(raw)), ensure_ascii=False).encode()
    except ValueError:
        pass
    text = raw.decode("utf-8", "replace")
    if "grant_type=" in text:
        pairs = [(k, "scrubbed" if k in SECRET_FIELDS else scrub_text(v)) for k, v in parse_qsl(text)]
        return urlencode([(k, v) for k, v in pairs if k != "client_info"]).encode()
    return scrub_text(text).encode()


def _false_guid(guid: str) -> str:
    lowered = guid.lower()
    if lowered in _WELL_KNOWN or lowered.startswith("5c2bbed0-"):
        return lowered
    # Our own mark in front: a value is not replaced twice, so that replaying agrees.
    return "5c2bbed0-" + str(uuid.UUID(_digest(lowered, 32)))[9:]


def _false_address(address: str) -> str:
    return f"p{_digest(address.lower(), 8)}@contoso.example"


def _quoted_false_address(match: re.Match[str]) -> str:
    return match[0] if match[2] in _FALSE_DOMAINS else quote(_false_address(unquote(match[0])), safe="")


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]
