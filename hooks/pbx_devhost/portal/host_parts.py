"""What the PBX draws of its own beside a plugin's tab: a run in progress, the mail queue, refused sign-ins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from pbx_devhost.portal.visit import Visit, the_pbx
from pbx_devhost.store.audit import AuditQuery
from pbx_devhost.store.outbox.lanes import Fault
from pbx_devhost.store.outbox.queue import MailState
from pbx_plugin_api import HostPart, Tab

_SIGN_INS_SHOWN: Final = 5
_SIGN_INS_FOR_S: Final = 7 * 86_400
_WAITING: Final = (MailState.QUEUED, MailState.ATTEMPT_STARTED, MailState.DEFERRED, MailState.UNKNOWN)
_NOT_SENT: Final = (MailState.DEAD, MailState.EXPIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part: the name of its macro, and what that draws."""

    name: str
    what: Any
    percent: int | None = None
    """Of a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailQueue:
    """The tenant's mail."""

    waiting: int
    oldest_at: float | None
    held: int
    not_sent: int
    fault: Fault | None


def find_parts(visit: Visit, plugin: str, tab: Tab) -> list[Part]:
    """Return what this tab asks the PBX to draw, as it is now."""
    found = (_PARTS[part](visit, plugin) for part in tab.host_parts)
    return [part for part in found if part is not None]


def find_percent(run: Any) -> int | None:
    """How far a run is; None if it does not know."""
    return min(100, 100 * run.done // run.total) if run.total else None


def _find_run(visit: Visit, plugin: str) -> Part | None:
    run = next(iter(the_pbx().stores.runs.rows(visit.tenant.pbx_tenant_id, plugin=plugin, limit=1)), None)
    if run is None or run.status != "running":
        return None
    return Part(name="run_progress", what=run, percent=find_percent(run))


def _find_mail(visit: Visit, _plugin: str) -> Part:
    box, tenant_id = the_pbx().stores.outbox, visit.tenant.pbx_tenant_id
    counts = box.counts(tenant_id)
    return Part(
        name="mail_queue",
        what=MailQueue(
            waiting=sum(counts.get(state.value, 0) for state in _WAITING),
            oldest_at=box.oldest_waiting_at(tenant_id),
            held=counts.get(MailState.HELD.value, 0),
            not_sent=sum(counts.get(state.value, 0) for state in _NOT_SENT),
            fault=box.lanes.fault(tenant_id),
        ),
    )


def _find_sign_ins(visit: Visit, _plugin: str) -> Part:
    stores = the_pbx().stores
    query = AuditQuery(event="sign_in", outcome="refused", since=stores.database.now() - _SIGN_INS_FOR_S)
    lines = stores.audit.lines(visit.tenant.pbx_tenant_id, query=query, limit=_SIGN_INS_SHOWN)
    return Part(name="sign_ins", what=list(islice(lines, _SIGN_INS_SHOWN)))


_PARTS: Final[Mapping[HostPart, Callable[[Visit, str], Part | None]]] = {
    HostPart.RUN: _find_run,
    HostPart.MAIL_QUEUE: _find_mail,
    HostPart.SIGN_INS: _find_sign_ins,
}
