"""The true state of a tenant, without Graph: no pages, no lag, no faults. Tests compare a PBX with it."""

from collections.abc import Iterator
from typing import Any

from portsip_m365_plugin.simulator.world.directory import Person
from portsip_m365_plugin.simulator.world.jpeg import etag_of
from portsip_m365_plugin.simulator.world.mailboxes import Mailbox
from portsip_m365_plugin.simulator.world.tenant import Tenant


def person_truth(person: Person) -> dict[str, Any]:
    """One person: ``state`` is active, deleted (restorable) or gone; ``kind`` is the seed's kind of person."""
    props = person.props
    return {
        "id": person.id,
        "state": person.state,
        "kind": person.kind,
        "enabled": bool(props.get("accountEnabled")),
        "user_type": props.get("userType"),
        "upn": props.get("userPrincipalName"),
        "mail": props.get("mail"),
        "display_name": props.get("displayName"),
        "given_name": props.get("givenName"),
        "surname": props.get("surname"),
        "business_phones": list(props.get("businessPhones") or []),
        "mobile_phone": props.get("mobilePhone"),
        "licensed": bool(props.get("assignedLicenses")),
        "mailbox": person.mailbox,
        "photo_etag": etag_of(person.photo_seed) if person.photo_seed > 0 else None,
    }


def people_truth(tenant: Tenant) -> Iterator[dict[str, Any]]:
    """All people, also deleted and purged ones, in the order of their creation."""
    return (person_truth(person) for person in list(tenant.directory.order))


def contacts_truth(mailbox: Mailbox) -> list[dict[str, Any]]:
    """Every contact of a mailbox with its folder and both ids."""
    with mailbox.lock:
        return [
            {
                "immutable_id": contact.immutable_id,
                "ordinary_id": contact.ordinary_id,
                "folder_id": folder.id,
                "folder": folder.name,
                **contact.props,
            }
            for folder in mailbox.folders.values()
            for contact in folder.contacts.values()
        ]


def groups_truth(tenant: Tenant) -> list[dict[str, Any]]:
    """Every group with its direct members and all people below it."""
    directory = tenant.directory
    return [
        {
            "id": group.id,
            "name": group.props["displayName"],
            "hidden": group.hidden,
            "members": list(group.members),
            "people": sorted(identity for identity, kind in directory.flattened(group) if kind == "user"),
        }
        for group in list(directory.groups.values())
    ]


def truth_of(tenant: Tenant) -> dict[str, Any]:
    """The whole tenant without contacts, which have their own function."""
    return {
        "tenant_id": tenant.id,
        "domain": tenant.domain,
        "change_number": tenant.directory.sequence,
        "users": list(people_truth(tenant)),
        "groups": groups_truth(tenant),
    }
