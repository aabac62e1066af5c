"""Whose contacts are synced: users by the admin's list, shared mailboxes by name or by purpose."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from pbx_plugin_api import Host
from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.config.contacts import ContactsConfig, SharedMode
from portsip_m365_plugin.contacts.shared import PurposeNotPermittedError, find_shared_mailboxes
from portsip_m365_plugin.contacts.state import BookKind, Target, load_mailboxes
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.mapping.contacts import CONTACT_MAPPING_VERSION, CONTACT_SELECT

CONTACTS_MAX: Final = 5000
"""Contacts taken from one mailbox. PortSIP names no limit, but nobody scrolls through more on a telephone."""


@dataclass(kw_only=True)
class Scope:
    """All mailboxes of a run."""

    people: dict[str, Target] = field(default_factory=dict)
    """Linked users whose contacts are wanted, by object id."""
    asleep: set[str] = field(default_factory=set)
    """Linked users who are disabled: they keep their contacts, and their mailboxes are not read."""
    company: dict[str, Target] = field(default_factory=dict)
    """Shared mailboxes, by object id."""
    company_is_known: bool = True
    """False: Microsoft did not say which mailboxes are shared. Then none of them has left."""

    def targets(self) -> Iterator[Target]:
        """Yield the mailboxes to read. Shared ones come first: everybody sees that book."""
        yield from self.company.values()
        yield from self.people.values()

    def __len__(self) -> int:
        return len(self.company) + len(self.people)

    def holds(self, kind: BookKind, mailbox_id: str) -> bool:
        """Whether a mailbox is still in scope."""
        if kind is BookKind.COMPANY:
            return mailbox_id in self.company or not self.company_is_known
        return mailbox_id in self.people or mailbox_id in self.asleep


def find_scope(
    host: Host, client: GraphClient, settings: ContactsConfig, entra_tenant_id: str, *, n_threads: int
) -> Scope:
    """Find the mailboxes of a run. Cost: one pass over the linked users, about 300 bytes of memory a person.

    Raises:
        PurposeStoppedError: The host wants the run to end.
        GraphError: Shared mailboxes are to be found by purpose, and the directory cannot be read.
    """
    scope = Scope()
    for user in host.users.linked() if settings.personal else ():
        object_id = user.link.subject
        if user.link.authority != entra_tenant_id or not settings.wants(object_id):
            continue
        if user.enabled:
            scope.people[object_id] = Target(
                kind=BookKind.PERSONAL, mailbox_id=object_id, shown=user.email or user.display_name, owner=user.link
            )
        else:
            scope.asleep.add(object_id)
    if settings.shared is SharedMode.NAMED:
        _add_company(scope, ((box.entra_object_id, box.name) for box in settings.mailboxes))
    elif settings.shared is SharedMode.FOUND:
        try:
            _add_company(scope, find_shared_mailboxes(host, client, entra_tenant_id, n_threads=n_threads).items())
        except PurposeNotPermittedError:
            scope.company_is_known = False
            records = (record for record in load_mailboxes(host) if record.kind is BookKind.COMPANY)
            _add_company(scope, ((record.mailbox_id, record.shown) for record in records))
    return scope


def fingerprint_of(country: str, cloud: Cloud) -> str:
    """Return a text that changes whenever an unchanged contact would be mapped differently, or other parts are read."""
    parts = f"{CONTACT_MAPPING_VERSION}|{country}|{cloud.like}|{','.join(CONTACT_SELECT)}"
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def _add_company(scope: Scope, mailboxes: Iterable[tuple[str, str]]) -> None:
    for mailbox_id, shown in mailboxes:
        scope.company[mailbox_id] = Target(kind=BookKind.COMPANY, mailbox_id=mailbox_id, shown=shown)
