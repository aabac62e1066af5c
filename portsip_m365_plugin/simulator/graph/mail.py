"""Sending mail: sendMail, drafts, small attachments, send.

Sources: user-sendmail (2024), user-post-messages, message-send, message-post-attachments (2021).
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from portsip_m365_plugin.simulator.exchange import Answer, Refused, json_answer
from portsip_m365_plugin.simulator.graph.call import Call
from portsip_m365_plugin.simulator.world.directory import Person
from portsip_m365_plugin.simulator.world.mailboxes import Mailbox, outlook_id

MAX_RECIPIENTS = 500
SMALL_ATTACHMENT_BYTES = 3 * 1024 * 1024
_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")


def send_mail(call: Call) -> Answer:
    """POST /users/{id}/sendMail: 202 with an empty body, or a refusal; JSON or base64 MIME."""
    person, _ = call.mailbox()
    if call.request.headers.get("content-type", "").lower().startswith("text/plain"):
        try:
            mime = base64.b64decode(call.request.body, validate=True)
        except binascii.Error:
            raise Refused(
                400, "ErrorMimeContentInvalidBase64String", "Invalid base64 string for MIME content."
            ) from None
        _accept(call, person, {"mime": mime.decode("utf-8", "replace")}, 1, "sendMail", save=True)
        return Answer(202)
    body = json_body(call)
    given = {name.lower(): value for name, value in body.items()}
    unknown = set(given) - {"message", "savetosentitems"}
    if unknown:
        raise Refused(400, "BadRequest", f"The parameter '{sorted(unknown)[0]}' is not declared by action 'sendMail'.")
    message = given.get("message")
    if not isinstance(message, dict):
        raise Refused(400, "ErrorInvalidRequest", "The parameter 'Message' is missing: wrap the message in it.")
    check_message(call, person, message)
    save = str(given.get("savetosentitems", True)).lower() == "true"
    _accept(call, person, message, len(list(_recipients(message))), "sendMail", save)
    return Answer(202)


def create_draft(call: Call) -> Answer:
    """POST /users/{id}/messages: 201 with the draft."""
    person, mailbox = call.mailbox()
    message = json_body(call)
    check_message(call, person, message, needs_recipients=False)
    with mailbox.lock:
        mailbox.created += 1
        key = outlook_id("message", mailbox.owner_id, mailbox.created)
        draft = {**message, "id": key, "isDraft": True, "createdDateTime": call.tenant.now()}
        mailbox.attachments[key] = [_stored_attachment(item) for item in draft.pop("attachments", None) or []]
        mailbox.drafts[key] = draft
    context = call.context(f"users('{person.id}')/messages/$entity")
    return json_answer({"@odata.context": context, **draft}, 201)


def delete_message(call: Call) -> Answer:
    """DELETE /users/{id}/messages/{id}."""
    _, mailbox = call.mailbox()
    draft_of(call, mailbox)
    mailbox.drafts.pop(call.params[1])
    mailbox.attachments.pop(call.params[1], None)
    return Answer(204)


def add_attachment(call: Call) -> Answer:
    """POST /users/{id}/messages/{id}/attachments: up to 3 MB each."""
    _, mailbox = call.mailbox()
    draft_of(call, mailbox)
    body = json_body(call)
    if body.get("@odata.type") != "#microsoft.graph.fileAttachment":
        raise Refused(400, "BadRequest", "An attachment needs '@odata.type': '#microsoft.graph.fileAttachment'.")
    call.realm.schema.check_body("fileAttachment", body)
    _check_attachment(body)
    stored = _stored_attachment(body)
    mailbox.attachments[call.params[1]].append(stored)
    return json_answer({"@odata.context": call.context("attachments/$entity"), **_without_bytes(stored)}, 201)


def send_draft(call: Call) -> Answer:
    """POST /users/{id}/messages/{id}/send: 202; the draft is gone."""
    person, mailbox = call.mailbox()
    draft = draft_of(call, mailbox)
    recipients = list(_recipients(draft))
    _check_recipients(recipients)
    message = {name: value for name, value in draft.items() if name not in ("id", "isDraft", "createdDateTime")}
    attachments = mailbox.attachments.get(call.params[1], [])
    _accept(call, person, {**message, "attachments": attachments}, len(recipients), "send", save=True)
    mailbox.drafts.pop(call.params[1], None)
    mailbox.attachments.pop(call.params[1], None)
    return Answer(202)


def check_message(call: Call, person: Person, message: dict[str, Any], *, needs_recipients: bool = True) -> None:
    """Everything Exchange checks before it accepts; raises ``Refused``."""
    call.realm.schema.check_body("message", message)
    for header in message.get("internetMessageHeaders") or []:
        if not str(header.get("name", "")).lower().startswith("x-"):
            raise Refused(
                400,
                "InvalidInternetMessageHeader",
                f"The internet message header name '{header.get('name')}' should start with 'x-' or 'X-'.",
            )
    sender = ((message.get("from") or {}).get("emailAddress") or {}).get("address")
    own = {str(person.props.get(name) or "").lower() for name in ("mail", "userPrincipalName")}
    own |= {proxy.partition(":")[2].strip().lower() for proxy in person.props.get("proxyAddresses") or []}
    if sender and sender.lower() not in own:
        raise Refused(
            403,
            "ErrorSendAsDenied",
            "The user account which was used to submit this request does not have the right to send mail on behalf of "
            "the specified sending account. Cannot submit message.",
        )
    recipients = list(_recipients(message))
    if needs_recipients or recipients:
        _check_recipients(recipients)
    for attachment in message.get("attachments") or []:
        _check_attachment(attachment)


def _check_recipients(recipients: list[Any]) -> None:
    if not recipients or not all(isinstance(address, str) and _ADDRESS.fullmatch(address) for address in recipients):
        raise Refused(400, "ErrorInvalidRecipients", "At least one recipient isn't valid.")
    if len(recipients) > MAX_RECIPIENTS:
        raise Refused(400, "ErrorRecipientLimitExceeded", "The recipient limit is exceeded.")


def _recipients(message: dict[str, Any]) -> Iterator[Any]:
    for field in ("toRecipients", "ccRecipients", "bccRecipients"):
        for recipient in message.get(field) or []:
            yield (recipient.get("emailAddress") or {}).get("address")


def _check_attachment(attachment: dict[str, Any]) -> None:
    if not attachment.get("name"):
        raise Refused(400, "ErrorInvalidRequest", "An attachment needs a name.")
    try:
        size = len(base64.b64decode(attachment.get("contentBytes") or "", validate=True))
    except binascii.Error:
        raise Refused(
            400, "RequestBodyRead", "Cannot convert the value of 'contentBytes' to type 'Edm.Binary'."
        ) from None
    if size > SMALL_ATTACHMENT_BYTES:
        raise Refused(413, "ErrorMessageSizeExceeded", "The message exceeds the maximum supported size.")


def _stored_attachment(attachment: dict[str, Any]) -> dict[str, Any]:
    content = attachment.get("contentBytes") or ""
    size = len(base64.b64decode(content))
    return {**attachment, "id": outlook_id("attachment", attachment.get("name"), size), "size": size}


def _without_bytes(attachment: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attachment.items() if name != "contentBytes"}


def draft_of(call: Call, mailbox: Mailbox) -> dict[str, Any]:
    """The draft that the path names; ``Refused`` 404 where there is none."""
    draft = mailbox.drafts.get(call.params[1])
    if draft is None:
        raise Refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")
    return draft


def json_body(call: Call) -> dict[str, Any]:
    """The body as a JSON object; ``Refused`` 400 where it is not one."""
    if not call.request.headers.get("content-type", "").lower().startswith("application/json"):
        raise Refused(
            400,
            "BadRequest",
            "Write requests (excluding DELETE) must contain the Content-Type header declaration.",
        )
    try:
        body = call.request.json()
    except ValueError:
        raise Refused(400, "BadRequest", "Unable to read JSON request payload.") from None
    if not isinstance(body, dict):
        raise Refused(400, "BadRequest", "Unable to read JSON request payload.")
    return body


def _accept(call: Call, person: Person, message: dict[str, Any], recipients: int, via: str, save: bool) -> None:
    refused = call.tenant.mailbox(person).sending_refused
    if refused:
        raise Refused(403, refused, "Cannot send the message: submission from this mailbox is blocked.")
    call.realm.limits.spend_mail(person.id, recipients)
    call.tenant.sent.append(
        {
            "mailbox_id": person.id,
            "upn": person.props.get("userPrincipalName"),
            "via": via,
            "save_to_sent_items": save,
            "message": message,
            "size_bytes": len(call.request.body),
            "accepted_utc": call.tenant.now(),
            "client_request_id": call.request.client_request_id,
        }
    )
