"""The PERMISSIONS tab: which app in which directory and cloud, its certificate, and what to register in Entra."""

from __future__ import annotations

from dataclasses import replace

from pbx_plugin_api import Action, Fact, Field, FieldKind, Tab, sentences
from portsip_m365_plugin.config.fields import FIND_CLOUD
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.jobs import Job
from portsip_m365_plugin.page.fields import draw_setting
from portsip_m365_plugin.page.registration.address_facts import draw_address_facts
from portsip_m365_plugin.page.registration.certificate_facts import draw_certificate_facts, draw_renewal_fact
from portsip_m365_plugin.page.registration.colleague import draw_colleague_actions
from portsip_m365_plugin.page.registration.key_pair import draw_key_actions
from portsip_m365_plugin.page.registration.permissions_table import draw_permissions_table
from portsip_m365_plugin.page.registration.region import list_regions
from portsip_m365_plugin.page.set_up.confirming import draw_confirm_action, read_known
from portsip_m365_plugin.page.set_up.steps import draw_steps
from portsip_m365_plugin.page.view import PageView
from portsip_m365_plugin.texts import _, _n


def draw_permissions_tab(view: PageView, schedule_facts: tuple[Fact, ...]) -> Tab:
    """Draw the tab. Cost: some looks at state and secrets; no network.

    Args:
        view: The page.
        schedule_facts: Last and next run.
    """
    host = view.host
    linked = view.users.linked
    steps = draw_steps(read_known(view))
    return Tab(
        name="permissions",
        label=_("PERMISSIONS"),
        intro=_("With which application this PBX reads the directory, and what that application may do."),
        steps=steps,
        fields=_fields(view.config, linked),
        facts=(
            *draw_address_facts(view),
            *draw_certificate_facts(host, view.config.renewal),
            draw_renewal_fact(host, view.config.renewal),
            *schedule_facts,
        ),
        tables=(draw_permissions_table(view),),
        actions=(*draw_confirm_action(steps), *_actions(view, linked)),
    )


def _fields(config: Config, linked: int) -> tuple[Field, ...]:
    return (
        draw_setting(
            config,
            "application_id",
            _("Application (client) ID"),
            required=True,
            help=_("From the app registration's overview page."),
        ),
        draw_setting(
            config,
            "directory_id",
            _("Directory (tenant) ID"),
            required=True,
            help=sentences(
                _("From the same page; you can also enter a verified domain, which is turned into the ID."),
                _n("Tied to {n:,} synced user.", "Tied to {n:,} synced users.", linked) if linked else "",
            ),
        ),
        _region_field(config),
        draw_setting(
            config, "sync_time", _("Time of sync with Microsoft 365"), help=_("In the time zone of this tenant.")
        ),
        draw_setting(
            config,
            "renew_certificate",
            _("Renew the certificate by itself"),
            help=_(
                "30 days before the certificate ends, the PBX makes the next one, registers it in Entra, uses it as"
                " soon as Entra knows it, and removes the old one a week later. Needs the object ID below."
            ),
        ),
        draw_setting(
            config,
            "application_object_id",
            _("Application object ID"),
            help=_(
                "Only to renew the certificate: the Object ID on the overview page of the App registration. That of"
                " the Enterprise application is another one."
            ),
        ),
    )


def _region_field(config: Config) -> Field:
    """Draw the region. Until a directory or a region is stored, it is to be found from what is entered."""
    drawn = draw_setting(
        config,
        "national_cloud",
        _("Microsoft 365 region"),
        choices=list_regions(config.connection),
        help=_("The Microsoft cloud of the directory. To find it, the PBX asks each cloud; GCC is in GLOBAL."),
    )
    is_open = not config.connection.entra_tenant_id and drawn.name not in config.saved
    return replace(drawn, value=FIND_CLOUD) if is_open else drawn


def _actions(view: PageView, linked: int) -> tuple[Action, ...]:
    why_disabled = view.why_no_edit
    return (
        *draw_key_actions(view),
        Action(
            name="test_connection",
            label=_("Test connection"),
            help=_("Checks everything that the features that are on need, one line each."),
            primary=True,
            enabled=not view.why_no_call,
            why_disabled=view.why_no_call,
        ),
        *draw_colleague_actions(view),
        Action(
            name=Job.DISCONNECT,
            label=_("Disconnect"),
            help=_(
                "Forgets the application, the key pairs and everything remembered about the directory. Users stay as"
                " they are unless you also delete them; only then can another directory be connected."
            ),
            danger=True,
            enabled=not why_disabled,
            why_disabled=why_disabled,
            confirm=_("Disconnect from Microsoft 365?"),
            parameters=(
                Field(
                    name="delete_users",
                    label=_n(
                        "Delete the {n:,} synced user and all synced contacts too",
                        "Delete the {n:,} synced users and all synced contacts too",
                        linked,
                    ),
                    kind=FieldKind.TOGGLE,
                    value="false",
                ),
            ),
        ),
    )
