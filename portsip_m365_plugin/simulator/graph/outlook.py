"""What Outlook's handlers share: paging by ``$skip``, preferences, ids, and a contact as JSON.

Sources: "contact" and "contactFolder" resource types, Microsoft Graph v1.0 (2021); immutable identifiers (2021).
"""

from typing import Any

from portsip_m365_plugin.simulator.exchange import Refused, encode_json
from portsip_m365_plugin.simulator.graph.call import Call
from portsip_m365_plugin.simulator.world.mailboxes import Contact, ContactFolder, Mailbox

_LISTS = ("businessPhones", "homePhones", "imAddresses", "emailAddresses", "categories", "children")
_ADDRESSES = ("homeAddress", "businessAddress", "otherAddress")
_NOT_STORED = ("photo", "extensions", "singleValueExtendedProperties", "multiValueExtendedProperties")
ALL_FIELDS = (
    "createdDateTime",
    "lastModifiedDateTime",
    "changeKey",
    "categories",
    "parentFolderId",
    "birthday",
    "fileAs",
    "displayName",
    "givenName",
    "initials",
    "middleName",
    "nickName",
    "surname",
    "title",
    "yomiGivenName",
    "yomiSurname",
    "yomiCompanyName",
    "generation",
    "imAddresses",
    "jobTitle",
    "companyName",
    "department",
    "officeLocation",
    "profession",
    "businessHomePage",
    "assistantName",
    "manager",
    "homePhones",
    "mobilePhone",
    "businessPhones",
    "spouseName",
    "personalNotes",
    "children",
    "emailAddresses",
    "homeAddress",
    "businessAddress",
    "otherAddress",
)


class Window:
    """The slice of a listing that ``$top``, ``$skip`` and ``Prefer: odata.maxpagesize`` ask for."""

    def __init__(self, call: Call, options: dict[str, str], total: int, path: str) -> None:
        top = call.whole_number(options, "$top", 0, 1, 1000)
        size = top or preferred_size(call, call.realm.settings.contact_page)
        size = call.page_size(size)
        self.start = call.whole_number(options, "$skip", 0, 0, 1_000_000_000)
        self.end = self.start + size
        kept = {name[1:]: value for name, value in options.items() if name != "$skip"}

        def link(skip: int) -> str:
            return call.link(path, **kept, skip=str(skip))

        self.next_link = link(self.end) if self.end < total else None
        # A custom option makes the link of an empty page different from the request itself.
        self.again = lambda: link(self.start) + f"&page={call.request.request_id[:8]}"


def preferred_size(call: Call, default: int) -> int:
    """Page size by ``Prefer: odata.maxpagesize``, else the default."""
    wanted = call.request.prefers("odata.maxpagesize")
    if wanted is None or not wanted.isdigit() or int(wanted) == 0:
        return call.page_size(default)
    call.answer_headers["Preference-Applied"] = f"odata.maxpagesize={wanted}"
    return call.page_size(min(1000, int(wanted)))


def is_immutable(call: Call) -> bool:
    """Whether ids are to be immutable: asked for by ``Prefer``, and known to this cloud."""
    if call.request.prefers("IdType") != "ImmutableId" or not call.realm.settings.immutable_ids:
        return False
    applied = call.answer_headers.get("Preference-Applied")
    call.answer_headers["Preference-Applied"] = (f"{applied}, " if applied else "") + 'IdType="ImmutableId"'
    return True


def folder_of(call: Call, mailbox: Mailbox) -> ContactFolder:
    """The contact folder that the path names; ``Refused`` where there is none."""
    key = call.params[1]
    folder = mailbox.folder(key)
    if folder is None:
        raise missing_item(key)
    return folder


def document_of(contact: Contact, names: tuple[str, ...] | None, immutable: bool) -> dict[str, Any]:
    """A contact as listed: without ``$select`` every field; ``id`` and the etag always."""
    fields: dict[str, Any] = {
        "@odata.etag": f'W/"{contact.change_key}"',
        "id": contact.immutable_id if immutable else contact.ordinary_id,
    }
    own = {"changeKey": contact.change_key, "parentFolderId": contact.folder_id}
    for name in names or ALL_FIELDS:
        if name == "id" or name in _NOT_STORED:
            continue
        value = own.get(name, contact.props.get(name))
        if value is None:
            value = [] if name in _LISTS else {} if name in _ADDRESSES else None
        fields[name] = value
    return fields


def render(contact: Contact, names: tuple[str, ...] | None, immutable: bool) -> str:
    """The same as JSON text."""
    return encode_json(document_of(contact, names, immutable))


def lost(generation: int, length: int) -> Refused:
    """Outlook's answer to a delta token that it no longer knows."""
    newest = length + 700
    return Refused(
        410,
        "SyncStateNotFound",
        f"The sync state generation is not found; generation={generation};[highest={newest}][{newest}].",
    )


def malformed_id() -> Refused:
    """Outlook's answer to a malformed id."""
    return Refused(400, "ErrorInvalidIdMalformed", "Id is malformed.")


def missing_item(key: str) -> Refused:
    """Outlook's answer to an id without an object."""
    if not key.startswith(("AAMkA", "AAkA", "AQMk")):
        return malformed_id()
    return Refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")
