"""The part of USER SYNC about people who leave: a policy for each way of leaving, and when the sync asks first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pbx_plugin_api import Field
from portsip_m365_plugin.config.guard import CHANGED_FLOOR, REMOVED_FLOOR
from portsip_m365_plugin.config.leavers import DELETE_AFTER_DAYS_MAX
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.page.fields import draw_setting
from portsip_m365_plugin.texts import _

_POLICIES: Final[Mapping[str, str]] = {
    "keep": _("Keep: the user can go on making calls"),
    "disable": _("Disable at once, never delete"),
    "delete": _("Disable at once, delete after some days"),
}
_DAYS_HELP: Final = _(
    "Only for “delete”: days since the user was disabled, 0 to {limit}. Until then, a person who returns gets the same"
    " number and voicemail. After it the number rests in the PBX before it is given to somebody else.",
    limit=DELETE_AFTER_DAYS_MAX,
)
_WAYS: Final = (
    (
        "leaver_disabled_policy",
        "leaver_disabled_delete_after_days",
        _("Disabled at Microsoft: delete after (days)"),
        _("When an account is disabled at Microsoft"),
        _(
            "“Disable” ends calls, sessions and sign-in, and keeps extension number and voicemail for the person's"
            " return."
        ),
    ),
    (
        "leaver_deleted_policy",
        "leaver_deleted_delete_after_days",
        _("Deleted at Microsoft: delete after (days)"),
        _("When an account is deleted at Microsoft"),
        _("Microsoft can restore a deleted account for 30 days. After that the person cannot come back."),
    ),
    (
        "leaver_out_of_scope_policy",
        "leaver_out_of_scope_delete_after_days",
        _("No longer covered: delete after (days)"),
        _("When a person is no longer covered by the sync"),
        _(
            "For example a person who became a guest. With “keep” the user stays as it is; name, e-mail, phones and"
            " department still follow Microsoft."
        ),
    ),
)


def draw_leavers(config: Config) -> Iterator[Field]:
    """Yield the fields."""
    for policy, days, days_label, label, help_text in _WAYS:
        yield draw_setting(config, policy, label, choices=_POLICIES, help=help_text)
        yield draw_setting(config, days, days_label, help=_DAYS_HELP)


def draw_guard(config: Config) -> Iterator[Field]:
    """Yield the limits above which the sync asks first."""
    yield draw_setting(
        config,
        "guard_removed_percent",
        _("Ask before this share of people loses their telephone (percent)"),
        help=_(
            "Of the people who are synced and enabled, within 24 hours. {n} people may always leave. What needs no"
            " approval is applied meanwhile. A mistake or an attack at Microsoft then silences nobody.",
            n=REMOVED_FLOOR,
        ),
    )
    yield draw_setting(
        config,
        "guard_removed_at_once",
        _("Ask before more people than this lose their telephone"),
        help=_("Within 24 hours, whatever share they are. 0: ask about everybody who leaves."),
    )
    yield draw_setting(
        config,
        "guard_changed_percent",
        _("Ask before this share of people is created or changed (percent)"),
        help=_(
            "Of the people who are synced, in one sync, after the first import. {n} people may always be created, and"
            " as many changed.",
            n=CHANGED_FLOOR,
        ),
    )
