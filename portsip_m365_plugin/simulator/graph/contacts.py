"""Personal contacts: folders, listings with ``$skip`` paging, and delta per folder (graph.md section 3)."""

import re
from typing import Any

from portsip_m365_plugin.simulator.exchange import Answer, Refused, encode_json, json_answer
from portsip_m365_plugin.simulator.graph.call import Call
from portsip_m365_plugin.simulator.world.mailboxes import Contact, ContactFolder, Mailbox

_LISTS = ("businessPhones", "homePhones", "imAddresses", "emailAddresses", "categories", "children")
_ADDRESSES = ("homeAddress", "businessAddress", "otherAddress")
_NOT_STORED = ("photo", "extensions", "singleValueExtendedProperties", "multiValueExtendedProperties")


def list_folders(call: Call) -> Answer:
    """GET /users/{id}/contactFolders: v1.0 leaves the default folder out (known issue; a switch shows it)."""
    person, mailbox = call.mailbox()
    folders = mailbox.children_of(mailbox.root_id)
    if not call.realm.settings.list_default_folder:
        folders = [folder for folder in folders if folder is not mailbox.default_folder]
    return _folder_page(call, f"users/{person.id}/contactFolders", folders)


def list_child_folders(call: Call) -> Answer:
    """GET /users/{id}/contactFolders/{id}/childFolders."""
    person, mailbox = call.mailbox()
    folder = _folder(call, mailbox)
    return _folder_page(
        call, f"users/{person.id}/contactFolders/{folder.id}/childFolders", mailbox.children_of(folder.id)
    )


def folders_delta(call: Call) -> Answer:
    """GET /users/{id}/contactFolders/delta; GLOBAL only. It shows the default folder where the listing does."""
    if not call.realm.schema.declares("delta", "Collection(graph.contactFolder)"):
        raise malformed_id()
    person, mailbox = call.mailbox()
    given = {name.lower(): value for name, value in call.request.query.items()}
    token = given.get("$deltatoken")
    hidden = None if call.realm.settings.list_default_folder else mailbox.default_folder

    def seen(folder: ContactFolder) -> bool:
        nested = folder.parent_id != mailbox.root_id and not call.realm.settings.folder_delta_nested
        return folder is not hidden and not nested

    with mailbox.lock:
        end = len(mailbox.folder_log)
        if token:
            state = call.unseal(token)
            if state["generation"] != call.tenant.delta_generation:
                raise _lost(state["generation"], end)
            last = {folder.id: (folder, removed) for folder, removed in mailbox.folder_log[state["at"] : end]}
        else:
            call.realm.schema.selected("contactFolder", call.options("$select").get("$select"))
            last = {folder.id: (folder, False) for folder in mailbox.folders.values()}
    items = [
        encode_json({"id": folder.id, "@removed": {"reason": "deleted"}} if removed else _folder_document(folder))
        for folder, removed in last.values()
        if seen(folder)
    ]
    path = f"users/{person.id}/contactFolders/delta"
    kept = {"tenant": call.tenant.id, "generation": call.tenant.delta_generation, "at": end}
    return call.page(call.context(path), items, None, call.link(path, deltatoken=call.seal(kept)))


def get_folder(call: Call) -> Answer:
    """GET /users/{id}/contactFolders/{id}."""
    _, mailbox = call.mailbox()
    call.options("$select")
    folder = _folder(call, mailbox)
    context = call.context(f"users('{call.params[0]}')/contactFolders/$entity")
    return json_answer({"@odata.context": context, **_folder_document(folder)})


def list_contacts(call: Call) -> Answer:
    """GET /users/{id}/contacts (the default folder only) and /contactFolders/{id}/contacts."""
    person, mailbox = call.mailbox()
    folder = mailbox.default_folder if len(call.params) == 1 else _folder(call, mailbox)
    path = f"users/{person.id}/contacts"
    if len(call.params) > 1:
        path = f"users/{person.id}/contactFolders/{folder.id}/contacts"
    options = call.options("$select", "$top", "$skip", "$filter", "$count", "$orderby", "$expand")
    names = call.realm.schema.selected("contact", options.get("$select"))
    with mailbox.lock:
        contacts = list(folder.contacts.values())
    if "$filter" in options:
        contacts = _filtered(contacts, options["$filter"])
    if "$orderby" in options:
        key, _, direction = options["$orderby"].partition(" ")
        contacts.sort(key=lambda contact: str(contact.props.get(key) or ""), reverse=direction.strip() == "desc")
    immutable = _immutable(call)
    window = _window(call, options, len(contacts), path)
    items = [_render(contact, names, immutable) for contact in contacts[window.start : window.end]]
    count = len(contacts) + folder.contact_lists if options.get("$count", "").lower() == "true" else None
    context = call.context(f"users('{person.id}')/contacts")
    return call.page(context, items, window.next_link, count=count, again=window.again)


def get_contact(call: Call) -> Answer:
    """GET /users/{id}/contacts/{id} and below a folder; ids are case-sensitive."""
    person, mailbox = call.mailbox()
    options = call.options("$select", "$expand")
    key = call.params[-1]
    contact = mailbox.contacts.get(key)
    if contact is None:
        raise _missing_item(key)
    names = call.realm.schema.selected("contact", options.get("$select"))
    document = _document(contact, names, _immutable(call))
    context = call.context(f"users('{person.id}')/contacts/$entity")
    answer = json_answer({"@odata.context": context, **document})
    answer.headers |= call.answer_headers
    return answer


def contacts_delta(call: Call) -> Answer:
    """GET /users/{id}/contactFolders/{id}/contacts/delta; GLOBAL only: China takes ``delta`` for an item id."""
    if not call.realm.schema.declares("delta", "Collection(graph.contact)"):
        raise malformed_id()
    person, mailbox = call.mailbox()
    folder = mailbox.default_folder if len(call.params) == 1 else _folder(call, mailbox)
    given = {name.lower(): value for name, value in call.request.query.items()}
    token = given.get("$skiptoken") or given.get("$deltatoken")
    path = f"users/{person.id}/contactFolders/{folder.id}/contacts/delta"
    if token:
        state = _valid_token(call, token, folder)
        if "$skiptoken" not in given:
            state |= {"full": False, "at": state["until"], "until": len(folder.log)}
            state["after"] = state["at"]
        return _delta_page(call, mailbox, folder, state, path)
    options = call.options("$select", "$deltatoken", "$skiptoken")  # no $top, $filter, $orderby
    call.realm.schema.selected("contact", options.get("$select"))
    state = {
        "tenant": call.tenant.id,
        "generation": call.tenant.delta_generation,
        "folder": folder.id,
        "select": options.get("$select"),
        "full": True,
        "at": 0,
        "after": len(folder.log),
        "until": len(folder.log),
        "end": len(folder.order),
    }
    return _delta_page(call, mailbox, folder, state, path)


def _delta_page(call: Call, mailbox: Mailbox, folder: ContactFolder, state: dict[str, Any], path: str) -> Answer:
    size = _preferred_size(call, call.realm.settings.contact_delta_page)
    names = call.realm.schema.selected("contact", state["select"])
    immutable = _immutable(call)
    items: list[str] = []
    here, position = state["at"], state["at"]
    with mailbox.lock:
        if state["full"]:
            while position < state["end"] and len(items) < size:
                contact = folder.order[position]
                position += 1
                if contact is not None:
                    items.append(_render(contact, names, immutable))
            more = position < state["end"]
        else:
            latest = {id(entry[0]): number for number, entry in enumerate(folder.log[: state["until"]])}
            while position < state["until"] and len(items) < size:
                contact, ordinary_id, removed = folder.log[position]
                position += 1
                if latest[id(contact)] != position - 1:
                    continue
                if removed:
                    gone = contact.immutable_id if immutable else ordinary_id
                    items.append(encode_json({"id": gone, "@removed": {"reason": "deleted"}}))
                else:
                    items.append(_render(contact, names, immutable))
            more = position < state["until"]

    def skip_link(at: int) -> str:
        return call.link(path, skiptoken=call.seal({**state, "at": at}))

    delta = None if more else call.link(path, deltatoken=call.seal({**state, "full": False}))
    return call.page(
        call.context("Collection(contact)"),
        items,
        skip_link(position) if more else None,
        delta,
        again=lambda: skip_link(here),
    )


def _valid_token(call: Call, token: str, folder: ContactFolder) -> dict[str, Any]:
    state = call.unseal(token)
    if state.get("folder") != folder.id:
        raise Refused(400, "ErrorInvalidIdMalformed", "Id is malformed.")
    if state["generation"] != call.tenant.delta_generation:
        raise _lost(state["generation"], len(folder.log))
    return state


def _lost(generation: int, length: int) -> Refused:
    newest = length + 700
    return Refused(
        410,
        "SyncStateNotFound",
        f"The sync state generation is not found; generation={generation};[highest={newest}][{newest}].",
    )


class _window:  # noqa: N801  reads as the function it is: a window on a list
    """The slice of a listing that ``$top``, ``$skip`` and ``Prefer: odata.maxpagesize`` ask for."""

    def __init__(self, call: Call, options: dict[str, str], total: int, path: str) -> None:
        top = call.whole_number(options, "$top", 0, 1, 1000)
        size = top or _preferred_size(call, call.realm.settings.contact_page)
        size = call.page_size(size)
        self.start = call.whole_number(options, "$skip", 0, 0, 1_000_000_000)
        self.end = self.start + size
        kept = {name[1:]: value for name, value in options.items() if name != "$skip"}

        def link(skip: int) -> str:
            return call.link(path, **kept, skip=str(skip))

        self.next_link = link(self.end) if self.end < total else None
        # A custom option keeps the link of an empty page apart from the request that got it.
        self.again = lambda: link(self.start) + f"&page={call.request.request_id[:8]}"


def _preferred_size(call: Call, default: int) -> int:
    wanted = call.request.prefers("odata.maxpagesize")
    if wanted is None or not wanted.isdigit() or int(wanted) == 0:
        return call.page_size(default)
    call.answer_headers["Preference-Applied"] = f"odata.maxpagesize={wanted}"
    return call.page_size(min(1000, int(wanted)))


def _immutable(call: Call) -> bool:
    if call.request.prefers("IdType") != "ImmutableId" or not call.realm.settings.immutable_ids:
        return False
    applied = call.answer_headers.get("Preference-Applied")
    call.answer_headers["Preference-Applied"] = (f"{applied}, " if applied else "") + 'IdType="ImmutableId"'
    return True


def _folder(call: Call, mailbox: Mailbox) -> ContactFolder:
    keys = [key for key in call.params[1:] if key]
    key = keys[-1] if "contacts/{id}" not in call.template else keys[-2]
    folder = mailbox.folder(key)
    if folder is None:
        raise _missing_item(key)
    return folder


def _folder_page(call: Call, path: str, folders: list[ContactFolder]) -> Answer:
    options = call.options("$select", "$top", "$skip", "$count", "$filter", "$orderby", "$expand")
    call.realm.schema.selected("contactFolder", options.get("$select"))
    window = _window(call, options, len(folders), path)
    items = [encode_json(_folder_document(folder)) for folder in folders[window.start : window.end]]
    return call.page(call.context(path), items, window.next_link, again=window.again)


def _folder_document(folder: ContactFolder) -> dict[str, Any]:
    return {"id": folder.id, "parentFolderId": folder.parent_id, "displayName": folder.name}


def _document(contact: Contact, names: tuple[str, ...] | None, immutable: bool) -> dict[str, Any]:
    """A contact as listed: without ``$select`` every field; ``id`` and the etag always."""
    fields: dict[str, Any] = {
        "@odata.etag": f'W/"{contact.change_key}"',
        "id": contact.immutable_id if immutable else contact.ordinary_id,
    }
    own = {"changeKey": contact.change_key, "parentFolderId": contact.folder_id}
    for name in names or _ALL_FIELDS:
        if name == "id" or name in _NOT_STORED:
            continue
        value = own.get(name, contact.props.get(name))
        if value is None:
            value = [] if name in _LISTS else {} if name in _ADDRESSES else None
        fields[name] = value
    return fields


def _render(contact: Contact, names: tuple[str, ...] | None, immutable: bool) -> str:
    return encode_json(_document(contact, names, immutable))


_ALL_FIELDS = (
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

_BY_ADDRESS = re.compile(r"\s*emailAddresses/any\((\w+):\s*\1/address\s+eq\s+'([^']*)'\)\s*", re.IGNORECASE)


def _filtered(contacts: list[Contact], text: str) -> list[Contact]:
    match = _BY_ADDRESS.fullmatch(text)
    if match is None:
        raise Refused(400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")
    wanted = match.group(2).lower()
    return [
        contact
        for contact in contacts
        if any((mail.get("address") or "").lower() == wanted for mail in contact.props.get("emailAddresses") or [])
    ]


def malformed_id() -> Refused:
    """Outlook's answer to an id that is none."""
    return Refused(400, "ErrorInvalidIdMalformed", "Id is malformed.")


def _missing_item(key: str) -> Refused:
    if not key.startswith(("AAMkA", "AAkA", "AQMk")):
        return malformed_id()
    return Refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")
