"""All settings in one schema, and the one way in: texts of the page to stored values, every fault at once.

A new tab adds its schema to `SettingsSchema`, and to `_settle` whatever of it has to be looked up in the directory.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import ValidationError

from pbx_plugin_api import FieldError, Host, JsonValue
from portsip_m365_plugin.clouds import CloudFileError, load_clouds
from portsip_m365_plugin.entra.aadsts import EntraRefusal
from portsip_m365_plugin.entra.discovery import find_directory
from portsip_m365_plugin.page.contacts_tab import PEOPLE_FIELDS, ContactSyncSchema, resolve_listed
from portsip_m365_plugin.page.lookup import make_finder
from portsip_m365_plugin.page.mail_tab import MailSchema
from portsip_m365_plugin.page.permissions_tab import PermissionsSchema
from portsip_m365_plugin.page.signin_tab import SignInSchema, resolve_people
from portsip_m365_plugin.page.users_tab import UserSyncSchema
from portsip_m365_plugin.page.words import GUID

__all__ = ["FIELD_NAMES", "SettingsSchema", "read_values"]


class SettingsSchema(PermissionsSchema, UserSyncSchema, SignInSchema, ContactSyncSchema, MailSchema):
    """Every field of every tab."""


FIELD_NAMES: Final = tuple(SettingsSchema().fields)
_CONNECTION: Final = frozenset({"directory_id", "application_id", "national_cloud"})


def read_values(
    texts: Mapping[str, str], stored: Mapping[str, JsonValue], host: Host
) -> tuple[dict[str, JsonValue], list[FieldError]]:
    """Turn what an administrator typed into what is stored.

    Args:
        texts: By field name; fields not named keep their value.
        stored: The settings before.
        host: For what has to be looked up; the directory is asked only about what is new.

    Returns:
        All settings as they would be stored, and every fault found. With a fault nothing may be stored.
    """
    faults: list[FieldError] = []
    try:
        loaded: dict[str, Any] = SettingsSchema().load(dict(texts), partial=True)
    except ValidationError as error:
        told: Mapping[str, Any] = error.messages_dict
        faults = [FieldError(field=name, message=_say(name, messages)) for name, messages in told.items()]
        loaded = dict(error.valid_data) if isinstance(error.valid_data, Mapping) else {}
    wrong = {fault.field for fault in faults}
    values: dict[str, JsonValue] = {**stored, **{name: value for name, value in loaded.items() if name not in wrong}}
    faults += _settle(values, set(loaded) - wrong, wrong, stored, host)
    return values, faults


def _settle(
    values: dict[str, JsonValue], given: set[str], wrong: set[str], stored: Mapping[str, JsonValue], host: Host
) -> list[FieldError]:
    """Look up in the directory what was typed by name, and check what several fields say together."""
    faults: list[FieldError] = []
    if "application_id" in given:
        values["application_id"] = str(values["application_id"]).lower()
    if "directory_id" in given:
        faults += _settle_directory(values, stored, host)
    if "national_cloud" in given and _is_other_cloud(values, stored) and host.users.counts().linked:
        faults.append(_tied("national_cloud", host))
    if _CONNECTION & (wrong | {fault.field for fault in faults}):
        return faults  # nobody can be looked up in a directory that is not clear
    if "sign_in_users" in given:
        names = [str(name) for name in values["sign_in_users"] or []]  # type: ignore[union-attr]  # a list, by the schema
        find = make_finder(host, values)
        people, unknown = resolve_people(names, stored.get("sign_in_users"), users=host.users, find_object_id=find)
        values["sign_in_users"] = [dict(person) for person in people]
        faults += unknown
    for field in PEOPLE_FIELDS:
        if field in given:
            lines = [str(name) for name in values[field] or []]  # type: ignore[union-attr]  # a list, by the schema
            find = make_finder(host, values)
            found, unknown = resolve_listed(field, lines, stored.get(field), users=host.users, find_object_id=find)
            values[field] = [dict(person) for person in found]
            faults += unknown
    return faults


def _settle_directory(values: dict[str, JsonValue], stored: Mapping[str, JsonValue], host: Host) -> list[FieldError]:
    typed, before = str(values["directory_id"]).lower(), str(stored.get("directory_id") or "")
    if typed and not GUID.fullmatch(typed):
        found = _find_directory_id(str(values.get("national_cloud") or "GLOBAL"), typed)
        if isinstance(found, FieldError):
            return [found]
        typed = found
    values["directory_id"] = typed
    if before and typed != before and host.users.counts().linked:
        return [_tied("directory_id", host)]
    return []


def _find_directory_id(cloud_name: str, domain: str) -> str | FieldError:
    try:
        cloud = load_clouds()[cloud_name]
    except (CloudFileError, KeyError):
        return FieldError(field="directory_id", message="Choose a region that works first, or give the ID itself.")
    answer = find_directory(cloud, domain)
    if isinstance(answer, EntraRefusal):
        message = f"{domain} cannot be turned into a directory ID: {answer.sentence} {answer.remedy}"
        return FieldError(field="directory_id", message=message)
    return answer.entra_tenant_id


def _is_other_cloud(values: Mapping[str, JsonValue], stored: Mapping[str, JsonValue]) -> bool:
    return bool(stored.get("directory_id")) and values["national_cloud"] != (stored.get("national_cloud") or "GLOBAL")


def _tied(field: str, host: Host) -> FieldError:
    linked = host.users.counts().linked
    return FieldError(
        field=field,
        message=f"{linked} users belong to the directory that is connected now, so it cannot be changed. To change it,"
        " press Disconnect on this tab and let the synced users be deleted; then connect the other directory.",
    )


def _say(name: str, messages: Any) -> str:
    if messages == ["Unknown field."]:
        return f"There is no such setting; settings: {', '.join(FIELD_NAMES)}."
    return " ".join(str(message) for message in messages) if isinstance(messages, list) else f"{name}: {messages}"
