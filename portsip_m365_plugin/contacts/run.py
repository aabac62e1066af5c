"""One run of the contact sync: what is edited in the PBX is mended, what left goes, what is there is read."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from pbx_plugin_api import (
    Counts,
    Host,
    InvalidValueError,
    PlanRef,
    Problem,
    Tenant,
    Tick,
    TickReason,
    TickReport,
    TickStatus,
    dump,
    load,
)
from portsip_m365_plugin.config.contacts import ContactsConfig, SharedMode
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.contacts.books import CompanyWriter, mend_diverged
from portsip_m365_plugin.contacts.leaving import find_leaving, remove_leaving
from portsip_m365_plugin.contacts.scope import PersonalScope, Scope, SharedMailbox, Target
from portsip_m365_plugin.contacts.shared import (
    PurposeNotPermittedError,
    PurposeStoppedError,
    find_shared_mailboxes,
)
from portsip_m365_plugin.contacts.state import BookKind, MailboxRecord, StateWriter, load_mailboxes
from portsip_m365_plugin.contacts.walk import ContactTally, ContactWalk
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import BudgetSpentError, GraphError
from portsip_m365_plugin.graph.mailboxes import MailboxStatus
from portsip_m365_plugin.jobs import Job

__all__ = [
    "ContactSummary",
    "has_contact_work",
    "read_contact_summary",
    "run_contact_sync",
]

_log = logging.getLogger(__name__)

_ROUND_KEY: Final = "contacts.round"
_SUMMARY_KEY: Final = "contacts.summary"
_ROUND_MAX_AGE: Final = timedelta(hours=20)
_STOPPED: Final = "Stopped; the next run goes on where this one ended."


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSummary:
    """What the settings page shows of the last run; kept, so that drawing a page reads one record."""

    at_utc: datetime
    message: str
    states: Mapping[str, int]
    troubled: tuple[MailboxRecord, ...]
    """The first 200 mailboxes that could not be read, or not wholly."""


def read_contact_summary(host: Host) -> ContactSummary | None:
    """Return the last run's summary, or None where there was none yet."""
    record = host.state.get(_SUMMARY_KEY)
    if record is None:
        return None
    try:
        return load(ContactSummary, record.value)
    except InvalidValueError:
        return None


def has_contact_work(host: Host, settings: ContactsConfig) -> bool:
    """Whether a run has anything to do: contacts are switched on, or what was synced before still has to go."""
    return not settings.is_off or next(host.contacts.books(), None) is not None


def run_contact_sync(host: Host, tenant: Tenant, tick: Tick, client: GraphClient, config: Config) -> TickReport:
    """Bring the books to what the mailboxes hold.

    Blocks until done, until `host.progress.should_stop()`, or until an error. Each mailbox is written when all of it
    was read, and remembered after that: killed anywhere, the next run ends with the same books. Expected failures are
    reports, never exceptions.

    Cost of a night without changes: one request for 20 of (mailboxes + folders); in a cloud without a delta of
    contacts, for 20 of (mailboxes + 2 x folders). Nothing is written into any book then.

    Args:
        host: The tenant's.
        tenant: Its country is that of numbers without a country code.
        tick: `max_requests` batches are in flight at most; its job `contacts_resync` reads everything anew, and goes on
            where it ended when that is resumed.
        client: Of this tenant's app, with the run's deadline.
        config: The tenant's. Where contacts are switched off, what was synced goes.

    Returns:
        A report whose `counts` are about contacts and mailboxes. It has a `plan` where a removal waits for approval,
        and `next_due_at_utc` only where Microsoft said when to try again.
    """
    return _Run(host, tenant, tick, client, config).go()


class _Run:
    def __init__(self, host: Host, tenant: Tenant, tick: Tick, client: GraphClient, config: Config) -> None:
        self._host, self._tenant, self._tick = host, tenant, tick
        self._client, self._settings = client, config.contacts
        self._entra_tenant_id = config.connection.entra_tenant_id
        self._sent_before = client.requests_sent
        self._tally = ContactTally()
        self._mended = self._removed = 0
        self._says: list[str] = []

    def go(self) -> TickReport:
        """Run, and turn expected failures into reports."""
        try:
            report = self._walk()
        except BudgetSpentError as error:
            report = self._report(TickStatus.STOPPED, error.describe(), resumable=True)
        except GraphError as error:
            is_pause = error.retry_at_utc is not None
            status = TickStatus.STOPPED if is_pause else TickStatus.FAILED
            report = self._report(status, error.describe(), next_due_at_utc=error.retry_at_utc)
        summary = ContactSummary(
            at_utc=self._host.clock.now_utc(),
            message=report.message[:2000],
            states={status.value: n for status, n in self._tally.states.items()},
            troubled=tuple(self._tally.troubled),
        )
        self._host.state.put(_SUMMARY_KEY, dump(summary))
        _log.info(
            "contacts of tenant %s, run %s: %s, %d requests: %s",
            self._tenant.pbx_tenant_id, self._tick.run_id, report.status.value, report.requests, report.message,
        )  # fmt: skip
        return report

    def _walk(self) -> TickReport:
        host, settings = self._host, self._settings
        self._mended = mend_diverged(host)
        states, company = StateWriter(host), CompanyWriter(host)
        if self._tick.job == Job.CONTACTS_RESYNC and not self._goes_on_anew():
            self._forget_marks(states)
        round_id = self._begin_round()
        try:
            scope = self._scope()
        except PurposeStoppedError:
            return self._report(TickStatus.STOPPED, _STOPPED, resumable=True)
        leaving = find_leaving(host, scope, self._entra_tenant_id)
        self._removed = remove_leaving(host, leaving, company, states, self._entra_tenant_id)
        walk = ContactWalk(
            host, self._client, settings, country=self._tenant.country, round_id=round_id, company=company,
            states=states, n_threads=self._tick.max_requests,
        )  # fmt: skip
        self._tally = walk.tally
        is_complete = walk.go(scope.targets(), len(scope))
        if not is_complete:
            return self._report(TickStatus.STOPPED, _STOPPED, resumable=True)
        host.state.put(_ROUND_KEY, {"id": round_id, "open": False})
        pending = leaving.pending
        asks, plan = "", None
        if pending is not None:
            asks, plan = pending.describe(), pending.as_plan(host.clock.now_utc())
        if self._is_outage():
            message = f"No mailbox could be read; the contacts here stay. {asks}".rstrip()
            return self._report(TickStatus.FAILED, message, plan=plan)
        return self._report(TickStatus.NEEDS_APPROVAL if asks else TickStatus.DONE, asks, plan=plan)

    def _is_outage(self) -> bool:
        """Whether it is not this or that mailbox: none could be read, for a reason of the moment or of permission."""
        states = self._tally.states
        if states.get(MailboxStatus.OK):
            return False
        return MailboxStatus.FAILED in states or set(states) == {MailboxStatus.REFUSED}

    def _goes_on_anew(self) -> bool:
        """Whether this resumes a run that has forgotten its marks already: what it read since then is read."""
        found = self._host.state.get(_ROUND_KEY)
        value: Any = found.value if found is not None else {}
        return self._tick.reason is TickReason.RESUMED and bool(value.get("open") and value.get("anew"))

    def _begin_round(self) -> str:
        """Go on with a round that did not come to its end, or begin a new one."""
        now_utc = self._host.clock.now_utc()
        found = self._host.state.get(_ROUND_KEY)
        value: Any = found.value if found is not None else {}
        if value.get("open") and now_utc - datetime.fromisoformat(value["id"].partition("/")[0]) < _ROUND_MAX_AGE:
            return str(value["id"])
        round_id = f"{now_utc.isoformat()}/{self._tick.run_id}"
        self._host.state.put(_ROUND_KEY, {"id": round_id, "open": True, "anew": self._tick.job == Job.CONTACTS_RESYNC})
        return round_id

    def _forget_marks(self, states: StateWriter) -> None:
        # First: killed in the middle of it, the next run begins again instead of believing that all was forgotten.
        self._host.state.put(_ROUND_KEY, {"id": "", "open": False})
        for record in list(load_mailboxes(self._host)):
            states.put(replace(record.read_anew(), round="", asked_at_utc=None))
        states.flush()

    def _scope(self) -> Scope:
        settings = self._settings
        scope = Scope(personal=PersonalScope.of(self._host, settings, self._entra_tenant_id))
        named: tuple[SharedMailbox, ...] = ()
        if settings.shared is SharedMode.NAMED:
            named = tuple(SharedMailbox(mailbox_id=box.entra_object_id, shown=box.name) for box in settings.mailboxes)
        elif settings.shared is SharedMode.FOUND:
            try:
                found = find_shared_mailboxes(
                    self._host, self._client, self._entra_tenant_id, n_threads=self._tick.max_requests
                )
                named = tuple(found)
            except PurposeNotPermittedError:
                scope.company_is_known = False
                named = tuple(
                    SharedMailbox(mailbox_id=record.mailbox_id, shown=record.shown)
                    for record in load_mailboxes(self._host)
                    if record.kind is BookKind.COMPANY
                )
                detail = (
                    "Microsoft does not tell which mailboxes are shared: grant the app MailboxSettings.Read, or name"
                    " the mailboxes. Those known so far are kept."
                )
                self._says.append(detail)
                self._host.progress.problem(Problem(reason="mailbox_purpose_not_permitted", detail=detail))
        scope.company = {
            box.mailbox_id: Target(kind=BookKind.COMPANY, mailbox_id=box.mailbox_id, shown=box.shown) for box in named
        }
        return scope

    def _report(
        self,
        status: TickStatus,
        message: str,
        *,
        resumable: bool = False,
        next_due_at_utc: datetime | None = None,
        plan: PlanRef | None = None,
    ) -> TickReport:
        tally = self._tally
        counts = Counts(
            contacts_created=tally.created,
            contacts_updated=tally.updated,
            contacts_deleted=tally.deleted + self._removed,
            contacts_restored=self._mended,
            contacts_unchanged=tally.unchanged,
            contacts_skipped=tally.skipped,
            mailboxes_read=tally.read,
        )
        counted = (
            (counts.contacts_created, "added"),
            (counts.contacts_updated, "changed"),
            (counts.contacts_deleted, "removed"),
            (counts.contacts_restored, "restored"),
        )
        words = [f"{n} {word}" for n, word in counted if n]
        told = [f"{', '.join(words) or 'Nothing to change'}; {tally.read} mailboxes read."]
        trouble = {s.value: n for s, n in tally.states.items() if s is not MailboxStatus.OK}
        if trouble:
            told.append(
                "Not read: " + ", ".join(f"{n} {word.replace('_', ' ')}" for word, n in sorted(trouble.items())) + "."
            )
        if tally.states and set(tally.states) == {MailboxStatus.REFUSED}:
            told.append(
                "Exchange lets the app into no mailbox at all: check the permission Contacts.Read and its scope."
            )
        return TickReport(
            status=status,
            message=" ".join(part for part in (message, *told, *self._says) if part),
            counts=counts,
            problem_counts=dict(tally.problems),
            requests=self._client.requests_sent - self._sent_before,
            resumable=resumable,
            next_due_at_utc=next_due_at_utc,
            plan=plan,
        )
