"""The CONTACT SYNC tab: whose contacts, which shared mailboxes, which folders; how each mailbox stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields

from pbx_plugin_api import (
    Action,
    Choice,
    Fact,
    Field,
    FieldError,
    FieldKind,
    Host,
    JsonValue,
    Severity,
    Tab,
    Table,
    Tenant,
    Users,
)
from portsip_m365_plugin.contacts.leaving import APPROVE_REMOVAL_ACTION, PendingRemoval, pending_removal
from portsip_m365_plugin.contacts.run import RESYNC_JOB, SYNC_JOB, read_contact_summary
from portsip_m365_plugin.contacts.scope import (
    SYSTEM_FOLDERS,
    ContactSettings,
    SharedMailbox,
    SharedMode,
    WhoseContacts,
)
from portsip_m365_plugin.graph.mailboxes import MailboxStatus
from portsip_m365_plugin.page.contacts_mailboxes import MEANINGS, listed_people, mailbox_table
from portsip_m365_plugin.page.signin_tab import FindObjectId, resolve_people
from portsip_m365_plugin.page.words import Toggle, Word

__all__ = [
    "FIELD_NAMES",
    "PEOPLE_FIELDS",
    "ContactSyncSchema",
    "draw_contacts_tab",
    "read_contact_settings",
    "resolve_listed",
]

LINES_MAX: Final = 1000
PEOPLE_FIELDS: Final = ("contact_users", "contact_mailboxes")
"""Lists of names that are kept by object id; `resolve_listed` looks them up."""

_LINE_MAX_CHARS: Final = 320
_LOOK_ONLY: Final = "You may look, but not change anything."


class _Lines(fields.Field[Any]):
    """A list, one item a line; empty lines and repetitions are dropped."""

    def __init__(self, what: str, *, may_hold_blanks: bool) -> None:
        super().__init__()
        self._what, self._may_hold_blanks = what, may_hold_blanks

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:
        named = list(dict.fromkeys(line for line in (line.strip() for line in str(value).splitlines()) if line))
        if len(named) > LINES_MAX:
            raise ValidationError(f"{len(named)} lines; at most {LINES_MAX}.")
        for line in named:
            if len(line) > _LINE_MAX_CHARS or not line.isprintable() or (" " in line and not self._may_hold_blanks):
                raise ValidationError(f"{line[:80]!r} is not {self._what}; one a line.")
        return named


class ContactSyncSchema(Schema):
    """This tab's part of the settings, from the texts of the page."""

    contact_personal = Toggle()
    contact_users_mode = Word(WhoseContacts)
    contact_users = _Lines("a sign-in name or object id", may_hold_blanks=False)
    contact_shared = Word(SharedMode)
    contact_mailboxes = _Lines("an address or object id", may_hold_blanks=False)
    contact_excluded_folders = _Lines("the name of a folder", may_hold_blanks=True)


FIELD_NAMES: Final = tuple(ContactSyncSchema().fields)


def resolve_listed(
    field: str, names: Sequence[str], stored: JsonValue, *, users: Users, find_object_id: FindObjectId
) -> tuple[list[dict[str, str]], list[FieldError]]:
    """Turn the lines of one of `PEOPLE_FIELDS` into what is stored, as the SIGN IN tab does with its list."""
    people, faults = resolve_people(names, stored, users=users, find_object_id=find_object_id)
    return people, [replace(fault, field=field) for fault in faults]


def read_contact_settings(values: Mapping[str, JsonValue], tenant: Tenant) -> ContactSettings:
    """Return what the tenant's stored settings say; contacts are off where they say nothing."""
    excluded = values.get("contact_excluded_folders")
    names = [str(name) for name in excluded] if isinstance(excluded, list) else list(SYSTEM_FOLDERS)
    return ContactSettings(
        entra_tenant_id=str(values.get("directory_id") or ""),
        country=tenant.country,
        personal=values.get("contact_personal") is True,
        whose=WhoseContacts(str(values.get("contact_users_mode") or WhoseContacts.ALL)),
        listed=frozenset(entry["entra_object_id"] for entry in listed_people(values.get("contact_users"))),
        shared=SharedMode(str(values.get("contact_shared") or SharedMode.OFF)),
        mailboxes=tuple(
            SharedMailbox(mailbox_id=entry["entra_object_id"], shown=entry["name"])
            for entry in listed_people(values.get("contact_mailboxes"))
        ),
        excluded_folders=frozenset(name.casefold() for name in names),
    )


def draw_contacts_tab(
    values: Mapping[str, JsonValue], host: Host, tenant: Tenant, *, may_edit: bool, why_not_ready: str
) -> Tab:
    """Draw the tab. Cost: two records of the plugin's state; no network.

    Args:
        values: The stored settings.
        host: The tenant's.
        tenant: Whose numbers belong to which country.
        may_edit: Whether the viewer may press buttons.
        why_not_ready: Why nothing can be synced yet; empty where it can.
    """
    summary, pending = read_contact_summary(host), pending_removal(host)
    why_disabled = why_not_ready if may_edit else _LOOK_ONLY
    facts = [Fact(label="Last contact sync", value="none yet")]
    tables: tuple[Table, ...] = ()
    if summary is not None:
        told = f"{summary.at_utc:%Y-%m-%d %H:%M} UTC: {summary.message}"
        facts = [Fact(label="Last contact sync", value=told)]
        facts += [
            Fact(label=f"Mailboxes: {MEANINGS[MailboxStatus(name)].lower()}", value=str(n), severity=_severity(name))
            for name, n in sorted(summary.states.items())
        ]
        tables = (mailbox_table(summary.troubled),)
    if pending is not None:
        facts.insert(0, Fact(label="Approval needed", value=pending.describe(), severity=Severity.WARNING))
    return Tab(
        name="contact_sync",
        label="CONTACT SYNC",
        intro="Contacts of people's mailboxes become their personal contacts; contacts of shared mailboxes become"
        " company contacts. One way, every night: what is changed here comes back, and contacts made by hand are never"
        " touched.",
        fields=_fields(read_contact_settings(values, tenant), values),
        facts=tuple(facts),
        tables=tables,
        actions=_actions(pending, why_disabled, may_edit=may_edit),
    )


def _fields(settings: ContactSettings, values: Mapping[str, JsonValue]) -> tuple[Field, ...]:
    excluded = values.get("contact_excluded_folders")
    folders = [str(name) for name in excluded] if isinstance(excluded, list) else list(SYSTEM_FOLDERS)
    return (
        Field(
            name="contact_personal",
            label="Sync personal contacts",
            kind=FieldKind.TOGGLE,
            value="true" if settings.personal else "false",
            help="Switching it off removes what was synced; for many people it asks first.",
        ),
        Field(
            name="contact_users_mode",
            label="Whose",
            kind=FieldKind.CHOICE,
            value=settings.whose.value,
            choices=(
                Choice(value="all", label="All synced users"),
                Choice(value="only", label="Only these"),
                Choice(value="except", label="All except these"),
            ),
        ),
        Field(
            name="contact_users",
            label="People",
            kind=FieldKind.LONG_TEXT,
            value="\n".join(entry["name"] for entry in listed_people(values.get("contact_users"))),
            help="One sign-in name or object id a line; kept by object id.",
            placeholder="adele@contoso.com",
        ),
        Field(
            name="contact_shared",
            label="Sync shared mailboxes into the company contacts",
            kind=FieldKind.CHOICE,
            value=settings.shared.value,
            choices=(
                Choice(value="off", label="Off"),
                Choice(value="named", label="These"),
                Choice(value="found", label="All shared mailboxes (needs the permission MailboxSettings.Read)"),
            ),
        ),
        Field(
            name="contact_mailboxes",
            label="Shared mailboxes",
            kind=FieldKind.LONG_TEXT,
            value="\n".join(entry["name"] for entry in listed_people(values.get("contact_mailboxes"))),
            help="One sign-in name (usually the address) or object id a line. Several merge into one book, and the same"
            " contact is there once.",
            placeholder="info@contoso.com",
        ),
        Field(
            name="contact_excluded_folders",
            label="Folders left out",
            kind=FieldKind.LONG_TEXT,
            value="\n".join(folders),
            help="One name a line, upper and lower case alike; what lies below such a folder is left out too. The names"
            " given here at first are of folders that Outlook and Skype make for themselves.",
        ),
    )


def _actions(pending: PendingRemoval | None, why_disabled: str, *, may_edit: bool) -> tuple[Action, ...]:
    enabled = not why_disabled
    actions = [
        Action(
            name=SYNC_JOB,
            label="Sync contacts now",
            enabled=enabled,
            why_disabled=why_disabled,
            primary=True,
        ),
        Action(
            name=RESYNC_JOB,
            label="Read all contacts again",
            help="Reads every mailbox in full, those included that could not be read. Harmless, and seldom needed.",
            enabled=enabled,
            why_disabled=why_disabled,
        ),
        Action(
            name="contact_state",
            label="How does a mailbox stand?",
            enabled=may_edit,
            why_disabled="" if may_edit else _LOOK_ONLY,
            parameters=(Field(name="mailbox", label="Address or object id", required=True),),
        ),
    ]
    if pending is not None:
        actions.insert(
            0,
            Action(
                name=APPROVE_REMOVAL_ACTION,
                label="Approve the removal",
                help=pending.describe(),
                enabled=enabled,
                why_disabled=why_disabled,
                danger=True,
                confirm=f"Remove {pending.contacts} contacts of {pending.mailboxes} mailboxes?",
                parameters=(Field(name="checksum", label="Checksum", kind=FieldKind.HIDDEN, value=pending.checksum),),
            ),
        )
    return tuple(actions)


def _severity(status: str) -> Severity:
    return Severity.GOOD if status == MailboxStatus.OK else Severity.WARNING
