"""Contacts and their folders, as requests that go into batches and as answers read strictly.

Sources: contactfolder-list, contactfolder-delta, contact-delta (2021 to 2024), outlook-immutable-id (2021). A delta
accepts no `$top`: the page size is a preference, sent again with each page. `/contactFolders` of v1.0 leaves out the
default folder (known issues, 2021), so we learn its id from a contact in it. It is not documented whether 21Vianet has
immutable ids. A server ignores a preference that it does not know (RFC 7240); a contact that moves is then deleted and
created again.
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
"""The longest id that the PBX stores; Microsoft's have about 150 characters."""

_FOLDER_SELECT: Final = ("id", "displayName", "parentFolderId")
_IMMUTABLE: Final = {"Prefer": IMMUTABLE_IDS}
_IMMUTABLE_PAGES: Final = {"Prefer": f"{IMMUTABLE_IDS}, odata.maxpagesize={PAGE_SIZE}"}


def ask_folders(cloud: Cloud, mailbox_id: str) -> Request:
    """Build the request for the folders that v1.0 lists at the top level."""
    return build(
        "contacts.folders", cloud, select=_FOLDER_SELECT, query={"$top": FOLDERS_PAGE_SIZE}, user_id=mailbox_id
    )


def ask_child_folders(cloud: Cloud, mailbox_id: str, folder_id: str) -> Request:
    """Build the request for the folders directly below one."""
    query = {"$top": FOLDERS_PAGE_SIZE}
    return build(
        "contacts.child_folders", cloud, select=_FOLDER_SELECT, query=query, user_id=mailbox_id, folder_id=folder_id
    )


def ask_default_folder(cloud: Cloud, mailbox_id: str) -> Request:
    """Build the request for the default folder by its usual name; no document says that this works for contacts."""
    return build("contacts.folder", cloud, select=_FOLDER_SELECT, user_id=mailbox_id, folder_id="contacts")


def ask_folder_changes(cloud: Cloud, mailbox_id: str, link: str | None) -> Request:
    """Build the request for folders changed since a link was made; without a link, for all folders. Not in China."""
    first = build("contacts.folders_delta", cloud, select=_FOLDER_SELECT, user_id=mailbox_id)
    return follow(first, link, cloud) if link else first


def ask_first_contact(cloud: Cloud, mailbox_id: str) -> Request:
    """Build the request for one contact of the default folder; it names the folder that it is in."""
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
    """Build the request for the ids and change keys of a folder."""
    return build(
        "contacts.list", cloud, select=("id", "changeKey"), query={"$top": KEYS_PAGE_SIZE}, headers=_IMMUTABLE,
        user_id=mailbox_id, folder_id=folder_id,
    )  # fmt: skip


def ask_list(cloud: Cloud, mailbox_id: str, folder_id: str) -> Request:
    """Build the request for all contacts of a folder."""
    return build(
        "contacts.list", cloud, select=CONTACT_SELECT, query={"$top": PAGE_SIZE}, headers=_IMMUTABLE,
        user_id=mailbox_id, folder_id=folder_id,
    )  # fmt: skip


def ask_contact(cloud: Cloud, mailbox_id: str, contact_id: str) -> Request:
    """Build the request for one contact, in any folder."""
    return build(
        "contacts.get", cloud, select=CONTACT_SELECT, headers=_IMMUTABLE, user_id=mailbox_id, contact_id=contact_id
    )


def read_id(row: Mapping[str, Any], request: Request) -> str:
    """Return the id of a row.

    Raises:
        ProtocolError: It has no id that the PBX can store.
    """
    found = row.get("id")
    if not isinstance(found, str) or not 0 < len(found) <= ID_MAX_CHARS:
        raise ProtocolError(f"{request.call.name}: a row without an id")
    return found
