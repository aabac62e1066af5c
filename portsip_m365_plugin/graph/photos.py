"""Profile photos: first a mark for each person, then the picture where the mark is new.

Source: profilephoto-get (2023-11). No delta reports photo changes, and `If-None-Match` is not supported; Microsoft's
own toolkit compares `@odata.mediaEtag` too. "No photo" has several forms: 404, a 400 for people without a mailbox, and
a documented 200 with a GIF of one pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.graph.errors import GraphError, MailboxMissingError, NotFoundError, ProtocolError
from portsip_m365_plugin.graph.wire import Request, build

_PLACEHOLDER_ID: Final = "1x1"
_NO_MAILBOX_CODE: Final = "AuthenticationError"
"""400, sometimes 401, "Error authenticating with resource": the answer for the photo of a person without a mailbox."""
_SIGNATURES: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoMark:
    """Changes whenever the picture of a person changes."""

    etag: str


def ask_photo(cloud: Cloud, user_id: str) -> Request:
    """Build the request for the mark of a person's photo."""
    return build("users.photo", cloud, user_id=user_id)


def ask_picture(cloud: Cloud, user_id: str) -> Request:
    """Build the request for the picture itself, in its largest size."""
    return build("users.photo_content", cloud, user_id=user_id)


def read_photo_mark(body: object) -> PhotoMark | None:
    """Return the mark, or None for the documented placeholder.

    Raises:
        ProtocolError: The answer has no mark. Nothing is known about the photo then.
    """
    etag = body.get("@odata.mediaEtag") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(etag, str):
        raise ProtocolError("users.photo: the answer has no @odata.mediaEtag")
    if not etag or body.get("id") == _PLACEHOLDER_ID:
        return None
    return PhotoMark(etag=etag)


def is_no_photo(error: GraphError) -> bool:
    """Whether a refusal means that there is no photo; otherwise nothing is known about it."""
    return isinstance(error, (NotFoundError, MailboxMissingError)) or error.code == _NO_MAILBOX_CODE


def sniff_picture(content: bytes) -> str | None:
    """Return the type of a picture by its first bytes, or None if it is not a picture. Browsers will show it."""
    return next((kind for signature, kind in _SIGNATURES if content.startswith(signature)), None)
