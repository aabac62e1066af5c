"""One run for one tenant: what the host asks for, and what the plugin reports."""

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
    """Why the host calls the hook."""

    DUE = "due"
    FORCED = "forced"
    """An administrator asked for it now."""
    RESUMED = "resumed"
    """The last run was resumable."""
    JOB = "job"
    """A button of the settings page returned `Started(job)`; `Tick.job` and `Tick.request` say which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One call of `on_nightly_tick`. Frozen data; survives JSON."""

    run_id: str
    reason: TickReason
    now_utc: datetime
    deadline_utc: datetime
    """When the host stops waiting. Return before it, with `resumable`, instead of being cut off."""
    max_requests: int = 4
    """How many HTTP requests the plugin may have in flight at the same time."""
    confirm_first_plan: bool = False
    """The administrator has agreed beforehand that the tenant's first plan is applied without being shown."""
    job: str | None = None
    """The job that `Started` named; None for periodic work."""
    request: ActionRequest | None = None
    """The button press that started the job."""
    max_wait_s: int | None = None
    """How long the plugin may wait for a service before one request, because others want this slot. Asked to wait
    longer, it returns `next_due_at_utc`, and the host calls again then. None: as long as the plugin wants."""

    def __post_init__(self) -> None:
        rules.check_key("run_id", self.run_id)
        rules.check_utc("now_utc", self.now_utc)
        rules.check_utc("deadline_utc", self.deadline_utc)
        rules.check_at_least("max_requests", self.max_requests, 1)
        if self.max_wait_s is not None:
            rules.check_at_least("max_wait_s", self.max_wait_s, 0)


class TickStatus(StrEnum):
    """How a run ended."""

    DONE = "done"
    NEEDS_APPROVAL = "needs_approval"
    """A plan was not applied, or only in part: an administrator has to look at it and approve it."""
    STOPPED = "stopped"
    """The run ended early, where it could safely stop: deadline, asked to stop, throttled. Nothing is lost."""
    FAILED = "failed"
    """An error ended the run. What was applied stays; the checkpoint did not move."""
    NOT_CONFIGURED = "not_configured"
    """Settings are missing; `message` says which."""


class Stage(StrEnum):
    """What a run is doing now, for `host.progress.report`. A plugin may also report stages of its own."""

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
    """One person who was left out, or for whom something could not be done, and why."""

    reason: str
    """A short machine word, such as `no_name`, `guest` or `user_limit`. Problems are counted by it."""
    subject: str | None = None
    """The person's id at the source, as in `UserLink.subject`; None if it is not about one person."""
    login_name: str | None = None
    """How the person signs in at the source, or another name that an administrator knows. Display text only."""
    detail: str = ""
    """A sentence for the administrator: what is wrong and what to do."""

    def __post_init__(self) -> None:
        rules.check_key("reason", self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class TickReport:
    """What a run did: users, contacts and photos alike.

    Problems are recorded one by one through `host.progress.problem`, and only counted here.
    """

    status: TickStatus
    message: str = ""
    """One or two sentences for the administrator: what happened, and what to do about it."""
    counts: Counts = field(default_factory=Counts)
    problem_counts: Mapping[str, int] = field(default_factory=dict)
    requests: int = 0
    """HTTP requests sent to the source. Token requests are not counted."""
    next_due_at_utc: datetime | None = None
    """When the next run is due. None: no run by the clock (nothing to do by the clock, or not configured)."""
    resumable: bool = False
    """The run can continue: the host may call again at once."""
    plan: PlanRef | None = None
    """The plan that was made instead of being applied: a preview, or one that waits for approval."""
    quiet: bool = False
    """There is nothing to show: nothing was changed, and there is nothing new to say since the plugin's last run. The
    host may leave the run out of its log; `next_due_at_utc` holds all the same."""
    valid_until_utc: datetime | None = None
    """When the plugin's credential at the service ends, such as a certificate. For a monitor of the whole PBX; the
    tenant's administrators read the plugin's notices. None: there is none, or it has no end."""

    def __post_init__(self) -> None:
        rules.check_utc("next_due_at_utc", self.next_due_at_utc)
        rules.check_utc("valid_until_utc", self.valid_until_utc)
        object.__setattr__(self, "problem_counts", rules.freeze_mapping(self.problem_counts))
