"""The PERMISSIONS tab: which app in which directory and cloud, its certificate, and what to register in Entra."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from marshmallow import Schema, ValidationError, fields

from pbx_plugin_api import Action, Choice, Fact, Field, FieldKind, Host, JsonValue, Severity, Tab, Table, WebOrigins
from portsip_m365_plugin.clouds import CloudFileError, load_clouds
from portsip_m365_plugin.connect import ACTIVE_KEY, NEXT_KEY, load_certificate
from portsip_m365_plugin.entra.keypair import Certificate
from portsip_m365_plugin.entra.signin import CALLBACK_PATH
from portsip_m365_plugin.page.schedule import DEFAULT_SYNC_TIME
from portsip_m365_plugin.page.words import GUID, Stripped

__all__ = ["EXPIRY_WARNING_DAYS", "PERMISSIONS", "PermissionsSchema", "draw_permissions_tab", "redirect_uris"]

EXPIRY_WARNING_DAYS: Final = 30

PERMISSIONS: Final = (
    ("User.Read.All", "Always", "Reads the people of the directory and their photos."),
    ("Contacts.Read", "CONTACT SYNC", "Reads the contacts of people and shared mailboxes."),
    ("MailboxSettings.Read", "Optional", "Tells shared mailboxes and rooms from people."),
    ("Mail.Send", "MAIL", "Sends notifications from the mailbox you choose."),
    ("Mail.ReadWrite", "Optional", "Attachments above 3 MB; without it such mail carries a link instead."),
)
"""Graph application permission, what needs it, why."""

_TIME: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_DOMAIN: Final = re.compile(r"(?=.{4,253}$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")


class _Cloud(fields.Field[str]):
    """A cloud this PBX knows: Microsoft's, or one of the operator's."""

    def _deserialize(self, value: object, attr: str | None, data: object, **kwargs: object) -> str:
        try:
            known = load_clouds()
        except CloudFileError as error:
            raise ValidationError(f"The operator's file of clouds cannot be used: {error}.") from error
        if value not in known:
            raise ValidationError(f"{value!r} is not possible here; choose {', '.join(known)}.")
        return str(value)


class PermissionsSchema(Schema):
    """This tab's part of the settings, from the texts of the page."""

    directory_id = Stripped(
        re.compile(f"{GUID.pattern}|{_DOMAIN.pattern}"),
        "give the directory (tenant) ID, such as 72f988bf-86f1-41af-91ab-2d7cd011db47, or a verified domain of it",
    )
    application_id = Stripped(GUID, "give the application (client) ID, such as 72f988bf-86f1-41af-91ab-2d7cd011db47")
    national_cloud = _Cloud()
    sync_time = Stripped(_TIME, "give a time such as 00:00 or 23:30")


def redirect_uris(origins: WebOrigins) -> tuple[str, ...]:
    """Return what has to be registered as redirect URIs of the app, platform Web."""
    return tuple(origin + CALLBACK_PATH for origin in origins.all())


def draw_permissions_tab(
    values: Mapping[str, JsonValue], host: Host, *, may_edit: bool, why_not_ready: str, schedule_facts: tuple[Fact, ...]
) -> Tab:
    """Draw the tab. Cost: two looks at the secrets; no network.

    Args:
        values: The stored settings.
        host: The tenant's.
        may_edit: Whether the viewer may press buttons.
        why_not_ready: What is missing for a connection; empty where nothing is.
        schedule_facts: Last and next run.
    """
    linked = host.users.counts().linked
    return Tab(
        name="permissions",
        label="PERMISSIONS",
        intro="Register an application in Microsoft Entra (single tenant, platform Web) with the redirect URIs below,"
        " grant it the permissions in the table, generate a key pair here and upload public_key.pem there under"
        " Certificates & secrets.",
        fields=_fields(values, linked),
        facts=(
            *(Fact(label="Redirect URI", value=uri, copyable=True) for uri in redirect_uris(host.web_origins)),
            *_certificate_facts(host),
            *schedule_facts,
        ),
        tables=(
            Table(title="Graph application permissions", columns=("Permission", "Needed for", "Why"), rows=PERMISSIONS),
        ),
        actions=_actions(host, "" if may_edit else "You may look, but not change anything.", why_not_ready, linked),
    )


def _fields(values: Mapping[str, JsonValue], linked: int) -> tuple[Field, ...]:
    def text(name: str, default: str = "") -> str:
        return str(values.get(name) or default)

    try:
        clouds = tuple(load_clouds())
    except CloudFileError:
        clouds = ("GLOBAL", "CHINA")
    cloud = text("national_cloud", "GLOBAL")
    labels = {"GLOBAL": "GLOBAL", "CHINA": "CHINA (operated by 21Vianet)"}
    return (
        Field(
            name="application_id",
            label="Application (client) ID",
            value=text("application_id"),
            required=True,
            help="From the app registration's overview page.",
        ),
        Field(
            name="directory_id",
            label="Directory (tenant) ID",
            value=text("directory_id"),
            required=True,
            help="From the same page; a verified domain will do and is turned into the ID."
            + (f" Tied to {linked} synced users." if linked else ""),
        ),
        Field(
            name="national_cloud",
            label="Microsoft 365 region",
            kind=FieldKind.CHOICE,
            value=cloud,
            choices=tuple(Choice(value=name, label=labels.get(name, name)) for name in dict.fromkeys((*clouds, cloud))),
        ),
        Field(
            name="sync_time",
            label="Time of sync with Microsoft 365",
            kind=FieldKind.TIME,
            value=text("sync_time", DEFAULT_SYNC_TIME),
            help="In the time zone of this tenant.",
        ),
    )


def _certificate_facts(host: Host) -> tuple[Fact, ...]:
    now_utc = host.clock.now_utc()
    facts: list[Fact] = []
    for name, label in ((ACTIVE_KEY, "Certificate"), (NEXT_KEY, "Next certificate, waiting for its upload")):
        certificate = load_certificate(host, name)
        if certificate is not None:
            facts.append(_certificate_fact(label, certificate, now_utc))
    return tuple(facts) or (
        Fact(label="Certificate", value="none yet: generate a key pair", severity=Severity.WARNING),
    )


def _certificate_fact(label: str, certificate: Certificate, now_utc: datetime) -> Fact:
    days = certificate.days_left(now_utc)
    until = certificate.not_after_utc.strftime("%Y-%m-%d")
    if days < 0:
        told, severity = f"expired on {until}", Severity.BAD
    else:
        told = f"valid until {until} ({days} days)"
        severity = Severity.WARNING if days <= EXPIRY_WARNING_DAYS else Severity.GOOD
    return Fact(
        label=label,
        value=f"{certificate.thumbprint_sha1}, {told}",
        severity=severity,
        copyable=True,
        help="The thumbprint is what Entra shows beside the uploaded certificate."
        + (
            " Generate a new key pair and upload it: the old one works until Entra knows the new." if days <= 30 else ""
        ),
    )


def _actions(host: Host, why_disabled: str, why_not_ready: str, linked: int) -> tuple[Action, ...]:
    has_active, has_next = (host.secrets.get(name) is not None for name in (ACTIVE_KEY, NEXT_KEY))
    why_no_download = "" if has_active or has_next else "There is no key pair yet."
    confirm = ""
    if has_next:
        confirm = "A new key pair waits for its upload already, and this one would replace it. Go on?"
    elif has_active:
        confirm = "The new key pair is used as soon as Entra knows it; until then the present one works on. Go on?"
    return (
        Action(
            name="generate_key_pair",
            label="Generate new key pair",
            help="Valid one year. The private key never leaves this PBX; public_key.pem is yours to upload.",
            enabled=not why_disabled,
            why_disabled=why_disabled,
            confirm=confirm,
        ),
        Action(
            name="download_public_key",
            label="Download public_key.pem",
            enabled=not why_no_download,
            why_disabled=why_no_download,
        ),
        Action(
            name="test_connection",
            label="Test connection",
            help="Gets a token and reads one person; says which permissions are granted.",
            primary=True,
            enabled=not (why_disabled or why_not_ready),
            why_disabled=why_disabled or why_not_ready,
        ),
        Action(
            name="disconnect",
            label="Disconnect",
            help="Forgets application, key pairs and everything remembered about the directory. Users stay as they are,"
            " unless you let them be deleted as well; only then may another directory be connected.",
            danger=True,
            enabled=not why_disabled,
            why_disabled=why_disabled,
            confirm="Disconnect from Microsoft 365?",
            parameters=(
                Field(
                    name="delete_users",
                    label=f"Delete the {linked} synced users and all synced contacts too",
                    kind=FieldKind.TOGGLE,
                    value="false",
                ),
            ),
        ),
    )
