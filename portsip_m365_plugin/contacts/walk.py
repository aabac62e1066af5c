"""All mailboxes of a run, read side by side: one stream of questions, 20 in a batch, each mailbox written when done."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from pbx_plugin_api import Host, PersonalBook, Stage, sentences
from portsip_m365_plugin.config.contacts import ContactsConfig
from portsip_m365_plugin.contacts.books import BookReader, PersonalWriter, Written
from portsip_m365_plugin.contacts.company import CompanyWriter
from portsip_m365_plugin.contacts.groups import PersonalWrites
from portsip_m365_plugin.contacts.plan import MailboxPlan, plan_mailbox
from portsip_m365_plugin.contacts.reader import MailboxReader
from portsip_m365_plugin.contacts.scope import CONTACTS_MAX, fingerprint_of
from portsip_m365_plugin.contacts.state import MailboxRecord, StateWriter, Target, load_mailbox
from portsip_m365_plugin.contacts.tally import ContactTally
from portsip_m365_plugin.contacts.tree import Question
from portsip_m365_plugin.failing import Failing, FailingArea
from portsip_m365_plugin.graph.batch import run_batches
from portsip_m365_plugin.graph.batch_queue import BatchItem
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import (
    ConsentMissingError,
    ExchangeMissingError,
    GraphError,
    ProtocolError,
    RefusedError,
)
from portsip_m365_plugin.graph.mailboxes import MailboxStatus, judge_mailbox
from portsip_m365_plugin.mapping.contacts import map_contact
from portsip_m365_plugin.texts import _

_log = logging.getLogger(__name__)

OPEN_MAX: Final = 160
"""Mailboxes read at once: twice as many as fill 4 batches with questions that wait for no other answer."""
HELD_MAX: Final = 50_000
"""Contacts in memory at once, about 2 KB each. A mailbox that has more by itself is read alone."""
SINGLE_KEY: Final = "contacts.no_batch"
LIST_TREES_KEY: Final = "contacts.walk_trees"
NAMES_NESTED_KEY: Final = "contacts.delta_names_nested"
_CONSENT_TRIES: Final = 20
_REPORT_EVERY_S: Final = 2.0


@dataclass(eq=False)
class _Open:
    """A mailbox that is being read."""

    target: Target
    reader: MailboxReader
    book: BookReader


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """A question, and the mailbox it is about."""

    opened: _Open
    question: Question


class MailboxWalk:
    """Reads and writes the mailboxes of one run.

    Trouble with a mailbox is remembered as its state, and the others go on. A mailbox is written and remembered only
    when all of it was read, so that a run may end anywhere.

    Args:
        host: The tenant's; used on the calling thread only.
        client: Sends the batches.
        settings: The tenant's.
        tally: Counts what is done.
        country: ISO 3166; of numbers without a country code.
        round_id: Mailboxes that this round has finished already are passed over.
        company: The company book's writer, shared by its mailboxes.
        states: Remembers the mailboxes.
        n_threads: How many batches may be in flight.
        reads_all: Whether an administrator wants everything read again: mailboxes that keep failing get all tries.
    """

    def __init__(
        self,
        host: Host,
        client: GraphClient,
        settings: ContactsConfig,
        tally: ContactTally,
        *,
        country: str,
        round_id: str,
        company: CompanyWriter,
        states: StateWriter,
        n_threads: int,
        reads_all: bool = False,
    ) -> None:
        self._host, self._client, self._tally, self._country = host, client, tally, country
        self._excluded = settings.excluded_casefolded
        self._round_id, self._company, self._states = round_id, company, states
        self._n_threads = n_threads
        self._fingerprint = fingerprint_of(country, client.cloud)
        self._failing = Failing(host, FailingArea.CONTACTS)
        if reads_all:
            self._failing.try_fully()
        self._singly = host.state.get(SINGLE_KEY) is not None
        self._lists_trees = host.state.get(LIST_TREES_KEY) is not None
        self._names_nested = host.state.get(NAMES_NESTED_KEY) is not None
        self._filled = {book.owner.subject for book in host.contacts.books() if isinstance(book, PersonalBook)}
        """Whose books had contacts when the run began. Nothing needs to be read of the others."""
        self._writes = PersonalWrites(host.contacts, client.timing.monotonic, self._take_written)
        self._ready: deque[_Asked] = deque()
        self._open: dict[_Open, None] = {}  # in the order of opening
        self._again: list[Target] = []
        self._n_answered = self._n_finished = self._n_targets = self._n_consent_missing = 0
        self._reported_at_s = float("-inf")

    def run(self, targets: Iterator[Target], n_targets: int) -> bool:
        """Read the mailboxes; True if all of them were read, False if it stopped early at a safe place.

        Raises:
            GraphError: Nothing can be read any more: no network, no token, no permission, no time.
        """
        self._n_targets = n_targets
        try:
            while True:
                try:
                    self._run_batches(targets)
                    break
                except (RefusedError, ProtocolError) as error:
                    if not self._may_go_singly(error):
                        raise
            self._writes.flush()
            self._report_progress(self._client.timing.monotonic())
        except GraphError:
            self._writes.flush()  # these were read completely
            raise
        finally:
            self._states.flush()
            self._failing.save()
        return not self._open and not self._again and next(targets, None) is None

    def _run_batches(self, targets: Iterator[Target]) -> None:
        for result in run_batches(
            self._client,
            self._items(targets),
            n_threads=self._n_threads,
            singly=self._singly,
            should_stop=self._should_stop,
        ):
            self._n_answered += 1
            self._writes.flush_if_due()
            opened, question = result.item.key.opened, result.item.key.question
            if opened not in self._open:
                continue
            body = result.reply.body if result.reply is not None else None
            self._ask(opened, opened.reader.take(question, body, result.error))
            if opened.reader.is_done:
                del self._open[opened]
                self._finish(opened)

    def _items(self, targets: Iterator[Target]) -> Iterator[BatchItem[_Asked] | None]:
        while True:
            if not self._ready and self._has_room():
                self._open_next(targets)
            if self._ready:
                asked = self._ready.popleft()
                request = self._failing.limit(asked.question.request, asked.opened.target.mailbox_id)
                yield BatchItem(key=asked, request=request)
            elif self._open:
                yield None
            else:
                return

    def _has_room(self) -> bool:
        """Whether another mailbox may be opened: contacts are in memory until their mailbox is written."""
        if len(self._open) >= OPEN_MAX:
            return False
        return not self._open or sum(opened.reader.contacts_held for opened in self._open) < HELD_MAX

    def _ask(self, opened: _Open, questions: list[Question]) -> None:
        self._ready.extend(_Asked(opened, question) for question in questions)

    def _may_go_singly(self, error: GraphError) -> bool:
        """If the very first batch was refused as a batch, go on without batches, and remember that."""
        if self._singly or self._n_answered or error.status not in (400, 404, 405, 501):
            return False
        _log.warning("this cloud has no $batch (%s): contacts are read one request at a time", error)
        self._learn(SINGLE_KEY)
        self._singly = True
        self._again = [opened.target for opened in self._open]
        self._open.clear()
        self._ready.clear()
        return True

    def _learn(self, key: str) -> None:
        """Remember how this directory's cloud behaves."""
        self._host.state.put(key, {"since": self._host.clock.now_utc().isoformat()})

    def _should_stop(self) -> bool:
        """Ask the host. Progress is reported too, which renews the lease while Microsoft makes us wait."""
        now_s = self._client.timing.monotonic()
        if now_s - self._reported_at_s > _REPORT_EVERY_S:
            self._report_progress(now_s)
        return self._host.progress.should_stop()

    def _report_progress(self, now_s: float) -> None:
        self._reported_at_s = now_s
        self._host.progress.report(Stage.CONTACTS, self._n_finished, self._n_targets)

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
            book = self._open_book(target)
            reader = MailboxReader(
                self._client.cloud,
                record,
                self._excluded,
                map_row=lambda row: map_contact(row, country=self._country),
                known_keys=_known_keys(book, target.mailbox_id),
                always_list_tree=self._lists_trees,
                tree_delta_names_nested=self._names_nested,
            )
            opened = _Open(target, reader, book)
            self._open[opened] = None
            self._ask(opened, reader.start())

    def _open_book(self, target: Target) -> CompanyWriter | PersonalWriter:
        if target.owner is None:
            return self._company
        return PersonalWriter(self._host, target.owner, is_empty=target.owner.subject not in self._filled)

    def _load(self, target: Target) -> MailboxRecord:
        record = load_mailbox(self._host, target.kind, target.mailbox_id)
        if record is None:
            record = MailboxRecord(kind=target.kind, mailbox_id=target.mailbox_id)
        if record.fingerprint != self._fingerprint:
            record = record.without_marks()
        return replace(record, shown=target.shown[:256], fingerprint=self._fingerprint)

    def _finish(self, opened: _Open) -> None:
        reader = opened.reader
        if reader.tree_delta_is_partial and not self._lists_trees:
            self._lists_trees = True
            self._learn(LIST_TREES_KEY)
        elif reader.tree_delta_names_nested and not self._names_nested and not self._lists_trees:
            self._names_nested = True
            self._learn(NAMES_NESTED_KEY)
        try:
            if reader.failure is not None:
                raise reader.failure
            plan = plan_mailbox(reader.result(), opened.book, contacts_max=CONTACTS_MAX)
        except GraphError as error:
            self._fail(reader.record, error)
        else:
            self._write(opened, plan)

    def _write(self, opened: _Open, plan: MailboxPlan) -> None:
        if not plan.puts and not plan.drops:
            self._take_written(plan, Written())
        elif isinstance(opened.book, PersonalWriter):
            self._writes.add(plan, opened.book)
        else:
            written = self._company.write(opened.target.mailbox_id, plan.puts, plan.drops)
            self._take_written(plan, written)

    def _take_written(self, plan: MailboxPlan, written: Written) -> None:
        self._tally.add_mailbox(plan, written)
        # No delta would show refused contacts again.
        record = plan.record.without_marks() if written.refused else plan.record
        self._failing.note(record.mailbox_id, None)
        record = record.became(MailboxStatus.OK, "", self._host.clock.now_utc())
        self._remember(replace(record, round=self._round_id))

    def _fail(self, record: MailboxRecord, error: GraphError) -> None:
        if isinstance(error, ExchangeMissingError):
            raise error  # every mailbox of the directory would answer the same
        self._failing.note(record.mailbox_id, error)
        status = judge_mailbox(error)
        detail = error.describe()
        self._tally.record_problem(
            record, f"mailbox_{status.value}", sentences(detail, _("Contacts that are here stay."))
        )
        record = record.became(status, detail, self._host.clock.now_utc())
        self._remember(record if status is MailboxStatus.FAILED else replace(record, round=self._round_id))
        if isinstance(error, ConsentMissingError):
            self._n_consent_missing += 1
            if not self._tally.has_read and self._n_consent_missing >= _CONSENT_TRIES:
                raise error

    def _remember(self, record: MailboxRecord) -> None:
        self._states.put(record)
        self._count(record)

    def _count(self, record: MailboxRecord) -> None:
        self._n_finished += 1
        self._tally.add_state(record)


def _known_keys(book: BookReader, mailbox_id: str) -> Callable[[str], dict[str, str]]:
    return lambda folder_id: {name: source.change_key for name, source in book.known(mailbox_id, folder_id).items()}
