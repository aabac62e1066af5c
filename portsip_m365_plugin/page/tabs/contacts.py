"""The CONTACT SYNC tab: whose contacts, which shared mailboxes, which folders; the state of each mailbox."""

from __future__ import annotations

from pbx_plugin_api import Action, Fact, Field, Severity, Tab, Table
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.contacts.leaving import PendingRemoval, pending_removal
from portsip_m365_plugin.contacts.tally import read_contact_summary
from portsip_m365_plugin.graph.mailboxes import MailboxStatus
from portsip_m365_plugin.jobs import Job
from portsip_m365_plugin.page.fields import draw_setting
from portsip_m365_plugin.page.parts.approvals import draw_contact_approval
from portsip_m365_plugin.page.parts.contacts_mailboxes import MEANINGS, mailbox_table
from portsip_m365_plugin.page.view import PageView
from portsip_m365_plugin.texts import _
from portsip_m365_plugin.times import show_time


def draw_contacts_tab(view: PageView) -> Tab:
    """Draw the tab. Cost: two records of the plugin's state; no network."""
    summary, pending = read_contact_summary(view.host), pending_removal(view.host)
    facts = [Fact(label=_("Last contact sync"), value=_("none yet"))]
    tables: tuple[Table, ...] = ()
    if summary is not None:
        facts = [
            Fact(
                label=_("Last contact sync"),
                value=_("{time}: {what}", time=show_time(summary.at_utc, view.tenant), what=summary.message),
            )
        ]
        facts += [
            # Translators: {state} is the state of mailboxes, such as “The mailbox is full”.
            Fact(
                label=_("Mailboxes: {state}", state=MEANINGS[MailboxStatus(name)]),
                value=str(n),
                severity=_severity(name),
            )
            for name, n in sorted(summary.states.items())
        ]
        tables = (mailbox_table(summary.troubled, view.tenant),)
    if pending is not None:
        facts.insert(0, Fact(label=_("Approval needed"), value=pending.describe(), severity=Severity.WARNING))
    return Tab(
        name="contact_sync",
        label=_("CONTACT SYNC"),
        intro=_(
            "The contacts in people's mailboxes become their personal contacts, those in shared mailboxes become"
            " company contacts. The sync goes one way, every night: changes made here to synced contacts are undone,"
            " and contacts made by hand are never touched."
        ),
        fields=_fields(view.config),
        facts=tuple(facts),
        tables=tables,
        actions=_actions(pending, view),
    )


def _fields(config: Config) -> tuple[Field, ...]:
    return (
        draw_setting(
            config,
            "contact_personal",
            _("Sync personal contacts"),
            help=_("When you switch it off, the synced contacts are removed; if many people have some, it asks first."),
        ),
        draw_setting(
            config,
            "contact_users_mode",
            _("Whose"),
            choices={"all": _("All synced users"), "only": _("Only these"), "except": _("All except these")},
        ),
        draw_setting(
            config,
            "contact_users",
            _("People"),
            help=_("One sign-in name or object id per line; kept by object id."),
            placeholder="adele@contoso.com",
        ),
        draw_setting(
            config,
            "contact_shared",
            _("Sync shared mailboxes into the company contacts"),
            choices={
                "off": _("Off"),
                "named": _("These"),
                "found": _("All shared mailboxes (needs the permission MailboxSettings.Read)"),
            },
        ),
        draw_setting(
            config,
            "contact_mailboxes",
            _("Shared mailboxes"),
            help=_(
                "One sign-in name (usually the address) or object id per line. All of them fill one book, in which the"
                " same contact is shown once."
            ),
            placeholder="info@contoso.com",
        ),
        draw_setting(
            config,
            "contact_excluded_folders",
            _("Folders left out"),
            help=_(
                "One name per line; upper and lower case make no difference. Folders below such a folder are left out"
                " too. The names that are there at first belong to folders that Outlook and Skype create themselves."
            ),
        ),
    )


def _actions(pending: PendingRemoval | None, view: PageView) -> tuple[Action, ...]:
    why_disabled = view.why_no_call
    enabled = not why_disabled
    actions = [
        Action(
            name=Job.CONTACTS,
            label=_("Sync contacts now"),
            enabled=enabled,
            why_disabled=why_disabled,
            primary=True,
        ),
        Action(
            name=Job.CONTACTS_RESYNC,
            label=_("Read all contacts again"),
            help=_("Reads every mailbox in full, also those that failed before. It is seldom needed and does no harm."),
            enabled=enabled,
            why_disabled=why_disabled,
        ),
        Action(
            name="contact_state",
            label=_("How does a mailbox stand?"),
            enabled=view.may_edit,
            why_disabled=view.why_no_edit,
            parameters=(Field(name="mailbox", label=_("Address or object id"), required=True),),
        ),
    ]
    return (*draw_contact_approval(pending, why_disabled), *actions)


def _severity(status: str) -> Severity:
    return Severity.GOOD if status == MailboxStatus.OK else Severity.WARNING
