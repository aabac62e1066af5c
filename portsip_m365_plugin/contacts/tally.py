"""What a run of the contact sync did: counts, problems, and the mailboxes in trouble."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from pbx_plugin_api import Counts, Host, InvalidValueError, Problem, dump, listing, load, sentences
from portsip_m365_plugin.contacts.books import Written
from portsip_m365_plugin.contacts.plan import MailboxPlan
from portsip_m365_plugin.contacts.state import BookKind, MailboxRecord
from portsip_m365_plugin.graph.mailboxes import MailboxStatus
from portsip_m365_plugin.texts import _, _later, _n

TROUBLED_MAX: Final = 200
_SUMMARY_KEY: Final = "contacts.summary"
_NAMED_MAX: Final = 5
_DONE: Final = {
    # Translators: these count contacts, in a list: "3 added, 1 removed"
    "contacts_created": _later("{n:,} added"),
    "contacts_updated": _later("{n:,} changed"),
    "contacts_deleted": _later("{n:,} removed"),
    "contacts_restored": _later("{n:,} restored"),
}
_UNREAD: Final = {
    # Translators: these count mailboxes that were not read, in a list: "12 without a mailbox, 1 full"
    MailboxStatus.NO_MAILBOX: _later("{n:,} without a mailbox"),
    MailboxStatus.ON_PREMISES: _later("{n:,} on premises"),
    MailboxStatus.INACTIVE: _later("{n:,} without a licence, deactivated or on premises"),
    MailboxStatus.MOVING: _later("{n:,} being moved by Microsoft"),
    MailboxStatus.REFUSED: _later("{n:,} not open to the app"),
    MailboxStatus.FULL: _later("{n:,} full"),
    MailboxStatus.FAILED: _later("{n:,} failed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSummary:
    """What the settings page shows of the last run. It is kept, so that drawing a page reads one record."""

    at_utc: datetime
    message: str
    states: Mapping[str, int]
    """How many mailboxes have which `MailboxStatus`."""
    troubled: tuple[MailboxRecord, ...]
    """The first 200 mailboxes that could not be read, or not completely."""


def keep_contact_summary(host: Host, summary: ContactSummary) -> None:
    """Keep the summary of a run in place of the last one."""
    host.state.put(_SUMMARY_KEY, dump(summary))


def read_contact_summary(host: Host) -> ContactSummary | None:
    """Return the last run's summary, or None if there was no run yet."""
    record = host.state.get(_SUMMARY_KEY)
    if record is None:
        return None
    try:
        return load(ContactSummary, record.value)
    except InvalidValueError:
        return None


class ContactTally:
    """Counts what a run does, and records problems at the host as they are found."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._counts: Counter[str] = Counter()
        self._problems: Counter[str] = Counter()
        self._states: Counter[MailboxStatus] = Counter()
        self._troubled: list[MailboxRecord] = []

    @property
    def counts(self) -> Counts:
        """What was done so far."""
        return Counts(**self._counts)

    @property
    def problem_counts(self) -> dict[str, int]:
        """How many problems of each reason."""
        return dict(self._problems)

    @property
    def is_outage(self) -> bool:
        """Whether no mailbox at all could be read, for a reason of the moment or because of a permission."""
        if self._states[MailboxStatus.OK]:
            return False
        return MailboxStatus.FAILED in self._states or self._all_refused

    @property
    def has_read(self) -> bool:
        """Whether at least one mailbox was read."""
        return self._counts["mailboxes_read"] > 0

    def add(self, **counts: int) -> None:
        """Raise some of the counts."""
        self._counts.update(counts)

    def add_mailbox(self, plan: MailboxPlan, written: Written) -> None:
        """Count a mailbox that was read and written, and record what was left out."""
        self.add(
            mailboxes_read=1,
            contacts_created=written.created,
            contacts_updated=written.updated,
            contacts_deleted=written.deleted,
            contacts_unchanged=written.unchanged,
            contacts_skipped=plan.skipped,
        )
        record = plan.record
        if written.refused:
            n, why = len(written.refused), written.refused[0]
            # Translators: how many contacts the PBX refused, and why it refused the first of them
            detail = _n("{n:,} contact: {why}", "{n:,} contacts: {why}", n, why=why)
            self.record_problem(record, "contacts_refused", detail)
        if plan.skipped:
            detail = _n(
                "{n:,} contact has neither a name nor a number.",
                "{n:,} contacts have neither a name nor a number.",
                plan.skipped,
            )
            self.record_problem(record, "contacts_without_name", detail)
        if plan.shortened:
            detail = _n(
                "{n:,} contact holds more than the PBX keeps: {contacts}",
                "{n:,} contacts hold more than the PBX keeps: {contacts}",
                len(plan.shortened),
                contacts=listing(plan.shortened[:_NAMED_MAX]),
            )
            self.record_problem(record, "contacts_shortened", detail)
        if record.left_out:
            detail = _n(
                "{n:,} contact is above the limit of {limit:,} a mailbox. Delete some, or exclude a folder.",
                "{n:,} contacts are above the limit of {limit:,} a mailbox. Delete some, or exclude a folder.",
                record.left_out,
                limit=plan.contacts_max,
            )
            self.record_problem(record, "contacts_above_limit", detail)
        if record.held:
            detail = _n(
                "{n:,} contact is suddenly missing. It goes when the next run misses it too.",
                "{n:,} contacts are suddenly missing. They go when the next run misses them too.",
                record.held,
            )
            self.record_problem(record, "contacts_held", detail)

    def add_state(self, record: MailboxRecord) -> None:
        """Count the state of a mailbox, read by this run or not."""
        self._states[record.status] += 1
        is_troubled = record.status is not MailboxStatus.OK or record.left_out or record.held
        if is_troubled and len(self._troubled) < TROUBLED_MAX:
            self._troubled.append(replace(record, folders=(), tree_link=None))

    def record_problem(self, record: MailboxRecord | None, reason: str, detail: str) -> None:
        """Record one problem line, of a mailbox or of the whole run."""
        self._problems[reason] += 1
        subject = record.mailbox_id if record is not None and record.kind is BookKind.PERSONAL else None
        login_name = record.shown if record is not None else None
        self._host.progress.problem(Problem(reason=reason, subject=subject, login_name=login_name, detail=detail))

    def describe(self) -> str:
        """Return what was done, in sentences for the admin."""
        counts = self.counts
        done = [_(words, n=n) for name, words in _DONE.items() if (n := getattr(counts, name))]
        said = [
            _n(
                "{done}; {n:,} mailbox read.",
                "{done}; {n:,} mailboxes read.",
                counts.mailboxes_read,
                # Translators: then comes how many mailboxes were read
                done=listing(done) if done else _("Nothing to change"),
            )
        ]
        unread = [_(words, n=self._states[status]) for status, words in _UNREAD.items() if self._states[status]]
        if unread:
            said.append(_("Not read: {counts}.", counts=listing(unread)))
        if self._all_refused:
            said.append(
                _("Exchange lets the app into no mailbox at all: check the permission Contacts.Read and its scope.")
            )
        return sentences(*said)

    def summarize(self, message: str, at_utc: datetime) -> ContactSummary:
        """Return the summary that the settings page shows."""
        return ContactSummary(
            at_utc=at_utc,
            message=message,
            states={status.value: n for status, n in self._states.items()},
            troubled=tuple(self._troubled),
        )

    @property
    def _all_refused(self) -> bool:
        return set(self._states) == {MailboxStatus.REFUSED}
