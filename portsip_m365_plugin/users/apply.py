"""Making the planned changes, in batches. A change that the PBX refuses is one problem line; the others go on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from pbx_plugin_api import (
    APPLY_MAX_CHANGES,
    ApplyResult,
    ApplyStatus,
    Counts,
    CreateUser,
    Fixed,
    Host,
    Problem,
    Stage,
)
from portsip_m365_plugin.removals import RemovalWindow
from portsip_m365_plugin.texts import _, _later
from portsip_m365_plugin.users.decide import Phase
from portsip_m365_plugin.users.plan import PlannedChange, SyncPlan
from portsip_m365_plugin.users.pull import StoppedError

_COUNTED_AS: Final = {
    Phase.CREATE: "created",
    Phase.UPDATE: "updated",
    Phase.DISABLE: "disabled",
    Phase.ENABLE: "enabled",
    Phase.DELETE: "deleted",
    Phase.LINK: "linked",
}
_REFUSED: Final = {
    # Translators: what the PBX refused to do about a user, and why
    Phase.CREATE: _later("create: {why}"),
    Phase.UPDATE: _later("update: {why}"),
    Phase.DISABLE: _later("disable: {why}"),
    Phase.ENABLE: _later("enable: {why}"),
    Phase.DELETE: _later("delete: {why}"),
    Phase.LINK: _later("link: {why}"),
    Phase.FORGET: _later("forget: {why}"),
}
_NAMED_REASON: Final = re.compile(r"([a-z][a-z0-9_]{2,40}): (.+)", re.DOTALL)
"""A host of contract 1 may put a machine word before its sentence: `user_limit: the limit of 50 users is reached`."""


class ProblemTally:
    """Records problems at the host as they are found, and counts them by reason."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._counts: Counter[str] = Counter()

    def record(self, problem: Problem) -> None:
        """Record one problem line."""
        self._host.progress.problem(problem)
        self._counts[problem.reason] += 1

    @property
    def counts(self) -> dict[str, int]:
        """How many of each reason, most frequent first."""
        return dict(self._counts.most_common())


class Applied:
    """What was done of a plan so far."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self.refused_ids: list[str] = []
        """People to be read again."""
        self.refused_new: dict[str, tuple[str, str]] = {}
        """People who could not become users, with reason and detail. Nothing has to be read again for them."""

    @property
    def counts(self) -> Counts:
        """People by what was done about them."""
        return Counts(**self._counts)

    def add(self, planned: PlannedChange, result: ApplyResult, tally: ProblemTally) -> bool:
        """Count one result; True if somebody lost their telephone."""
        if result.status is ApplyStatus.REFUSED:
            problem = _describe_refusal(planned, result)
            tally.record(problem)
            if planned.phase is Phase.CREATE:
                self.refused_new[result.link.subject] = (problem.reason, problem.detail)
            else:
                self.refused_ids.append(result.link.subject)
            return False
        if result.status is ApplyStatus.UNCHANGED:
            # To switch somebody who is switched so already is no result of its own, beside their other changes.
            self._counts["unchanged"] += planned.phase not in (Phase.ENABLE, Phase.DISABLE)
            return False
        taken = _describe_taken(planned, result)
        if taken is not None:
            tally.record(taken)
        if planned.phase in _COUNTED_AS:
            self._counts[_COUNTED_AS[planned.phase]] += 1
        return _takes_telephone(planned)


def apply_plan(host: Host, plan: SyncPlan, applied: Applied, tally: ProblemTally, window: RemovalWindow | None) -> None:
    """Apply what is not held back of a plan.

    Idempotent: a change that an earlier, interrupted run has applied is answered `unchanged`.

    Args:
        host: The tenant's.
        plan: What to do.
        applied: Filled batch by batch, so that it is right even after an interruption.
        tally: For refusals.
        window: Counts removals; None if an admin approved them.

    Raises:
        StoppedError: Between two batches. What was applied stays.
    """
    total, done = plan.free, 0
    for batch in _batched(plan, APPLY_MAX_CHANGES):
        if host.progress.should_stop():
            raise StoppedError(
                _(
                    "Stopped while applying changes ({done:,} of {total:,} done); nothing is lost, and the next run"
                    " goes on.",
                    done=done,
                    total=total,
                )
            )
        # Counted before they are made: killed in between, the next run counts too many rather than too few.
        removals = sum(_takes_telephone(planned) for planned in batch)
        if window is not None:
            window.add(removals)
        results = host.users.apply([planned.change for planned in batch])
        removed = sum([applied.add(planned, result, tally) for planned, result in zip(batch, results, strict=True)])
        if window is not None:
            window.add(removed - removals)
        done += len(batch)
        host.progress.report(Stage.APPLY, done, total)


def _describe_refusal(planned: PlannedChange, result: ApplyResult) -> Problem:
    text = result.reason or _("the PBX refused the change and gave no reason")
    named = _NAMED_REASON.fullmatch(text)
    reason, sentence = named.groups() if named and not result.code else (result.code or "refused", text)
    detail = _(_REFUSED[planned.phase], why=sentence)
    return Problem(reason=reason, subject=result.link.subject, login_name=planned.upn, detail=detail)


def _describe_taken(planned: PlannedChange, result: ApplyResult) -> Problem | None:
    """Return a problem line if a new user did not get the number that the directory names."""
    change = planned.change
    wish = change.draft.extension if isinstance(change, CreateUser) else None
    if not isinstance(wish, Fixed) or result.extension_number in (None, wish.number):
        return None
    detail = _(
        "create: Microsoft names extension {number}, which is taken or kept for somebody else, or the person has a"
        " number from before; they got {given}. Change the number in the PBX if that is wrong.",
        number=wish.number,
        given=result.extension_number or "",
    )
    return Problem(
        reason="extension_taken",
        subject=result.link.subject,
        login_name=planned.upn,
        detail=detail,
    )


def _takes_telephone(planned: PlannedChange) -> bool:
    return planned.guarded and planned.phase in (Phase.DISABLE, Phase.DELETE)


def _batched(changes: Iterable[PlannedChange], size: int) -> Iterator[list[PlannedChange]]:
    iterator = iter(changes)
    while batch := list(islice(iterator, size)):
        yield batch
