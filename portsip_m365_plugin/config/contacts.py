"""Whose contacts are synced, and which folders are left out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from portsip_m365_plugin.config.people import NO_NAMES, NameList, WhichPeople

SYSTEM_FOLDERS: Final = (
    "Suggested Contacts",
    "Recipient Cache",
    "Skype for Business Contacts",
    "Lync Contacts",
    "GAL Contacts",
    "Companies",
    "Organizational Contacts",
    "PeopleCentricConversation Buddies",
    "PersonMetadata",
    "MyContactsExtended",
    "{06967759-274D-40B2-A3EB-D7F9E73727D7}",
    "{A9E2BC46-B3A0-4243-B315-60D991004455}",
)
"""Folders that Outlook, Skype and Exchange create themselves. The names were observed, they are not documented; the
administrator may edit the list."""


class SharedMode(StrEnum):
    """Which shared mailboxes make up the company contacts."""

    OFF = "off"
    NAMED = "named"
    FOUND = "found"
    """All that Microsoft reports as shared; needs MailboxSettings.Read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsConfig:
    """The sync of contacts."""

    personal: bool = False
    whose: WhichPeople = WhichPeople.ALL
    people: NameList = NO_NAMES
    """For `ONLY` and `EXCEPT`."""
    shared: SharedMode = SharedMode.OFF
    mailboxes: NameList = NO_NAMES
    """For `NAMED`."""
    excluded_folders: tuple[str, ...] = SYSTEM_FOLDERS
    """Names as typed; they match in upper and lower case alike."""

    @property
    def is_off(self) -> bool:
        """Whether nothing is to be synced; what was synced before still has to be removed."""
        return not self.personal and self.shared is SharedMode.OFF

    def wants(self, entra_object_id: str) -> bool:
        """Whether a user's personal contacts are wanted."""
        return self.personal and self.whose.includes(entra_object_id, self.people)

    @property
    def excluded_casefolded(self) -> frozenset[str]:
        """The names of folders left out, for comparing with `str.casefold`."""
        return frozenset(name.casefold() for name in self.excluded_folders)
