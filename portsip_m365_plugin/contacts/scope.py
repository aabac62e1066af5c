"""Whose contacts are synced: users by the admin's list, shared mailboxes by name or by purpose."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from pbx_plugin_api import Host, UserLink
from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.config.contacts import ContactsConfig
from portsip_m365_plugin.contacts.state import BookKind
from portsip_m365_plugin.mapping.contacts import CONTACT_MAPPING_VERSION, CONTACT_SELECT

CONTACTS_MAX: Final = 5000
"""Contacts taken from one mailbox; PortSIP names no limit, and a phone that scrolls through more serves nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedMailbox:
    """A mailbox of the company contacts, as the admin named it."""

    mailbox_id: str
    shown: str


def fingerprint_of(country: str, cloud: Cloud) -> str:
    """Return a text that changes whenever an unchanged contact would be mapped differently, or other parts are read."""
    parts = f"{CONTACT_MAPPING_VERSION}|{country}|{cloud.like}|{','.join(CONTACT_SELECT)}"
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


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
    def of(cls, host: Host, settings: ContactsConfig, entra_tenant_id: str) -> PersonalScope:
        """Read the linked users. Cost: one pass; about 300 bytes of memory a person."""
        scope = cls()
        for user in host.users.linked() if settings.personal else ():
            object_id = user.link.subject
            if user.link.authority != entra_tenant_id or not settings.wants(object_id):
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
