"""A fault that stops all mail of a tenant: everything waits in order, one mail probes, an administrator reads why."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import select, update

from pbx_devhost.core import Pbx
from pbx_devhost.mail.smtp import store_smtp
from pbx_devhost.runs.clock import Clock
from pbx_devhost.store.outbox.queue import CODE_KEEP_S, KEEP_S, MailState, OutboxError
from pbx_devhost.store.sql.schema import outbox, outbox_faults
from pbx_plugin_api import DeliveryReceipt, Notification, NotificationKind, Priority
from pbx_plugin_api.errors import InvalidValueError
from tests.support.mail_queue import Box, HandClock
from tests.support.mail_samples import accepted, deferred, rejected, unknown
from tests.support.smtp_server import OUTAGE_S, Server, run_smtp_server

CODE: dict[str, Any] = {"kind": NotificationKind.TWO_FACTOR_CODE, "priority": Priority.URGENT}


@pytest.fixture
def box(any_url: str) -> Iterator[Box]:
    clock = HandClock()
    pbx = Pbx(any_url, now=clock)
    made = Box(pbx, clock, pbx.stores.tenants.add("Contoso"))
    pbx._plugins = cast(Any, made.plugins)
    yield made
    pbx.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with run_smtp_server(tmp_path) as running:
        yield running


def break_it(box: Box, cause: str = "certificate", reason: str = "The certificate is not accepted.") -> None:
    box.answer(lambda _: deferred(box.clock.utc(), reason, remedy="Upload it.", fault=cause))


def notices(box: Box) -> list[tuple[str, bool]]:
    """The keys of the notices, newest first, and whether each lasts."""
    return [(n.notice.key, n.notice.is_open) for n in box.pbx.stores.notices.rows(box.tenant.pbx_tenant_id)]


def test_fifty_mails_wait_behind_one_attempt_and_go_out_in_order(box: Box) -> None:
    break_it(box)
    mails = [box.put(to=(f"u{n}@x.example",)) for n in range(50)]
    assert box.deliver() == {"deferred": 1}
    box.run(hours=1)
    tried_at = len(box.asked)
    assert tried_at <= 6, "a handful of attempts in an hour"
    assert set(box.asked) == {mails[0]}, "the oldest one probes"
    fault = box.pbx.stores.outbox.lanes.fault(box.tenant.pbx_tenant_id)
    assert fault is not None
    assert (fault.channel, fault.cause, fault.remedy) == ("m365", "certificate", "Upload it.")
    assert notices(box) == [("mail.paused:m365:certificate", True)]
    box.answer(lambda _: accepted())
    box.run(hours=1)
    assert box.asked[tried_at:] == mails
    assert box.pbx.stores.outbox.lanes.fault(box.tenant.pbx_tenant_id) is None
    assert notices(box) == [("mail.paused:m365:certificate", False)]


def test_probes_come_in_a_growing_interval_of_at_most_fifteen_minutes(box: Box) -> None:
    at: list[float] = []

    def refuse(_: Notification) -> DeliveryReceipt:
        at.append(box.clock.at)
        return deferred(box.clock.utc(), fault="consent")

    box.answer(refuse)
    box.put()
    box.run(hours=2)
    assert [round(b - a) for a, b in pairwise(at)][:5] == [300, 600, 900, 900, 900]


def test_an_administrators_act_probes_at_once(box: Box) -> None:
    break_it(box)
    mail = box.put()
    box.run(hours=1)
    box.answer(lambda _: accepted())
    assert box.deliver() == {}
    box.pbx.stores.outbox.lanes.probe_now(box.tenant.pbx_tenant_id)
    assert box.deliver() == {"sent": 1}
    assert box.state(mail) == "sent"


def test_another_cause_is_another_notice_and_the_same_one_begins_again(box: Box) -> None:
    break_it(box)
    box.put()
    box.deliver()
    break_it(box, "consent", "Nobody consented.")
    box.run(hours=0.1)
    assert notices(box) == [("mail.paused:m365:consent", True), ("mail.paused:m365:certificate", False)]
    break_it(box)
    box.run(hours=0.2)
    assert notices(box) == [("mail.paused:m365:consent", False), ("mail.paused:m365:certificate", True)]


def test_the_same_cause_at_another_channel_ends_the_notice_of_the_first(box: Box) -> None:
    """As where a plugin whose service is away is switched off: nobody would ever end its notice."""
    box.answer(lambda _: deferred(box.clock.utc(), "Microsoft does not answer.", unreachable=True))
    mail = box.put()
    box.run(hours=1)
    assert notices(box) == [("mail.paused:m365:unreachable", True)]
    box.answer(lambda _: None)
    box.run(hours=1)
    assert notices(box) == [("mail.paused::unreachable", True), ("mail.paused:m365:unreachable", False)]
    box.answer(lambda _: accepted())
    box.run(hours=1)
    assert box.state(mail) == "sent"
    assert [is_open for _, is_open in notices(box)] == [False, False]


def test_a_fault_that_stops_nothing_any_more_ends(box: Box) -> None:
    """All mail has expired, and no other is sent: nothing would ever show that the fault is over."""
    break_it(box)
    mail = box.put()
    box.run(hours=23)
    box.clock.at += KEEP_S
    box.deliver()
    assert box.state(mail) == "expired"
    box.clock.at += 2 * 86_400
    box.deliver()
    assert box.pbx.stores.outbox.lanes.faults() == []
    assert dict(notices(box))["mail.paused:m365:certificate"] is False
    box.put()
    box.deliver()
    assert notices(box)[0] == ("mail.paused:m365:certificate", True), "the next mail shows that it lasts"


def test_a_fault_lasts_while_mail_waits_however_long_nobody_tried(box: Box) -> None:
    break_it(box)
    box.put()
    box.deliver()
    box.clock.at += 2 * 86_400  # as if no process had been running
    assert box.pbx.stores.outbox.lanes.end_idle_faults() == []
    assert len(box.pbx.stores.outbox.lanes.faults()) == 1


def test_a_fault_of_one_tenant_leaves_other_tenants_alone(box: Box) -> None:
    other = box.pbx.stores.tenants.add("Fabrikam")
    break_it(box)
    box.put()
    box.deliver()
    box.answer(lambda _: accepted())
    mine = box.tenant
    box.tenant = other
    box.put()
    assert box.deliver() == {"sent": 1}
    box.tenant = mine
    assert box.deliver() == {}


def test_a_fault_of_the_mail_itself_says_nothing_about_the_fault(box: Box) -> None:
    break_it(box)
    first, second = box.put(to=("a@x.example",)), box.put(to=("b@x.example",))
    box.deliver()
    box.answer(lambda note: rejected("No such person.") if note.notification_id == first else accepted())
    box.run(hours=0.1)
    assert (box.state(first), box.state(second)) == ("dead", "sent")


def test_the_contract_refuses_a_fault_that_is_no_deferral() -> None:
    with pytest.raises(InvalidValueError, match="fault"):
        rejected(fault="certificate")
    with pytest.raises(InvalidValueError, match="fault"):
        deferred(HandClock().utc(), fault="certificate", this_mail_only=True)


def test_urgent_mail_goes_by_smtp_at_once_and_all_mail_when_the_fault_lasts(box: Box, server: Server) -> None:
    store_smtp(box.pbx.stores, server.settings)
    break_it(box)
    voicemail = box.put(to=("a@x.example",))
    box.deliver()
    asked = len(box.asked)
    code = box.put(to=("b@x.example",), **CODE)
    assert box.deliver() == {"sent": 1}
    assert (box.row(code).channel, len(box.asked)) == ("smtp", asked)
    assert box.state(voicemail) == "deferred"
    box.clock.at += OUTAGE_S
    box.deliver()
    assert box.row(voicemail).channel == "smtp"


def test_an_urgent_mail_leaves_the_probe_to_an_ordinary_one(box: Box, server: Server) -> None:
    store_smtp(box.pbx.stores, server.settings)
    break_it(box)
    voicemail = box.put(to=("a@x.example",))
    box.deliver()
    box.clock.at += 15 * 60  # a probe is due
    asked = len(box.asked)
    code = box.put(to=("b@x.example",), **CODE)
    box.answer(lambda _: accepted())
    assert box.deliver() == {"sent": 2}
    assert box.row(code).channel == "smtp", "it waited for no answer of the service"
    assert (box.row(voicemail).channel != "smtp", len(box.asked)) == (True, asked + 1), "the ordinary mail probed"


def test_the_urgent_mail_that_finds_the_fault_goes_by_smtp_too(box: Box, server: Server) -> None:
    store_smtp(box.pbx.stores, server.settings)
    break_it(box)
    code = box.put(**CODE)
    assert box.deliver() == {"sent": 1}
    assert box.row(code).channel == "smtp"


def test_a_fallback_that_is_set_up_during_a_fault_takes_urgent_mail(box: Box, server: Server) -> None:
    break_it(box)
    code = box.put(**CODE)
    assert box.deliver() == {"deferred": 1}
    store_smtp(box.pbx.stores, server.settings)
    assert box.deliver() == {"sent": 1}
    assert box.row(code).channel == "smtp"


def test_who_got_a_part_of_a_mail_does_not_get_it_again_by_smtp(box: Box, server: Server) -> None:
    store_smtp(box.pbx.stores, server.settings)
    box.answer(lambda _: deferred(box.clock.utc(), fault="consent", pending_recipients=("b@x.example",)))
    box.put(to=("a@x.example", "b@x.example"), **CODE)
    box.deliver()
    assert [recipients for recipients, _ in server.postbox.got] == [["b@x.example"]]


def test_a_pause_of_days_is_worse_each_day(box: Box) -> None:
    break_it(box)
    box.put()
    levels = []
    for _ in range(3):
        box.run(hours=1)
        levels += [kept.notice.level for kept in box.pbx.stores.notices.shown(box.tenant.pbx_tenant_id)]
        box.clock.at += 86_400
    assert levels == [0, 1, 2]


def test_an_expired_mail_has_its_reason_and_is_in_a_notice(box: Box) -> None:
    break_it(box)
    code, voicemail = box.put(**CODE), box.put(to=("b@x.example",))
    box.deliver()
    box.clock.at += CODE_KEEP_S + 1
    box.deliver()
    assert box.row(code).reason == "It waited too long. The certificate is not accepted."
    box.clock.at += KEEP_S
    box.deliver()
    assert box.state(voicemail) == "expired"
    texts = [
        n.notice.text for n in box.pbx.stores.notices.rows(box.tenant.pbx_tenant_id) if n.notice.kind == "mail.expired"
    ]
    assert len(texts) == 1, "one while expired mail is there"
    assert all("The certificate is not accepted." in text for text in texts)
    for mail in (code, voicemail):
        box.pbx.stores.outbox.send_again(box.tenant.pbx_tenant_id, mail)
    box.deliver()
    open_ones = box.pbx.stores.notices.open_ones(box.tenant.pbx_tenant_id)
    assert "mail.expired" not in {kept.notice.kind for kept in open_ones}


def test_a_fault_survives_a_restart(any_url: str, box: Box) -> None:
    break_it(box)
    mail = box.put()
    box.deliver()
    again = Pbx(any_url, now=box.clock)
    fault = again.stores.outbox.lanes.fault(box.tenant.pbx_tenant_id)
    assert fault is not None
    assert fault.cause == "certificate"
    assert again.stores.outbox.claim() is None
    again.close()
    assert box.state(mail) == "deferred"


def test_a_newer_code_never_waits_behind_one_whose_answer_was_lost(box: Box) -> None:
    box.answer(lambda _: unknown())
    old = box.put(**CODE)
    box.deliver()
    box.answer(lambda _: accepted())
    new = box.put(**CODE)
    assert box.deliver() == {"sent": 1}
    assert (box.state(old), box.state(new)) == ("unknown", "sent")


def test_a_mail_that_can_never_be_uploaded_lets_later_mail_pass(box: Box) -> None:
    stuck = box.put(to=("a@x.example",))
    later = box.put(to=("a@x.example",))
    box.answer(
        lambda note: deferred(box.clock.utc(5), this_mail_only=True) if note.notification_id == stuck else accepted()
    )
    box.run(hours=0.1)
    assert box.state(later) == "sent"
    assert box.row(later).finished_at - box.row(later).created_at <= 60
    box.answer(lambda _: accepted())
    box.run(hours=1)
    assert box.state(stuck) == "sent"


def test_a_code_arrives_within_five_seconds_while_a_hundred_slow_voicemails_wait(box: Box) -> None:
    release, done_at = threading.Event(), {}

    def answer(note: Notification) -> DeliveryReceipt:
        if note.priority is not Priority.URGENT:
            release.wait(30)
        done_at[note.notification_id] = time.monotonic()
        return accepted()

    box.answer(answer)
    for n in range(100):
        box.put(to=(f"u{n}@x.example",))
    clock = Clock(box.pbx)
    clock.start()
    try:
        time.sleep(0.5)  # every other worker is busy
        began, code = time.monotonic(), box.put(to=("u1@x.example",), **CODE)
        while code not in done_at and time.monotonic() < began + 5:
            time.sleep(0.02)
        assert done_at[code] - began < 5
    finally:
        box.pbx.stop_wanted[0] = True
        release.set()
        clock.stop()


@pytest.mark.postgres
def test_a_process_frozen_inside_the_queue_stops_its_own_mail_only(postgres_url: str, tmp_path: Path) -> None:
    from tests.support.postgres import empty

    empty(postgres_url)
    pbx = Pbx(postgres_url)
    box = Box(pbx, HandClock(), pbx.stores.tenants.add("Contoso"))
    frozen, free = box.put(), box.put(to=("b@x.example",))
    box.tenant = pbx.stores.tenants.add("Fabrikam")
    other = box.put()
    with pbx.stores.database.write() as stuck:  # as in `claim`, between its two statements
        stuck.execute(select(outbox).where(outbox.c.id == frozen).with_for_update())
        stuck.execute(update(outbox).where(outbox.c.id == frozen).values(expires_at=0.0))
        ended: list[str] = []

        def work() -> None:
            while (claimed := pbx.stores.outbox.claim()) is not None:
                pbx.stores.outbox.settle(claimed, MailState.SENT)
                ended.append(claimed.notification.notification_id)
            pbx.stores.outbox.expire()
            pbx.stores.outbox.recover()
            box.put()
            with pytest.raises(OutboxError, match="in use"):
                pbx.stores.outbox.send_again(_tenant_of(pbx, frozen), frozen)
            ended.append("all")

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(20)
        assert ended == [free, other, "all"]
    pbx.close()


@pytest.mark.postgres
def test_a_process_frozen_while_it_takes_a_probe_stops_its_own_tenant_only(postgres_url: str) -> None:
    from tests.support.postgres import empty

    empty(postgres_url)
    clock = HandClock()
    pbx = Pbx(postgres_url, now=clock)
    box = Box(pbx, clock, pbx.stores.tenants.add("Contoso"))
    pbx._plugins = cast(Any, box.plugins)
    break_it(box)
    box.put()
    box.deliver()
    clock.at += 3600
    box.tenant = pbx.stores.tenants.add("Fabrikam")
    other = box.put()
    with pbx.stores.database.write() as stuck:
        stuck.execute(select(outbox_faults).with_for_update())
        claimed = pbx.stores.outbox.claim()
        assert claimed is not None
        assert claimed.notification.notification_id == other
        assert pbx.stores.outbox.claim() is None
    pbx.close()


def _tenant_of(pbx: Pbx, mail_id: str) -> str:
    with pbx.stores.database.read() as connection:
        return str(connection.execute(select(outbox.c.tenant_id).where(outbox.c.id == mail_id)).scalar_one())
