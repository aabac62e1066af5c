"""The question before a button is pressed that takes something away: what it will do, in numbers."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from pbx_plugin_api import rules

__all__ = ["Confirmation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What an action would do now with the values that were entered. Frozen data; survives JSON.

    The host shows it and does nothing. When the person agrees, the host asks again. It runs the action only if the
    answer is the same (`fingerprint`); otherwise it shows the new one.
    """

    sentence: str
    """What will happen, with its numbers: "Delete 108 users and their 2,340 contacts." 1 to 500 characters."""
    details: tuple[str, ...] = ()
    """More of what will happen, and what stays: whole sentences."""
    typed: str = ""
    """What the person has to type first, such as the tenant's name. Empty: nothing. For what cannot be undone."""

    def __post_init__(self) -> None:
        rules.check_text("sentence", self.sentence, min_chars=1, max_chars=500)
        for detail in self.details:
            rules.check_text("details", detail, min_chars=1, max_chars=500)
        rules.check_text("typed", self.typed, min_chars=0, max_chars=128)

    @property
    def fingerprint(self) -> str:
        """A text that is the same for the same question, and different for another one."""
        shape = json.dumps([self.sentence, *self.details, self.typed])
        return hashlib.sha256(shape.encode()).hexdigest()[:32]
