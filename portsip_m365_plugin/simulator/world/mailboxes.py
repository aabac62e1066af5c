"""The simulated Exchange Online: contact folders, contacts with their change log, drafts and sent mail per mailbox."""

import base64
import hashlib
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Any

MAILBOX_REFUSALS = {
    # Observed on the live service; which one is sent depends on why there is no mailbox.
    "none": (404, "MailboxNotEnabledForRESTAPI", "REST API is not yet supported for this mailbox."),
    "inactive": (
        404,
        "MailboxNotEnabledForRESTAPI",
        "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
    ),
    "on_premises": (
        404,
        "MailboxNotEnabledForRESTAPI",
        "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
    ),
    "resource_not_found": (404, "ResourceNotFound", "Resource could not be discovered."),
    "nonexistent": (404, "ErrorNonExistentMailbox", "The SMTP address has no mailbox associated with it."),
    "invalid_user": (404, "ErrorInvalidUser", "The requested user is invalid."),
    "not_hosted": (404, "MailboxNotHostedInExchangeOnline", "The mailbox is not hosted in Exchange Online."),
    "moving": (503, "MailboxInfoStale", "Mailbox info is stale."),
    "denied": (403, "ErrorAccessDenied", "Access to OData is disabled."),
    "authentication": (400, "AuthenticationError", "Error authenticating with resource"),
}
MAILBOX_STATES = ("user", "shared", "room", "equipment", "linked", "others", *MAILBOX_REFUSALS)


def outlook_id(*parts: object) -> str:
    """A case-sensitive item id in Outlook's style, derived from its object."""
    digest = hashlib.sha256("|".join(str(part) for part in parts).encode()).digest()
    return "AAMkA" + base64.urlsafe_b64encode(digest * 3)[:83].decode() + "AAA="


@dataclass(slots=True, eq=False)
class Contact:
    """A personal contact. The ordinary id changes with each move; the immutable one does not."""

    immutable_id: str
    folder_id: str
    props: dict[str, Any]
    moves: int = 0
    version: int = 1

    @property
    def ordinary_id(self) -> str:
        """The id without ``Prefer: IdType="ImmutableId"``."""
        return outlook_id("item", self.immutable_id, self.folder_id, self.moves)

    @property
    def change_key(self) -> str:
        """Changes with every write."""
        return "EQAAABYAAA" + hashlib.sha256(f"{self.immutable_id}{self.version}".encode()).hexdigest()[:16]


@dataclass(slots=True, eq=False)
class ContactFolder:
    """A folder with its contacts and the log for its delta. In ``order`` removed contacts are None."""

    id: str
    name: str
    parent_id: str
    contacts: dict[str, Contact] = field(default_factory=dict)
    order: list[Contact | None] = field(default_factory=list)
    log: list[tuple[Contact, str, bool]] = field(default_factory=list)  # contact, its ordinary id at that time, removed
    contact_lists: int = 0  # personal distribution lists: counted, never returned


class Mailbox:
    """One mailbox. ``lock`` guards it; every method is short."""

    def __init__(self, owner_id: str) -> None:
        self.owner_id = owner_id
        self.lock = threading.RLock()
        self.root_id = outlook_id("root", owner_id)
        self.default_folder = ContactFolder(outlook_id("contacts", owner_id), "Contacts", self.root_id)
        self.folders: dict[str, ContactFolder] = {self.default_folder.id: self.default_folder}
        self.folder_log: list[tuple[ContactFolder, bool]] = []  # folder, removed
        self.contacts: dict[str, Contact] = {}
        self.drafts: dict[str, dict[str, Any]] = {}
        self.attachments: dict[str, list[dict[str, Any]]] = {}
        self.uploads: dict[str, dict[str, Any]] = {}
        self.accepted_at_s: deque[float] = deque()
        self.recipients_at_s: deque[tuple[float, int]] = deque()
        self.created = 0
        self.sending_refused = ""  # an error code: sending is refused with it

    def add_folder(self, name: str, parent_id: str | None = None) -> ContactFolder:
        """A folder next to the default one, or below another folder."""
        with self.lock:
            self.created += 1
            folder = ContactFolder(
                outlook_id("folder", self.owner_id, self.created, name), name, parent_id or self.root_id
            )
            self.folders[folder.id] = folder
            self.folder_log.append((folder, False))
            return folder

    def children_of(self, parent_id: str) -> list[ContactFolder]:
        """Folders directly below one."""
        return [folder for folder in self.folders.values() if folder.parent_id == parent_id]

    def folder(self, key: str) -> ContactFolder | None:
        """A folder by id, or ``contacts`` for the default one."""
        return self.default_folder if key.lower() == "contacts" else self.folders.get(key)

    def remove_folder(self, folder: ContactFolder) -> None:
        """Delete a folder with all below it."""
        with self.lock:
            for child in self.children_of(folder.id):
                self.remove_folder(child)
            for contact in list(folder.contacts.values()):
                self.remove_contact(contact)
            if self.folders.pop(folder.id, None) is not None:
                self.folder_log.append((folder, True))

    def add_contact(self, folder: ContactFolder, props: dict[str, Any], now: str, *, seeded: bool = False) -> Contact:
        """Create a contact."""
        with self.lock:
            self.created += 1
            immutable = "AAkALgAA" + outlook_id("immutable", self.owner_id, self.created)[5:]
            stamped = {**props, "createdDateTime": now, "lastModifiedDateTime": now}
            contact = Contact(immutable, folder.id, stamped)
            self._place(folder, contact, seeded)
            return contact

    def update_contact(self, contact: Contact, changes: dict[str, Any], now: str) -> None:
        """Change fields."""
        with self.lock:
            contact.props = {**contact.props, **changes, "lastModifiedDateTime": now}
            contact.version += 1
            self.folders[contact.folder_id].log.append((contact, contact.ordinary_id, False))

    def move_contact(self, contact: Contact, target: ContactFolder) -> None:
        """Move: removed in one folder, added in the other, with a new ordinary id."""
        with self.lock:
            self._displace(contact)
            contact.folder_id = target.id
            contact.moves += 1
            contact.version += 1
            self._place(target, contact, seeded=False)

    def remove_contact(self, contact: Contact) -> None:
        """Delete."""
        with self.lock:
            self._displace(contact)

    def _place(self, folder: ContactFolder, contact: Contact, seeded: bool) -> None:
        folder.contacts[contact.immutable_id] = contact
        folder.order.append(contact)
        self.contacts[contact.immutable_id] = contact
        self.contacts[contact.ordinary_id] = contact
        if not seeded:
            folder.log.append((contact, contact.ordinary_id, False))

    def _displace(self, contact: Contact) -> None:
        folder = self.folders[contact.folder_id]
        folder.contacts.pop(contact.immutable_id)
        folder.order[folder.order.index(contact)] = None
        folder.log.append((contact, contact.ordinary_id, True))
        self.contacts.pop(contact.immutable_id, None)
        self.contacts.pop(contact.ordinary_id, None)
