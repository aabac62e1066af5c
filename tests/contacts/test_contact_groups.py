"""Contacts of several mailboxes are written together, and each mailbox is remembered after its own are written."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pbx_plugin_api import BookChanges, ContactResult, TickStatus
from portsip_m365_plugin.contacts import groups
from portsip_m365_plugin.contacts.state import BookKind, load_mailbox
from tests.support.contact_lab import ContactLab


def watch_groups(lab: ContactLab) -> list[list[int]]:
    """Note how many changes each book of each group has."""
    seen: list[list[int]] = []
    apply_books = lab.host.contacts.apply_books

    def watched(batch: Sequence[BookChanges]) -> list[list[ContactResult]]:
        seen.append([len(group.changes) for group in batch])
        for group in batch:
            record = load_mailbox(lab.host, BookKind.PERSONAL, group.book.owner.subject)  # type: ignore[union-attr]
            assert record is None or record.contacts == 0, "remembered before it is written"
        return apply_books(batch)

    lab.host.contacts.apply_books = watched  # type: ignore[method-assign]
    return seen


@pytest.mark.parametrize("cloud", ["GLOBAL", "CHINA"])
def test_a_first_night_writes_several_books_at_once(cloud: str) -> None:
    lab = ContactLab(people_count=70, cloud=cloud)
    lab.fill(10)
    seen = watch_groups(lab)
    assert lab.run().status is TickStatus.DONE
    assert [sum(group) for group in seen] == [300, 300, 100]
    lab.assert_equal()
    seen.clear()
    lab.night()
    assert seen == []


def test_a_large_mailbox_is_written_by_itself() -> None:
    lab = ContactLab(people_count=3)
    lab.fill(2)
    lab.fill(600, lab.people[1:2])
    seen = watch_groups(lab)
    report = lab.run()
    assert report.counts.contacts_created == 606
    assert sorted(n for group in seen for n in group) == [2, 2]
    lab.assert_equal()


def test_a_mailbox_does_not_wait_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "WAIT_MAX_S", 0.0)
    lab = ContactLab(people_count=40)
    lab.fill(1)
    seen = watch_groups(lab)
    lab.run()
    assert len(seen) > 10
    lab.assert_equal()


def test_one_book_that_refuses_does_not_disturb_the_others() -> None:
    lab = ContactLab(people_count=3)
    lab.fill(2)
    gone = lab.people[1]
    link = lab.sync.link(gone)
    is_user = lab.host.contacts._is_user
    lab.host.contacts._is_user = lambda one: one != link and is_user(one)
    lab.run()
    assert [len(lab.book(person)) for person in lab.people] == [2, 0, 2]
    lab.host.contacts._is_user = is_user
    lab.night()  # no delta names the refused contacts again: the mailbox is read in full
    lab.assert_equal()
