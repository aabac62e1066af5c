"""A PBX notification as a Graph message. Pure: no sending, no reading of attachments.

Source: "message resource type" and "user: sendMail", Microsoft Graph v1.0
(https://learn.microsoft.com/graph/api/user-sendmail, 2026-11): to, cc and bcc together hold at most 500 addresses;
`internetMessageHeaders` takes `x-` headers only. The schema of 21Vianet does not have it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pbx_plugin_api import AttachmentRef, Notification, write_mail
from portsip_m365_plugin.mapping.text import cut

RECIPIENTS_MAX: Final = 500
ID_HEADER: Final = "x-portsip-notification-id"
COPY_HEADER: Final = "x-portsip-possible-copy"

_SUBJECT_MAX_CHARS: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """Who gets one message."""

    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()

    def all(self) -> tuple[str, ...]:
        """Return every address: to, cc, bcc."""
        return self.to + self.cc + self.bcc


def split_recipients(notification: Notification, *, at_most: int = RECIPIENTS_MAX) -> Iterator[Recipients]:
    """Yield the recipients in groups that fit into one message each, in order, nobody twice.

    Args:
        notification: Has the recipients.
        at_most: The mailbox's limit, 1 to 500.
    """
    seen: set[str] = set()
    flat: list[tuple[str, str]] = []
    for kind in ("to", "cc", "bcc"):
        for address in getattr(notification, kind):
            key = address.casefold()
            if key not in seen:
                seen.add(key)
                flat.append((kind, address))
    for start in range(0, len(flat), at_most):
        part = flat[start : start + at_most]
        yield Recipients(**{kind: tuple(a for k, a in part if k == kind) for kind in ("to", "cc", "bcc")})


def build_message(
    notification: Notification,
    recipients: Recipients,
    *,
    has_headers: bool,
    default_reply_to: Sequence[str] = (),
    left_out: Sequence[AttachmentRef] = (),
    gone: Sequence[AttachmentRef] = (),
) -> dict[str, Any]:
    """Return the `message` of a sendMail or of a draft, without its attachments.

    Args:
        notification: The mail, as `check_mail` returned it.
        recipients: At most 500 addresses.
        has_headers: Whether the cloud has `internetMessageHeaders`. Without, a possible copy is marked in the subject.
        default_reply_to: Used if the notification has no reply address.
        left_out: Attachments that are too large to send. The text says so and has the PBX's links.
        gone: Attachments that the PBX no longer has. The text says so.
    """
    marks_copy = notification.previous_outcome_unknown and not has_headers
    mail = write_mail(notification, marks_copy=marks_copy, left_out=left_out, gone=gone)
    is_html, content = bool(mail.html), mail.html or mail.text
    message: dict[str, Any] = {
        "subject": cut(mail.subject, _SUBJECT_MAX_CHARS),
        "body": {"contentType": "html" if is_html else "text", "content": content},
        "importance": notification.importance.value,
        "toRecipients": _addresses(recipients.to),
    }
    optional = (
        ("ccRecipients", recipients.cc),
        ("bccRecipients", recipients.bcc),
        ("replyTo", notification.reply_to or tuple(default_reply_to)),
    )
    for name, addresses in optional:
        if addresses:
            message[name] = _addresses(addresses)
    if has_headers:
        headers = [{"name": ID_HEADER, "value": notification.notification_id}]
        if notification.previous_outcome_unknown:
            headers.append({"name": COPY_HEADER, "value": f"attempt {notification.attempt}"})
        message["internetMessageHeaders"] = headers
    return message


def _addresses(addresses: Sequence[str]) -> list[dict[str, Any]]:
    return [{"emailAddress": {"address": address}} for address in addresses]
