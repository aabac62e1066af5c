"""Making the planned changes, in batches; one person's refusal is that person's problem line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from pbx_plugin_api import APPLY_MAX_CHANGES, ApplyResult, ApplyStatus, Counts, Host, Problem, Stage
from portsip_m365_plugin.removals import RemovalWindow
from portsip_m365_plugin.users.decide import Phase
from portsip_m365_plugin.users.plan import PlannedChange, SyncPlan
from portsip_m365_plugin.users.pull import StoppedError

__all__ = ["Applied", "ProblemTally", "apply_plan"]

_COUNTED_AS: Final = {
    Phase.CREATE: "created",
    Phase.UPDATE: "updated",
    Phase.DISABLE: "disabled",
    Phase.ENABLE: "enabled",
    Phase.DELETE: "deleted",
    Phase.LINK: "linked",
}
_NAMED_REASON: Final = re.compile(r"([a-z][a-z0-9_]{2,40}): (.+)", re.DOTALL)
"""A host may put a machine word before its sentence: `user_limit: the tenant's limit of 50 users is reached`."""


class ProblemTally:
    """Tells problems to the host as they are found, and counts them by reason."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._counts: Counter[str] = Counter()

    def tell(self, problem: Problem) -> None:
        """Record one problem line."""
        self._host.progress.problem(problem)
        self._counts[problem.reason] += 1

    @property
    def counts(self) -> dict[str, int]:
        """How many of each reason, most frequent first."""
        return dict(self._counts.most_common())


class Applied:
    """What came of a plan so far."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self.refused_ids: list[str] = []

    @property
    def counts(self) -> Counts:
        """People by what was done about them."""
        return Counts(**self._counts)

    def note(self, planned: PlannedChange, result: ApplyResult, tally: ProblemTally) -> bool:
        """Count one result; True where somebody lost their telephone."""
        if result.status is ApplyStatus.REFUSED:
            oid = result.link.subject
            self.refused_ids.append(oid)
            told = result.reason or "the PBX refused the change without saying why"
            named = _NAMED_REASON.fullmatch(told)
            reason, detail = named.groups() if named else ("refused", told)
            told = f"{planned.phase.word}: {detail}"
            tally.tell(Problem(reason=reason, subject=oid, login_name=planned.upn, detail=told))
            return False
        if result.status is ApplyStatus.UNCHANGED:
            # Switching somebody again as they are only restates it, beside their other changes.
            self._counts["unchanged"] += planned.phase not in (Phase.ENABLE, Phase.DISABLE)
            return False
        word = _COUNTED_AS.get(planned.phase)
        if word is not None:
            self._counts[word] += 1
        return _takes_telephone(planned)


def apply_plan(host: Host, plan: SyncPlan, applied: Applied, tally: ProblemTally, window: RemovalWindow | None) -> None:
    """Apply a plan. Idempotent: whatever an earlier, interrupted run has applied is answered `unchanged`.

    Args:
        host: The tenant's.
        plan: What to do.
        applied: Filled as the batches go, so that it is true even after an interruption.
        tally: For refusals.
        window: Counts removals; None where an admin approved them.

    Raises:
        StoppedError: Between two batches; what was applied stays.
    """
    total, done = plan.changes, 0
    for batch in _batched(plan, APPLY_MAX_CHANGES):
        if host.progress.should_stop():
            raise StoppedError(f"applying changes ({done} of {total} done)")
        # Counted before they are made: killed in between, the next run counts too many rather than too few.
        removals = sum(_takes_telephone(planned) for planned in batch)
        if window is not None:
            window.add(removals)
        results = host.users.apply([planned.change for planned in batch])
        removed = sum([applied.note(planned, result, tally) for planned, result in zip(batch, results, strict=True)])
        if window is not None:
            window.add(removed - removals)
        done += len(batch)
        host.progress.report(Stage.APPLY, done, total)


def _takes_telephone(planned: PlannedChange) -> bool:
    return planned.guarded and planned.phase in (Phase.DISABLE, Phase.DELETE)


def _batched(changes: Iterable[PlannedChange], size: int) -> Iterator[list[PlannedChange]]:
    iterator = iter(changes)
    while batch := list(islice(iterator, size)):
        yield batch
