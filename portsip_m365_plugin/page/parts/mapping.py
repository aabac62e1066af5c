"""The part of USER SYNC about fields: which number, name and address a person gets, and which fields are synced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pbx_plugin_api import Field
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.page.fields import draw_setting
from portsip_m365_plugin.texts import _

_SWITCHES: Final = (
    ("sync_mobile_phone", _("Sync mobile phone")),
    ("sync_work_phone", _("Sync work phone")),
    ("sync_department", _("Sync department")),
)


def draw_mapping(config: Config) -> Iterator[Field]:
    """Yield the fields."""
    yield draw_setting(
        config,
        "extension_source",
        _("Extension number from"),
        placeholder="none",
        help=_(
            "{none}, {employee_id}, {first} to {last}, or {phone} for the last N digits of the first business phone,"
            " such as {example}. For new users only. Where it names no number, or one that is taken, the person gets"
            " the next free one, and the run says so.",
            none="none",
            employee_id="employeeId",
            first="extensionAttribute1",
            last="extensionAttribute15",
            phone="businessPhones:N",
            example="businessPhones:4",
        ),
    )
    yield draw_setting(
        config,
        "display_name_format",
        _("Display name"),
        choices={
            "display_name": _("As Microsoft shows it (displayName)"),
            "given_surname": _("Given name Surname"),
            "surname_given": _("Surname, Given name"),
        },
        help=_(
            "Keep the first one where surnames come first, such as in Chinese, Japanese or Korean. A change is shown"
            " as a plan and waits for your approval."
        ),
    )
    yield draw_setting(
        config,
        "email_source",
        _("E-mail"),
        choices={"mail": _("Mail address"), "upn": _("Sign-in name (UPN)")},
        help=_("Where one is missing, the other is used. A change waits for your approval too."),
    )
    for key, label in _SWITCHES:
        yield draw_setting(
            config, key, label, help=_("Off: the field stays as it is in the PBX, and may be edited there.")
        )
