"""Mail: sendMail for what fits into one request, a draft with uploads for the rest.

Sources: user-sendmail (2024), outlook-large-attachments and attachment-createuploadsession (2021), message-send (2021).
sendMail answers 202 only. A whole request may have 4 MB. An attachment of 3 to 150 MB needs an upload session: ranges
below 4 MB, sent to an address that has its own authority and must not get our token.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portsip_m365_plugin.graph.bodies import FileContent, json_size
from portsip_m365_plugin.graph.client import GraphClient, Reply
from portsip_m365_plugin.graph.errors import BadRequestError, GraphError, ProtocolError
from portsip_m365_plugin.graph.uploads import upload
from portsip_m365_plugin.graph.wire import CALLS, build

_log = logging.getLogger(__name__)

INLINE_MAX_BYTES: Final = 3_900_000
"""Most bytes of a finished sendMail. Graph accepts 4 MB (10^6 or 2^20 is not documented), and proxies add a little."""

SESSION_MAX_BYTES: Final = 150_000_000
_POST_MAX_BYTES: Final = 2_995_000
"""Certainly below 3 MB, and in base64 certainly below 4 MB. For larger files a session is tried first."""
_POST_EVER_MAX_BYTES: Final = 3 * 1024 * 1024
_TOO_SMALL: Final = "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFile:
    """An attachment; with a `content_id`, a picture inside the HTML."""

    name: str
    content_type: str
    content: FileContent
    content_id: str | None = None

    def shape(self) -> dict[str, Any]:
        """Return it as Graph's fileAttachment; the bytes are read later."""
        shape: dict[str, Any] = {
            "@odata.type": "#microsoft.graph.fileAttachment",
            "name": self.name,
            "contentType": self.content_type,
            "contentBytes": self.content,
        }
        if self.content_id is not None:
            shape |= {"isInline": True, "contentId": self.content_id}
        return shape


def sendmail_size(message: Mapping[str, Any], files: Sequence[MailFile]) -> int:
    """Return the size of a sendMail in bytes. Reads no file."""
    return json_size(_sendmail_body(message, files, save_to_sent=False))


def send_mail(
    client: GraphClient, mailbox: str, message: Mapping[str, Any], files: Sequence[MailFile] = (), *, save_to_sent: bool
) -> Reply:
    """Send a message in one request. The caller has checked `INLINE_MAX_BYTES`.

    Args:
        client: Sends.
        mailbox: Object id, or an address. Prefer the id: a shared mailbox has refused its own address.
        message: As `mapping.messages.build_message` returns it.
        files: Read while they are sent; memory does not grow with their size.
        save_to_sent: Whether a copy stays in the mailbox.

    Raises:
        GraphError: See `graph.errors`. Not idempotent: after `AnswerLostError`, `UnavailableError` or `ProtocolError`
            the mail may have been sent.

    Cost: one request.
    """
    body = _sendmail_body(message, files, save_to_sent=save_to_sent)
    return client.send(build("mail.send", client.cloud, body=body, user_id=mailbox))


def try_sending_nothing(client: GraphClient, mailbox: str) -> None:
    """Send a message without recipients, which Exchange never sends: it looks at permission and mailbox first.

    Raises:
        RecipientError: The app was let in, and the missing recipient was refused. That does not prove that it may send.
        GraphError: It was not let in, there is no such mailbox, or there was an outage.

    Cost: one request. Repeatable.
    """
    message = {"subject": "", "body": {"contentType": "text", "content": ""}, "toRecipients": []}
    send_mail(client, mailbox, message, save_to_sent=False)


def has_drafts(client: GraphClient) -> bool:
    """Whether this cloud has everything that a draft with uploads needs."""
    calls = ("mail.create_draft", "mail.attach", "mail.create_upload", "mail.send_draft")
    return all(client.cloud.like in CALLS[name].clouds for name in calls)


def make_draft(client: GraphClient, mailbox: str, message: Mapping[str, Any], files: Sequence[MailFile]) -> str:
    """Make a draft with all its attachments and return its id. Nothing is sent here, also not on an error.

    Needs Mail.ReadWrite. A draft that could not be finished is deleted if possible.

    Cost: one request; one more for each attachment below 3 MB; for larger ones one, and one for each 3.9 MB.
    """
    request = build("mail.create_draft", client.cloud, body=message, user_id=mailbox)
    body = client.send(request).body
    draft_id = body.get("id") if isinstance(body, dict) else None
    if not isinstance(draft_id, str) or not draft_id:
        raise ProtocolError("mail.create_draft gave no id")
    try:
        for file in files:
            _attach(client, mailbox, draft_id, file)
    except BaseException:
        delete_draft(client, mailbox, draft_id)
        raise
    return draft_id


def send_draft(client: GraphClient, mailbox: str, draft_id: str) -> Reply:
    """Send a draft. Not idempotent; Exchange keeps a copy in Sent Items. Cost: one request."""
    return client.send(build("mail.send_draft", client.cloud, user_id=mailbox, message_id=draft_id))


def delete_draft(client: GraphClient, mailbox: str, draft_id: str) -> None:
    """Delete a draft. A failure is only logged: a draft that stays does no harm."""
    with contextlib.suppress(GraphError):
        client.send(build("mail.delete_draft", client.cloud, user_id=mailbox, message_id=draft_id))
        return
    _log.warning("A draft that was not sent could not be deleted from the mailbox's Drafts folder")


def _attach(client: GraphClient, mailbox: str, draft_id: str, file: MailFile) -> None:
    size = file.content.size_bytes
    if size <= _POST_MAX_BYTES:
        _post(client, mailbox, draft_id, file)
        return
    # Microsoft does not document which megabyte it means. By one reading 3.0 to 3.1 million bytes are too large for a
    # POST, by the other they are too small for a session.
    item: dict[str, Any] = {"attachmentType": "file", "name": file.name, "size": size, "contentType": file.content_type}
    if file.content_id is not None:
        item |= {"isInline": True, "contentId": file.content_id}
    request = build(
        "mail.create_upload",
        client.cloud,
        body={"AttachmentItem": item},
        user_id=mailbox,
        message_id=draft_id,
    )
    try:
        session = client.send(request).body
    except BadRequestError as error:
        if error.code != _TOO_SMALL or size > _POST_EVER_MAX_BYTES:
            raise
        _post(client, mailbox, draft_id, file)
        return
    url = session.get("uploadUrl") if isinstance(session, dict) else None
    if not isinstance(url, str):
        raise ProtocolError("mail.create_upload gave no uploadUrl")
    upload(client, url, file.content)


def _post(client: GraphClient, mailbox: str, draft_id: str, file: MailFile) -> None:
    client.send(build("mail.attach", client.cloud, body=file.shape(), user_id=mailbox, message_id=draft_id))


def _sendmail_body(message: Mapping[str, Any], files: Sequence[MailFile], *, save_to_sent: bool) -> dict[str, Any]:
    whole = {**message, "attachments": [file.shape() for file in files]} if files else message
    return {"message": whole, "saveToSentItems": save_to_sent}
