"""Contacts and their folders, as requests that go into batches and as answers read strictly.

Sources: contactfolder-list, contactfolder-delta, contact-delta (2021 to 2024), outlook-immutable-id (2021). A delta
takes no `$top`: the page size is a preference, sent again with each page. `/contactFolders` of v1.0 leaves the default
folder out (known issues, 2021), so that its id is learned from a contact that lies in it. Whether 21Vianet knows
immutable ids is open, and need not be asked: a preference that is not understood is ignored (RFC 7240), and a contact
that moves then dies and is born again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.graph.errors import ProtocolError
from portsip_m365_plugin.graph.wire import IMMUTABLE_IDS, Request, build, follow
from portsip_m365_plugin.mapping.contacts import CONTACT_SELECT

PAGE_SIZE: Final = 200
"""Contacts a page: 20 such pages in one batch are about 8 MB; far larger pages time out (504) at Microsoft."""
KEYS_PAGE_SIZE: Final = 1000
"""The most that Outlook allows; id and change key only."""
FOLDERS_PAGE_SIZE: Final = 200
ID_MAX_CHARS: Final = 512
"""What the PBX keeps of an id; Microsoft's have some 150 characters."""

_FOLDER_SELECT: Final = ("id", "displayName", "parentFolderId")
_IMMUTABLE: Final = {"Prefer": IMMUTABLE_IDS}
_IMMUTABLE_PAGES: Final = {"Prefer": f"{IMMUTABLE_IDS}, odata.maxpagesize={PAGE_SIZE}"}


def ask_folders(cloud: Cloud, mailbox_id: str) -> Request:
    """Ask for the folders that v1.0 lists at the top."""
    return build(
        "contacts.folders", cloud, select=_FOLDER_SELECT, query={"$top": FOLDERS_PAGE_SIZE}, user_id=mailbox_id
    )


def ask_child_folders(cloud: Cloud, mailbox_id: str, folder_id: str) -> Request:
    """Ask for the folders directly below one."""
    query = {"$top": FOLDERS_PAGE_SIZE}
    return build(
        "contacts.child_folders", cloud, select=_FOLDER_SELECT, query=query, user_id=mailbox_id, folder_id=folder_id
    )


def ask_default_folder(cloud: Cloud, mailbox_id: str) -> Request:
    """Ask for the default folder by the name that many use for it; no document says that it works for contacts."""
    return build("contacts.folder", cloud, select=_FOLDER_SELECT, user_id=mailbox_id, folder_id="contacts")


def ask_folder_changes(cloud: Cloud, mailbox_id: str, link: str | None) -> Request:
    """Ask which folders came, changed or went since a link was made; without one, for all. GLOBAL only."""
    first = build("contacts.folders_delta", cloud, select=_FOLDER_SELECT, user_id=mailbox_id)
    return follow(first, link, cloud) if link else first


def ask_first_contact(cloud: Cloud, mailbox_id: str) -> Request:
    """Ask for one contact of the default folder: it says which folder it lies in."""
    select = ("id", "parentFolderId")
    return build(
        "contacts.list_default", cloud, select=select, query={"$top": 1}, headers=_IMMUTABLE, user_id=mailbox_id
    )


def ask_changes(cloud: Cloud, mailbox_id: str, folder_id: str, link: str | None) -> Request:
    """Ask what changed in a folder since a link was made; without one, for everything. GLOBAL only."""
    first = build(
        "contacts.delta", cloud, select=CONTACT_SELECT, headers=_IMMUTABLE_PAGES, user_id=mailbox_id,
        folder_id=folder_id,
    )  # fmt: skip
    return follow(first, link, cloud) if link else first


def ask_keys(cloud: Cloud, mailbox_id: str, folder_id: str) -> Request:
    """Ask for the ids and change keys of a folder."""
    return build(
        "contacts.list", cloud, select=("id", "changeKey"), query={"$top": KEYS_PAGE_SIZE}, headers=_IMMUTABLE,
        user_id=mailbox_id, folder_id=folder_id,
    )  # fmt: skip


def ask_list(cloud: Cloud, mailbox_id: str, folder_id: str) -> Request:
    """Ask for everything of a folder."""
    return build(
        "contacts.list", cloud, select=CONTACT_SELECT, query={"$top": PAGE_SIZE}, headers=_IMMUTABLE,
        user_id=mailbox_id, folder_id=folder_id,
    )  # fmt: skip


def ask_contact(cloud: Cloud, mailbox_id: str, contact_id: str) -> Request:
    """Ask for one contact, in whichever folder it lies."""
    return build(
        "contacts.get", cloud, select=CONTACT_SELECT, headers=_IMMUTABLE, user_id=mailbox_id, contact_id=contact_id
    )


def read_id(row: Mapping[str, Any], request: Request) -> str:
    """Return the id of a row.

    Raises:
        ProtocolError: It has none that can be kept, so that nothing can be said about it.
    """
    found = row.get("id")
    if not isinstance(found, str) or not 0 < len(found) <= ID_MAX_CHARS:
        raise ProtocolError(f"{request.call.name}: a row without an id")
    return found
