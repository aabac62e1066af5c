"""All mailboxes of a run, read side by side: one stream of questions, batches of 20, each mailbox written when done."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pbx_plugin_api import Host, Problem, Stage
from portsip_m365_plugin.config.contacts import ContactsConfig
from portsip_m365_plugin.contacts.books import Book, CompanyWriter, PersonalWriter
from portsip_m365_plugin.contacts.plan import MailboxPlan, plan_mailbox
from portsip_m365_plugin.contacts.reader import Ask, MailboxReader
from portsip_m365_plugin.contacts.scope import CONTACTS_MAX, Target, fingerprint_of
from portsip_m365_plugin.contacts.state import (
    BookKind,
    MailboxRecord,
    StateWriter,
    load_mailbox,
)
from portsip_m365_plugin.graph.batch import BatchItem, run_batches
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import ConsentMissingError, GraphError, ProtocolError, RefusedError
from portsip_m365_plugin.graph.mailboxes import MailboxStatus, judge_mailbox
from portsip_m365_plugin.mapping.contacts import map_contact

__all__ = ["ContactTally", "ContactWalk"]

_log = logging.getLogger(__name__)

OPEN_MAX: Final = 160
"""Mailboxes read at once: enough to fill 4 batches with questions that need no answer first, twice over."""
HELD_MAX: Final = 50_000
"""Contacts held at once, some 2 KB each; a mailbox that has more by itself is read alone."""
SINGLE_KEY: Final = "contacts.no_batch"
WALK_KEY: Final = "contacts.walk_trees"
TROUBLED_MAX: Final = 200
_CONSENT_TRIES: Final = 20
_TELL_EVERY_S: Final = 2.0
_NAMED_MAX: Final = 5


@dataclass(kw_only=True)
class ContactTally:
    """What a run did."""

    created: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    skipped: int = 0
    left_out: int = 0
    read: int = 0
    """Mailboxes that were read to the end."""
    states: dict[MailboxStatus, int] = field(default_factory=dict)
    """How many mailboxes stand how, those not asked this time included."""
    problems: dict[str, int] = field(default_factory=dict)
    troubled: list[MailboxRecord] = field(default_factory=list)
    """The first of those that could not be read, or not wholly."""


@dataclass(eq=False)
class _Open:
    target: Target
    reader: MailboxReader
    book: Book


class ContactWalk:
    """Reads and writes the mailboxes of one run.

    One mailbox's trouble is its own: it is remembered as that mailbox's state, and the others go on. A mailbox is
    written and remembered only when all of it was read, so that a run may end anywhere.

    Args:
        host: The tenant's; used on the calling thread only.
        client: Sends the batches.
        settings: The tenant's.
        country: ISO 3166; of numbers without a country code.
        round_id: Mailboxes that this round has finished already are passed over.
        company: The company book's writer, shared by its mailboxes.
        n_threads: How many batches may be in flight.
    """

    def __init__(
        self,
        host: Host,
        client: GraphClient,
        settings: ContactsConfig,
        *,
        country: str,
        round_id: str,
        company: CompanyWriter,
        states: StateWriter,
        n_threads: int,
    ) -> None:
        self._host, self._client, self._country = host, client, country
        self._excluded = settings.excluded_casefolded
        self._round_id, self._company, self._states = round_id, company, states
        self._n_threads = n_threads
        self._fingerprint = fingerprint_of(country, client.cloud)
        self._singly = host.state.get(SINGLE_KEY) is not None
        self._always_walk = host.state.get(WALK_KEY) is not None
        self._answered = 0
        self._ready: deque[Ask] = deque()
        self._open: dict[int, _Open] = {}
        self._again: list[Target] = []
        self._finished = self._total = self._consent_missing = 0
        self._told_at_s = float("-inf")
        self.tally = ContactTally()

    @property
    def singly(self) -> bool:
        """Whether this cloud has turned out to have no `$batch`."""
        return self._singly

    def go(self, targets: Iterator[Target], total: int) -> bool:
        """Read the mailboxes; True when all of them were, False when it stopped early at a safe place.

        Raises:
            GraphError: Nothing can be read any more: no network, no token, no permission, no time.
        """
        self._total = total
        try:
            while True:
                try:
                    self._run(targets)
                    break
                except (RefusedError, ProtocolError) as error:
                    if not self._may_go_singly(error):
                        raise
        finally:
            self._states.flush()
        return not self._open and not self._again and next(targets, None) is None

    def _run(self, targets: Iterator[Target]) -> None:
        items = self._items(targets)
        for result in run_batches(
            self._client, items, n_threads=self._n_threads, singly=self._singly, should_stop=self._should_stop
        ):
            self._answered += 1
            ask = result.item.key
            opened = self._open.get(id(ask.reader))
            if opened is None:
                continue
            body = result.reply.body if result.reply is not None else None
            self._ready.extend(ask.reader.take(ask, body, result.error))
            if ask.reader.is_done:
                del self._open[id(ask.reader)]
                self._finish(opened)

    def _should_stop(self) -> bool:
        """Ask the host; and tell it how far we are, which renews the lease however long Microsoft lets us wait."""
        now_s = self._client.timing.monotonic()
        if now_s - self._told_at_s > _TELL_EVERY_S:
            self._tell_progress(now_s)
        return self._host.progress.should_stop()

    def _tell_progress(self, now_s: float) -> None:
        self._told_at_s = now_s
        self._host.progress.report(Stage.CONTACTS, self._finished, self._total)

    def _has_room(self) -> bool:
        """Whether another mailbox may be opened: contacts are held in memory until their mailbox is written."""
        if len(self._open) >= OPEN_MAX:
            return False
        return not self._open or sum(opened.reader.contacts_held for opened in self._open.values()) < HELD_MAX

    def _items(self, targets: Iterator[Target]) -> Iterator[BatchItem[Ask] | None]:
        while True:
            if not self._ready and self._has_room():
                self._open_next(targets)
            if self._ready:
                ask = self._ready.popleft()
                yield BatchItem(key=ask, request=ask.request)
            elif self._open:
                yield None
            else:
                return

    def _may_go_singly(self, error: GraphError) -> bool:
        """The very first batch was refused as a batch: go on without, and remember that."""
        if self._singly or self._answered or error.status not in (400, 404, 405, 501):
            return False
        _log.warning("this cloud has no $batch (%s): contacts are read one request at a time", error)
        self._host.state.put(SINGLE_KEY, {"since": self._host.clock.now_utc().isoformat()})
        self._singly = True
        self._again = [opened.target for opened in self._open.values()]
        self._open.clear()
        self._ready.clear()
        return True

    # ------------------------------------------------------------------ one mailbox

    def _open_next(self, targets: Iterator[Target]) -> None:
        """Open mailboxes until one of them has something to ask."""
        while not self._ready:
            target = self._again.pop() if self._again else next(targets, None)
            if target is None:
                return
            record = self._load(target)
            if record.round == self._round_id or not record.may_be_asked(self._host.clock.now_utc()):
                self._count(record)
                continue
            book = self._book(target)
            reader = MailboxReader(
                cloud=self._client.cloud,
                record=record,
                excluded=self._excluded,
                map_row=lambda row: map_contact(row, country=self._country),
                known_keys=_known_keys(book, target.mailbox_id),
                always_walk=self._always_walk,
            )
            self._open[id(reader)] = _Open(target, reader, book)
            self._ready.extend(reader.start())

    def _load(self, target: Target) -> MailboxRecord:
        record = load_mailbox(self._host, target.kind, target.mailbox_id)
        if record is None:
            record = MailboxRecord(kind=target.kind, mailbox_id=target.mailbox_id)
        if record.fingerprint != self._fingerprint:
            record = record.read_anew()
        return replace(record, shown=target.shown[:256], fingerprint=self._fingerprint)

    def _book(self, target: Target) -> Book:
        return self._company if target.owner is None else PersonalWriter(self._host, target.owner)

    def _finish(self, opened: _Open) -> None:
        reader, record = opened.reader, opened.reader.record
        if reader.tree_delta_is_partial and not self._always_walk:
            self._always_walk = True
            self._host.state.put(WALK_KEY, {"since": self._host.clock.now_utc().isoformat()})
        try:
            if reader.failure is not None:
                raise reader.failure
            plan = plan_mailbox(reader.result(), opened.book, contacts_max=CONTACTS_MAX)
        except GraphError as error:
            self._fail(record, error)
        else:
            self._write(opened, plan)
        if not self._open:
            self._tell_progress(self._client.timing.monotonic())

    def _write(self, opened: _Open, plan: MailboxPlan) -> None:
        tally, mailbox_id = self.tally, opened.target.mailbox_id
        written = opened.book.write(mailbox_id, plan.puts, plan.drops)
        tally.created += written.created
        tally.updated += written.updated
        tally.deleted += written.deleted
        tally.unchanged += written.unchanged
        tally.skipped += plan.skipped
        tally.left_out += plan.record.left_out
        tally.read += 1
        record = plan.record
        if written.refused:
            # No delta would show these again.
            record = record.read_anew()
            self._tell(record, "contacts_refused", f"{len(written.refused)} contacts: {written.refused[0]}")
        if plan.skipped:
            self._tell(record, "contacts_without_name", f"{plan.skipped} contacts have neither a name nor a number.")
        if plan.shortened:
            named = "; ".join(plan.shortened[:_NAMED_MAX])
            self._tell(record, "contacts_shortened", f"{len(plan.shortened)} hold more than the PBX keeps: {named}")
        if record.left_out:
            detail = f"{record.left_out} contacts are above the limit of {CONTACTS_MAX} a mailbox."
            self._tell(record, "contacts_above_limit", f"{detail} Delete some, or exclude a folder.")
        if record.held:
            detail = f"{record.held} contacts are suddenly missing. They go when the next run misses them too."
            self._tell(record, "contacts_held", detail)
        record = record.became(MailboxStatus.OK, "", self._host.clock.now_utc())
        self._remember(replace(record, round=self._round_id))

    def _fail(self, record: MailboxRecord, error: GraphError) -> None:
        status = judge_mailbox(error)
        detail = error.describe()
        self._tell(record, f"mailbox_{status.value}", f"{detail} Contacts that are here stay.")
        record = record.became(status, detail[:1000], self._host.clock.now_utc())
        self._remember(record if status is MailboxStatus.FAILED else replace(record, round=self._round_id))
        if isinstance(error, ConsentMissingError):
            self._consent_missing += 1
            if not self.tally.read and self._consent_missing >= _CONSENT_TRIES:
                raise error

    def _remember(self, record: MailboxRecord) -> None:
        self._states.put(record)
        self._count(record)

    def _count(self, record: MailboxRecord) -> None:
        self._finished += 1
        self.tally.states[record.status] = self.tally.states.get(record.status, 0) + 1
        is_troubled = record.status is not MailboxStatus.OK or record.left_out or record.held
        if is_troubled and len(self.tally.troubled) < TROUBLED_MAX:
            self.tally.troubled.append(replace(record, folders=(), tree_link=None))

    def _tell(self, record: MailboxRecord, reason: str, detail: str) -> None:
        self.tally.problems[reason] = self.tally.problems.get(reason, 0) + 1
        who = record.mailbox_id if record.kind is BookKind.PERSONAL else None
        self._host.progress.problem(Problem(reason=reason, subject=who, login_name=record.shown, detail=detail))


def _known_keys(book: Book, mailbox_id: str) -> Callable[[str], dict[str, Any]]:
    return lambda folder_id: {name: source.change_key for name, source in book.known(mailbox_id, folder_id).items()}
