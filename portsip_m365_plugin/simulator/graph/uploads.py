"""Upload sessions for attachments from 3 to 150 MB: created through Graph, filled at Outlook's host without a token."""

import base64
import re
import secrets
from typing import Any

from portsip_m365_plugin.simulator.exchange import Answer, Refused, Request, json_answer
from portsip_m365_plugin.simulator.graph.call import Call
from portsip_m365_plugin.simulator.graph.mail import SMALL_ATTACHMENT_BYTES, draft_of, json_body
from portsip_m365_plugin.simulator.realm import Realm
from portsip_m365_plugin.simulator.world.mailboxes import outlook_id

LARGEST_BYTES = 150 * 1024 * 1024
RANGE_BYTES = 4 * 1024 * 1024
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
_PATH = re.compile(
    r"/api/v2\.0/Users\('[^@]+@(?P<tenant>[^']+)'\)/Messages\('[^']+'\)/AttachmentSessions\('(?P<id>[^']+)'\)"
)
_OUTLOOK_HOSTS = {"graph.microsoft.com": "outlook.office.com", "microsoftgraph.chinacloudapi.cn": "partner.outlook.cn"}


def create_upload_session(call: Call) -> Answer:
    """POST …/attachments/createUploadSession: 201 with an ``uploadUrl`` that has its own authority."""
    if not call.realm.schema.declares("createUploadSession", "Collection(graph.attachment)"):
        raise Refused(400, "BadRequest", "Resource not found for the segment 'createUploadSession'.")
    person, mailbox = call.mailbox()
    draft_of(call, mailbox)
    body = {name.lower(): value for name, value in json_body(call).items()}
    item = body.get("attachmentitem")
    if not isinstance(item, dict):
        raise Refused(400, "ErrorInvalidRequest", "The parameter 'AttachmentItem' is missing.")
    call.realm.schema.check_body("attachmentItem", item)
    size = item.get("size") or 0
    if item.get("attachmentType") != "file" or not item.get("name"):
        raise Refused(400, "ErrorInvalidRequest", "attachmentType 'file' and a name are required.")
    if size < SMALL_ATTACHMENT_BYTES:
        raise Refused(
            400,
            "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize",
            f"Attachment size must be greater than the minimum size {SMALL_ATTACHMENT_BYTES}.",
        )
    if size > LARGEST_BYTES:
        raise Refused(400, "ErrorAttachmentSizeLimitExceeded", "The attachment exceeds 150 MB.")
    session_id = secrets.token_urlsafe(18)
    authority = secrets.token_urlsafe(24)
    session = {
        "item": item,
        "message": call.params[1],
        "bytes": bytearray(),
        "authority": authority,
        "owner": person.id,
    }
    call.realm.uploads[session_id] = {**session, "tenant": call.tenant.id}
    path = (
        f"/api/v2.0/Users('{person.id}@{call.tenant.id}')/Messages('{call.params[1]}')"
        f"/AttachmentSessions('{session_id}')?authtoken={authority}"
    )
    document = {
        "@odata.context": call.context("microsoft.graph.uploadSession"),
        "uploadUrl": _outlook_origin(call.request.origin) + path,
        "expirationDateTime": "2099-01-01T00:00:00Z",
        "nextExpectedRanges": ["0-"],
    }
    return json_answer(document, 201)


def upload(realm: Realm, request: Request) -> Answer:
    """PUT a range, GET the position, DELETE to give up. Ranges come in order; the last one gets 201 with Location."""
    match = _PATH.fullmatch(request.path)
    session = realm.uploads.get(match["id"]) if match else None
    if match is None or session is None:
        raise Refused(404, "ErrorItemNotFound", "The upload session was not found.")
    if "authorization" in request.headers:
        # Documented: no Authorization header here. The URL's own authtoken counts; another token is refused.
        raise Refused(401, "InvalidAudience", "The audience of the token is not valid for this upload URL.")
    if request.query.get("authtoken") != session["authority"]:
        raise Refused(401, "InvalidAuthenticationToken", "The authtoken of the upload URL is not valid.")
    if request.method == "DELETE":
        del realm.uploads[match["id"]]
        return Answer(204)
    if request.method == "PUT":
        _store(session, request)
        if len(session["bytes"]) == session["item"]["size"]:
            del realm.uploads[match["id"]]
            return _finish(realm, session, request)
    document = {
        "@odata.context": f"{request.origin}/api/v2.0/$metadata#AttachmentSessions/$entity",
        "ExpirationDateTime": "2099-01-01T00:00:00Z",
        "NextExpectedRanges": [str(len(session["bytes"]))],
    }
    return json_answer(document)


def _store(session: dict[str, Any], request: Request) -> None:
    given = _RANGE.fullmatch(request.headers.get("content-range", ""))
    if given is None:
        raise Refused(400, "ErrorInvalidRequest", "Content-Range is missing or malformed.")
    first, last, total = (int(part) for part in given.groups())
    if total != session["item"]["size"] or last - first + 1 != len(request.body):
        raise Refused(400, "ErrorInvalidRequest", "Content-Range does not match the body or the size announced.")
    if len(request.body) >= RANGE_BYTES:
        raise Refused(413, "RequestEntityTooLarge", "A range must stay below 4 MB.")
    if first != len(session["bytes"]):
        raise Refused(416, "invalidRange", "Uploaded fragment overlaps with existing data, or leaves a gap.")
    session["bytes"] += request.body


def _finish(realm: Realm, session: dict[str, Any], request: Request) -> Answer:
    tenant = realm.tenants[session["tenant"]]
    mailbox = tenant.mailbox(tenant.directory.people[session["owner"]])
    item = session["item"]
    content = bytes(session["bytes"])
    stored = {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "id": outlook_id("attachment", item["name"], len(content)),
        "name": item["name"],
        "contentType": item.get("contentType"),
        "size": len(content),
        "isInline": item.get("isInline") or False,
        "contentId": item.get("contentId"),
        "contentBytes": base64.b64encode(content).decode(),
    }
    mailbox.attachments.setdefault(session["message"], []).append(stored)
    location = f"{request.origin}{request.path.split('/AttachmentSessions')[0]}/Attachments('{stored['id']}')"
    return Answer(201, headers={"Location": location})


def _outlook_origin(origin: str) -> str:
    scheme, _, host = origin.partition("://")
    name, _, port = host.partition(":")
    outlook = _OUTLOOK_HOSTS.get(name, name)
    return f"{scheme}://{outlook}" + (f":{port}" if port else "")
