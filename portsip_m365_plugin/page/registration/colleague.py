"""What the administrator of the PBX gives to a colleague who administers Entra: a text, a consent address, scripts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from pbx_plugin_api import (
    Action,
    ActionOutcome,
    Choice,
    Done,
    Download,
    Fact,
    Field,
    FieldKind,
    Host,
    Refused,
    Table,
    Tenant,
    listing,
)
from portsip_m365_plugin.clouds import Cloud, CloudFileError, load_clouds
from portsip_m365_plugin.config.fields import GUID
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.config.signin import SignInMode
from portsip_m365_plugin.consent import ADDRESS_DAYS, make_consent_address
from portsip_m365_plugin.keys.store import ACTIVE_KEY, NEXT_KEY, load_certificate
from portsip_m365_plugin.page.registration.colleague_text import write_text
from portsip_m365_plugin.page.registration.entra_pages import APP_NAME
from portsip_m365_plugin.page.registration.region import label_region
from portsip_m365_plugin.page.registration.scripts.render import (
    Limit,
    Registration,
    find_unusable_uri,
    make_mark,
    render_azure_cli,
    render_graph_powershell,
    render_limit,
)
from portsip_m365_plugin.page.view import PageView
from portsip_m365_plugin.permissions import PERMISSIONS, Need, Permission
from portsip_m365_plugin.redirects import redirect_uris
from portsip_m365_plugin.texts import _

COLLEAGUE_ACTION: Final = "for_colleague"
SCRIPT_ACTION: Final = "download_script"
LIMIT_ACTION: Final = "limit_mailboxes"
_TEXT, _AZURE_CLI, _POWERSHELL = "text", "azure_cli", "graph_powershell"
_USEFUL: Final = "with_useful"
_LARGE: Final = "with_large_attachments"
_SENDERS: Final = "senders"
_BOOKS: Final = "contact_owners"
_MAILBOXES_MAX: Final = 1_000
_PLAIN: Final = "text/plain; charset=utf-8"


def draw_colleague_actions(view: PageView) -> tuple[Action, ...]:
    """Draw the buttons. No network."""
    needed = {item.name for item in list_permissions(view.config, view.tenant, with_useful=False)}
    useful = [item.name for item in _list_useful(view.config, view.tenant)]
    why = view.why_no_edit
    why_no_limit = why or ("" if view.config.connection.is_complete else _("Enter the two IDs first."))
    parameters = tuple(
        Field(
            name=name,
            label=label,
            kind=FieldKind.LONG_TEXT,
            value=value,
            help=_("One address or object ID a line."),
        )
        for permission, name, label, value in (
            ("Mail.Send", _SENDERS, _("Mailboxes that the PBX may send from"), view.config.mail.mailbox),
            ("Contacts.Read", _BOOKS, _("Mailboxes whose contacts the PBX may read"), ""),
        )
        if permission in needed
    )
    if not parameters and not why_no_limit:
        why_no_limit = _("Neither mail nor contact sync is switched on.")
    return (
        Action(
            name=COLLEAGUE_ACTION,
            label=_("For a colleague in Entra"),
            help=_(
                "Everything that a colleague needs who administers Entra, and an address at which they give consent."
            ),
            enabled=not why,
            why_disabled=why,
        ),
        Action(
            name=SCRIPT_ACTION,
            label=_("Download for a colleague"),
            help=_(
                "The same as a text, or a script that registers the application. No file contains a secret. The script"
                " is for the region {region}: if yours is another, save that first.",
                region=label_region(view.config.connection.cloud_name),
            ),
            enabled=not why,
            why_disabled=why,
            parameters=(
                Field(
                    name="file",
                    label=_("File"),
                    kind=FieldKind.CHOICE,
                    value=_TEXT,
                    choices=(
                        Choice(value=_TEXT, label=_("Instructions (text)")),
                        Choice(value=_AZURE_CLI, label=_("Script for Azure CLI (bash)")),
                        Choice(value=_POWERSHELL, label=_("Script for Microsoft Graph PowerShell")),
                    ),
                ),
                *_draw_useful(_USEFUL, useful),
            ),
        ),
        Action(
            name=LIMIT_ACTION,
            label=_("Download a script that limits mailboxes"),
            help=_(
                "For Exchange Online PowerShell: the PBX may then use these mailboxes only (RBAC for Applications)."
            ),
            enabled=not why_no_limit,
            why_disabled=why_no_limit,
            parameters=(*parameters, *_draw_useful(_LARGE, [name for name in useful if name == "Mail.ReadWrite"])),
        ),
    )


def _draw_useful(name: str, permissions: list[str]) -> tuple[Field, ...]:
    if not permissions:
        return ()
    label = _("Also what is useful, but not needed: {permissions}", permissions=listing(permissions))
    return (Field(name=name, label=label, kind=FieldKind.TOGGLE, value="false"),)


def list_permissions(config: Config, tenant: Tenant, *, with_useful: bool) -> tuple[Permission, ...]:
    """Return the permissions that the features that are on need; and, if wanted, those that they can make use of."""
    wanted = (Need.NEEDED, Need.USEFUL) if with_useful else (Need.NEEDED,)
    return tuple(item for item in PERMISSIONS if item.need(config, tenant) in wanted)


def _list_useful(config: Config, tenant: Tenant) -> tuple[Permission, ...]:
    return tuple(item for item in PERMISSIONS if item.need(config, tenant) is Need.USEFUL)


def show_for_colleague(host: Host, tenant: Tenant, config: Config) -> ActionOutcome:
    """Return what a colleague needs, to read and to copy. No network."""
    wanted = _describe(host, tenant, config, with_useful=False)
    if isinstance(wanted, Refused):
        return wanted
    consent = make_consent_address(host, config.connection)
    certificate = wanted.certificate
    facts = (
        Fact(label=_("Name"), value=wanted.display_name, copyable=True),
        Fact(
            label=_("Supported account types"),
            value=_("Accounts in this organizational directory only (single tenant)"),
        ),
        *(Fact(label=_("Redirect URI, platform Web"), value=uri, copyable=True) for uri in wanted.redirect_uris),
        Fact(
            label=_("Public key"),
            value=certificate.thumbprint_sha1 if certificate is not None else _("none yet: generate a key pair"),
            copyable=certificate is not None,
            help=_("The thumbprint. Press Download public_key.pem and send the file; it is not secret."),
        ),
        Fact(
            label=_("Consent address"),
            value=consent or _("none yet: enter the two IDs first"),
            copyable=bool(consent),
            help=_(
                "For a Privileged Role Administrator or Global Administrator, in any browser. It can be used for {days}"
                " days. Give it to nobody else: whoever has it can make this page say that consent was given.",
                days=ADDRESS_DAYS,
            ),
        ),
    )
    rows = tuple(
        (item.name, word, item.purpose, item.without_it)
        for word, items in (
            # Translators: whether a permission is needed
            (_("Yes"), list_permissions(config, tenant, with_useful=False)),
            # Translators: a permission is useful, but not needed
            (_("Useful"), _list_useful(config, tenant)),
        )
        for item in items
    )
    table = Table(
        title=_("Application permissions of Microsoft Graph"),
        columns=(_("Permission"), _("Needed"), _("What it is for"), _("Without it")),
        rows=rows,
    )
    return Done(
        message=_("Copy this for your colleague, or press Download for a colleague: the script does all of it."),
        facts=facts,
        tables=(table,),
        data={"consent_address": consent},
    )


def download_for_colleague(
    host: Host, tenant: Tenant, config: Config, values: Mapping[str, str], language: str
) -> ActionOutcome:
    """Return the instructions or a script that registers the application. No network.

    Args:
        host: The tenant's.
        tenant: The tenant.
        config: The settings.
        values: What was entered beside the button.
        language: Of the instructions; comments in a script are English.
    """
    file = values.get("file", _TEXT)
    wanted = _describe(host, tenant, config, with_useful=values.get(_USEFUL) == "true")
    if isinstance(wanted, Refused):
        return wanted
    if file == _AZURE_CLI:
        content = render_azure_cli(wanted)
        return Download(filename="register-azure-cli.sh", content=content, content_type="text/x-shellscript")
    if file == _POWERSHELL:
        content = render_graph_powershell(wanted)
        return Download(filename="register-graph-powershell.ps1", content=content, content_type=_PLAIN)
    if file != _TEXT:
        return Refused(
            message=_("There is no file {name}.", name=repr(file)),
            remedy=_("Choose one of these: {choices}.", choices=listing((_TEXT, _AZURE_CLI, _POWERSHELL))),
        )
    needed, useful = list_permissions(config, tenant, with_useful=False), _list_useful(config, tenant)
    text = write_text(wanted, needed, useful, make_consent_address(host, config.connection), language)
    return Download(filename="for-your-colleague.txt", content=text.encode(), content_type=_PLAIN)


def download_limit(host: Host, tenant: Tenant, config: Config, values: Mapping[str, str]) -> ActionOutcome:
    """Return the script that limits permissions to mailboxes. No network. Arguments as in `download_for_colleague`."""
    wanted = _describe(host, tenant, config, with_useful=values.get(_LARGE) == "true")
    if isinstance(wanted, Refused):
        return wanted
    if not config.connection.is_complete:
        return Refused(message=_("The PBX does not know the application yet."), remedy=_("Enter the two IDs and save."))
    limits: list[Limit] = []
    for field, names in ((_SENDERS, ("Mail.Send", "Mail.ReadWrite")), (_BOOKS, ("Contacts.Read",))):
        permissions = tuple(name for name in names if name in wanted.permissions)
        if not permissions:
            continue
        typed = values.get(field, "")
        mailboxes = tuple(line.strip() for line in typed.splitlines() if line.strip())
        wrong = next((each for each in mailboxes if not _is_mailbox(each)), None)
        if wrong is not None:
            return Refused(
                message=_("{line} is no address and no object ID.", line=wrong), remedy=_("Enter one mailbox a line.")
            )
        if len(mailboxes) > _MAILBOXES_MAX:
            return Refused(
                message=_("{n:,} mailboxes are too many for one script.", n=len(mailboxes)),
                remedy=_("Enter at most {limit:,}, and add the others to the group in Exchange.", limit=_MAILBOXES_MAX),
            )
        if mailboxes:
            limits.append(Limit(permissions=permissions, mailboxes=mailboxes))
    if not limits:
        return Refused(message=_("No mailbox was named."), remedy=_("Enter at least one address."))
    return Download(filename="limit-mailboxes.ps1", content=render_limit(wanted, limits), content_type=_PLAIN)


def _describe(host: Host, tenant: Tenant, config: Config, *, with_useful: bool) -> Registration | Refused:
    uris = redirect_uris(host.web_origins)
    unusable = find_unusable_uri(uris)
    if unusable is not None:
        return Refused(
            message=_("Entra accepts no redirect URI like {address}.", address=unusable),
            remedy=_("Give the PBX a domain of letters a to z, digits, dots and hyphens: for others, its xn-- form."),
        )
    cloud = _find_cloud(config)
    if isinstance(cloud, Refused):
        return cloud
    return Registration(
        display_name=APP_NAME,
        mark=make_mark(tenant.pbx_tenant_id, urlsplit(uris[0]).netloc),
        cloud=cloud,
        entra_tenant_id=config.connection.entra_tenant_id,
        client_id=config.connection.client_id,
        redirect_uris=uris,
        permissions=tuple(item.name for item in list_permissions(config, tenant, with_useful=with_useful)),
        has_sign_in=config.signin.mode is not SignInMode.OFF,
        certificate=load_certificate(host, NEXT_KEY) or load_certificate(host, ACTIVE_KEY),
    )


def _find_cloud(config: Config) -> Cloud | Refused:
    try:
        return load_clouds()[config.connection.cloud_name]
    except CloudFileError as error:
        return Refused(
            message=_("The operator's file of clouds cannot be used: {error}.", error=error.text),
            remedy=_("Ask the operator."),
        )
    except KeyError:
        name = config.connection.cloud_name
        return Refused(
            message=_("The cloud {name} is not known to this PBX.", name=name), remedy=_("Choose another region.")
        )


def _is_mailbox(text: str) -> bool:
    if GUID.fullmatch(text.lower()):
        return True
    local, at, domain = text.rpartition("@")
    return bool(local and at and "." in domain) and text.isprintable() and not any(map(str.isspace, text))
