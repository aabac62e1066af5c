"""The instructions that an administrator sends to a colleague who administers Entra."""

from __future__ import annotations

from pbx_plugin_api import translate
from portsip_m365_plugin.page.registration.region import label_region
from portsip_m365_plugin.page.registration.scripts.render import Registration
from portsip_m365_plugin.permissions import Permission
from portsip_m365_plugin.texts import _


def write_text(
    wanted: Registration,
    needed: tuple[Permission, ...],
    useful: tuple[Permission, ...],
    consent: str,
    language: str,
) -> str:
    """Return the instructions: plain text, one step a line, everything that has to be copied on a line of its own.

    Args:
        wanted: What the registration has to have.
        needed: Permissions without which a feature that is on does not work.
        useful: Permissions that a feature that is on makes use of.
        consent: The consent address; empty if there is none yet.
        language: A BCP 47 tag.
    """
    lines = _say_lines(wanted, needed, useful, consent)
    return "".join(f"{'   ' * depth}{translate(line, language)}".rstrip() + "\n" for depth, line in lines)


def _say_lines(
    wanted: Registration, needed: tuple[Permission, ...], useful: tuple[Permission, ...], consent: str
) -> list[tuple[int, str]]:
    """Return each line, and how far it is indented."""
    lines: list[tuple[int, str]] = [
        (0, _("Please register our telephone system (PortSIP PBX) in Microsoft Entra.")),
        (
            0,
            _(
                "It takes about ten minutes and the role Privileged Role Administrator or Global Administrator, which"
                " may consent to application permissions of Microsoft Graph."
            ),
        ),
        (0, ""),
        (
            0,
            _(
                "1. Region: {region}. New registration with the name: {name}",
                region=label_region(wanted.cloud.name),
                name=wanted.display_name,
            ),
        ),
        (1, _("Supported account types: accounts in this organizational directory only (single tenant).")),
        (0, _("2. Authentication, platform Web, redirect URIs:")),
        *((1, uri) for uri in wanted.redirect_uris),
        (0, _("3. Certificates & secrets, Certificates: upload the file public_key.pem, which I send you.")),
        (1, _("It is not secret: the private key stays in the telephone system.")),
    ]
    if wanted.certificate is not None:
        thumbprint = wanted.certificate.thumbprint_sha1
        lines.append((1, _("Entra then shows the thumbprint {thumbprint}.", thumbprint=thumbprint)))
    lines.append((0, _("4. API permissions, Microsoft Graph, application permissions. Exactly these:")))
    for item in needed:
        lines += _say_permission(item)
    if useful:
        lines.append((1, _("Useful, but not needed:")))
    for item in useful:
        lines += _say_permission(item)
    if wanted.has_sign_in:
        lines.append((1, _("Delegated permissions: openid, profile. They let people sign in with Microsoft.")))
    if consent:
        lines += [(0, _("5. Grant admin consent at this address:")), (1, consent)]
    else:
        lines.append((0, _("5. Grant admin consent there.")))
    lines += [
        (0, _("6. Send me the Application (client) ID and the Directory (tenant) ID from the Overview page.")),
        (0, ""),
        (
            0,
            _(
                "I can also send you a script that does all of this, for Azure CLI or for Microsoft Graph PowerShell,"
                " and one that limits the telephone system to chosen mailboxes. The application has no client secret."
            ),
        ),
    ]
    return lines


def _say_permission(item: Permission) -> list[tuple[int, str]]:
    # Translators: {permission} is a permission's name, {purpose} and {consequence} are whole sentences.
    purpose = _("{permission}: {purpose}", permission=item.name, purpose=item.purpose)
    return [(1, purpose), (2, _("Without it: {consequence}", consequence=item.without_it))]
