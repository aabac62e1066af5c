"""Whose contacts are synced: users by the admin's list, shared mailboxes by name or by purpose."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pbx_plugin_api import Host, UserLink
from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.contacts.state import BookKind
from portsip_m365_plugin.mapping.contacts import CONTACT_MAPPING_VERSION, CONTACT_SELECT

__all__ = [
    "CONTACTS_MAX",
    "SYSTEM_FOLDERS",
    "ContactSettings",
    "PersonalScope",
    "Scope",
    "SharedMailbox",
    "SharedMode",
    "Target",
    "WhoseContacts",
]

CONTACTS_MAX: Final = 5000
"""Contacts taken from one mailbox; PortSIP names no limit, and a phone that scrolls through more serves nobody."""

SYSTEM_FOLDERS: Final = (
    "Suggested Contacts",
    "Recipient Cache",
    "Skype for Business Contacts",
    "Lync Contacts",
    "GAL Contacts",
    "Companies",
    "Organizational Contacts",
    "PeopleCentricConversation Buddies",
    "PersonMetadata",
    "MyContactsExtended",
    "{06967759-274D-40B2-A3EB-D7F9E73727D7}",
    "{A9E2BC46-B3A0-4243-B315-60D991004455}",
)
"""Folders that Outlook, Skype and Exchange make for themselves; the admin may edit the list. Observed names, not
documented ones."""


class WhoseContacts(StrEnum):
    """Whose personal contacts are synced."""

    ALL = "all"
    ONLY = "only"
    EXCEPT = "except"


class SharedMode(StrEnum):
    """Which shared mailboxes make up the company contacts."""

    OFF = "off"
    NAMED = "named"
    FOUND = "found"
    """All that Microsoft says are shared; needs MailboxSettings.Read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedMailbox:
    """A mailbox of the company contacts, as the admin named it."""

    mailbox_id: str
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSettings:
    """What a tenant decided about contacts."""

    entra_tenant_id: str
    country: str
    personal: bool = False
    whose: WhoseContacts = WhoseContacts.ALL
    listed: frozenset[str] = frozenset()
    """Object ids, for `ONLY` and `EXCEPT`."""
    shared: SharedMode = SharedMode.OFF
    mailboxes: tuple[SharedMailbox, ...] = ()
    """For `NAMED`."""
    excluded_folders: frozenset[str] = frozenset(name.casefold() for name in SYSTEM_FOLDERS)
    """Casefolded."""
    contacts_max: int = CONTACTS_MAX

    @property
    def is_off(self) -> bool:
        """Whether nothing is to be synced; what was synced before still has to go."""
        return not self.personal and self.shared is SharedMode.OFF

    def fingerprint(self, cloud: Cloud) -> str:
        """Whatever changes how an unchanged contact is mapped, or what a mark means, changes this text."""
        told = f"{CONTACT_MAPPING_VERSION}|{self.country}|{cloud.like}|{','.join(CONTACT_SELECT)}"
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def wants(self, object_id: str) -> bool:
        """Whether a user's personal contacts are wanted."""
        if not self.personal:
            return False
        return self.whose is WhoseContacts.ALL or (object_id in self.listed) is (self.whose is WhoseContacts.ONLY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A mailbox to be read for a book."""

    kind: BookKind
    mailbox_id: str
    shown: str
    owner: UserLink | None = None
    """For a personal book."""


@dataclass(kw_only=True)
class PersonalScope:
    """The linked users whose contacts are wanted; those who are disabled keep theirs, and are not asked for."""

    people: dict[str, Target] = field(default_factory=dict)
    asleep: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, host: Host, settings: ContactSettings) -> PersonalScope:
        """Read the linked users. Cost: one pass; about 300 bytes of memory a person."""
        scope = cls()
        for user in host.users.linked() if settings.personal else ():
            object_id = user.link.subject
            if user.link.authority != settings.entra_tenant_id or not settings.wants(object_id):
                continue
            if user.enabled:
                scope.people[object_id] = Target(
                    kind=BookKind.PERSONAL,
                    mailbox_id=object_id,
                    shown=user.email or user.display_name,
                    owner=user.link,
                )
            else:
                scope.asleep.add(object_id)
        return scope


@dataclass(kw_only=True)
class Scope:
    """All mailboxes of a run."""

    personal: PersonalScope
    company: dict[str, Target] = field(default_factory=dict)
    company_is_known: bool = True
    """False where Microsoft did not say which mailboxes are shared: then none of them has left."""

    def targets(self) -> Iterator[Target]:
        """Yield the mailboxes to read: shared ones first, since everybody waits for those."""
        yield from self.company.values()
        yield from self.personal.people.values()

    def __len__(self) -> int:
        return len(self.company) + len(self.personal.people)

    def holds(self, kind: BookKind, mailbox_id: str) -> bool:
        """Whether a mailbox is still in it."""
        if kind is BookKind.COMPANY:
            return mailbox_id in self.company or not self.company_is_known
        return mailbox_id in self.personal.people or mailbox_id in self.personal.asleep
