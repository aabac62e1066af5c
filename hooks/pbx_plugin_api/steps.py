"""Numbered steps of a page: a way to a goal, such as setting something up, that a host draws as an ordered list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pbx_plugin_api import rules
from pbx_plugin_api.errors import InvalidValueError
from pbx_plugin_api.page_parts import Fact, Link

__all__ = ["Step", "StepState"]


class StepState(StrEnum):
    """How far a step is. A host shows it as a word, never by colour alone."""

    TO_DO = "to_do"
    WAITING = "waiting"
    """Nothing can be done here now: something else comes first, or takes time. `detail` says what."""
    DONE = "done"
    """The PBX knows that it is done, or an administrator said so."""
    PROVEN = "proven"
    """It was tried and it worked, at `proven_at_utc`."""
    FAILED = "failed"
    """It was tried and it did not work: `detail` says why, `remedy` what to do."""

    @property
    def is_settled(self) -> bool:
        """Whether the step is behind the administrator."""
        return self in (StepState.DONE, StepState.PROVEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. The order of `Tab.steps` is the order of the work, and a host numbers them from 1.

    What a step needs is named, not repeated: its fields and actions are those of the page, on any of its tabs. A host
    may draw them inside the step and then leaves them out elsewhere on that screen, so that each is there once.
    """

    name: str
    """Unique among the steps of the page, and the same in every drawing."""
    title: str
    text: str = ""
    """What to do, and where: whole sentences."""
    state: StepState = StepState.TO_DO
    proven_at_utc: datetime | None = None
    """Set for PROVEN, and for no other state."""
    detail: str = ""
    """Why it is in this state: what is known, what failed, what it waits for."""
    remedy: str = ""
    """What to do about a failure."""
    link: Link | None = None
    """The outside page on which it is done."""
    facts: tuple[Fact, ...] = ()
    """Values that are needed there, to copy."""
    fields: tuple[str, ...] = ()
    """Names of the fields that have to be filled in and saved."""
    actions: tuple[str, ...] = ()
    """Names of the actions that do it. The first is the step's own button; the others help."""
    is_next: bool = False
    """Whether this is what the administrator should do now: at most one step of a page, TO_DO or FAILED.

    Saving its fields is then the main thing to do on the page, or pressing its first action if it has no fields."""

    def __post_init__(self) -> None:
        rules.check_key("name", self.name)
        rules.check_text("title", self.title, min_chars=1, max_chars=128)
        rules.check_utc("proven_at_utc", self.proven_at_utc)
        if (self.state is StepState.PROVEN) != (self.proven_at_utc is not None):
            raise InvalidValueError("proven_at_utc", self.proven_at_utc, "set for a PROVEN step, and for no other")
        if self.state is StepState.FAILED and not (self.detail and self.remedy):
            raise InvalidValueError("remedy", self.remedy, "a FAILED step has a detail and a remedy")
        if self.is_next and self.state not in (StepState.TO_DO, StepState.FAILED):
            raise InvalidValueError("is_next", self.state.value, "only a step that is TO_DO or FAILED can be the next")
