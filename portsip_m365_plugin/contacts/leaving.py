"""Removing the contacts of mailboxes that left the scope; many at once ask an admin first."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from pbx_plugin_api import (
    ActionRequest,
    Counts,
    Done,
    DropContact,
    Host,
    PersonalBook,
    PlanRef,
    Refused,
    Severity,
    UserLink,
    Viewer,
    sentences,
)
from portsip_m365_plugin.contacts.books import BATCH_MAX
from portsip_m365_plugin.contacts.company import CompanyWriter
from portsip_m365_plugin.contacts.scope import Scope
from portsip_m365_plugin.contacts.state import BookKind, MailboxRecord, StateWriter, load_mailboxes
from portsip_m365_plugin.graph.mailboxes import MailboxStatus
from portsip_m365_plugin.notices import NoticeKind, level_of
from portsip_m365_plugin.removals import RemovalWindow, is_too_many
from portsip_m365_plugin.texts import _, _n

APPROVE_REMOVAL_ACTION: Final = "approve_contact_removal"
"""The settings page's button that approves a removal; its parameter `checksum` names the removal."""
_PENDING_KEY: Final = "contacts.leaving"
_APPROVED_KEY: Final = "contacts.leaving_approved"
_WINDOW_KEY: Final = "contacts.guard"
_COMPANY_CONTACTS: Final = 20
_COMPANY_SHARE: Final = 0.50
_GONE_AFTER: Final = timedelta(days=30)
"""Exchange keeps a deleted mailbox for 30 days. Until then a missing one may come back, and its contacts stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingRemoval:
    """A removal that waits for an admin's approval."""

    checksum: str
    mailboxes: int
    contacts: int

    def describe(self) -> str:
        """Return the sentences that the admin reads."""
        return sentences(
            _n(
                "{n:,} mailbox has left the contact sync.",
                "{n:,} mailboxes have left the contact sync.",
                self.mailboxes,
            ),
            _n("{n:,} contact would be removed.", "{n:,} contacts would be removed.", self.contacts),
            _("If that is right, approve it; if not, look at the CONTACT SYNC tab first. Until then they stay."),
        )

    def as_plan(self, now_utc: datetime) -> PlanRef:
        """Return the removal as a plan that an admin can approve."""
        return PlanRef(
            checksum=self.checksum,
            made_at_utc=now_utc,
            counts=Counts(contacts_deleted=self.contacts),
            guarded=self.mailboxes,
            why=self.describe(),
            approve=ActionRequest(action=APPROVE_REMOVAL_ACTION, values={"checksum": self.checksum}),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What has left the scope."""

    records: tuple[MailboxRecord, ...]
    orphans: tuple[PersonalBook, ...] = ()
    """Books of people who left, if nothing is remembered of their mailboxes."""
    pending: PendingRemoval | None = None
    """Set if an admin has to be asked: then nothing may go."""
    approved: bool = False
    """Whether an admin approved this; then it does not count against the next 24 hours."""

    @property
    def mailboxes(self) -> int:
        """How many mailboxes with contacts left."""
        return sum(record.contacts > 0 for record in self.records) + len(self.orphans)

    def asks_first(self, *, n_before: int, n_filled: int, in_company: int) -> bool:
        """Whether an admin has to approve this.

        Args:
            n_before: Mailboxes that left within the last 24 hours.
            n_filled: Mailboxes that have contacts.
            in_company: Contacts of the company book.
        """
        from_company = sum(record.contacts for record in self.records if record.kind is BookKind.COMPANY)
        if from_company >= _COMPANY_CONTACTS and from_company > in_company * _COMPANY_SHARE:
            return True
        return self.mailboxes > 0 and is_too_many(self.mailboxes + n_before, n_filled + n_before)

    def checksum(self, entra_tenant_id: str) -> str:
        """Return a text that is the same for the same mailboxes and books."""
        names = [f"{record.kind.value}.{record.mailbox_id}" for record in self.records]
        names += [f"{BookKind.PERSONAL.value}.{book.owner.subject}" for book in self.orphans]
        return hashlib.sha256("\n".join([entra_tenant_id, *sorted(names)]).encode()).hexdigest()[:16]


def find_leaving(host: Host, scope: Scope, entra_tenant_id: str) -> Leaving:
    """Return which mailboxes left, and whether their contacts may be removed.

    The rule of `removals` counts mailboxes that have contacts. Shared mailboxes that hold more than half of the
    company's contacts, and at least 20, ask too: everybody sees that book. Cost: one pass over the mailboxes' records.
    """
    now_utc = host.clock.now_utc()
    left: list[MailboxRecord] = []
    seen: set[str] = set()
    n_filled = in_company = 0
    for record in load_mailboxes(host):
        n_filled += record.contacts > 0
        in_company += record.contacts if record.kind is BookKind.COMPANY else 0
        if record.kind is BookKind.PERSONAL:
            seen.add(record.mailbox_id)
        if not scope.holds(record.kind, record.mailbox_id) or _is_gone_for_good(record, now_utc):
            # The marks are not needed any more, and may be long.
            left.append(record.without_marks())
    orphans = tuple(
        book
        for book in host.contacts.books()
        if isinstance(book, PersonalBook)
        and book.owner.subject not in seen
        and not scope.holds(BookKind.PERSONAL, book.owner.subject)
    )
    leaving = Leaving(records=tuple(left), orphans=orphans)
    n_before = RemovalWindow(host, now_utc, _WINDOW_KEY).removed
    if not leaving.asks_first(n_before=n_before, n_filled=n_filled, in_company=in_company):
        return leaving
    checksum = leaving.checksum(entra_tenant_id)
    approval = host.state.get(_APPROVED_KEY)
    if approval is not None and approval.value == checksum:
        return replace(leaving, approved=True)
    contacts = sum(record.contacts for record in left)
    pending = PendingRemoval(checksum=checksum, mailboxes=leaving.mailboxes, contacts=contacts)
    return replace(leaving, pending=pending)


def remove_leaving(
    host: Host, leaving: Leaving, company: CompanyWriter, states: StateWriter, entra_tenant_id: str
) -> int:
    """Remove the contacts of mailboxes that left, or ask; return how many. Ends early if the host says so."""
    if leaving.pending is not None:
        pending = leaving.pending
        host.state.put(
            _PENDING_KEY,
            {"checksum": pending.checksum, "mailboxes": pending.mailboxes, "contacts": pending.contacts},
        )
        host.notify_admin(
            NoticeKind.CONTACTS_APPROVAL,
            _("The contact sync waits for your approval"),
            pending.describe(),
            severity=Severity.WARNING,
            level=level_of(pending.contacts),
            values={"mailboxes": pending.mailboxes, "contacts": pending.contacts},
        )
        return 0
    removed = 0
    window = RemovalWindow(host, host.clock.now_utc(), _WINDOW_KEY)
    for record in leaving.records:
        if host.progress.should_stop():
            return removed
        if record.contacts and not leaving.approved:
            window.add(1)  # before it goes: killed in between, the next run is the more careful
        if record.kind is BookKind.COMPANY:
            removed += company.write(record.mailbox_id, {}, list(company.known(record.mailbox_id))).deleted
        else:
            link = UserLink(authority=entra_tenant_id, subject=record.mailbox_id)
            removed += _clear(host, PersonalBook(owner=link))
        states.forget(record)
    if not leaving.approved:
        window.add(len(leaving.orphans))
    for book in leaving.orphans:
        removed += _clear(host, book)
    for key in (_PENDING_KEY, _APPROVED_KEY):
        if host.state.get(key) is not None:
            host.state.delete(key)
            host.resolve_notice(NoticeKind.CONTACTS_APPROVAL)
    return removed


def pending_removal(host: Host) -> PendingRemoval | None:
    """Return the removal that waits, or None."""
    record = host.state.get(_PENDING_KEY)
    value = record.value if record is not None else None
    if not isinstance(value, dict):
        return None
    return PendingRemoval(
        checksum=str(value["checksum"]), mailboxes=int(str(value["mailboxes"])), contacts=int(str(value["contacts"]))
    )


def approve_removal(host: Host, checksum: str, viewer: Viewer) -> Done | Refused:
    """Let the next run remove what was shown. If that has changed by then, it asks again. Idempotent."""
    if not viewer.may_edit:
        return Refused(message=_("You may look at this, but not approve it."), remedy=_("Ask an administrator."))
    pending = pending_removal(host)
    if pending is None or pending.checksum != checksum:
        return Refused(
            message=_("This removal does not wait for approval (any more)."), remedy=_("Look at the tab again.")
        )
    host.state.put(_APPROVED_KEY, checksum)
    host.resolve_notice(NoticeKind.CONTACTS_APPROVAL)
    host.audit.record(
        "contacts.removal_approved",
        outcome="ok",
        subject=checksum,
        detail=_n("{n:,} contact", "{n:,} contacts", pending.contacts),
    )
    return Done(message=_("Approved. The next run removes these contacts: sync now, or wait for tonight."))


def _is_gone_for_good(record: MailboxRecord, now_utc: datetime) -> bool:
    """Whether there has been no mailbox for as long as Exchange keeps a deleted one."""
    is_gone = record.status in (MailboxStatus.NO_MAILBOX, MailboxStatus.ON_PREMISES, MailboxStatus.INACTIVE)
    return (
        is_gone and record.contacts > 0 and record.since_utc is not None and now_utc - record.since_utc >= _GONE_AFTER
    )


def _clear(host: Host, book: PersonalBook) -> int:
    removed = 0
    while part := list(islice(host.contacts.synced(book), BATCH_MAX)):
        results = host.contacts.apply(book, [DropContact(external_id=contact.external_id) for contact in part])
        removed += len(results)
    return removed
