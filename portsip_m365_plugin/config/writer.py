"""From what an administrator typed to what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from marshmallow import ValidationError

from pbx_plugin_api import FieldError, JsonValue, listing, sentences
from portsip_m365_plugin.config.fields import GroupNames, Names
from portsip_m365_plugin.config.people import NameList, WhichPeople
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.config.schema import SCHEMA, SETTINGS
from portsip_m365_plugin.config.scope import WhichGroups
from portsip_m365_plugin.texts import _

CONNECTION_KEYS: Final = frozenset(key for key, setting in SETTINGS.items() if setting.place[0] == "connection")
_FORGOTTEN: Final = ("application_id", "application_object_id", "renew_certificate", "sign_in_mode", "password_policy")
"""Sign-in goes with the application: if passwords were still refused, nobody who stays could get in any more."""
_FORGOTTEN_WITH_USERS: Final = (
    *(*_FORGOTTEN, "directory_id", "sign_in_users"),
    *("sync_users_mode", "sync_users", "sync_groups_mode", "sync_groups"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Settings as they would be after a save."""

    config: Config
    given: frozenset[str]
    """Keys of the settings that were typed and are valid."""
    note: str = ""
    """What was found out and has to be said after the save; empty where there is nothing."""

    def lists(self, before: Config) -> Mapping[str, tuple[NameList, NameList]]:
        """Return the lists of people that were typed, by key, each with the list before; typed ones lack object ids."""
        return self._typed_lists(before, Names)

    def group_lists(self, before: Config) -> Mapping[str, tuple[NameList, NameList]]:
        """Return the lists of groups that were typed, like `lists`."""
        return self._typed_lists(before, GroupNames)

    def _typed_lists(self, before: Config, kind: type[Names]) -> Mapping[str, tuple[NameList, NameList]]:
        keys = [key for key, setting in SETTINGS.items() if key in self.given and type(setting) is kind]
        return {key: (_get(self.config, key), _get(before, key)) for key in keys}

    def find_empty_lists(self) -> list[FieldError]:
        """Return a fault for a list of USER SYNC that is empty while only what is on it is to be synced."""
        scope = self.config.scope
        checks = (
            ("sync_users_mode", "sync_users", scope.whose is WhichPeople.ONLY and not scope.people),
            ("sync_groups_mode", "sync_groups", scope.which_groups is WhichGroups.ONLY and not scope.groups),
        )
        message = _("The list is empty, so nobody would be synced. Enter at least one line, or choose All.")
        return [
            FieldError(field=key, message=message)
            for mode, key, is_empty in checks
            if is_empty and {mode, key} & self.given
        ]

    def with_values(self, values: Mapping[str, Any]) -> Draft:
        """Return the same with other typed values, by key."""
        config = self.config
        for key, value in values.items():
            subject, attribute = SETTINGS[key].place
            config = replace(config, **{subject: replace(getattr(config, subject), **{attribute: value})})
        return replace(self, config=config)

    def store(self, stored: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """Return what is to be stored: the values stored so far, with those that were typed."""
        return {**stored, **{key: SETTINGS[key].store(_get(self.config, key)) for key in SETTINGS if key in self.given}}


def read_texts(texts: Mapping[str, str], config: Config) -> tuple[Draft, list[FieldError]]:
    """Check what was typed.

    Args:
        texts: By key; settings that are not named keep their value.
        config: The settings before.

    Returns:
        The settings with every valid text, and a fault for each of the others. With a fault nothing may be stored.
    """
    faults: list[FieldError] = []
    try:
        loaded: Any = SCHEMA.load(dict(texts), partial=True)
    except ValidationError as error:
        faults = [FieldError(field=key, message=_say(messages)) for key, messages in error.messages_dict.items()]
        loaded = error.valid_data
    wrong = {fault.field for fault in faults}
    typed = {key: value for key, value in loaded.items() if key not in wrong}
    draft = Draft(config=config, given=frozenset(typed))
    return draft.with_values(typed), faults


def forget_connection(values: Mapping[str, JsonValue], *, with_users: bool) -> dict[str, JsonValue]:
    """Return stored values without those of the connection.

    Args:
        values: The stored values.
        with_users: Whether no linked user is left. Otherwise the directory's id stays: it is half of their identity.
    """
    forgotten = _FORGOTTEN_WITH_USERS if with_users else _FORGOTTEN
    return {key: value for key, value in values.items() if key not in forgotten}


def _get(config: Config, key: str) -> Any:
    subject, attribute = SETTINGS[key].place
    return getattr(getattr(config, subject), attribute)


def _say(messages: Any) -> str:
    if messages == ["Unknown field."]:
        return _("There is no such setting; settings: {settings}.", settings=listing(SETTINGS))
    return sentences(*messages)
