"""Which people become users of the PBX, and how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pbx_plugin_api import SYNCED_FIELDS
from portsip_m365_plugin.mapping.choices import EmailSource, NameFormat


class SyncMode(StrEnum):
    """Who starts a sync of users."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class UsersConfig:
    """The sync of users."""

    sync_mode: SyncMode = SyncMode.AUTOMATIC
    starting_number: str = ""
    """Where the extension numbers of new users start, 3 to 13 digits; empty: any free number."""
    extension_source: str = "none"
    """Where the directory names the number of a new user; see `mapping.choices.SOURCE_TEXT`."""
    name_format: NameFormat = NameFormat.DISPLAY_NAME
    email_source: EmailSource = EmailSource.MAIL
    mobile_phone: bool = True
    """Whether this field comes from Microsoft; otherwise it stays as the PBX has it. So for the next two."""
    work_phone: bool = True
    department: bool = True

    @property
    def synced_fields(self) -> tuple[str, ...]:
        """Return the fields that come from Microsoft."""
        switched = {"mobile_phone": self.mobile_phone, "work_phone": self.work_phone, "department": self.department}
        return tuple(name for name in SYNCED_FIELDS if switched.get(name, True))
