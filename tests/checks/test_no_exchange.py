"""A directory without Exchange Online: one sentence a night, one question, and the users go on."""

from __future__ import annotations

from collections.abc import Callable

from pbx_plugin_api import TickReason, TickStatus
from tests.support.lab import Lab, shared_key_pair
from tests.support.pbx_hand import Hand

SENTENCE = "This directory has no Exchange Online, so mail and contacts cannot be used."
ON = {"contact_personal": "true", "contact_shared": "found", "sync_photo": "true"}


def _set_up(make_lab: Callable[..., Lab]) -> tuple[Lab, Hand]:
    lab = make_lab(users=60)
    lab.register(permissions=("User.Read.All", "Contacts.Read", "MailboxSettings.Read"))
    lab.tenant().has_exchange = False
    hand = Hand()
    hand.set_up({**lab.settings(), **ON}, shared_key_pair())
    return lab, hand


def _mailboxes_asked(lab: Lab) -> int:
    """Requests on the wire that asked about mailboxes: a batch counts once."""
    entries = lab.realm().journal.entries()
    return sum(entry.template == "/$batch" for entry in entries)


def test_a_night_says_it_once_and_asks_once(make_lab: Callable[..., Lab]) -> None:
    lab, hand = _set_up(make_lab)
    report = hand.tick(confirm_first_plan=True)
    assert report.status is TickStatus.FAILED
    assert report.counts.created == 51
    assert report.message.count(SENTENCE) == 1
    assert "switch off contact sync and mail; user sync works without it" in report.message
    assert report.problem_counts["no_exchange"] == 1
    assert not {"mailbox_failed", "photo_unread"} & set(report.problem_counts)
    asked = _mailboxes_asked(lab)
    assert asked <= 4, "one batch about purposes; those about photos that were in flight together"
    again = hand.tick(reason=TickReason.DUE)
    assert again.message.count(SENTENCE) == 1
    assert _mailboxes_asked(lab) == asked, "the retry of the night asks about no mailbox"


def test_the_next_night_asks_again_and_a_subscription_is_seen(make_lab: Callable[..., Lab]) -> None:
    lab, hand = _set_up(make_lab)
    hand.tick(confirm_first_plan=True)
    lab.tenant().has_exchange = True
    hand.pbx.clock.move(hours=24)
    report = hand.tick(reason=TickReason.DUE)
    assert report.status is TickStatus.DONE
    assert report.counts.mailboxes_read > 40
    assert SENTENCE not in report.message


def test_a_run_by_hand_asks_again_at_once(make_lab: Callable[..., Lab]) -> None:
    lab, hand = _set_up(make_lab)
    hand.tick(confirm_first_plan=True)
    lab.tenant().has_exchange = True
    hand.pbx.clock.move(minutes=1)
    assert hand.press("contacts").counts.mailboxes_read > 40
