"""What administrators do in Microsoft's portals and people do in Outlook.

Graph serves only the plugin's calls, which hardly write. Tests, the demo and the control interface change the tenant
here. Keys are object ids or user principal names. ``ValueError`` says what is wrong.
"""

import uuid
from typing import Any

from portsip_m365_plugin.simulator.exchange import Refused
from portsip_m365_plugin.simulator.world.directory import Group, Person
from portsip_m365_plugin.simulator.world.mailboxes import MAILBOX_STATES, Contact, ContactFolder, Mailbox
from portsip_m365_plugin.simulator.world.schema import Schema
from portsip_m365_plugin.simulator.world.seed import LICENSES, PLANS
from portsip_m365_plugin.simulator.world.tenant import Tenant


class AdminCenter:
    """Changes one tenant. Each change is done when the method returns."""

    def __init__(self, schema: Schema, tenant: Tenant) -> None:
        self._schema = schema
        self.tenant = tenant

    # -- people ----------------------------------------------------------------------------------------------------

    def refuse_sending(self, key: str, code: str = "ErrorMessageSubmissionBlocked") -> None:
        """Refuse mail from a mailbox with 403 and this code, as outbound spam control does; an empty code lifts it."""
        self.mailbox(key).sending_refused = code

    def person(self, key: str) -> Person:
        """A person, deleted or not."""
        person = self.tenant.directory.find(key)
        if person is None:
            raise ValueError(f"no person has the id or user principal name {key!r}")
        return person

    def create_user(self, **props: Any) -> Person:
        """Create a person with a licence and a mailbox. Properties as Graph names them; the others get values."""
        mailbox, photo_seed = str(props.pop("mailbox", "user")), int(props.pop("photo_seed", 0))
        self._check_mailbox(mailbox)
        upn = str(props.get("userPrincipalName") or f"user-{uuid.uuid4().hex[:8]}@{self.tenant.domain}")
        whole = {
            "displayName": upn.partition("@")[0],
            "userPrincipalName": upn,
            "mail": upn,
            "mailNickname": upn.partition("@")[0],
            "accountEnabled": True,
            "userType": "Member",
            "businessPhones": [],
            "proxyAddresses": [f"SMTP:{upn}"],
            "assignedLicenses": LICENSES,
            "assignedPlans": PLANS,
            "createdDateTime": self.tenant.now(),
        } | props
        self._check_props(whole)
        self._need_free(upn)
        kept = {name: value for name, value in whole.items() if value is not None}
        person = Person(str(uuid.uuid4()), "created", kept, mailbox, photo_seed)
        self.tenant.directory.add(person)
        return person

    def change_user(self, key: str, **props: Any) -> Person:
        """Set properties; None clears one."""
        person = self.person(key)
        self._check_props(props)
        upn = props.get("userPrincipalName")
        if upn and upn.lower() != str(person.props["userPrincipalName"]).lower():
            self._need_free(upn)
        self.tenant.directory.patch(person, props)
        return person

    def disable_user(self, key: str) -> Person:
        """Block sign-in."""
        return self.change_user(key, accountEnabled=False)

    def enable_user(self, key: str) -> Person:
        """Allow sign-in again."""
        return self.change_user(key, accountEnabled=True)

    def delete_user(self, key: str) -> Person:
        """Soft-delete: restorable for 30 days, gone from listings, groups and Exchange."""
        person = self.person(key)
        if not person.listed:
            raise ValueError(f"{key!r} is {person.state} already")
        self.tenant.directory.soft_delete(person, self.tenant.now())
        return person

    def restore_user(self, key: str) -> Person:
        """Bring a soft-deleted person back under the same id."""
        person = self.person(key)
        if person.state != "deleted":
            raise ValueError(f"{key!r} is {person.state}, not deleted")
        self.tenant.directory.restore(person)
        return person

    def purge_user(self, key: str) -> Person:
        """Delete permanently, soft-deleted before or not."""
        person = self.person(key)
        if person.gone:
            raise ValueError(f"{key!r} is gone already")
        self.tenant.directory.hard_delete(person)
        return person

    def set_photo(self, key: str, seed: int) -> Person:
        """Another picture (any positive seed), none (0), or the documented 1x1 GIF (-1). No delta reports it."""
        person = self.person(key)
        person.photo_seed = seed
        return person

    def set_mailbox(self, key: str, state: str) -> Person:
        """A ``userPurpose`` (user, shared, room, …) or why there is no mailbox (none, inactive, moving, …)."""
        person = self.person(key)
        self._check_mailbox(state)
        person.mailbox = state
        return person

    # -- groups ----------------------------------------------------------------------------------------------------

    def group(self, key: str) -> Group:
        """A group by id or display name."""
        groups = self.tenant.directory.groups
        found = groups.get(key) or next((each for each in groups.values() if each.props["displayName"] == key), None)
        if found is None:
            raise ValueError(f"no group has the id or name {key!r}")
        return found

    def create_group(self, name: str, *, hidden: bool = False) -> Group:
        """An empty security group; ``hidden``: only Member.Read.Hidden can read its members."""
        props = {
            "displayName": name,
            "mailEnabled": False,
            "mailNickname": name.replace(" ", ""),
            "securityEnabled": True,
            "groupTypes": [],
            "visibility": "HiddenMembership" if hidden else None,
            "createdDateTime": self.tenant.now(),
        }
        group = Group(str(uuid.uuid4()), props, hidden=hidden)
        self.tenant.directory.groups[group.id] = group
        return group

    def delete_group(self, key: str) -> None:
        """Delete a group, also from the groups that contain it."""
        group = self.group(key)
        directory = self.tenant.directory
        with directory.lock:
            for other in directory.groups.values():
                directory.set_member(other, group.id, member=False)
            del directory.groups[group.id]

    def set_member(self, group_key: str, member_key: str, *, member: bool = True) -> None:
        """Add a person or a group to a group, or remove it."""
        group = self.group(group_key)
        groups = self.tenant.directory.groups
        identity = member_key if member_key in groups else self.person(member_key).id
        self.tenant.directory.set_member(group, identity, member)

    # -- contacts --------------------------------------------------------------------------------------------------

    def mailbox(self, key: str) -> Mailbox:
        """A person's mailbox."""
        person = self.person(key)
        if not person.has_mailbox:
            raise ValueError(f"{key!r} has no mailbox ({person.mailbox})")
        return self.tenant.mailbox(person)

    def folder(self, key: str, folder: str = "contacts") -> ContactFolder:
        """A contact folder by id or name; ``contacts`` is the default one."""
        mailbox = self.mailbox(key)
        found = mailbox.folder(folder) or next((each for each in mailbox.folders.values() if each.name == folder), None)
        if found is None:
            raise ValueError(f"no contact folder of {key!r} has the id or name {folder!r}")
        return found

    def contact(self, key: str, contact_id: str) -> Contact:
        """A contact by either of its ids."""
        found = self.mailbox(key).contacts.get(contact_id)
        if found is None:
            raise ValueError(f"no contact of {key!r} has the id {contact_id!r}")
        return found

    def create_folder(self, key: str, name: str, parent: str | None = None) -> ContactFolder:
        """A folder next to the default one, or below another."""
        parent_id = self.folder(key, parent).id if parent else None
        return self.mailbox(key).add_folder(name, parent_id)

    def delete_folder(self, key: str, folder: str) -> None:
        """Delete a folder with its content; the default one stays."""
        mailbox, found = self.mailbox(key), self.folder(key, folder)
        if found is mailbox.default_folder:
            raise ValueError("the default Contacts folder cannot be deleted")
        mailbox.remove_folder(found)

    def create_contact(self, key: str, folder: str = "contacts", **props: Any) -> Contact:
        """A contact; fields as Graph names them."""
        self._check_props(props, "contact")
        return self.mailbox(key).add_contact(self.folder(key, folder), props, self.tenant.now())

    def change_contact(self, key: str, contact_id: str, **props: Any) -> Contact:
        """Set fields."""
        self._check_props(props, "contact")
        contact = self.contact(key, contact_id)
        self.mailbox(key).update_contact(contact, props, self.tenant.now())
        return contact

    def move_contact(self, key: str, contact_id: str, folder: str) -> Contact:
        """Move to another folder: a new ordinary id, the same immutable one."""
        contact = self.contact(key, contact_id)
        self.mailbox(key).move_contact(contact, self.folder(key, folder))
        return contact

    def delete_contact(self, key: str, contact_id: str) -> None:
        """Remove a contact."""
        self.mailbox(key).remove_contact(self.contact(key, contact_id))

    # -- tokens ----------------------------------------------------------------------------------------------------

    def expire_delta_tokens(self) -> None:
        """Refuse every delta and skip token issued so far."""
        self.tenant.delta_generation += 1

    # -- checks ----------------------------------------------------------------------------------------------------

    def _check_props(self, props: dict[str, Any], kind: str = "user") -> None:
        try:
            self._schema.check_body(kind, props)
        except Refused as refused:
            raise ValueError(refused.message) from None

    def _need_free(self, upn: str) -> None:
        if self.tenant.directory.active(upn) is not None:  # the name of a deleted account is free
            raise ValueError(f"the user principal name {upn!r} is taken")

    @staticmethod
    def _check_mailbox(state: str) -> None:
        if state not in MAILBOX_STATES:
            raise ValueError(f"mailbox state {state!r} is unknown; one of {', '.join(MAILBOX_STATES)}")
