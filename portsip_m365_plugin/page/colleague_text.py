"""The instructions that an administrator sends to a colleague who administers Entra."""

from __future__ import annotations

from typing import Final

from portsip_m365_plugin.page.region import label_region
from portsip_m365_plugin.page.scripts.render import Registration
from portsip_m365_plugin.permissions import Permission

ROLES: Final = "Privileged Role Administrator or Global Administrator"
"""Directory roles that may consent to application permissions of Microsoft Graph."""


def write_text(
    wanted: Registration, needed: tuple[Permission, ...], useful: tuple[Permission, ...], consent: str
) -> str:
    """Return the instructions: plain text, one step a line, everything that has to be copied on a line of its own.

    Args:
        wanted: What the registration has to have.
        needed: Permissions without which a feature that is on does not work.
        useful: Permissions that a feature that is on makes use of.
        consent: The consent address; empty if there is none yet.
    """
    lines = [
        "Please register our telephone system (PortSIP PBX) in Microsoft Entra.",
        f"It takes about ten minutes and the role {ROLES}.",
        "",
        f"1. Region: {label_region(wanted.cloud.name)}. New registration with the name: {wanted.display_name}",
        "   Supported account types: accounts in this organizational directory only (single tenant).",
        "2. Authentication, platform Web, redirect URIs:",
        *(f"   {uri}" for uri in wanted.redirect_uris),
        "3. Certificates & secrets, Certificates: upload the file public_key.pem, which I send you.",
        "   It is not secret: the private key stays in the telephone system.",
    ]
    if wanted.certificate is not None:
        lines.append(f"   Entra then shows the thumbprint {wanted.certificate.thumbprint_sha1}.")
    lines += ["4. API permissions, Microsoft Graph, application permissions. Exactly these:"]
    for item in needed:
        lines += [f"   {item.name}: {item.purpose}", f"      Without it: {item.without_it}"]
    if useful:
        lines.append("   Useful, but not needed:")
    for item in useful:
        lines += [f"   {item.name}: {item.purpose}", f"      Without it: {item.without_it}"]
    if wanted.has_sign_in:
        lines.append("   Delegated permissions: openid, profile. They let people sign in with Microsoft.")
    lines += [
        *(
            ("5. Grant admin consent at this address:", f"   {consent}")
            if consent
            else ("5. Grant admin consent there.",)
        ),
        "6. Send me the Application (client) ID and the Directory (tenant) ID from the Overview page.",
        "",
        "I can also send you a script that does all of this, for Azure CLI or for Microsoft Graph PowerShell, and",
        "one that limits the telephone system to chosen mailboxes. The application has no client secret.",
    ]
    return "\n".join(lines) + "\n"
