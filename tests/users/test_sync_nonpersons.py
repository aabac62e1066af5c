"""Shared mailboxes and rooms that are licensed and enabled like people: known where MailboxSettings.Read is granted."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
import requests

from pbx_plugin_api import DisableReason, TickStatus
from portsip_m365_plugin.config.people import Listed, NameList, WhichPeople
from portsip_m365_plugin.config.scope import ScopeConfig
from portsip_m365_plugin.simulator.faults import Fault
from portsip_m365_plugin.simulator.world.directory import Person
from portsip_m365_plugin.users import nonpersons
from portsip_m365_plugin.users.run import run_user_sync
from tests.support.sync_realm import SyncLab

ALLOWED = ("User.Read.All", "MailboxSettings.Read")


def asked(lab: SyncLab) -> int:
    return sum("userPurpose" in entry.template for entry in lab.realm.journal.entries())


def disguised(lab: SyncLab, purpose: str) -> Person:
    """Somebody to look at a person like any other."""
    person = lab.hire(f"{purpose}@contoso.example", "Front", "Desk")
    person.mailbox = purpose
    return person


@pytest.mark.parametrize(("purpose", "reason"), [("shared", "shared_mailbox"), ("room", "room"), ("equipment", "room")])
def test_they_get_no_extension_and_are_counted_by_reason(purpose: str, reason: str) -> None:
    lab = SyncLab(permissions=ALLOWED)
    person = disguised(lab, purpose)
    report = lab.run(confirm=True)
    assert (report.status, report.counts.created) == (TickStatus.DONE, 51)
    assert report.problem_counts[reason] == 1
    assert lab.user(person) is None
    lab.run()
    lab.patch(person, department="Lobby")
    changed = lab.run()
    assert changed.requests == 1, "what was learned is kept, and not asked again"
    assert lab.user(person) is None
    assert changed.problem_counts == {reason: 1}


def test_a_quiet_night_asks_nobody_and_a_new_person_is_asked_about() -> None:
    lab = SyncLab(permissions=ALLOWED)
    lab.settle()
    assert lab.run().requests == 1
    person, other = disguised(lab, "shared"), lab.hire("ann@contoso.example")
    report = lab.run()
    assert (report.requests, report.counts.created) == (2, 1)
    assert lab.user(person) is None
    assert lab.must_have(other).enabled


def test_a_mailbox_that_becomes_shared_is_seen_within_a_week_and_back_again() -> None:
    lab = SyncLab(permissions=ALLOWED)
    lab.settle()
    person = lab.people()[0]
    number = lab.must_have(person).extension_number
    person.mailbox = "shared"
    lab.pass_days(7)
    assert lab.run().counts.disabled == 1
    assert lab.must_have(person).disabled_reason is DisableReason.OUT_OF_SCOPE
    lab.patch(person, department="Elsewhere")
    lab.run()
    assert not lab.must_have(person).enabled, "a change does not make it a person again"
    person.mailbox = "user"
    lab.pass_days(7)
    assert lab.run().counts.enabled == 1
    assert lab.must_have(person).extension_number == number


def test_without_the_permission_one_request_a_week_finds_that_out() -> None:
    lab = SyncLab()
    person = disguised(lab, "shared")
    assert lab.run(confirm=True).requests == 3
    assert lab.must_have(person).enabled, "nothing says that it is nobody's"
    assert lab.run().requests == 1
    lab.hire("ann@contoso.example")
    assert lab.run().requests == 1
    lab.pass_days(7)
    assert lab.run().requests == 3  # a link of a week ago is dead: a new one, everybody, and the question


def test_a_long_first_import_asks_everybody_first() -> None:
    lab = SyncLab(users=1300, permissions=ALLOWED)
    person = disguised(lab, "shared")
    report = lab.run(confirm=True)
    assert report.status is TickStatus.DONE
    assert lab.user(person) is None
    assert report.counts.created > 1000
    assert report.requests - 3 == -(-(report.counts.created + 1) // 20), "20 a request"
    assert lab.run().counts.disabled == 0


def test_a_first_import_that_has_to_end_while_it_asks_gives_no_extension_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nonpersons, "_AT_ONCE", 10)
    lab = SyncLab(permissions=ALLOWED)
    person = disguised(lab, "shared")
    lab.host.progress.asks, lab.host.progress.stop_after_asks = 0, 2
    assert lab.run(confirm=True).status is TickStatus.STOPPED
    assert lab.host.users.counts().linked == 0
    lab.host.progress.stop_after_asks = None
    assert lab.run(confirm=True).status is TickStatus.DONE
    assert lab.user(person) is None


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_trouble_with_the_question_never_ends_a_run(status: int) -> None:
    lab = SyncLab(permissions=ALLOWED)
    lab.realm.faults.add(Fault("status", "userPurpose", inner=True, status=status, times=None))
    report = lab.run(confirm=True)
    assert (report.status, report.counts.created) == (TickStatus.DONE, 51)


def test_where_there_is_no_batch_they_are_asked_one_by_one() -> None:
    lab = SyncLab(cloud="CHINA", permissions=ALLOWED)
    lab.realm.settings.batch = False
    person = disguised(lab, "room")
    lab.run(confirm=True)
    assert lab.user(person) is None
    assert asked(lab) >= 51


def test_a_run_that_has_to_end_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nonpersons, "_AT_ONCE", 10)
    lab = SyncLab(permissions=ALLOWED)
    lab.settle()
    person = lab.people()[-1]
    person.mailbox = "shared"
    lab.pass_days(7)
    for _ in range(20):
        lab.host.progress.asks, lab.host.progress.stop_after_asks = 0, 2
        report = lab.run()
        if report.status is TickStatus.DONE:
            break
    lab.host.progress.stop_after_asks = None
    lab.run()
    assert not lab.must_have(person).enabled


def test_one_account_without_a_mailbox_is_no_permission() -> None:
    """A mailbox that is not there answers 404, whether or not it may be asked."""
    lab = SyncLab(users=300)
    first = min(lab.people(), key=lambda person: person.id)
    first.mailbox = "none"
    assert lab.run(confirm=True).requests == 3


def test_a_listing_out_of_turn_still_asks_about_who_is_new() -> None:
    lab = SyncLab(permissions=ALLOWED)
    lab.settle()
    lab.run()
    person = disguised(lab, "room")
    lab.microsoft.delta_generation += 1  # every link given so far is dead: everybody is listed
    assert lab.run().status is TickStatus.DONE
    assert lab.user(person) is None


def test_where_nobody_has_a_mailbox_not_everybody_is_asked() -> None:
    lab = SyncLab(users=300, permissions=ALLOWED)
    for person in lab.microsoft.directory.order:
        person.mailbox = "none"
    assert lab.run(confirm=True).requests == 3


# ---------------------------------------------------------------------- the first batch, while everybody is listed


class Doorman:
    """Between client and simulator: notes how many requests are under way at most."""

    page_waits_s = 0.0
    """How long a second page is held back, at most until a batch comes."""
    batch_came = False
    """Whether one came while it was."""

    def __init__(self, lab: SyncLab, monkeypatch: pytest.MonkeyPatch) -> None:
        self.most_at_once = 0
        self._send, self._now, self._lock = lab.wire.send, 0, threading.Lock()
        self._batch_came = threading.Event()
        monkeypatch.setattr(lab.wire, "send", self.pass_on)

    def pass_on(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        what = next((word for word in ("$batch", "skiptoken") if word in (request.url or "")), "other")
        with self._lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            if what == "$batch":
                self._batch_came.set()
            elif what == "skiptoken":
                self.batch_came = self._batch_came.wait(self.page_waits_s)
            return self._send(request, *args, **kwargs)
        finally:
            with self._lock:
                self._now -= 1


def test_the_first_batch_is_under_way_while_the_second_page_is(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = SyncLab(users=1300, permissions=ALLOWED)
    person = disguised(lab, "shared")
    doorman = Doorman(lab, monkeypatch)
    doorman.page_waits_s = 5.0
    report = lab.run(confirm=True)
    assert report.status is TickStatus.DONE, report
    assert lab.user(person) is None
    assert doorman.batch_came
    assert report.requests == 3 + -(-(report.counts.created + 1) // 20), "no batch more than before"


def test_with_one_slot_nothing_is_asked_beside_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = SyncLab(users=1300, permissions=ALLOWED)
    doorman = Doorman(lab, monkeypatch)
    doorman.page_waits_s = 0.2
    one_slot = replace(lab.tick(confirm=True), max_requests=1)
    report = run_user_sync(lab.host, lab.tenant, one_slot, lab.client(), lab.rules)
    assert report.status is TickStatus.DONE
    assert doorman.most_at_once == 1


def test_a_first_batch_that_would_not_be_full_is_not_sent_ahead() -> None:
    def make() -> SyncLab:
        lab = SyncLab(users=1300, permissions=ALLOWED)
        for person in lab.microsoft.directory.order[:85]:
            lab.patch(person, userType="Guest")
        return lab

    n_people = make().run(confirm=True).counts.created
    lab = make()
    for number in range(-n_people % 20):
        lab.hire(f"new{number}@contoso.example", userType="Member")
    report = lab.run(confirm=True)
    assert report.requests == 3 + report.counts.created / 20


def test_only_people_in_scope_are_asked_about() -> None:
    lab = SyncLab(users=1300, permissions=ALLOWED)
    listed = lab.people()[0]
    names = NameList((Listed(entra_object_id=listed.id, name="Ada"),))
    lab.scope = ScopeConfig(whose=WhichPeople.ONLY, people=names)
    assert lab.run(confirm=True).counts.created == 1
    assert asked(lab) == 1


@pytest.mark.parametrize("permissions", [ALLOWED, ("User.Read.All",)])
def test_a_listing_that_fails_leaves_nothing_of_the_first_batch(permissions: tuple[str, ...]) -> None:
    lab = SyncLab(users=1300, permissions=permissions)
    lab.realm.faults.add(Fault("status", "skiptoken", status=503, times=None))
    assert lab.run(confirm=True).status is not TickStatus.DONE
    assert list(lab.host.state.items("mailboxes.")) == []
    lab.realm.faults.clear()
    report = lab.run(confirm=True)
    assert report.status is TickStatus.DONE
    n_batches = -(-report.counts.created // 20) if permissions is ALLOWED else 1
    assert report.requests == 3 + n_batches


def test_an_outage_of_the_first_batch_is_no_refusal() -> None:
    """The run goes on without answers, and the next full listing asks about everybody."""
    lab = SyncLab(users=1300, permissions=ALLOWED)
    person = disguised(lab, "shared")
    lab.realm.faults.add(Fault("status", r"\$batch", status=503, times=None))
    assert lab.run(confirm=True).status is TickStatus.DONE
    assert lab.must_have(person).enabled
    lab.realm.faults.clear()
    assert lab.run().counts.disabled == 1, "the second night lists everybody"
    assert not lab.must_have(person).enabled


def test_batches_are_full_though_few_of_many_are_new() -> None:
    lab = SyncLab(users=1300, permissions=ALLOWED)
    lab.settle()
    for number in range(40):
        lab.hire(f"new{number}@contoso.example", oid=f"{number * 6:02x}000000-0000-4000-8000-00000000beef")
    lab.microsoft.delta_generation += 1  # every link given so far is dead: everybody is listed
    report = lab.run()
    assert report.counts.created == 40
    assert report.requests == 1 + 3 + 2, "the dead link, a new one, two pages, and 40 questions"


def test_a_run_that_is_stopped_stops_between_two_batches() -> None:
    lab = SyncLab(users=1300, permissions=ALLOWED)
    lab.host.progress.stop_after_asks = 5
    report = lab.run(confirm=True)
    assert report.status is TickStatus.STOPPED
    assert lab.host.users.counts().linked == 0
    assert report.requests < 3 + 20
