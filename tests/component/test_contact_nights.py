"""Nights of the contact sync, in both clouds: what arrives, what it costs, what is written."""

from __future__ import annotations

import pytest

from pbx_plugin_api import PersonalBook, TickStatus
from tests.contact_lab import ContactLab


@pytest.fixture(params=["GLOBAL", "CHINA"])
def lab(request: pytest.FixtureRequest) -> ContactLab:
    return ContactLab(cloud=request.param)


def settled(lab: ContactLab, contacts: int = 5) -> ContactLab:
    lab.fill(contacts)
    report = lab.run()
    assert report.status is TickStatus.DONE, report
    assert lab.host.progress.problems == []
    lab.assert_equal()
    return lab


def test_everything_arrives_and_a_quiet_night_writes_nothing(lab: ContactLab) -> None:
    settled(lab)
    report = lab.night()
    assert (report.status, report.mailboxes_read, dict(lab.written)) == (TickStatus.DONE, 3, {})
    assert report.requests == 1
    lab.assert_equal()
