"""Profile photos: what is asked, and what an answer says.

A picture has two marks. Its metadata has `@odata.mediaEtag`; the picture itself comes with an `ETag` header. Nothing
says that they are equal, so a difference between them means nothing.

No delta reports photo changes, and `If-None-Match` is not supported; Microsoft's own toolkit compares
`@odata.mediaEtag` too. "No photo" is believed only where a code says so, or the documented GIF of one pixel.

Sources: "Get profilePhoto", Microsoft Graph v1.0 (2023-11); microsoft-graph-docs issues 1524, 8877 and 20785.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.graph.errors import GraphError, ProtocolError
from portsip_m365_plugin.graph.wire import Request, build

_PLACEHOLDER_ID: Final = "1x1"
NO_PHOTO_CODES: Final = frozenset(
    {
        *("ErrorItemNotFound", "ErrorNonExistentMailbox", "ImageNotFound", "MailboxNotEnabledForRESTAPI"),
        *("Request_ResourceNotFound", "ResourceNotFound"),
    }
)
"""The codes of a 404 that says: this person has no photo."""
_NO_MAILBOX_CODE: Final = "AuthenticationError"
"""400, sometimes 401: seen for people without a mailbox. It can mean other things too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoMark:
    """`@odata.mediaEtag`: changes whenever the picture of a person changes."""

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
    if not etag or str(body.get("id")).lower() == _PLACEHOLDER_ID:
        return None
    return PhotoMark(etag=etag)


def is_no_photo(error: GraphError) -> bool:
    """Whether a refusal means that there is no photo; otherwise nothing is known about it."""
    return error.status == 404 and error.code in NO_PHOTO_CODES


def is_probably_no_photo(error: GraphError) -> bool:
    """Whether a refusal is usual for people without a photo. Too weak to remove one, and no problem where none is."""
    return error.status == 404 or error.code == _NO_MAILBOX_CODE


def read_picture_etag(headers: Mapping[str, str]) -> str | None:
    """Return the ETag that came with a picture, alone or in a batch; None where there is none."""
    return next((value for name, value in headers.items() if name.lower() == "etag" and value), None)
