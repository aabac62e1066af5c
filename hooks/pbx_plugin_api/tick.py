"""One run for one tenant: what the host asks, what the plugin answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pbx_plugin_api import rules
from pbx_plugin_api.counts import Counts
from pbx_plugin_api.plans import PlanRef
from pbx_plugin_api.settings_page import ActionRequest

__all__ = ["Problem", "Stage", "Tick", "TickReason", "TickReport", "TickStatus"]


class TickReason(StrEnum):
    """Why the host calls."""

    DUE = "due"
    FORCED = "forced"
    """An admin said "now"."""
    RESUMED = "resumed"
    """The last run said that it can go on."""
    JOB = "job"
    """A settings-page action answered `Started(job)`; `Tick.job` and `Tick.request` say which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One call of `on_nightly_tick`. Frozen data; survives JSON."""

    run_id: str
    reason: TickReason
    now_utc: datetime
    deadline_utc: datetime
    """When the host stops waiting. End before it, resumable, rather than be cut off."""
    max_requests: int = 4
    """How many HTTP requests the plugin may have in flight at once."""
    confirm_first_plan: bool = False
    """The admin has said beforehand that the tenant's first plan may be applied unseen."""
    job: str | None = None
    request: ActionRequest | None = None

    def __post_init__(self) -> None:
        rules.check_key("run_id", self.run_id)
        rules.check_utc("now_utc", self.now_utc)
        rules.check_utc("deadline_utc", self.deadline_utc)
        rules.check_at_least("max_requests", self.max_requests, 1)


class TickStatus(StrEnum):
    """How a run ended."""

    DONE = "done"
    NEEDS_APPROVAL = "needs_approval"
    """Nothing was applied: an admin has to look at the plan and approve it."""
    STOPPED = "stopped"
    """Ended early, at a safe place (deadline, asked to stop, throttled). Nothing is lost."""
    FAILED = "failed"
    """An error ended the run; what had been applied stays, the checkpoint did not move."""
    NOT_CONFIGURED = "not_configured"
    """Settings are missing; `message` says which."""


class Stage(StrEnum):
    """What a run is busy with, for `host.progress.report`. A plugin may report stages of its own beside these."""

    READ = "read"
    """Reads people from the source. Counts people."""
    MAILBOXES = "mailboxes"
    """Finds out what each mailbox is for. Counts mailboxes."""
    APPLY = "apply"
    """Writes users to the PBX. Counts changes."""
    CONTACTS = "contacts"
    """Reads mailboxes and writes contacts. Counts mailboxes."""
    PHOTOS = "photos"
    """Reads and stores photos. Counts people."""
    DELETE = "delete"
    """Deletes everything that the plugin brought. Counts users."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One person about whom something could not be done, or who was left out, and why."""

    reason: str
    """A short machine word, such as `no_name`, `guest` or `user_limit`. Counted by this."""
    subject: str | None = None
    """The person's id at the source, as in `UserLink.subject`; None where it is not about one person."""
    login_name: str | None = None
    """How the person signs in at the source, or another name that an admin knows. Display text only."""
    detail: str = ""
    """A sentence for the admin: what is wrong and what to do."""

    def __post_init__(self) -> None:
        rules.check_key("reason", self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class TickReport:
    """What a run did: users, contacts and photos alike.

    Problems are recorded one by one through `host.progress.problem`, and only counted here.
    """

    status: TickStatus
    message: str = ""
    """One or two sentences for the admin: what happened, and what to do if anything."""
    counts: Counts = field(default_factory=Counts)
    problem_counts: Mapping[str, int] = field(default_factory=dict)
    requests: int = 0
    """HTTP requests sent to the source. Token requests are not counted."""
    next_due_at_utc: datetime | None = None
    """None: not by the clock (manual mode, or not configured)."""
    resumable: bool = False
    """The host may call again at once to go on."""
    plan: PlanRef | None = None
    """The plan that was made instead of being applied: a preview, or one that waits for approval."""

    def __post_init__(self) -> None:
        rules.check_utc("next_due_at_utc", self.next_due_at_utc)
        object.__setattr__(self, "problem_counts", rules.freeze_mapping(self.problem_counts))
