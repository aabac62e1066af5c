"""Saving: what was typed is checked by the schema, and what only the directory knows is looked up there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pbx_plugin_api import FieldError, Host, PasswordPolicy, sentences
from portsip_m365_plugin.clouds import CloudFileError, load_clouds
from portsip_m365_plugin.config.connection import ConnectionConfig
from portsip_m365_plugin.config.fields import FIND_CLOUD, GUID
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.config.signin import SignInConfig, SignInMode
from portsip_m365_plugin.config.writer import CONNECTION_KEYS, Draft, read_texts
from portsip_m365_plugin.entra.aadsts import EntraRefusal, RefusalKind
from portsip_m365_plugin.entra.discovery import find_directory
from portsip_m365_plugin.entra.regions import find_serving
from portsip_m365_plugin.mail.memory import remember_mailbox
from portsip_m365_plugin.page.directory.groups import make_group_finder, resolve_groups
from portsip_m365_plugin.page.directory.people import LookupFailedError, explain_doubt, make_finder, resolve_names
from portsip_m365_plugin.page.registration.region import find_region, label_region, point_to_region
from portsip_m365_plugin.renewal import check_object_id
from portsip_m365_plugin.signin_health import find_test
from portsip_m365_plugin.texts import _, _n

_LIST: Final = "sign_in_users"
_MODE: Final = "sign_in_mode"


def check_texts(texts: Mapping[str, str], before: Config, host: Host) -> tuple[Draft, list[FieldError]]:
    """Turn what an administrator typed into settings.

    Args:
        texts: By field name; fields not named keep their value.
        before: The settings before.
        host: For what has to be looked up; the directory is asked only about what is new.

    Returns:
        All settings as they would be, and every fault found. With a fault nothing may be stored.
    """
    draft, faults = read_texts(texts, before)
    draft, more = _settle_connection(draft, before.connection, host)
    faults += more
    if CONNECTION_KEYS & {fault.field for fault in faults}:
        return draft, faults  # nobody can be looked up while the directory itself is in doubt
    for field, (typed, known) in draft.lists(before).items():
        find = make_finder(host, draft.config.connection)
        people, unknown = resolve_names(field, typed, known, users=host.users, find_object_ids=find)
        draft, faults = draft.with_values({field: people}), faults + unknown
    for field, (typed, known) in draft.group_lists(before).items():
        groups, unknown = resolve_groups(field, typed, known, make_group_finder(host, draft.config.connection))
        draft, faults = draft.with_values({field: groups}), faults + unknown
    named = {fault.field for fault in faults}
    faults += [fault for fault in draft.find_empty_lists() if fault.field not in named]
    faults += _check_sign_in(draft, before.signin, host, {fault.field for fault in faults})
    faults += _check_renewal(draft, before, host)
    return draft, faults + _settle_mailbox(draft, before, host)


def _settle_mailbox(draft: Draft, before: Config, host: Host) -> list[FieldError]:
    """Find the object id of a mailbox that was typed and keep it; mail then goes by the id.

    Where the directory cannot be asked yet, the first mail asks it.
    """
    name, connection = draft.config.mail.mailbox, draft.config.connection
    is_new = (name, connection) != (before.mail.mailbox, before.connection)
    if "mail_mailbox" not in draft.given or not name or not is_new:
        return []
    try:
        object_ids = list(make_finder(host, connection)([name])[name])
    except LookupFailedError:
        return []
    if len(object_ids) > 1:
        return [FieldError(field="mail_mailbox", message=explain_doubt(name))]
    if not object_ids:
        message = _(
            "{mailbox}: no account of this directory has this address or sign-in name. Check the spelling; a new"
            " mailbox takes some minutes to appear.",
            mailbox=name,
        )
        return [FieldError(field="mail_mailbox", message=message)]
    remember_mailbox(host, connection.cloud_name, connection.entra_tenant_id, name, object_ids[0])
    return []


def _check_renewal(draft: Draft, before: Config, host: Host) -> Iterator[FieldError]:
    """Refuse an object id that cannot be the app registration's: nobody would notice before the certificate ends."""
    after, connection = draft.config.renewal, draft.config.connection
    was = before.connection.client_id
    if after.is_on and after == before.renewal and was and connection.client_id != was:
        message = _(
            "This is the Object ID of the application before. Enter that of the new app registration, or switch off"
            " “Renew the certificate by itself”, in the same save as the new Application (client) ID."
        )
        yield FieldError(field="application_object_id", message=message)
        return
    if "application_object_id" not in draft.given and "renew_certificate" not in draft.given:
        return
    object_id = after.application_object_id
    if after.is_wanted and not object_id:
        message = _("Enter the Object ID of the app registration: without it the PBX cannot renew the certificate.")
        yield FieldError(field="application_object_id", message=message)
    elif object_id and object_id in (connection.client_id, connection.entra_tenant_id):
        message = (
            _("This is the application (client) ID. Enter the Object ID on the overview page of the app registration.")
            if object_id == connection.client_id
            else _(
                "This is the directory (tenant) ID. Enter the Object ID on the overview page of the app registration."
            )
        )
        yield FieldError(field="application_object_id", message=message)
    elif after.is_on and (after, connection) != (before.renewal, before.connection):
        why = check_object_id(host, connection, object_id)
        if why:
            yield FieldError(field="application_object_id", message=why)


def _check_sign_in(draft: Draft, before: SignInConfig, host: Host, faulty: set[str]) -> Iterator[FieldError]:
    """Refuse what would leave somebody, or everybody, without a way to sign in."""
    after = draft.config.signin
    if after.mode is SignInMode.ONLY and not after.people and _LIST not in faulty and draft.given & {_LIST, _MODE}:
        yield FieldError(
            field=_LIST,
            message=_(
                "The list is empty, so “Only these” would let nobody in. Enter people, or choose another setting"
                " of “Sign in with Microsoft”."
            ),
        )
    is_new = after.password_policy is PasswordPolicy.REFUSED and before.password_policy is not PasswordPolicy.REFUSED
    if is_new and after.mode is SignInMode.OFF:
        message = _("Switch “Sign in with Microsoft” on first: without it nobody could sign in.")
        yield FieldError(field="password_policy", message=message)
    elif is_new and find_test(host, draft.config.connection) is None:
        message = _(
            "No test sign-in has succeeded with this application yet. Save without this, press “Test sign-in” on this"
            " tab, and then refuse the passwords."
        )
        yield FieldError(field="password_policy", message=message)


def _settle_connection(draft: Draft, before: ConnectionConfig, host: Host) -> tuple[Draft, list[FieldError]]:
    """Turn a domain into the directory's id, and refuse another directory while users of this one are linked."""
    faults = _find_twice(draft, before)
    if faults:
        return draft, faults
    if draft.config.connection.cloud_name == FIND_CLOUD:
        found = find_region(draft, before)
        if isinstance(found, FieldError):
            return draft, [found]
        draft = found
    typed = draft.config.connection
    if "directory_id" in draft.given:
        directory_id = _find_directory_id(typed)
        if isinstance(directory_id, FieldError):
            faults.append(directory_id)
        else:
            draft = draft.with_values({"directory_id": directory_id})
            if before.entra_tenant_id not in ("", directory_id) and host.users.counts().linked:
                faults.append(_tied("directory_id", host))
    is_other_cloud = before.entra_tenant_id and typed.cloud_name != before.cloud_name
    if "national_cloud" in draft.given and is_other_cloud and host.users.counts().linked:
        faults.append(_tied("national_cloud", host))
    return draft, faults


def _find_twice(draft: Draft, before: ConnectionConfig) -> list[FieldError]:
    """Refuse one id in both fields: Microsoft would only say that it does not know the application."""
    after = draft.config.connection
    if not after.client_id or after.client_id != after.entra_tenant_id:
        return []
    if "directory_id" in draft.given and before.client_id == after.client_id != before.entra_tenant_id:
        message = _(
            "This is the application (client) ID. Enter the Directory (tenant) ID on the overview page of the app"
            " registration."
        )
        return [FieldError(field="directory_id", message=message)]
    if "application_id" in draft.given and before.entra_tenant_id == after.entra_tenant_id != before.client_id:
        message = _(
            "This is the directory (tenant) ID. Enter the Application (client) ID on the overview page of the app"
            " registration."
        )
        return [FieldError(field="application_id", message=message)]
    if not draft.given & {"application_id", "directory_id"}:
        return []
    message = _(
        "The application (client) ID and the directory (tenant) ID are the same, so one of them is wrong. Compare both"
        " with the overview page of the app registration."
    )
    return [FieldError(field="application_id", message=message)]


def _find_directory_id(typed: ConnectionConfig) -> str | FieldError:
    """Return the id that was typed, or that of the domain that was typed."""
    domain = typed.entra_tenant_id
    if not domain or GUID.fullmatch(domain):
        return domain
    try:
        clouds = load_clouds()
        cloud = clouds[typed.cloud_name]
    except (CloudFileError, KeyError):
        return FieldError(field="directory_id", message=_("Choose a region that works first, or give the ID itself."))
    answer = find_directory(cloud, domain)
    if isinstance(answer, EntraRefusal):
        elsewhere = point_to_region(domain, cloud) if answer.kind is RefusalKind.TENANT else ""
        why = elsewhere or sentences(answer.sentence, answer.remedy)
        # Translators: {why} is whole sentences.
        message = _("{domain} cannot be turned into a directory ID: {why}", domain=domain, why=why)
        return FieldError(field="directory_id", message=message)
    served_by = find_serving(cloud, answer, clouds.values())
    if served_by is not cloud:
        message = _(
            "{domain} is a directory of {region}, not of {chosen}. Choose that region, and register the application"
            " there.",
            domain=domain,
            region=label_region(served_by.name),
            chosen=label_region(cloud.name),
        )
        return FieldError(field="national_cloud", message=message)
    return answer.entra_tenant_id


def _tied(field: str, host: Host) -> FieldError:
    linked = host.users.counts().linked
    return FieldError(
        field=field,
        message=_n(
            "{n:,} user belongs to the directory that is connected now, so it cannot be changed. To change it, press"
            " Disconnect on this tab and let the synced user be deleted; then connect the other directory.",
            "{n:,} users belong to the directory that is connected now, so it cannot be changed. To change it, press"
            " Disconnect on this tab and let the synced users be deleted; then connect the other directory.",
            linked,
        ),
    )
