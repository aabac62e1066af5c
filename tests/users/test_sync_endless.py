"""Listings that never end, and changes that are not there: the run ends, says why, and changes nothing."""

from __future__ import annotations

import pytest

from pbx_plugin_api import TickStatus
from portsip_m365_plugin.simulator.faults import Fault
from tests.support.sync_realm import SyncLab


@pytest.mark.parametrize("cloud", ["GLOBAL", "CHINA"])
@pytest.mark.parametrize("is_first", [True, False])
def test_ever_new_links_end_with_a_sentence_that_blames_no_firewall(cloud: str, is_first: bool) -> None:
    lab = SyncLab(users=40, cloud=cloud)
    if not is_first:
        lab.settle()
    lab.host.users.applied.clear()
    lab.realm.faults.add(Fault("endless", r"GET /v1.0/users\?", times=None))
    before = lab.host.users.counts()
    report = lab.run(confirm=True, full=True)
    assert report.status is TickStatus.FAILED
    assert "never ends the list" in report.message
    assert "firewall" not in report.message
    assert report.requests < 600, "the bound follows from the size of the directory"
    assert lab.host.users.counts() == before
    lab.realm.faults.clear()
    assert lab.run(confirm=True, full=True).status is TickStatus.DONE


def test_ever_new_links_in_a_round_of_changes_end_too() -> None:
    lab = SyncLab(users=40)
    lab.settle()
    lab.realm.faults.add(Fault("endless", "users/delta", times=None))
    report = lab.run()
    assert report.status is TickStatus.FAILED
    assert "never ends the list" in report.message
    assert report.requests < 600
    lab.realm.faults.clear()
    assert lab.run().status is TickStatus.DONE


@pytest.mark.parametrize("code", ["", "Request_ResourceNotFound", "ResourceNotFound"])
def test_a_404_to_the_delta_link_lists_everybody_once(code: str) -> None:
    lab = SyncLab(users=40)
    lab.settle()
    leaver = lab.people()[0]
    lab.soft_delete(leaver)
    lab.realm.faults.add(Fault("status", "users/delta", status=404, code=code))
    report = lab.run()
    assert report.status is TickStatus.DONE
    assert not lab.must_have(leaver).enabled
    assert lab.run().requests == 1, "the new link is good"


def test_a_404_to_every_delta_says_what_to_do() -> None:
    lab = SyncLab(users=40)
    lab.settle()
    before = lab.host.users.counts()
    lab.realm.faults.add(Fault("status", "users/delta", status=404, code="Request_ResourceNotFound", times=None))
    report = lab.run()
    assert report.status is TickStatus.FAILED
    assert "press “Full resync”" in report.message
    assert lab.host.users.counts() == before
