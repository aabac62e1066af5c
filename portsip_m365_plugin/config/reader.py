"""All settings of a tenant as one object, and the one way to read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Final

from marshmallow import ValidationError

from pbx_plugin_api import AnyNumber, FromStart, Host, JsonValue, Tenant, listing
from portsip_m365_plugin.config.connection import ConnectionConfig
from portsip_m365_plugin.config.contacts import ContactsConfig
from portsip_m365_plugin.config.guard import GuardConfig
from portsip_m365_plugin.config.leavers import LeaversConfig
from portsip_m365_plugin.config.mail import MailConfig
from portsip_m365_plugin.config.photos import PhotosConfig
from portsip_m365_plugin.config.renewal import RenewalConfig
from portsip_m365_plugin.config.schedule import ScheduleConfig
from portsip_m365_plugin.config.schema import SETTINGS
from portsip_m365_plugin.config.scope import ScopeConfig
from portsip_m365_plugin.config.signin import SignInConfig
from portsip_m365_plugin.config.users import UsersConfig
from portsip_m365_plugin.mapping.choices import read_source
from portsip_m365_plugin.mapping.users import MappingRules
from portsip_m365_plugin.texts import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What an administrator decided, by subject. `Config()` is what holds while nothing is stored."""

    connection: ConnectionConfig = field(default_factory=ConnectionConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    users: UsersConfig = field(default_factory=UsersConfig)
    leavers: LeaversConfig = field(default_factory=LeaversConfig)
    guard: GuardConfig = field(default_factory=GuardConfig)
    scope: ScopeConfig = field(default_factory=ScopeConfig)
    photos: PhotosConfig = field(default_factory=PhotosConfig)
    signin: SignInConfig = field(default_factory=SignInConfig)
    contacts: ContactsConfig = field(default_factory=ContactsConfig)
    mail: MailConfig = field(default_factory=MailConfig)
    renewal: RenewalConfig = field(default_factory=RenewalConfig)
    unreadable: tuple[str, ...] = ()
    """Keys of stored values that this version cannot read, as after a downgrade: their defaults are used instead."""
    saved: frozenset[str] = field(default=frozenset(), compare=False)
    """Keys that somebody saved, also with the value that is the default."""

    def mapping_rules(self, tenant: Tenant) -> MappingRules:
        """Return how this tenant's people are mapped."""
        start = self.users.starting_number
        return MappingRules(
            entra_tenant_id=self.connection.entra_tenant_id,
            country=tenant.country,
            extension=FromStart(start=start) if start else AnyNumber(),
            extension_source=read_source(self.users.extension_source),
            name_format=self.users.name_format,
            email_source=self.users.email_source,
            fields=self.users.synced_fields,
            with_guests=self.scope.guests,
            with_unlicensed=self.scope.unlicensed,
        )

    @property
    def why_unreadable(self) -> str:
        """A sentence about `unreadable`; empty where every value could be read."""
        if not self.unreadable:
            return ""
        return _(
            "This version of the plugin cannot read these settings: {settings}. Check them on the page and save.",
            settings=listing(self.unreadable),
        )

    def is_readable(self, subject: str) -> bool:
        """Whether every stored value of one subject, such as `signin`, could be read."""
        return not any(SETTINGS[key].place[0] == subject for key in self.unreadable)

    def shown(self, key: str) -> str:
        """Return a setting as the text that the page shows; typed again, it gives the same setting."""
        subject, attribute = SETTINGS[key].place
        return SETTINGS[key].show(getattr(getattr(self, subject), attribute))


_SUBJECTS: Final[Mapping[str, Any]] = {
    subject.name: subject.default_factory for subject in fields(Config) if subject.default_factory is not MISSING
}


def load_config(host: Host) -> Config:
    """Return the tenant's settings, or the system's. Cost: one look at the stored settings; do it once a call."""
    return read_config(host.settings.read().values)


def read_config(values: Mapping[str, JsonValue]) -> Config:
    """Return stored values as a typed object.

    A key that is missing or null has its default. A value that cannot be read has its default too, and is named in
    `unreadable`. Keys that are not settings are passed over.
    """
    read: dict[str, dict[str, Any]] = {subject: {} for subject in _SUBJECTS}
    unreadable = []
    for key, setting in SETTINGS.items():
        stored = values.get(key)
        if stored is None:
            continue
        subject, attribute = setting.place
        try:
            read[subject][attribute] = setting.read(stored)
        except ValidationError:
            unreadable.append(key)
    made = {subject: make(**read[subject]) for subject, make in _SUBJECTS.items()}
    return Config(**made, unreadable=tuple(unreadable), saved=frozenset(values) & frozenset(SETTINGS))
