"""The wire table: every call that this plugin makes to Microsoft Graph, one row each. The client can send nothing else.

A row says what may be in the address, the headers and the body, which permission the call needs, in which clouds it
exists, what it costs, and whether it may be repeated. `tests/architecture/test_wire.py` compares each row with facts
extracted from Microsoft's schemas and from its permission table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote, urlsplit

from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.graph.errors import ForeignLinkError
from portsip_m365_plugin.graph.retry import RetryClass
from portsip_m365_plugin.mapping.contacts import CONTACT_SELECT

ANSWER_MAX_BYTES: Final = 64 * 1024 * 1024

ALL: Final = ("GLOBAL", "CHINA", "USGOV")

USER_SELECT: Final = (
    "id",
    "userPrincipalName",
    "displayName",
    "givenName",
    "surname",
    "mail",
    "mobilePhone",
    "businessPhones",
    "department",
    "usageLocation",
    "userType",
    "accountEnabled",
    "assignedLicenses",
    "assignedPlans",
    "identityParentId",
    "proxyAddresses",
)
"""What is read of a person, in a listing and in a delta: a delta tracks only what its first call selected."""

GROUP_SELECT: Final = ("id", "displayName", "mail", "visibility")

USER_MAY_SELECT: Final = ("employeeId", "onPremisesExtensionAttributes")
"""What is read of a person where a tenant takes extension numbers from it."""

MESSAGE_BODY: Final = frozenset(
    {
        "subject",
        "body",
        "importance",
        "toRecipients",
        "ccRecipients",
        "bccRecipients",
        "replyTo",
        "internetMessageHeaders",
        "attachments",
    }
)

UPLOAD_ITEM: Final = frozenset({"attachmentType", "name", "size", "contentType", "isInline", "contentId"})

BODY_LACKS: Final[Mapping[str, Mapping[str, frozenset[str]]]] = MappingProxyType(
    {"GLOBAL": {}, "CHINA": {"message": frozenset({"internetMessageHeaders"})}, "USGOV": {}}
)
"""Properties that a cloud's schema lacks; the cloud answers 400 when one is sent."""

EVENTUAL: Final[Mapping[str, str]] = MappingProxyType({"ConsistencyLevel": "eventual"})
"""The header of an advanced query. A next link does not contain it: it is sent with every page."""

IMMUTABLE_IDS: Final = 'IdType="ImmutableId"'


class WireError(Exception):
    """A call that is not in the wire table: a bug of ours, found before anything is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One row."""

    name: str
    method: str
    path: str
    """Below `{graph}/v1.0`; `{…}` are parameters."""
    doc: str
    permission: str
    """An application permission that Microsoft's table accepts, not always the least one; empty where none is needed,
    or where those of inner requests count.
    """
    select_of: str = ""
    """The schema type that `$select` is about."""
    select: tuple[str, ...] = ()
    may_select: tuple[str, ...] = ()
    """What may be selected besides."""
    query: frozenset[str] = frozenset()
    """Allowed query options besides `$select`."""
    headers: frozenset[str] = frozenset()
    """Allowed headers besides those of every request."""
    body_of: str = ""
    body: frozenset[str] = frozenset()
    inner: Mapping[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    """For an object inside the body: its schema type, and the properties that are sent."""
    clouds: tuple[str, ...] = ALL
    cost: int = 1
    """Resource units of the directory; 1 for Outlook, which counts requests for each mailbox."""
    service: str = "directory"
    """`directory`, `outlook` or `batch`: which service's limits apply."""
    retry: RetryClass = RetryClass.READ
    success: frozenset[int] = frozenset({200})
    is_binary: bool = False


def _row(name: str, method: str, path: str, doc: str, permission: str, **more: Any) -> Call:
    return Call(name=name, method=method, path=path, doc=doc, permission=permission, **more)


_OUTLOOK_READ: Final[dict[str, Any]] = {"service": "outlook", "headers": frozenset({"Prefer"})}

_ROWS: Final = (
    _row(
        "users.list", "GET", "/users", "user-list (2023), paging (2026-05)", "User.Read.All",
        select_of="user", select=USER_SELECT, may_select=USER_MAY_SELECT, query=frozenset({"$top"}),
    ),
    _row(
        "users.delta", "GET", "/users/delta", "user-delta, delta-query-users (2024-01)", "User.Read.All",
        select_of="user", select=USER_SELECT, may_select=USER_MAY_SELECT, query=frozenset({"$deltatoken"}),
    ),
    _row(
        "users.get", "GET", "/users/{user_id}", "user-get (2023)", "User.Read.All",
        select_of="user", select=USER_SELECT, may_select=USER_MAY_SELECT,
    ),
    _row(
        "users.find", "GET", "/users", "user-list, user resource: mail, proxyAddresses (2023)", "User.Read.All",
        select_of="user", select=("id", "userPrincipalName", "mail"), query=frozenset({"$filter", "$top"}),
    ),
    _row(
        "users.search", "GET", "/users", "user-list, user resource: startsWith (2023)", "User.Read.All",
        select_of="user", select=("id", "displayName", "userPrincipalName", "mail", "accountEnabled", "userType"),
        query=frozenset({"$filter", "$top"}),
    ),
    _row(
        "users.check_groups", "POST", "/users/{user_id}/checkMemberGroups",
        "directoryobject-checkmembergroups (2024)", "User.Read.All",
        body_of="checkMemberGroups", body=frozenset({"groupIds"}), cost=4,
    ),
    _row(
        "groups.find", "GET", "/groups", "group-list (2024)", "GroupMember.Read.All",
        select_of="group", select=GROUP_SELECT, query=frozenset({"$filter", "$top"}),
    ),
    _row(
        "groups.get", "GET", "/groups/{group_id}", "group-get (2024)", "GroupMember.Read.All",
        select_of="group", select=GROUP_SELECT,
    ),
    _row(
        "groups.members", "GET", "/groups/{group_id}/transitiveMembers/microsoft.graph.user",
        "group-list-transitivemembers (2024), advanced-queries (2026-05)", "GroupMember.Read.All",
        select_of="user", select=("id",), query=frozenset({"$top", "$count"}), headers=frozenset({"ConsistencyLevel"}),
        cost=4,
    ),
    _row(
        "users.photo", "GET", "/users/{user_id}/photo", "profilephoto-get (2023-11)", "User.Read.All",
        service="outlook",
    ),
    _row(
        "users.photo_content", "GET", "/users/{user_id}/photo/$value", "profilephoto-get (2023-11)", "User.Read.All",
        service="outlook", is_binary=True,
    ),
    _row(
        "contacts.folders", "GET", "/users/{user_id}/contactFolders",
        "user-list-contactfolders (2021)", "Contacts.Read",
        select_of="contactFolder", select=("id", "displayName", "parentFolderId"), query=frozenset({"$top"}),
        **_OUTLOOK_READ,
    ),
    _row(
        "contacts.folder", "GET", "/users/{user_id}/contactFolders/{folder_id}", "contactfolder-get (2021)",
        "Contacts.Read", select_of="contactFolder", select=("id", "displayName", "parentFolderId"), **_OUTLOOK_READ,
    ),
    _row(
        "contacts.child_folders", "GET", "/users/{user_id}/contactFolders/{folder_id}/childFolders",
        "contactfolder-list-childfolders (2021)", "Contacts.Read",
        select_of="contactFolder", select=("id", "displayName", "parentFolderId"), query=frozenset({"$top"}),
        **_OUTLOOK_READ,
    ),
    _row(
        "contacts.folders_delta", "GET", "/users/{user_id}/contactFolders/delta", "contactfolder-delta (2021)",
        "Contacts.Read", select_of="contactFolder", select=("id", "displayName", "parentFolderId"),
        clouds=("GLOBAL", "USGOV"), **_OUTLOOK_READ,
    ),
    _row(
        "contacts.list_default", "GET", "/users/{user_id}/contacts", "user-list-contacts (2023)", "Contacts.Read",
        select_of="contact", select=CONTACT_SELECT, query=frozenset({"$top"}), **_OUTLOOK_READ,
    ),
    _row(
        "contacts.list", "GET", "/users/{user_id}/contactFolders/{folder_id}/contacts",
        "contactfolder-list-contacts (2021)", "Contacts.Read",
        select_of="contact", select=CONTACT_SELECT, query=frozenset({"$top"}), **_OUTLOOK_READ,
    ),
    _row(
        "contacts.delta", "GET", "/users/{user_id}/contactFolders/{folder_id}/contacts/delta", "contact-delta (2024)",
        "Contacts.Read", select_of="contact", select=CONTACT_SELECT, clouds=("GLOBAL", "USGOV"), **_OUTLOOK_READ,
    ),
    _row(
        "contacts.get", "GET", "/users/{user_id}/contacts/{contact_id}", "contact-get (2021)", "Contacts.Read",
        select_of="contact", select=CONTACT_SELECT, **_OUTLOOK_READ,
    ),
    _row(
        "mailbox.purpose", "GET", "/users/{user_id}/mailboxSettings/userPurpose", "user-get-mailboxsettings (2021)",
        "MailboxSettings.Read", service="outlook",
    ),
    _row(
        "mail.send", "POST", "/users/{user_id}/sendMail", "user-sendmail (2024)", "Mail.Send",
        body_of="sendMail", body=frozenset({"message", "saveToSentItems"}),
        inner={"message": ("message", MESSAGE_BODY)},
        service="outlook", retry=RetryClass.WRITE, success=frozenset({202}),
    ),
    _row(
        "mail.create_draft", "POST", "/users/{user_id}/messages", "user-post-messages (2021)", "Mail.ReadWrite",
        body_of="message", body=MESSAGE_BODY, service="outlook", retry=RetryClass.WRITE, success=frozenset({201}),
    ),
    _row(
        "mail.attach", "POST", "/users/{user_id}/messages/{message_id}/attachments", "message-post-attachments (2021)",
        "Mail.ReadWrite", body_of="fileAttachment",
        body=frozenset({"@odata.type", "name", "contentType", "contentBytes", "isInline", "contentId"}),
        service="outlook", retry=RetryClass.WRITE, success=frozenset({201}),
    ),
    _row(
        "mail.create_upload", "POST", "/users/{user_id}/messages/{message_id}/attachments/createUploadSession",
        "attachment-createuploadsession, outlook-large-attachments (2021)", "Mail.ReadWrite",
        body_of="createUploadSession", body=frozenset({"AttachmentItem"}),
        inner={"AttachmentItem": ("attachmentItem", UPLOAD_ITEM)}, clouds=("GLOBAL", "CHINA"),
        service="outlook", retry=RetryClass.WRITE, success=frozenset({200, 201}),
    ),
    _row(
        "mail.send_draft", "POST", "/users/{user_id}/messages/{message_id}/send", "message-send (2021)", "Mail.Send",
        service="outlook", retry=RetryClass.WRITE, success=frozenset({202}),
    ),
    _row(
        "mail.delete_draft", "DELETE", "/users/{user_id}/messages/{message_id}", "message-delete (2021)",
        "Mail.ReadWrite", service="outlook", success=frozenset({204}),
    ),
    _row(
        "applications.add_key", "POST", "/applications/{application_object_id}/addKey",
        "application-addkey: an app needs no permission for its own keys; application-rollkey-prooftoken (2024-06)", "",
        body_of="addKey", body=frozenset({"keyCredential", "passwordCredential", "proof"}),
        inner={"keyCredential": ("keyCredential", frozenset({"type", "usage", "key"}))}, retry=RetryClass.WRITE,
    ),
    _row(
        "applications.remove_key", "POST", "/applications/{application_object_id}/removeKey",
        "application-removekey: no permission either; application-rollkey-prooftoken (2024-06)", "",
        body_of="removeKey", body=frozenset({"keyId", "proof"}), retry=RetryClass.WRITE, success=frozenset({204}),
    ),
    _row(
        "batch", "POST", "/$batch", "json-batching (2026-05)", "",
        body_of="batch", body=frozenset({"requests"}), service="batch",
    ),
)  # fmt: skip

CALLS: Final[Mapping[str, Call]] = MappingProxyType({row.name: row for row in _ROWS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A call that may be sent. Only `build` and `follow` make one."""

    call: Call
    path_and_query: str
    """Below `{graph}/v1.0`, as it goes into a batch."""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    mailbox: str = ""
    """The mailbox whose limits apply; empty for the directory."""
    carries_token: bool = False
    """Whether the address carries a token of an earlier answer, which may be too old."""
    answer_max_bytes: int = ANSWER_MAX_BYTES
    """A larger answer is not read."""
    decodes: bool = True
    """False: the answer's JSON stays bytes. Who asks many things at once decodes one answer at a time."""
    holds_slot: bool = False
    """Whether the sender has taken a slot of the mailbox already."""
    spends_units: bool = False
    """For a batch: whether it has items of the directory, which cost units."""
    tries_max: int | None = None
    """Send it at most so often, even where the client's policy allows more; None: as the policy says."""


def build(
    name: str,
    cloud: Cloud,
    *,
    query: Mapping[str, str | int] | None = None,
    select: tuple[str, ...] = (),
    headers: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
    **params: str,
) -> Request:
    """Build a call from its row.

    Raises:
        WireError: Something is not in the row, or the cloud lacks the call. A bug of ours.
    """
    call = CALLS[name]
    query, headers = query or {}, headers or {}
    _need(call, "cloud", {cloud.like}, frozenset(call.clouds))
    _need(call, "query option", set(query), call.query)
    _need(call, "$select property", set(select), frozenset(call.select + call.may_select))
    _need(call, "header", set(headers), call.headers)
    _need_body(call, cloud, body or {})
    path = call.path
    for key, value in params.items():
        # Quoting keeps dots and HTTP libraries resolve them: they would make another call.
        if f"{{{key}}}" not in path or not value.strip("."):
            raise WireError(f"{name}: {key}={value!r} does not fit {call.path}")
        path = path.replace(f"{{{key}}}", _quote(value))
    if "{" in path:
        raise WireError(f"{name}: {path} lacks a parameter")
    options = [f"{key}={_quote(str(value))}" for key, value in query.items()]
    if select:
        options.insert(0, "$select=" + ",".join(select))
    return Request(
        call=call,
        path_and_query=path + ("?" + "&".join(options) if options else ""),
        headers=headers,
        body=body,
        mailbox=params.get("user_id", "") if call.service == "outlook" else "",
    )


def _quote(text: str) -> str:
    # What was typed may hold half of a surrogate pair, such as from a terminal: nobody has such a name.
    return quote(text, safe="", errors="replace")


def follow(request: Request, link: str, cloud: Cloud) -> Request:
    """Build the call of a next link or delta link. Its address is opaque; its origin is checked.

    Raises:
        ForeignLinkError: The link leads to another origin, or out of v1.0. It is not followed.
    """
    parts, root = urlsplit(link), urlsplit(cloud.graph_root)
    same = (parts.scheme, parts.hostname, _port(parts)) == (root.scheme, root.hostname, _port(root))
    if not same or parts.username is not None or not parts.path.startswith("/v1.0/") or _CONTROL.search(link):
        shown = f"{parts.scheme}://{parts.hostname}"
        raise ForeignLinkError(f"a link of {request.call.name} leads to {shown[:100]} instead of {cloud.graph_root}")
    path_and_query = parts.path.removeprefix("/v1.0") + (f"?{parts.query}" if parts.query else "")
    return Request(
        call=request.call,
        path_and_query=path_and_query,
        headers=request.headers,
        mailbox=request.mailbox,
        carries_token="token=" in parts.query,
    )


_CONTROL: Final = re.compile(r"[\x00-\x20\x7f]")


def _port(parts: Any) -> int:
    try:
        return parts.port or 443
    except ValueError:
        return -1


def _need_body(call: Call, cloud: Cloud, body: Mapping[str, Any]) -> None:
    lacks = BODY_LACKS[cloud.like]
    _need(call, "body property", set(body), call.body - lacks.get(call.body_of, frozenset()))
    for name, (kind, allowed) in call.inner.items():
        if name in body:
            _need(call, f"{name} property", set(body[name]), allowed - lacks.get(kind, frozenset()))


def _need(call: Call, what: str, given: set[str], allowed: frozenset[str]) -> None:
    strange = sorted(given - allowed)
    if strange:
        raise WireError(f"{call.name}: {what} {strange[0]!r} is not in the wire table")
