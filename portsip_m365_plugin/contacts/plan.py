"""From what was read of a mailbox to what is written: the difference, the limit, a second look at sudden absence."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from pbx_plugin_api import ContactSource
from portsip_m365_plugin.contacts.books import BookReader
from portsip_m365_plugin.contacts.folder import Found
from portsip_m365_plugin.contacts.reader import Reading
from portsip_m365_plugin.contacts.state import MailboxRecord
from portsip_m365_plugin.mapping.contact_labels import list_labels
from portsip_m365_plugin.mapping.contacts import MappedContact, SkippedContact
from portsip_m365_plugin.texts import _

ABSENT_AT_LEAST: Final = 10
ABSENT_SHARE: Final = 0.5
"""Nobody deletes most of an address book on an ordinary day, and an answer with HTTP 200 can be wrong. If so many
contacts are missing from a listing, they go when the next run misses them too. Deletions that Microsoft names one by
one go at once."""


@dataclass(kw_only=True)
class MailboxPlan:
    """What to write for one mailbox, and what to remember after that."""

    record: MailboxRecord
    contacts_max: int
    puts: dict[str, Found] = field(default_factory=dict)
    drops: list[str] = field(default_factory=list)
    existing: Collection[str] = ()
    """Which of both are in the book now."""
    skipped: int = 0
    """Contacts with neither name nor number."""
    shortened: list[str] = field(default_factory=list)
    """Contacts that hold more than the PBX can keep, and what is missing."""


def plan_mailbox(reading: Reading, book: BookReader, *, contacts_max: int) -> MailboxPlan:
    """Plan one mailbox. Reads the book only if something changed.

    Args:
        reading: What was read of the mailbox.
        book: Where its contacts are.
        contacts_max: The most contacts that are taken from one mailbox.
    """
    record = reading.record
    mailbox_id = record.mailbox_id
    plan = MailboxPlan(record=record, contacts_max=contacts_max)
    drops: dict[str, None] = {}
    for contact_id, found in reading.found.items():
        if isinstance(found.outcome, SkippedContact):
            plan.skipped += 1
            drops[contact_id] = None
        else:
            plan.puts[contact_id] = found
            if isinstance(found.outcome, MappedContact) and found.outcome.lost:
                plan.shortened.append(
                    # Translators: a contact's name, and which of its fields do not fit
                    _("{contact} ({lost})", contact=found.outcome.draft.name, lost=list_labels(found.outcome.lost))
                )
    known, absent, unwanted = _find_absent(reading, book)
    removed = book.where(mailbox_id, list(reading.removed))
    # "Left folder A" means gone only if the PBX knows it in A: it may have moved to B, and be known there already.
    drops.update((name, None) for name, source in removed.items() if source.folder_id in reading.removed[name])
    drops.update(dict.fromkeys(unwanted))
    held = 0
    if len(absent) >= ABSENT_AT_LEAST and len(absent) > ABSENT_SHARE * known and not record.held:
        held = len(absent)
    else:
        drops.update(dict.fromkeys(absent))
    existing = book.where(mailbox_id, [*plan.puts, *drops])
    plan.existing = frozenset(existing)
    plan.drops = [name for name in drops if name in existing and name not in plan.puts]
    left_out = _apply_limit(plan, existing, contacts_max - (known - len(plan.drops)))
    contacts = known - len(plan.drops) + sum(name not in existing for name in plan.puts)
    plan.record = replace(record, contacts=max(0, contacts), held=held, left_out=left_out)
    if held or left_out:
        plan.record = plan.record.without_marks()
    return plan


def _find_absent(reading: Reading, book: BookReader) -> tuple[int, list[str], list[str]]:
    """Return how many contacts there are, which of them complete listings lack, and which are not wanted (any more)."""
    mailbox_id = reading.record.mailbox_id

    def lacking(known: Mapping[str, ContactSource]) -> list[str]:
        """Return the contacts that the listing of their own folder lacks, and no other folder has."""
        listed, found = reading.listed, reading.found
        return [name for name, at in known.items() if name not in found and name not in listed.get(at.folder_id, ())]

    if reading.is_whole:
        known = book.known(mailbox_id)
        unwanted = [name for name in lacking(known) if known[name].folder_id in reading.excluded]
        return len(known), [name for name in lacking(known) if known[name].folder_id not in reading.excluded], unwanted
    absent = [name for folder in (*reading.listed, *reading.gone) for name in lacking(book.known(mailbox_id, folder))]
    unwanted = [name for folder in reading.excluded for name in lacking(book.known(mailbox_id, folder))]
    return reading.record.contacts, absent, unwanted


def _apply_limit(plan: MailboxPlan, existing: Mapping[str, ContactSource], room: int) -> int:
    """Leave out contacts above the limit. Contacts in the book stay; new ones come in Microsoft's order."""
    new = [name for name in plan.puts if name not in existing]
    for name in new[max(0, room) :]:
        del plan.puts[name]
    return max(0, len(new) - max(0, room))
