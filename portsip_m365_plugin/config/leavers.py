"""What happens to the PBX user of a person who leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pbx_plugin_api import DisableReason

DELETE_AFTER_DAYS_MAX: Final = 3650
_MICROSOFT_KEEPS_DAYS: Final = 30
"""Microsoft keeps a deleted account for 30 days, and can restore it in that time."""


class LeaverPolicy(StrEnum):
    """What happens to the user."""

    KEEP = "keep"
    """The user stays as it is."""
    DISABLE = "disable"
    """The user is disabled at once, and keeps number and voicemail."""
    DELETE = "delete"
    """The user is disabled at once, and deleted after some days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaverRule:
    """The policy for one way of leaving."""

    policy: LeaverPolicy
    delete_after: timedelta
    """For `DELETE`: counted from the moment at which the sync disabled the user for this reason."""

    @property
    def is_keep(self) -> bool:
        """Whether the user stays as it is."""
        return self.policy is LeaverPolicy.KEEP

    def is_over(self, since: datetime | None, now_utc: datetime) -> bool:
        """Whether a user disabled since then is to be deleted."""
        return self.policy is LeaverPolicy.DELETE and since is not None and now_utc - since >= self.delete_after


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaversConfig:
    """One policy for each way of leaving: disabled at Microsoft, deleted there, no longer covered by the filters."""

    disabled_policy: LeaverPolicy = LeaverPolicy.DISABLE
    disabled_delete_after_days: int = _MICROSOFT_KEEPS_DAYS
    deleted_policy: LeaverPolicy = LeaverPolicy.DELETE
    deleted_delete_after_days: int = _MICROSOFT_KEEPS_DAYS
    out_of_scope_policy: LeaverPolicy = LeaverPolicy.DISABLE
    out_of_scope_delete_after_days: int = _MICROSOFT_KEEPS_DAYS

    def rule(self, reason: DisableReason) -> LeaverRule:
        """Return the policy for a reason of the sync. `BY_ADMIN` is not such a reason."""
        policy, days = {
            DisableReason.ACCOUNT_DISABLED: (self.disabled_policy, self.disabled_delete_after_days),
            DisableReason.DEPARTED: (self.deleted_policy, self.deleted_delete_after_days),
            DisableReason.OUT_OF_SCOPE: (self.out_of_scope_policy, self.out_of_scope_delete_after_days),
        }[reason]
        return LeaverRule(policy=policy, delete_after=timedelta(days=days))
