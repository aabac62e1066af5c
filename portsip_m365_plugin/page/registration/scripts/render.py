"""The scripts with the values of one tenant."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.entra.keypair import Certificate
from portsip_m365_plugin.page.registration.scripts.quoting import bash_list, bash_text, powershell_list, powershell_text
from portsip_m365_plugin.page.registration.scripts.tools import name_tools

EXCHANGE_PERMISSIONS: Final = ("Mail.Send", "Mail.ReadWrite", "Contacts.Read")
"""Permissions that `limit_mailboxes.ps1` gives for chosen mailboxes, as roles `Application …` (RBAC for Applications).

MailboxSettings.Read is not among them: the PBX asks every mailbox whether it is shared."""
SIGN_IN_SCOPES: Final = ("openid", "profile")
_PLACE: Final = "#VALUES#"
_PLAIN_URI: Final = re.compile(r"https?://[A-Za-z0-9.\-]+(?::[0-9]{1,5})?/[A-Za-z0-9/._\-]*")
_MARK_CHARS: Final = 16
_KEY_NAME: Final = "PBX"
_UTF8_WITH_MARK: Final = "utf-8-sig"
"""Windows PowerShell reads a file without this mark in a code page: letters change, and some become quotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What the registration has to have."""

    display_name: str
    mark: str
    """Distinguishes this PBX's application from others of the same name: letters, digits and `-`."""
    cloud: Cloud
    entra_tenant_id: str
    """A GUID; empty where it is not known yet."""
    client_id: str
    """A GUID; empty where it is not known yet."""
    redirect_uris: tuple[str, ...]
    permissions: tuple[str, ...]
    has_sign_in: bool
    certificate: Certificate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Permissions that are limited to mailboxes."""

    permissions: tuple[str, ...]
    mailboxes: tuple[str, ...]


def make_mark(*parts: str) -> str:
    """Return the mark of a PBX, from what identifies it."""
    return f"portsip-pbx-{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:_MARK_CHARS]}"


def find_unusable_uri(uris: Iterable[str]) -> str | None:
    """Return the first redirect URI that Entra would refuse as it is, such as one with an umlaut; None if all are."""
    return next((uri for uri in uris if not _PLAIN_URI.fullmatch(uri)), None)


def render_azure_cli(wanted: Registration) -> bytes:
    """Return the script for bash and Azure CLI that registers the application."""
    der, hex_thumbprint, base64_thumbprint = _describe_key(wanted.certificate)
    new_application = {
        "displayName": wanted.display_name,
        "signInAudience": "AzureADMyOrg",
        "tags": [wanted.mark],
        "web": {"redirectUris": list(wanted.redirect_uris)},
    }
    new_key = {"type": "AsymmetricX509Cert", "usage": "Verify", "displayName": _KEY_NAME, "key": der}
    values = {
        "AZ_CLOUD": bash_text(name_tools(wanted.cloud).azure_cli),
        "GRAPH": bash_text(wanted.cloud.graph),
        "DIRECTORY_ID": bash_text(wanted.entra_tenant_id),
        "CLIENT_ID": bash_text(wanted.client_id),
        "MARK": bash_text(wanted.mark),
        "NEW_APPLICATION": bash_text(json.dumps(new_application)),
        "REDIRECT_URIS": bash_list(wanted.redirect_uris),
        "PERMISSIONS": bash_list(wanted.permissions),
        "EXCHANGE_PERMISSIONS": bash_text(" ".join(EXCHANGE_PERMISSIONS)),
        "SIGN_IN_SCOPES": bash_list(SIGN_IN_SCOPES if wanted.has_sign_in else ()),
        "CERTIFICATE": bash_text(der),
        "THUMBPRINT_HEX": bash_text(hex_thumbprint),
        "THUMBPRINT_BASE64": bash_text(base64_thumbprint),
        "NEW_KEY": bash_text(json.dumps(new_key)),
    }
    return _fill("register.sh", "{}={}", values).encode()


def render_graph_powershell(wanted: Registration) -> bytes:
    """Return the script for Microsoft Graph PowerShell that registers the application."""
    der, hex_thumbprint, base64_thumbprint = _describe_key(wanted.certificate)
    values = {
        "GraphEnvironment": powershell_text(name_tools(wanted.cloud).graph_powershell),
        "Graph": powershell_text(wanted.cloud.graph),
        "DirectoryId": powershell_text(wanted.entra_tenant_id),
        "ClientId": powershell_text(wanted.client_id),
        "Mark": powershell_text(wanted.mark),
        "DisplayName": powershell_text(wanted.display_name),
        "RedirectUris": powershell_list(wanted.redirect_uris),
        "Permissions": powershell_list(wanted.permissions),
        "ExchangePermissions": powershell_list(EXCHANGE_PERMISSIONS),
        "SignInScopes": powershell_list(SIGN_IN_SCOPES if wanted.has_sign_in else ()),
        "KeyName": powershell_text(_KEY_NAME),
        "Certificate": powershell_text(der),
        "ThumbprintHex": powershell_text(hex_thumbprint),
        "ThumbprintBase64": powershell_text(base64_thumbprint),
    }
    return _fill("register.ps1", "${} = {}", values).encode(_UTF8_WITH_MARK)


def render_limit(wanted: Registration, limits: Iterable[Limit]) -> bytes:
    """Return the script for Exchange Online PowerShell that limits permissions to mailboxes."""
    tools = name_tools(wanted.cloud)
    suffix = wanted.mark[-8:]
    shown = ",\n    ".join(
        f"@{{ Name = {powershell_text(f'PBX {limit.permissions[0]} {suffix}')};"
        f" Permissions = {powershell_list(limit.permissions)};\n"
        f"        Mailboxes = {powershell_list(limit.mailboxes)} }}"
        for limit in limits
    )
    values = {
        "GraphEnvironment": powershell_text(tools.graph_powershell),
        "Graph": powershell_text(wanted.cloud.graph),
        "ExchangeEnvironment": powershell_text(tools.exchange_powershell),
        "DirectoryId": powershell_text(wanted.entra_tenant_id),
        "ClientId": powershell_text(wanted.client_id),
        "DisplayName": powershell_text(wanted.display_name),
        "Limits": f"@(\n    {shown}\n)",
    }
    return _fill("limit_mailboxes.ps1", "${} = {}", values).encode(_UTF8_WITH_MARK)


def _fill(template: str, assignment: str, values: Mapping[str, str]) -> str:
    text = files(__package__).joinpath(template).read_text("utf-8")
    lines = "\n".join(assignment.format(name, value) for name, value in values.items())
    before, place, after = text.partition(_PLACE)
    if not place:
        raise AssertionError(f"{template} has no place for its values")
    return before + lines + after


def _describe_key(certificate: Certificate | None) -> tuple[str, str, str]:
    """Return the certificate as base64 of its DER, and its thumbprint as Entra may show it: hexadecimal and base64."""
    if certificate is None:
        return "", "", ""
    body = "".join(line for line in certificate.pem.splitlines() if not line.startswith("-----"))
    thumbprint = binascii.unhexlify(certificate.thumbprint_sha1)
    return body, thumbprint.hex().upper(), base64.b64encode(thumbprint).decode()
