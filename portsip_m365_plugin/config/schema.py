"""Every setting: its key, how it is typed, and the place in `Config` that it fills."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any, Final, cast

from marshmallow import Schema

from pbx_plugin_api import PasswordPolicy, ResponseMode
from portsip_m365_plugin.config.contacts import SharedMode
from portsip_m365_plugin.config.fields import (
    GUID,
    Addresses,
    Choice,
    CloudName,
    GroupNames,
    Lines,
    Names,
    Setting,
    Text,
    TimeOfDay,
    Toggle,
    WholeNumber,
)
from portsip_m365_plugin.config.guard import AT_ONCE_MAX
from portsip_m365_plugin.config.leavers import DELETE_AFTER_DAYS_MAX, LeaverPolicy
from portsip_m365_plugin.config.mail import RECIPIENTS_AT_MOST
from portsip_m365_plugin.config.people import WhichPeople
from portsip_m365_plugin.config.photos import PhotosWhenOff
from portsip_m365_plugin.config.schedule import EVERY_MINUTES_MAX, EVERY_MINUTES_MIN
from portsip_m365_plugin.config.scope import WhichGroups
from portsip_m365_plugin.config.signin import SignInMode
from portsip_m365_plugin.config.users import SyncMode
from portsip_m365_plugin.config.wrong_lines import (
    say_wrong_accounts,
    say_wrong_folders,
    say_wrong_mailboxes,
    say_wrong_people,
)
from portsip_m365_plugin.mapping.choices import SOURCE_TEXT, EmailSource, NameFormat
from portsip_m365_plugin.texts import _

_DOMAIN: Final = re.compile(r"(?=.{4,253}$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")
_ADDRESS: Final = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]{1,255}")
_NUMBER: Final = re.compile(r"[1-9][0-9]{2,12}")
_Percent: Final = partial(
    WholeNumber,
    lowest=0,
    highest=100,
    wanted=_("Give a number of percent from {lowest} to {highest}.", lowest=0, highest=100),
)
_Days: Final = partial(
    WholeNumber,
    lowest=0,
    highest=DELETE_AFTER_DAYS_MAX,
    wanted=_("Give a number of days from {lowest} to {highest}.", lowest=0, highest=DELETE_AFTER_DAYS_MAX),
)
_EXAMPLE_GUID: Final = "72f988bf-86f1-41af-91ab-2d7cd011db47"


class ConfigSchema(Schema):
    """The settings by key, in the order of the tabs."""

    # PERMISSIONS
    application_id = Text(
        "connection.client_id",
        GUID,
        _("Give the application (client) ID, such as {example}.", example=_EXAMPLE_GUID),
        is_lower=True,
    )
    directory_id = Text(
        "connection.entra_tenant_id",
        re.compile(f"{GUID.pattern}|{_DOMAIN.pattern}"),
        _("Give the directory (tenant) ID, such as {example}, or a verified domain of it.", example=_EXAMPLE_GUID),
        is_lower=True,
    )
    national_cloud = CloudName("connection.cloud_name")
    sync_time = TimeOfDay("schedule.sync_time")
    renew_certificate = Toggle("renewal.is_wanted")
    application_object_id = Text(
        "renewal.application_object_id",
        GUID,
        _("Give the Object ID of the app registration, such as {example}, or leave it empty.", example=_EXAMPLE_GUID),
        is_lower=True,
    )
    # USER SYNC
    sync_mode = Choice("users.sync_mode", SyncMode)
    sync_every_minutes = WholeNumber(
        "schedule.every_minutes",
        lowest=EVERY_MINUTES_MIN,
        highest=EVERY_MINUTES_MAX,
        or_zero=True,
        wanted=_(
            "Give a number of minutes from {lowest} to {highest}, or 0 for every night only.",
            lowest=EVERY_MINUTES_MIN,
            highest=EVERY_MINUTES_MAX,
        ),
    )
    sync_users_mode = Choice("scope.whose", WhichPeople)
    sync_users = Names("scope.people", say_wrong_people)
    sync_groups_mode = Choice("scope.which_groups", WhichGroups)
    sync_groups = GroupNames("scope.groups")
    sync_guest_users = Toggle("scope.guests")
    sync_unlicensed = Toggle("scope.unlicensed")
    starting_extension_number = Text(
        "users.starting_number", _NUMBER, _("Give 3 to 13 digits, the first of which is not 0, or leave it empty.")
    )
    extension_source = Text(
        "users.extension_source",
        SOURCE_TEXT,
        _(
            "Enter {none}, {employee_id}, {first} to {last}, or {phone} for the last N digits (3 to 13) of the first"
            " business phone.",
            none="none",
            employee_id="employeeId",
            first="extensionAttribute1",
            last="extensionAttribute15",
            phone="businessPhones:N",
        ),
    )
    display_name_format = Choice("users.name_format", NameFormat)
    email_source = Choice("users.email_source", EmailSource)
    sync_mobile_phone = Toggle("users.mobile_phone")
    sync_work_phone = Toggle("users.work_phone")
    sync_department = Toggle("users.department")
    sync_photo = Toggle("photos.is_on")
    sync_photo_when_off = Choice("photos.when_off", PhotosWhenOff)
    leaver_disabled_policy = Choice("leavers.disabled_policy", LeaverPolicy)
    leaver_disabled_delete_after_days = _Days("leavers.disabled_delete_after_days")
    leaver_deleted_policy = Choice("leavers.deleted_policy", LeaverPolicy)
    leaver_deleted_delete_after_days = _Days("leavers.deleted_delete_after_days")
    leaver_out_of_scope_policy = Choice("leavers.out_of_scope_policy", LeaverPolicy)
    leaver_out_of_scope_delete_after_days = _Days("leavers.out_of_scope_delete_after_days")
    guard_removed_percent = _Percent("guard.removed_percent")
    guard_removed_at_once = WholeNumber(
        "guard.removed_at_once",
        lowest=0,
        highest=AT_ONCE_MAX,
        wanted=_("Give a number of people from {lowest} to {highest:,}.", lowest=0, highest=AT_ONCE_MAX),
    )
    guard_changed_percent = _Percent("guard.changed_percent")
    # SIGN IN
    sign_in_mode = Choice("signin.mode", SignInMode)
    sign_in_users = Names("signin.people", say_wrong_accounts)
    password_policy = Choice("signin.password_policy", PasswordPolicy)
    first_sign_in_creates = Toggle("signin.first_sign_in_creates")
    administrators_sign_in = Toggle("signin.administrators")
    sign_in_response_mode = Choice("signin.response_mode", ResponseMode)
    # CONTACT SYNC
    contact_personal = Toggle("contacts.personal")
    contact_users_mode = Choice("contacts.whose", WhichPeople)
    contact_users = Names("contacts.people", say_wrong_accounts)
    contact_shared = Choice("contacts.shared", SharedMode)
    contact_mailboxes = Names("contacts.mailboxes", say_wrong_mailboxes)
    contact_excluded_folders = Lines("contacts.excluded_folders", say_wrong_folders, may_hold_blanks=True)
    # MAIL
    mail_mailbox = Text(
        "mail.mailbox",
        re.compile(f"{_ADDRESS.pattern}|{GUID.pattern}"),
        _("Enter the address, sign-in name or object id of a user's or a shared mailbox."),
    )
    mail_reply_to = Text("mail.reply_to", _ADDRESS, _("Enter one e-mail address."))
    mail_recipients = Addresses("mail.recipients", RECIPIENTS_AT_MOST)
    mail_save_to_sent = Toggle("mail.save_to_sent")
    mail_hold_copies = Toggle("mail.hold_copies")
    mail_for_tenants = Toggle("mail.for_tenants")


SCHEMA: Final = ConfigSchema()
SETTINGS: Final = cast(Mapping[str, Setting[Any]], SCHEMA.fields)
"""Every setting by key."""
