"""The night as a whole, through the hook: which stages run, in which order, and what the one report says."""

from __future__ import annotations

import pytest

from pbx_plugin_api import TickReason, TickStatus
from tests.lab import Lab, shared_key_pair
from tests.pbx_hand import Hand


@pytest.fixture
def hand(lab: Lab) -> Hand:
    hand = Hand()
    hand.set_up(lab.settings(), shared_key_pair())
    return hand


def count_photos(hand: Hand) -> int:
    return sum(row.photo is not None for row in hand.host.users.rows.values())


def test_photos_come_last_and_only_where_they_are_switched_on(lab: Lab, hand: Hand) -> None:
    assert hand.tick(TickReason.FORCED, confirm_first_plan=True).status is TickStatus.DONE
    assert count_photos(hand) == 0
    assert not any("photo" in line for line in lab.realm().journal.counts())
    hand.save(sync_photo="true")
    report = hand.tick(TickReason.FORCED)
    assert report.status is TickStatus.DONE
    assert count_photos(hand) > 10
    assert f"Photos: {count_photos(hand)} photos stored" in report.message
    templates = [entry.template for entry in lab.realm().journal.entries() if "/users" in entry.template]
    first_photo = next(n for n, template in enumerate(templates) if "photo" in template)
    assert all("photo" in template for template in templates[first_photo:])
    hand.save(sync_photo="false")
    hand.tick(TickReason.FORCED)
    assert count_photos(hand) > 10, "switched off they stay as they are"
