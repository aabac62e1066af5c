"""One run of the contact sync.

Contacts edited in the PBX are restored, contacts of mailboxes that left are removed, and all other mailboxes are read.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final

from pbx_plugin_api import Host, PlanRef, Tenant, Tick, TickReport, TickStatus, sentences
from portsip_m365_plugin.config.contacts import ContactsConfig
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.contacts.books import restore_diverged
from portsip_m365_plugin.contacts.company import CompanyWriter
from portsip_m365_plugin.contacts.leaving import PendingRemoval, find_leaving, remove_leaving
from portsip_m365_plugin.contacts.rounds import begin_round, end_round
from portsip_m365_plugin.contacts.scope import Scope, find_scope
from portsip_m365_plugin.contacts.shared import PurposeStoppedError
from portsip_m365_plugin.contacts.state import StateWriter
from portsip_m365_plugin.contacts.tally import ContactTally, keep_contact_summary
from portsip_m365_plugin.contacts.walk import MailboxWalk
from portsip_m365_plugin.exchange import (
    ask_exchange_since,
    forget_exchange_missing,
    is_exchange_missing,
    note_exchange_missing,
)
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import BudgetSpentError, ExchangeMissingError, GraphError
from portsip_m365_plugin.jobs import Job
from portsip_m365_plugin.texts import _

_log = logging.getLogger(__name__)

_STOPPED: Final = _("Stopped; the next run goes on where this one ended.")
_PURPOSE_NOT_PERMITTED: Final = _(
    "Microsoft does not let the app read which mailboxes are shared: grant the app MailboxSettings.Read, or name the"
    " mailboxes. Those known so far are kept."
)


def has_contact_work(host: Host, settings: ContactsConfig) -> bool:
    """Whether a run has anything to do: contacts are switched on, or what was synced before must be removed."""
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
        tick: `max_requests` batches are in flight at most. Its job `contacts_resync` reads everything again; resumed,
            it goes on where it ended.
        client: Of this tenant's app, with the run's deadline.
        config: The tenant's. If contacts are switched off, what was synced is removed.

    Returns:
        A report whose `counts` are about contacts and mailboxes. It has a `plan` if a removal waits for approval, and
        `next_due_at_utc` only if Microsoft said when to try again.
    """
    return _Run(host, tenant, tick, client, config).run()


class _Run:
    def __init__(self, host: Host, tenant: Tenant, tick: Tick, client: GraphClient, config: Config) -> None:
        self._host, self._tenant, self._tick = host, tenant, tick
        self._client, self._settings = client, config.contacts
        self._entra_tenant_id = config.connection.entra_tenant_id
        self._sent_before = client.requests_sent
        self._tally = ContactTally(host)
        self._notes: list[str] = []

    def run(self) -> TickReport:
        """Run, and turn expected failures into reports."""
        try:
            report = self._sync()
        except PurposeStoppedError:
            report = self._report(TickStatus.STOPPED, _STOPPED, resumable=True)
        except BudgetSpentError as error:
            report = self._report(TickStatus.STOPPED, error.describe(), resumable=True)
        except ExchangeMissingError as error:
            note_exchange_missing(self._host)
            self._tally.record_problem(None, "no_exchange", error.describe())
            report = self._report(TickStatus.FAILED, sentences(error.sentence, error.remedy))
        except GraphError as error:
            status = TickStatus.FAILED if error.retry_at_utc is None else TickStatus.STOPPED
            report = self._report(status, error.describe(), next_due_at_utc=error.retry_at_utc)
        keep_contact_summary(self._host, self._tally.summarize(report.message, self._host.clock.now_utc()))
        _log.info(
            "contacts of tenant %s, run %s: %s, %d requests: %s",
            self._tenant.pbx_tenant_id, self._tick.run_id, report.status.value, report.requests, report.message,
        )  # fmt: skip
        return report

    def _sync(self) -> TickReport:
        host = self._host
        if is_exchange_missing(host, since_utc=ask_exchange_since(self._tick)):
            raise ExchangeMissingError("known since tonight")
        self._tally.add(contacts_restored=restore_diverged(host))
        states, company = StateWriter(host), CompanyWriter(host)
        round_id = begin_round(host, self._tick, states)
        scope = self._find_scope()
        leaving = find_leaving(host, scope, self._entra_tenant_id)
        n_removed = remove_leaving(host, leaving, company, states, self._entra_tenant_id)
        self._tally.add(contacts_deleted=n_removed)
        walk = MailboxWalk(
            host,
            self._client,
            self._settings,
            self._tally,
            country=self._tenant.country,
            round_id=round_id,
            company=company,
            states=states,
            n_threads=self._tick.max_requests,
            reads_all=self._tick.job == Job.CONTACTS_RESYNC,
        )
        if not walk.run(scope.targets(), len(scope)):
            return self._report(TickStatus.STOPPED, _STOPPED, resumable=True)
        end_round(host, round_id)
        if self._tally.has_read:
            forget_exchange_missing(host)
        return self._report_end(leaving.pending)

    def _find_scope(self) -> Scope:
        scope = find_scope(
            self._host, self._client, self._settings, self._entra_tenant_id, n_threads=self._tick.max_requests
        )
        if not scope.company_is_known:
            self._notes.append(_PURPOSE_NOT_PERMITTED)
            self._tally.record_problem(None, "mailbox_purpose_not_permitted", _PURPOSE_NOT_PERMITTED)
        return scope

    def _report_end(self, pending: PendingRemoval | None) -> TickReport:
        question = pending.describe() if pending is not None else ""
        plan = pending.as_plan(self._host.clock.now_utc()) if pending is not None else None
        if self._tally.is_outage:
            message = sentences(_("No mailbox could be read; the contacts here stay."), question)
            return self._report(TickStatus.FAILED, message, plan=plan)
        return self._report(TickStatus.NEEDS_APPROVAL if plan else TickStatus.DONE, question, plan=plan)

    def _report(
        self,
        status: TickStatus,
        message: str,
        *,
        resumable: bool = False,
        next_due_at_utc: datetime | None = None,
        plan: PlanRef | None = None,
    ) -> TickReport:
        return TickReport(
            status=status,
            message=sentences(message, self._tally.describe(), *self._notes),
            counts=self._tally.counts,
            problem_counts=self._tally.problem_counts,
            requests=self._client.requests_sent - self._sent_before,
            resumable=resumable,
            next_due_at_utc=next_due_at_utc,
            plan=plan,
        )
