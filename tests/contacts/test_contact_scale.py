"""Many mailboxes: what nights cost, and how near the sync comes to what Microsoft's limits allow at best.

CI measures a sample by counting; the whole, and time, under `long` and in bench/README-contacts.md.
"""

from __future__ import annotations

import pytest

from bench.contacts import Night, limits, nights


def by_night(rows: list[tuple[str, Night]]) -> dict[tuple[str, str], Night]:
    return {(cloud, night.what): night for cloud, night in rows}


def check_nights(mailboxes: int, contacts: int) -> None:
    found = by_night(nights(mailboxes, contacts))
    for cloud in ("GLOBAL", "CHINA"):
        assert found[cloud, "first run"].rows == mailboxes * contacts
        assert found[cloud, "quiet night"].rows == 0
        assert found[cloud, "one contact changed"].rows == 1
    folders = mailboxes
    assert found["GLOBAL", "quiet night"].batches == -(-(folders + mailboxes) // 20)
    assert found["GLOBAL", "one contact changed"].batches == found["GLOBAL", "quiet night"].batches
    assert found["CHINA", "quiet night"].batches == -(-(2 * folders + mailboxes) // 20)
    assert found["CHINA", "one contact changed"].batches == found["CHINA", "quiet night"].batches + 1


def test_nights_of_a_sample_cost_what_they_may() -> None:
    check_nights(100, 20)


@pytest.mark.long
def test_nights_of_1000_mailboxes_of_100_contacts_cost_what_they_may() -> None:
    check_nights(1000, 100)


def check_limits(rows: list[tuple[str, Night]], at_most: float) -> None:
    for _, night in rows:
        assert night.peak <= 4
        assert night.throttled == 0
        assert night.ratio <= at_most, night


def test_a_sample_keeps_the_limits() -> None:
    # Time is not judged here: a busy CI machine would decide. Bounds and no 429 are.
    check_limits(limits(200, 10, 20.0), at_most=50.0)


@pytest.mark.long
def test_10_000_mailboxes_come_within_1_3_of_the_bound() -> None:
    check_limits(limits(10_000, 10, 1.25), at_most=1.3)
