"""How much one sync of users may change without asking an administrator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

REMOVED_FLOOR: Final = 2
"""So many people may always lose their telephone: in a small firm one leaver is more than any share."""
CHANGED_FLOOR: Final = 20
"""So many may always be created, or changed."""
AT_ONCE_MAX: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardConfig:
    """The limits. A share is in percent of the linked users; the floors above hold beside it."""

    removed_percent: int = 10
    """Of the enabled linked users, within 24 hours."""
    removed_at_once: int = 50
    """People, within 24 hours, whatever share they are."""
    changed_percent: int = 30
    """Of the linked users, in one sync: created, and separately changed."""

    def asks_removals(self, removals: int, enabled_before: int) -> bool:
        """Whether so many people, out of those enabled before, may not lose their telephone without asking."""
        share = max(REMOVED_FLOOR, enabled_before * self.removed_percent / 100)
        return removals > share or removals > self.removed_at_once

    def asks_changes(self, changes: int, linked: int) -> bool:
        """Whether so many people may not be created, or changed, without asking."""
        return changes > max(CHANGED_FLOOR, linked * self.changed_percent / 100)
