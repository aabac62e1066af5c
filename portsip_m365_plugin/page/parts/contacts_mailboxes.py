"""The state of each mailbox of the contact sync, in words for an administrator."""

from __future__ import annotations

from itertools import chain
from typing import Final

from pbx_plugin_api import ActionOutcome, Done, Host, Refused, Table, Tenant, sentences
from portsip_m365_plugin.config.contacts import ContactsConfig
from portsip_m365_plugin.config.fields import GUID
from portsip_m365_plugin.contacts.state import BookKind, MailboxRecord, load_mailbox
from portsip_m365_plugin.graph.mailboxes import MailboxStatus
from portsip_m365_plugin.texts import _, _n, _p
from portsip_m365_plugin.times import show_day

MEANINGS: Final = {
    MailboxStatus.OK: _p("a mailbox was read", "Read"),
    MailboxStatus.NO_MAILBOX: _("There is no mailbox"),
    MailboxStatus.ON_PREMISES: _("The mailbox is on premises; Microsoft 365 cannot read it"),
    MailboxStatus.INACTIVE: _("No licence, deactivated, or on premises"),
    MailboxStatus.MOVING: _("Microsoft is moving it"),
    MailboxStatus.REFUSED: _("Exchange does not let the app in"),
    MailboxStatus.FULL: _("The mailbox is full"),
    MailboxStatus.FAILED: _("Failed; the next run tries again"),
}


def show_mailbox_state(host: Host, tenant: Tenant, contacts: ContactsConfig, typed: str) -> ActionOutcome:
    """Return the state of one mailbox. Cost: one pass over the linked users if an address is given; no network."""
    name = typed.strip()
    object_id = name.lower() if GUID.fullmatch(name) else _find_object_id(host, contacts, name)
    records = [
        record
        for kind in BookKind
        if object_id is not None and (record := load_mailbox(host, kind, object_id)) is not None
    ]
    if not records:
        return Refused(
            message=_("Nothing is known about {name} yet.", name=name)
            if name
            else _("No mailbox was named: mailbox=ADDRESS."),
            remedy=_(
                "Enter the address or object id of a user or shared mailbox that is synced; the next run reads it."
            ),
        )
    return Done(message=_("{name}:", name=name), tables=(mailbox_table(tuple(records), tenant),))


def _find_object_id(host: Host, contacts: ContactsConfig, name: str) -> str | None:
    wanted = name.casefold()
    for entry in chain(contacts.mailboxes, contacts.people):
        if entry.name.casefold() == wanted:
            return entry.entra_object_id
    found = [u for u in host.users.linked() if wanted in ((u.email or "").casefold(), u.username.casefold())]
    return found[0].link.subject if len(found) == 1 else None


def mailbox_table(records: tuple[MailboxRecord, ...], tenant: Tenant) -> Table:
    """Return mailboxes with their states as a table."""
    rows = tuple(
        (
            record.shown or record.mailbox_id,
            _p("contacts", "personal") if record.kind is BookKind.PERSONAL else _p("contacts", "company"),
            MEANINGS[record.status],
            show_day(record.since_utc, tenant) if record.since_utc is not None else "",
            str(record.contacts),
            _note(record),
        )
        for record in records
    )
    return Table(
        title=_("State of mailboxes"),
        columns=(_("Mailbox"), _("Contacts"), _("State"), _("Since"), _("Here"), _("Note")),
        rows=rows,
        empty_text=_("All mailboxes could be read."),
    )


def _note(record: MailboxRecord) -> str:
    notes = [record.detail]
    if record.left_out:
        left_out = _n("{n:,} above the limit is left out.", "{n:,} above the limit are left out.", record.left_out)
        notes.append(left_out)
    if record.held:
        held = _n(
            "{n:,} is suddenly missing; it is removed if the next run does not find it either.",
            "{n:,} are suddenly missing; they are removed if the next run does not find them either.",
            record.held,
        )
        notes.append(held)
    return sentences(*notes)
