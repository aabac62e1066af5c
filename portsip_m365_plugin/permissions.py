"""The Graph application permissions: what each is for, what stops without it, and whether this tenant needs it.

One table. The page, the checks and the scripts for an Entra administrator use it. Whether a permission is granted is
not here: `proofs.py` remembers what the calls have shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pbx_plugin_api import Scope, Tenant, listing
from portsip_m365_plugin.clouds import DOD, GCC_HIGH
from portsip_m365_plugin.config.contacts import SharedMode
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.texts import _


class Need(StrEnum):
    """How much a tenant needs a permission, with the features that are on."""

    NEEDED = "needed"
    """A feature that is on does not work without it."""
    USEFUL = "useful"
    """A feature that is on works without it, but less well."""
    UNUSED = "unused"
    """Nothing that is on asks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """One application permission of Microsoft Graph."""

    name: str
    feature: str
    """The tab whose feature uses it."""
    purpose: str
    """What it is for: a whole sentence."""
    without_it: str
    """What stops without it: a whole sentence."""
    _need: Callable[[Config, bool], Need]

    def need(self, config: Config, tenant: Tenant) -> Need:
        """Return how much this tenant, or the system, needs it."""
        return self._need(config, tenant.scope is Scope.SYSTEM)


def _needed_if(is_needed: bool) -> Need:
    return Need.NEEDED if is_needed else Need.UNUSED


def _need_of_mailbox_settings(config: Config, is_system: bool) -> Need:
    if is_system:
        return Need.UNUSED
    return Need.NEEDED if config.contacts.shared is SharedMode.FOUND else Need.USEFUL


def _need_of_drafts(config: Config, _is_system: bool) -> Need:
    can_upload = config.connection.cloud_name not in _CLOUDS_WITHOUT_UPLOADS
    return Need.USEFUL if config.mail.mailbox and can_upload else Need.UNUSED


_CLOUDS_WITHOUT_UPLOADS: Final = (GCC_HIGH.name, DOD.name)

PERMISSIONS: Final = (
    Permission(
        name="User.Read.All",
        feature=_("USER SYNC"),
        purpose=_("Reads the people of the directory and their photos."),
        without_it=_("Nobody is synced and nobody is looked up."),
        _need=lambda __, is_system: _needed_if(not is_system),
    ),
    Permission(
        name="GroupMember.Read.All",
        feature=_("USER SYNC"),
        purpose=_("Reads the members of groups, where only some groups are synced."),
        without_it=_("A sync that is limited to groups stops before it changes anything."),
        _need=lambda config, is_system: _needed_if(config.scope.has_groups and not is_system),
    ),
    Permission(
        name="Contacts.Read",
        feature=_("CONTACT SYNC"),
        purpose=_("Reads the contacts of people and shared mailboxes."),
        without_it=_("Contacts in the PBX stay as they are."),
        _need=lambda config, is_system: _needed_if(not config.contacts.is_off and not is_system),
    ),
    Permission(
        name="MailboxSettings.Read",
        feature=listing((_("USER SYNC"), _("CONTACT SYNC"))),
        purpose=_("Shows which mailboxes are shared or rooms, so that they do not become people."),
        without_it=_(
            "Shared mailboxes and rooms that have a licence get extension numbers, and shared mailboxes are not"
            " found by themselves."
        ),
        _need=_need_of_mailbox_settings,
    ),
    Permission(
        name="Mail.Send",
        feature=_("MAIL"),
        purpose=_("Sends the PBX's mail from the mailbox that you choose."),
        without_it=_("Voicemails, welcome mails and alerts wait in the PBX."),
        _need=lambda config, __: _needed_if(bool(config.mail.mailbox)),
    ),
    Permission(
        name="Mail.ReadWrite",
        feature=_("MAIL"),
        purpose=_("Uploads attachments above 3 MB."),
        without_it=_("Such mail carries a link to the PBX instead of the attachment."),
        _need=_need_of_drafts,
    ),
)
"""In the order of the page."""


def needed_permissions(config: Config, tenant: Tenant) -> tuple[Permission, ...]:
    """Return the permissions without which a feature that is on does not work."""
    return tuple(item for item in PERMISSIONS if item.need(config, tenant) is Need.NEEDED)
