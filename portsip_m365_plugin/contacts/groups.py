"""Writing the personal contacts of several mailboxes in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from pbx_plugin_api import BookChanges, Contacts
from portsip_m365_plugin.contacts.books import BATCH_MAX, PersonalWriter, Written, apply_changes
from portsip_m365_plugin.contacts.plan import MailboxPlan

CHANGES_AT_ONCE: Final = 300
WAIT_MAX_S: Final = 0.2
"""A mailbox waits no longer for others. A run that is killed reads those that waited again."""


@dataclass(slots=True)
class PersonalWrites:
    """Mailboxes that are read and planned, and not written yet. They are written together.

    Args:
        contacts: The host's.
        monotonic: Seconds.
        on_written: Takes each mailbox after its contacts are written; then it may be remembered.
    """

    contacts: Contacts
    monotonic: Callable[[], float]
    on_written: Callable[[MailboxPlan, Written], None]
    _waiting: list[tuple[MailboxPlan, BookChanges]] = field(default_factory=list)
    _n_changes: int = 0
    _since_s: float = 0.0

    def add(self, plan: MailboxPlan, book: PersonalWriter) -> None:
        """Take a mailbox. It is written now or later."""
        changes = book.list_changes(plan.record.mailbox_id, plan.puts, plan.drops)
        if self._n_changes + len(changes) > BATCH_MAX:
            self.flush()
        if len(changes) > BATCH_MAX:
            self.on_written(plan, apply_changes(self.contacts, book.book, changes, plan.existing))
            return
        if not self._waiting:
            self._since_s = self.monotonic()
        self._waiting.append((plan, BookChanges(book=book.book, changes=changes)))
        self._n_changes += len(changes)
        if self._n_changes >= CHANGES_AT_ONCE:
            self.flush()

    def flush_if_due(self) -> None:
        """Write what has waited long enough."""
        if self._waiting and self.monotonic() - self._since_s >= WAIT_MAX_S:
            self.flush()

    def flush(self) -> None:
        """Write everything that waits."""
        waiting, self._waiting, self._n_changes = self._waiting, [], 0
        if not waiting:
            return
        results = self.contacts.apply_books([group for _, group in waiting])
        for (plan, group), each in zip(waiting, results, strict=True):
            written = Written()
            written.count(group.changes, each, plan.existing)
            self.on_written(plan, written)
