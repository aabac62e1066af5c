"""The part of USER SYNC about people who leave: a policy for each way of leaving, and when the sync asks first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pbx_plugin_api import Field
from portsip_m365_plugin.config.guard import CHANGED_FLOOR, REMOVED_FLOOR
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.page.fields import draw_setting

_POLICIES: Final[Mapping[str, str]] = {
    "keep": "Keep: the user can go on making calls",
    "disable": "Disable at once, never delete",
    "delete": "Disable at once, delete after some days",
}
_DAYS_HELP: Final = (
    "Only for “delete”: days since the user was disabled, 0 to 3650. Until then, a person who returns gets"
)
_WAYS: Final = (
    (
        "leaver_disabled_policy",
        "leaver_disabled_delete_after_days",
        "Disabled at Microsoft",
        "When an account is disabled at Microsoft",
        "“Disable” ends calls, sessions and sign-in, and keeps extension number and voicemail for the person's return.",
    ),
    (
        "leaver_deleted_policy",
        "leaver_deleted_delete_after_days",
        "Deleted at Microsoft",
        "When an account is deleted at Microsoft",
        "Microsoft can restore a deleted account for 30 days. After that the person cannot come back.",
    ),
    (
        "leaver_out_of_scope_policy",
        "leaver_out_of_scope_delete_after_days",
        "No longer covered",
        "When a person is no longer covered by the sync",
        "For example a person who became a guest. With “keep” the user stays as it is; name, e-mail, phones and"
        " department still follow Microsoft.",
    ),
)


def draw_leavers(config: Config) -> Iterator[Field]:
    """Yield the fields."""
    for policy, days, name, label, help_text in _WAYS:
        yield draw_setting(config, policy, label, choices=_POLICIES, help=help_text)
        yield draw_setting(
            config,
            days,
            f"{name}: delete after (days)",
            help=f"{_DAYS_HELP} the same number and voicemail. After it the number rests in the PBX before it is given"
            " to somebody else.",
        )


def draw_guard(config: Config) -> Iterator[Field]:
    """Yield the limits above which the sync asks first."""
    yield draw_setting(
        config,
        "guard_removed_percent",
        "Ask before this share of people loses their telephone (percent)",
        help=f"Of the people who are synced and enabled, within 24 hours. {REMOVED_FLOOR} people may always leave. What"
        " needs no approval is applied meanwhile. A mistake or an attack at Microsoft then silences nobody.",
    )
    yield draw_setting(
        config,
        "guard_removed_at_once",
        "Ask before more people than this lose their telephone",
        help="Within 24 hours, whatever share they are. 0: ask about everybody who leaves.",
    )
    yield draw_setting(
        config,
        "guard_changed_percent",
        "Ask before this share of people is created or changed (percent)",
        help=f"Of the people who are synced, in one sync, after the first import. {CHANGED_FLOOR} people may always be"
        " created, and as many changed.",
    )
