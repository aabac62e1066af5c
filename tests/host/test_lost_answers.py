"""The database does something, and its answer goes lost: nothing waits until a lease or an attempt has run out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from pbx_devhost import core
from pbx_devhost.core import Pbx
from pbx_devhost.runs.workbench import Workbench
from pbx_devhost.store.database import Database
from pbx_devhost.store.outbox.queue import MailState
from pbx_devhost.store.work.leases import LEASE_S, Due
from pbx_plugin_api import DeliveryReceipt, DeliveryStatus, LeaseLostError, Notification, Text
from tests.support.devhost_pbx import DevPbx
from tests.support.mail_queue import Box, HandClock
from tests.support.mail_samples import deferred, make_note

LOST = OperationalError("COMMIT", None, Exception("server closed the connection unexpectedly"))


@contextmanager
def answers_lost(database: Database, monkeypatch: pytest.MonkeyPatch, times: int = 1) -> Iterator[list[int]]:
    """The next writes are committed, and nobody hears of it."""
    really, left = Database.write, [times]

    @contextmanager
    def write(self: Database, *, lock: str = "") -> Iterator[Connection]:
        with really(self, lock=lock) as connection:
            yield connection
        if self is database and left[0] > 0:
            left[0] -= 1
            raise LOST

    with monkeypatch.context() as patched:
        patched.setattr(Database, "write", write)
        yield left


@pytest.fixture
def box(any_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    monkeypatch.setattr(core, "INSIST_EVERY_S", 0.01)
    clock = HandClock()
    pbx = Pbx(any_url, now=clock)
    made = Box(pbx, clock, pbx.stores.tenants.add("Contoso"))
    pbx._plugins = cast(Any, made.plugins)
    yield made
    pbx.close()


def test_a_lease_that_nobody_knows_of_is_taken_at_once(any_pbx: DevPbx, monkeypatch: pytest.MonkeyPatch) -> None:
    tid, stores = any_pbx.other.pbx_tenant_id, any_pbx.stores
    stores.processes.my_id()
    stores.leases.set_due(tid, "p", stores.database.now() - 1)
    with answers_lost(stores.database, monkeypatch), pytest.raises(OperationalError):
        stores.leases.take(tid, "p", only_if_due=True)
    due = Due(tenant_id=tid, plugin="p")
    assert stores.leases.who_is_due(stores.database.now()) == [due]
    lease = stores.leases.take(tid, "p", only_if_due=True)
    assert lease is not None
    assert lease.token == 2
    assert stores.leases.who_is_due(stores.database.now()) == [], "this one is known"
    assert stores.leases.take(tid, "p") is None
    stores.leases.release(lease)
    assert stores.leases.who_is_due(stores.database.now()) == [due]


def test_a_process_takes_no_lease_from_itself_when_its_heartbeat_is_late(
    any_pbx: DevPbx, monkeypatch: pytest.MonkeyPatch
) -> None:
    tid, stores = any_pbx.other.pbx_tenant_id, any_pbx.stores
    stores.leases.set_due(tid, "p", stores.database.now() - 1)
    lease = stores.leases.take(tid, "p")
    assert lease is not None
    monkeypatch.setattr("pbx_devhost.store.work.processes.DEAD_AFTER_S", 0.0)
    assert stores.leases.take(tid, "p") is None
    assert stores.leases.who_is_due(stores.database.now()) == []
    any_pbx.move_clock(LEASE_S + 1)
    assert stores.leases.take(tid, "p") is not None, "a thread that hangs is waited for until the lease ends"


def test_a_run_whose_lease_was_lost_leaves_the_others_alone(any_pbx: DevPbx) -> None:
    tid, stores = any_pbx.tenant.pbx_tenant_id, any_pbx.stores
    theirs = stores.runs.begin(tid, "sample", "due", None)
    old = any_pbx.lease
    any_pbx.lose_lease()
    with pytest.raises(LeaseLostError):
        stores.runs.begin(tid, "sample", "due", None, lease=old)
    assert stores.runs.get(theirs).status == "running"


def test_the_next_attempt_at_a_mail_is_not_ended_with_the_last(box: Box) -> None:
    """A frozen thread comes back, when another thread of its process has the mail again."""
    outbox = box.pbx.stores.outbox
    box.put()
    first = outbox.claim()
    assert first is not None
    outbox._at_work.end((first.seq, 1))
    assert outbox.recover() == 1
    box.clock.at += 3600
    second = outbox.claim()
    assert second is not None
    outbox.leave(first)
    assert outbox.recover() == 0
    outbox.leave(second)


def test_an_attempt_that_nobody_makes_is_ended_at_once(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox = box.pbx.stores.outbox
    mail = box.put()
    box.pbx.stores.processes.my_id()
    with answers_lost(box.pbx.stores.database, monkeypatch), pytest.raises(OperationalError):
        outbox.claim()
    assert box.state(mail) == MailState.ATTEMPT_STARTED
    assert outbox.recover() == 1
    assert box.row(mail).reason == "The database could not be used during the attempt."
    box.run()
    assert box.state(mail) == MailState.SENT
    assert [note.previous_outcome_unknown for note in box.plugins.asked] == [True]


def test_an_attempt_that_is_being_made_is_not_ended(box: Box) -> None:
    box.put()
    claimed = box.pbx.stores.outbox.claim()
    assert claimed is not None
    assert box.pbx.stores.outbox.recover() == 0
    box.pbx.stores.outbox.leave(claimed)
    assert box.pbx.stores.outbox.recover() == 1


@pytest.mark.parametrize("is_accepted", [True, False])
def test_an_answer_of_the_service_is_stored_when_the_database_is_back(
    box: Box, monkeypatch: pytest.MonkeyPatch, is_accepted: bool
) -> None:
    mail, asked = box.put(), [0]

    def answer(_: Notification) -> DeliveryReceipt:
        asked[0] += 1
        lost = answers_lost(box.pbx.stores.database, monkeypatch, times=3)
        lost.__enter__()
        status = DeliveryStatus.ACCEPTED if is_accepted else DeliveryStatus.REJECTED
        return DeliveryReceipt(status=status, reason="" if is_accepted else "No such person.")

    box.answer(answer)
    box.deliver()
    assert (box.state(mail), box.row(mail).n_unknown, asked) == ("sent" if is_accepted else "dead", 0, [1])


def test_a_database_that_is_away_makes_no_doubt_of_an_answer(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of a fault could not be stored at first: the mail was accepted all the same."""
    box.answer(lambda _: deferred(box.clock.utc(), fault="consent"))
    mail = box.put()
    box.deliver()
    box.clock.at += 3600
    really, failed = type(box.pbx.stores.outbox.lanes).end_fault, [0]

    def end_fault(self: Any, tenant_id: str) -> Any:
        if not failed[0]:
            failed[0] = 1
            raise LOST
        return really(self, tenant_id)

    monkeypatch.setattr(type(box.pbx.stores.outbox.lanes), "end_fault", end_fault)
    box.answer(lambda _: DeliveryReceipt(status=DeliveryStatus.ACCEPTED))
    box.deliver()
    assert failed == [1]
    assert (box.state(mail), box.row(mail).n_unknown) == ("sent", 0)


def test_what_waits_for_the_database_ends_with_the_process(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        box.pbx.stop_wanted[0] = True
        raise LOST

    with pytest.raises(OperationalError):
        box.pbx.insist("It", fail)


def test_a_run_that_could_not_begin_is_due_again_soon(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    pbx, tid, now = box.pbx, box.tenant.pbx_tenant_id, box.pbx.stores.database.now
    pbx.stores.leases.set_due(tid, "p", now() - 1)

    def fail(*_: object, **__: object) -> None:
        raise LOST

    bench: Any = Workbench(pbx)
    monkeypatch.setattr(pbx.plugins, "tick_plugins", lambda _: ["p"], raising=False)
    monkeypatch.setattr(bench._runner, "run", fail)
    bench._run_due(Due(tenant_id=tid, plugin="p"))
    due_at = pbx.stores.leases.next_due_at(tid, "p")
    assert due_at is not None
    assert 0 < due_at - now() < 61


# ---------------------------------------------------------------------- the fence of a mail


def ask_in_the_hook(box: Box, before: Callable[[], object], said: list[bool]) -> None:
    """Answer as a plugin that asks right before it sends."""

    def answer(_: Notification) -> DeliveryReceipt:
        before()
        with box.pbx.open("m365", box.tenant, hook="on_send_notification", run_id=None) as host:
            said.append(host.progress.should_stop())
        return deferred(box.clock.utc(), this_mail_only=True)

    box.answer(answer)


def test_a_process_that_lost_a_mail_finds_out_before_it_sends(box: Box) -> None:
    said: list[bool] = []
    ask_in_the_hook(box, lambda: None, said)
    mail = box.put()
    box.deliver()
    assert said == [False]
    box.clock.at += 3600
    # Silent for so long that another process has ended the attempt.
    outbox = box.pbx.stores.outbox
    ask_in_the_hook(box, lambda: (outbox._at_work._begun.clear(), outbox.recover()), said)
    box.deliver()
    assert said == [False, True]
    assert box.state(mail) == MailState.UNKNOWN
    assert box.pbx.stores.outbox.lanes.fault(box.tenant.pbx_tenant_id) is None


def test_nothing_is_sent_while_nobody_can_say_whose_a_mail_is(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[bool] = []

    def fail(*_: object) -> bool:
        raise LOST

    ask_in_the_hook(box, lambda: monkeypatch.setattr(type(box.pbx.stores.outbox), "is_ours", fail), said)
    mail = box.put()
    box.deliver()
    assert said == [True]
    assert (box.state(mail), box.row(mail).n_unknown) == ("deferred", 0)


def test_outside_of_a_mail_nothing_is_said(box: Box) -> None:
    with box.pbx.open("m365", box.tenant, hook="on_send_notification", run_id=None) as host:
        assert host.progress.should_stop() is False
    with (
        box.pbx.sending(lambda: False),
        box.pbx.open("m365", box.tenant, hook="on_settings_page", run_id=None) as host,
    ):
        assert host.progress.should_stop() is False


def test_smtp_sends_nothing_that_another_process_has(tmp_path: Any) -> None:
    from pbx_devhost.mail.smtp import load_smtp, store_smtp
    from tests.support.smtp_server import run_smtp_server

    pbx = Pbx(f"sqlite:///{tmp_path / 'pbx.db'}")
    with run_smtp_server(tmp_path) as server:
        store_smtp(pbx.stores, server.settings)
        channel = load_smtp(pbx.stores)
        assert channel is not None
        receipt = channel.send(make_note(), pbx.stores, "t", may_send=lambda: False)
        assert isinstance(receipt.reason, Text)
        assert receipt.status is DeliveryStatus.DEFERRED
        assert server.postbox.got == []
        assert channel.send(make_note(), pbx.stores, "t").status is DeliveryStatus.ACCEPTED
    pbx.close()
