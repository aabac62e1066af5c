"""Plans that wait for an admin, and their approval.

The last plan that was made and not applied is kept: its reference in the host's state, its rows and its guarded pairs
as blobs. An approval names a plan by its checksum. It is valid for the people and actions of that plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from pbx_plugin_api import (
    PLAN_ROWS_CONTENT_TYPE,
    ActionRequest,
    Done,
    Host,
    InvalidValueError,
    PlanRef,
    Refused,
    Viewer,
    dump,
    load,
    write_plan_rows,
)
from portsip_m365_plugin.notices import NoticeKind
from portsip_m365_plugin.texts import _, _n
from portsip_m365_plugin.users.decide import Phase
from portsip_m365_plugin.users.plan import SyncPlan
from portsip_m365_plugin.users.spool import Spool

APPROVE_ACTION: Final = "approve"
"""The settings page's button that approves a plan; its parameter `checksum` names the plan."""
_PLAN_KEY: Final = "users.plan"
_APPROVAL_KEY: Final = "users.approval"
_FIRST_KEY: Final = "users.first_plan"
_KEEP_S: Final = 7 * 24 * 3600
_SAME_FOR: Final = timedelta(days=1)


def last_plan(host: Host) -> PlanRef | None:
    """Return the last plan that was made and not applied, or None."""
    record = host.state.get(_PLAN_KEY)
    if record is None or not isinstance(record.value, dict):
        return None
    try:
        return load(PlanRef, record.value["plan"])
    except (KeyError, InvalidValueError):
        return None


def approve(host: Host, checksum: str, viewer: Viewer) -> Done | Refused:
    """Let the next run apply a plan that was shown.

    The next run plans again. It goes on if it would remove nobody beyond this plan, and asks again otherwise.
    Idempotent. An approval is valid for 7 days.

    Args:
        host: The tenant's.
        checksum: The plan's, as it was shown.
        viewer: Who approves; written to the audit log.
    """
    if not viewer.may_edit:
        return Refused(message=_("You may look at plans, but not approve them."), remedy=_("Ask an administrator."))
    record = host.state.get(_PLAN_KEY)
    plan = last_plan(host)
    if record is None or plan is None:
        return Refused(message=_("There is no plan to approve."), remedy=_("Make a preview, or sync now."))
    if not checksum:
        return Refused(
            message=_("The request does not name a plan."),
            remedy=_("Look at the plan, then give its checksum ({checksum}).", checksum=plan.checksum),
        )
    if plan.checksum != checksum:
        return Refused(
            message=_("A newer plan has been made since this one was shown."),
            remedy=_("Look at the newest plan, then approve."),
        )
    kept: Any = record.value
    host.state.put(
        _APPROVAL_KEY,
        {
            "checksum": checksum,
            "pairs_blob": kept.get("pairs_blob"),
            "approved_by": viewer.username,
            "approved_at_utc": dump(host.clock.now_utc()),
        },
    )
    host.resolve_notice(NoticeKind.USERS_APPROVAL)
    host.audit.record(
        "users.plan_approved",
        outcome="ok",
        subject=checksum,
        detail=_n("{n:,} guarded change", "{n:,} guarded changes", plan.guarded),
    )
    return Done(message=_("Approved. The next sync applies it: sync now, or wait for tonight."))


def keep_plan(host: Host, plan: SyncPlan, *, why: str, is_full: bool, now_utc: datetime) -> PlanRef:
    """Keep a plan for printing and approval, in place of the last one.

    Args:
        host: The tenant's.
        plan: What waits.
        why: What the guard asks, as sentences.
        is_full: Whether only a full listing shows what waits.
        now_utc: Of this run.
    """
    rows_blob = host.blobs.put(
        write_plan_rows(plan.rows(host.users.next_numbers(plan.new_people()))),
        content_type=PLAN_ROWS_CONTENT_TYPE,
        keep_s=_KEEP_S,
    )
    pairs = (f"{oid} {action}\n".encode() for oid, action in plan.guarded_pairs())
    pairs_blob = host.blobs.put(pairs, content_type="text/plain", keep_s=_KEEP_S)
    checksum = plan.checksum
    reference = PlanRef(
        checksum=checksum,
        made_at_utc=now_utc,
        counts=plan.counts,
        guarded=plan.guarded,
        why=why,
        rows_blob=rows_blob,
        approve=ActionRequest(action=APPROVE_ACTION, values={"checksum": checksum}),
    )
    is_full = is_full or waits_for_full_listing(host)
    host.state.put(_PLAN_KEY, {"plan": dump(reference), "pairs_blob": pairs_blob, "is_full": is_full})
    return reference


def find_kept_plan(host: Host, plan: SyncPlan, *, why: str, is_full: bool, now_utc: datetime) -> PlanRef | None:
    """Return the plan that is kept, if it is the same and of today: it need not be written every few minutes."""
    kept = last_plan(host)
    is_same = kept is not None and (kept.checksum, kept.counts, kept.why) == (plan.checksum, plan.counts, why)
    if is_full and not waits_for_full_listing(host):
        return None
    return kept if kept is not None and is_same and now_utc - kept.made_at_utc < _SAME_FOR else None


def waits_for_full_listing(host: Host) -> bool:
    """Whether a plan waits that a round of changes would not show again."""
    record = host.state.get(_PLAN_KEY)
    return record is not None and isinstance(record.value, dict) and record.value.get("is_full") is True


def forget_plan(host: Host) -> None:
    """Forget plan and approval, after a run has finished: nothing waits any more."""
    if host.state.get(_PLAN_KEY) is not None:
        host.resolve_notice(NoticeKind.USERS_APPROVAL)
    for key in (_PLAN_KEY, _APPROVAL_KEY):
        if host.state.get(key) is not None:
            host.state.delete(key)


def read_waiting_pairs(host: Host) -> list[tuple[str, str]]:
    """Return object id and action of everything that waits for approval; empty where nothing waits."""
    plan = last_plan(host)
    return [] if plan is None or not plan.why else _read_pairs(host, _PLAN_KEY) or []


def load_approval(host: Host, spool: Spool) -> bool:
    """Put the approved pairs into the spool; False if there is no approval (any more)."""
    pairs = _read_pairs(host, _APPROVAL_KEY)
    if pairs is None:
        return False
    spool.run_many(
        "INSERT OR IGNORE INTO approved VALUES (?, ?)", ((oid, int(Phase[word.upper()])) for oid, word in pairs)
    )
    return True


def _read_pairs(host: Host, key: str) -> list[tuple[str, str]] | None:
    """Return the pairs that a record of the state names; None if they are not there (any more)."""
    record = host.state.get(key)
    value = record.value if record is not None else None
    blob = value.get("pairs_blob") if isinstance(value, dict) else None
    if not isinstance(blob, str) or host.blobs.info(blob) is None:
        return None
    with host.blobs.open(blob) as file:
        words = [line.decode().split() for line in file]
    return [(oid, action) for oid, action in words]


def count_as_approved(spool: Spool, oids: Iterable[str]) -> None:
    """Do not ask about new people that an earlier run was allowed to create and the PBX refused."""
    pairs = ((oid, int(phase)) for oid in oids for phase in (Phase.CREATE, Phase.LINK))
    spool.run_many("INSERT OR IGNORE INTO approved VALUES (?, ?)", pairs)


def is_first_plan(host: Host) -> bool:
    """Whether no plan of this tenant has been confirmed yet."""
    return host.state.get(_FIRST_KEY) is None


def first_confirmed_at_utc(host: Host) -> datetime | None:
    """Return when the first plan of this tenant was applied, or None."""
    record = host.state.get(_FIRST_KEY)
    value = record.value if record is not None else None
    try:
        return datetime.fromisoformat(str(value["confirmed_at_utc"])) if isinstance(value, dict) else None
    except (KeyError, ValueError):
        return None


def confirm_first_plan(host: Host, now_utc: datetime) -> None:
    """Remember that the first plan was confirmed, before it is applied: a killed run does not have to ask again."""
    host.state.put(_FIRST_KEY, {"confirmed_at_utc": dump(now_utc)})
