"""On whom a permission is tried: people, mailboxes and groups that the settings include, never just anybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from pbx_plugin_api import Host
from portsip_m365_plugin.config.contacts import SharedMode
from portsip_m365_plugin.config.people import NameList, WhichPeople
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.mailboxes import Mailboxes

TRIED_MAX: Final = 3
"""On so many at most, because one may have no mailbox."""
_LINKED_READ: Final = 50
_SHARED: Final = "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A person or mailbox to try a call on."""

    entra_object_id: str
    name: str
    """As an administrator knows it."""


@dataclass(kw_only=True)
class Sight:
    """What was seen of the directory: one page of people, and the members of a group where groups are chosen."""

    people: Sequence[Mapping[str, Any]] = ()
    members: frozenset[str] | None = None
    """Object ids; None: groups do not matter, or could not be read."""


def find_people(host: Host, config: Config, sight: Sight, *, for_contacts: bool) -> list[Subject]:
    """Return people in scope whose mailboxes can be tried; first those who are known to have one. No request.

    Args:
        host: Its linked users are in scope.
        config: Names people and groups.
        sight: What was seen.
        for_contacts: Whether only those whose contacts are synced are meant.
    """
    seen = {user["id"]: user for user in sight.people if isinstance(user.get("id"), str)}
    found: dict[str, str] = {}
    for subject in _candidates(host, config, sight, seen):
        if not for_contacts or config.contacts.wants(subject.entra_object_id):
            found.setdefault(subject.entra_object_id, subject.name)
    subjects = [Subject(entra_object_id=object_id, name=name) for object_id, name in found.items()]
    subjects.sort(key=lambda subject: not _has_exchange(seen.get(subject.entra_object_id, {})))
    return subjects[:TRIED_MAX]


def find_mailboxes(host: Host, config: Config) -> list[Subject]:
    """Return shared mailboxes whose contacts are synced. No request."""
    contacts = config.contacts
    if contacts.shared is SharedMode.NAMED:
        return _of_list(contacts.mailboxes)[:TRIED_MAX]
    if contacts.shared is SharedMode.FOUND:
        known = (mailbox_id for mailbox_id, purpose in Mailboxes(host).items() if purpose == _SHARED)
        return [Subject(entra_object_id=each, name=each) for each in islice(known, TRIED_MAX)]
    return []


def _candidates(host: Host, config: Config, sight: Sight, seen: Mapping[str, Mapping[str, Any]]) -> Iterator[Subject]:
    if config.contacts.whose is WhichPeople.ONLY:
        yield from _of_list(config.contacts.people)
    if config.scope.whose is WhichPeople.ONLY:
        yield from _of_list(config.scope.people)
    for linked in islice(host.users.linked(), _LINKED_READ):
        if linked.link.authority == config.connection.entra_tenant_id and linked.enabled:
            object_id = linked.link.subject
            yield Subject(entra_object_id=object_id, name=_name_of(seen, object_id, linked.username))
    for object_id in sorted(sight.members or ())[:_LINKED_READ]:
        yield Subject(entra_object_id=object_id, name=_name_of(seen, object_id, object_id))
    if config.scope.has_groups:
        return
    for object_id, user in seen.items():
        is_person = user.get("accountEnabled") is True and config.scope.whose.includes(object_id, config.scope.people)
        if is_person and _has_exchange(user):
            yield Subject(entra_object_id=object_id, name=_name_of(seen, object_id, object_id))


def _of_list(names: NameList) -> list[Subject]:
    return [Subject(entra_object_id=entry.entra_object_id, name=entry.name) for entry in names if entry.entra_object_id]


def _name_of(seen: Mapping[str, Mapping[str, Any]], object_id: str, otherwise: str) -> str:
    upn = seen.get(object_id, {}).get("userPrincipalName")
    return upn if isinstance(upn, str) and upn else otherwise


def _has_exchange(user: Mapping[str, Any]) -> bool:
    given = user.get("assignedPlans")
    plans = [plan for plan in given if isinstance(plan, Mapping)] if isinstance(given, list) else []
    return any(plan.get("service") == "exchange" and plan.get("capabilityStatus") == "Enabled" for plan in plans)
