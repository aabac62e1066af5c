"""The queue of mail, with a plugin whose answers the test sets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import select, update

from pbx_devhost.core import Pbx
from pbx_devhost.store.outbox.queue import CODE_KEEP_S, KEEP_S, MailState, OutboxError
from pbx_devhost.store.outbox.waits import UNKNOWN_AT_MOST
from pbx_devhost.store.sql.schema import outbox, outbox_recipients
from pbx_plugin_api import DeliveryReceipt, Notification, NotificationKind, Priority, RejectedRecipient
from pbx_plugin_api.errors import InvalidValueError
from tests.support.mail_queue import Box, HandClock
from tests.support.mail_samples import accepted, deferred, make_note, rejected, unknown


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    clock = HandClock()
    pbx = Pbx(f"sqlite:///{tmp_path / 'pbx.db'}", now=clock)
    made = Box(pbx, clock, pbx.stores.tenants.add("Contoso"))
    pbx._plugins = cast(Any, made.plugins)
    yield made
    pbx.close()


def test_accepted_is_sent_and_its_contents_are_forgotten(box: Box) -> None:
    mail = box.put(placeholders={"USER_PASSWORD": "hunter2"})
    assert box.deliver() == {"sent": 1}
    row = box.row(mail)
    assert (row.state, row.channel, row.attempt) == ("sent", "m365", 1)
    assert box.plugins.asked[0].placeholders == {"USER_PASSWORD": "hunter2"}
    with box.pbx.stores.database.read() as connection:
        assert connection.execute(select(outbox.c.sealed)).scalar() is None
        assert not connection.execute(select(outbox_recipients)).all()


def test_what_waits_is_sealed_and_survives_a_new_key(box: Box, tmp_path: Path) -> None:
    box.put(placeholders={"USER_PASSWORD": "hunter2"}, text="the secret text")
    box.pbx.stores.vault.rotate()
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"hunter2" not in raw
    assert b"the secret text" not in raw
    assert box.deliver() == {"sent": 1}
    assert box.plugins.asked[0].text == "the secret text"


def test_the_same_notification_is_accepted_once(box: Box) -> None:
    note = make_note()
    assert box.pbx.stores.outbox.put(box.tenant.pbx_tenant_id, note)
    assert not box.pbx.stores.outbox.put(box.tenant.pbx_tenant_id, note)
    box.run()
    assert len(box.asked) == 1


def test_the_attempt_is_written_down_before_the_plugin_is_asked(box: Box) -> None:
    seen = []
    box.answer(lambda note: seen.append(box.state(note.notification_id)) or accepted())  # type: ignore[func-returns-value]
    box.put()
    box.deliver()
    assert seen == ["attempt_started"]


def test_deferred_waits_until_the_time_the_plugin_says_and_the_lane_with_it(box: Box) -> None:
    until = box.clock.utc(90)
    box.answer(lambda _: deferred(until))
    first, second = box.put(to=("a@x.example",)), box.put(to=("b@x.example",))
    assert box.deliver() == {"deferred": 1}
    assert box.asked == [first]  # the answer for one mail holds for the other
    box.answer(lambda _: accepted())
    box.clock.at += 89
    assert box.deliver() == {}
    box.clock.at += 1
    assert box.deliver() == {"sent": 2}
    assert box.state(second) == "sent"


def test_a_mail_that_cannot_be_prepared_waits_longer_each_time_and_holds_up_no_other(box: Box) -> None:
    tried_at: list[float] = []

    def refuse_one(note: Notification) -> DeliveryReceipt:
        if not note.to[0].startswith("large"):
            return accepted()
        tried_at.append(box.clock.at)
        return deferred(box.clock.utc(5), this_mail_only=True)

    box.answer(refuse_one)
    large = box.put(to=("large@x.example",))
    others = [box.put(to=(f"u{n}@x.example",)) for n in range(3)]
    urgent = box.put(to=("urgent@x.example",), priority=Priority.URGENT)
    assert box.deliver() == {"deferred": 1, "sent": 4}
    assert [box.state(mail) for mail in (large, urgent, *others)] == ["deferred", *["sent"] * 4]
    box.run(hours=0.2)
    assert [round(b - a) for a, b in pairwise(tried_at)] == [15, 30, 60, 120, 240]


def test_only_a_deferral_can_be_about_this_mail_only() -> None:
    with pytest.raises(InvalidValueError, match="this_mail_only"):
        accepted(this_mail_only=True)


def test_urgent_mail_passes_the_pause_of_other_mail_but_not_its_own(box: Box) -> None:
    box.answer(lambda note: accepted() if note.priority is Priority.URGENT else deferred(box.clock.utc(90)))
    box.put()
    box.deliver()
    code = box.put(priority=Priority.URGENT)
    assert box.deliver() == {"sent": 1}
    assert box.state(code) == "sent"
    box.answer(lambda _: deferred(box.clock.utc(90)))
    box.put(priority=Priority.URGENT)
    box.deliver()
    box.put(priority=Priority.URGENT, to=("other@x.example",))
    assert box.deliver() == {}


def test_unknown_is_sent_again_marked_after_a_growing_wait(box: Box) -> None:
    lost_at: list[float] = []

    def lose(note: Notification) -> DeliveryReceipt:
        lost_at.append(box.clock.at)
        return unknown() if len(lost_at) < 4 else accepted()

    box.answer(lose)
    box.put()
    box.run()
    assert [note.previous_outcome_unknown for note in box.plugins.asked] == [False, True, True, True]
    assert [note.attempt for note in box.plugins.asked] == [1, 2, 3, 4]
    waits = [round(b - a) for a, b in pairwise(lost_at)]
    assert waits == [15, 30, 60]


def test_a_deferral_does_not_wash_away_that_an_earlier_attempt_may_have_gone(box: Box) -> None:
    answers = iter([unknown(), deferred(box.clock.utc(20)), accepted()])
    box.answer(lambda _: next(answers))
    box.put()
    box.run()
    assert [note.previous_outcome_unknown for note in box.plugins.asked] == [False, True, True]


def test_after_many_unknown_outcomes_a_person_decides(box: Box) -> None:
    box.answer(lambda _: unknown())
    mail = box.put()
    box.run(hours=48)
    assert box.state(mail) == "held"
    assert len(box.asked) == UNKNOWN_AT_MOST
    box.answer(lambda _: accepted())
    box.pbx.stores.outbox.send_again(box.tenant.pbx_tenant_id, mail)
    assert box.deliver() == {"sent": 1}
    assert box.plugins.asked[-1].copy_approved
    assert box.plugins.asked[-1].previous_outcome_unknown


def test_the_plugin_asks_to_hold_the_copy(box: Box) -> None:
    box.answer(lambda note: unknown(hold=True) if not note.copy_approved else accepted())
    mail = box.put()
    box.run()
    assert box.state(mail) == "held"
    box.pbx.stores.outbox.drop(box.tenant.pbx_tenant_id, mail)
    assert box.state(mail) == "dead"
    with pytest.raises(OutboxError, match="no held mail"):
        box.pbx.stores.outbox.drop(box.tenant.pbx_tenant_id, mail)


def test_rejected_is_a_dead_letter_that_can_be_sent_again(box: Box) -> None:
    box.answer(lambda _: rejected("No licence.", remedy="Buy one."))
    mail = box.put()
    assert box.deliver() == {"dead": 1}
    row = box.row(mail)
    assert (row.reason, row.remedy) == ("No licence.", "Buy one.")
    box.answer(lambda _: accepted())
    box.pbx.stores.outbox.send_again(box.tenant.pbx_tenant_id, mail)
    assert box.deliver() == {"sent": 1}
    assert not box.plugins.asked[-1].previous_outcome_unknown
    with pytest.raises(OutboxError, match="is sent"):
        box.pbx.stores.outbox.send_again(box.tenant.pbx_tenant_id, mail)
    with pytest.raises(OutboxError, match="there is no mail"):
        box.pbx.stores.outbox.send_again(box.tenant.pbx_tenant_id, "nothing")


def test_only_those_who_still_wait_are_asked_for_again(box: Box) -> None:
    everybody = tuple(f"u{n}@x.example" for n in range(6))
    answers = iter([unknown(pending_recipients=(everybody[1], everybody[4], everybody[5])), accepted()])
    box.answer(lambda _: next(answers))
    box.put(to=everybody[:3], cc=everybody[3:5], bcc=everybody[5:])
    box.run()
    again = box.plugins.asked[1]
    assert (again.to, again.cc, again.bcc) == ((everybody[1],), (everybody[4],), (everybody[5],))


def test_who_will_not_get_it_stays_written_down(box: Box) -> None:
    def refuse(address: str) -> tuple[RejectedRecipient, ...]:
        return (RejectedRecipient(address=address, reason="No such address."),)

    parts = [
        deferred(box.clock.utc(5), pending_recipients=("b@x.example", "c@x.example"),
                 rejected_recipients=refuse("a@x.example")),
        accepted(rejected_recipients=refuse("b@x.example")),
    ]  # fmt: skip
    answers = iter(parts)
    box.answer(lambda _: next(answers))
    mail = box.put(to=("a@x.example", "b@x.example", "c@x.example"))
    box.run()
    from pbx_devhost.cli import views

    shown = views.show_mail(box.row(mail))
    assert shown["state"] == "sent"
    assert [item["address"] for item in shown["refused"]] == ["a@x.example", "b@x.example"]


def test_mail_expires_codes_sooner_than_the_rest(box: Box) -> None:
    box.answer(lambda _: deferred(box.clock.utc(60)))
    code = box.put(kind=NotificationKind.TWO_FACTOR_CODE, priority=Priority.URGENT)
    voicemail = box.put(to=("b@x.example",))
    box.clock.at += CODE_KEEP_S + 1
    box.deliver()
    assert (box.state(code), box.state(voicemail)) == ("expired", "deferred")
    box.clock.at += KEEP_S
    box.deliver()
    assert box.state(voicemail) == "expired"


def test_order_within_recipient_and_priority_is_kept(box: Box) -> None:
    first = box.put(to=("a@x.example",))
    second = box.put(to=("A@x.example", "b@x.example"))
    third = box.put(to=("b@x.example",))
    other = box.put(to=("c@x.example",))
    bulk = box.put(to=("a@x.example",), priority=Priority.BULK)
    box.answer(lambda note: unknown() if note.notification_id == first and note.attempt == 1 else accepted())
    box.deliver()
    assert box.asked == [first, other, bulk]  # second and third wait for their turn
    box.run()
    assert box.asked == [first, other, bulk, first, second, third]


def test_urgent_first_oldest_first_and_bulk_is_not_starved(box: Box) -> None:
    order = []
    for name, priority in (("b1", Priority.BULK), ("n1", Priority.NORMAL), ("u1", Priority.URGENT)):
        order.append(box.put(to=(f"{name}@x.example",), priority=priority))
    box.clock.at += 1
    order.append(box.put(to=("n2@x.example",)))
    box.clock.at += 1801
    order.append(box.put(to=("n3@x.example",)))
    order.append(box.put(to=("u2@x.example",), priority=Priority.URGENT))
    box.deliver()
    b1, n1, u1, n2, n3, u2 = order
    assert box.asked == [u1, u2, n1, n2, b1, n3]


def test_a_plugin_that_is_not_there_delays_but_loses_nothing(box: Box) -> None:
    box.answer(lambda _: None)
    mail = box.put()
    assert box.deliver() == {"deferred": 1}
    assert box.row(mail).reason == "No plugin delivers mail here."
    box.answer(lambda _: accepted())
    box.run()
    assert box.state(mail) == "sent"


def test_an_attempt_that_raises_is_unknown_and_the_queue_goes_on(box: Box) -> None:
    def fail(note: Notification) -> DeliveryReceipt:
        if note.attempt == 1 and note.to[0].startswith("a"):
            raise RuntimeError("a bug of the host")
        return accepted()

    box.answer(fail)
    first, second = box.put(to=("a@x.example",)), box.put(to=("b@x.example",))
    assert box.deliver() == {"unknown": 1, "sent": 1}
    box.run()
    assert (box.state(first), box.state(second)) == ("sent", "sent")


def test_two_workers_never_take_the_same_mail(box: Box) -> None:
    for n in range(40):
        box.put(to=(f"u{n}@x.example",))
    claimed = []
    from concurrent.futures import ThreadPoolExecutor

    def work(_: int) -> None:
        while (mine := box.pbx.stores.outbox.claim()) is not None:
            claimed.append(mine.notification.notification_id)
            box.pbx.stores.outbox.settle(mine, MailState.SENT)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert len(claimed) == len(set(claimed)) == 40


def test_an_attempt_given_up_for_lost_is_not_settled_later(box: Box) -> None:
    mail = box.put()
    claimed = box.pbx.stores.outbox.claim()
    assert claimed is not None
    box.clock.at += 1000
    assert box.pbx.stores.outbox.recover() == 1
    box.pbx.stores.outbox.settle(claimed, MailState.SENT)
    assert box.state(mail) == "unknown"


def test_a_mail_that_ends_its_process_is_not_sent_for_ever(box: Box) -> None:
    mail, later = box.put(to=("a@x.example",)), box.put(to=("a@x.example",))
    store, tried_at = box.pbx.stores.outbox, []
    while (claimed := store.claim()) is not None and claimed.notification.notification_id == mail:
        tried_at.append(box.clock.at)
        kill_holder(box)
        assert store.recover() == 1
        due_at = store.next_due_at()
        assert due_at is not None
        box.clock.at = due_at
    assert len(tried_at) == UNKNOWN_AT_MOST
    assert [round(b - a) for a, b in pairwise(tried_at)] == [15, 30, 60, 120, 240, 480, 960]
    row = box.row(mail)
    assert (row.state, row.waiting, row.n_unknown) == ("held", 0, UNKNOWN_AT_MOST)
    assert "process ended" in row.reason
    assert "Ask the recipient" in row.remedy
    assert claimed is not None  # later mail to the same person goes on
    assert claimed.notification.notification_id == later
    store.settle(claimed, MailState.SENT)
    store.send_again(box.tenant.pbx_tenant_id, mail)
    assert box.deliver() == {"sent": 1}
    assert box.plugins.asked[-1].previous_outcome_unknown


def test_an_approval_holds_for_one_copy_also_where_its_process_ends(box: Box) -> None:
    box.answer(lambda note: accepted() if note.copy_approved else unknown(hold=True))
    mail, store = box.put(), box.pbx.stores.outbox
    box.deliver()
    store.send_again(box.tenant.pbx_tenant_id, mail)
    claimed = store.claim()
    assert claimed is not None
    assert claimed.notification.copy_approved
    kill_holder(box)
    box.run()
    assert box.state(mail) == "held"


def kill_holder(box: Box) -> None:
    """Make every attempt that has begun belong to a process that has ended."""
    gone = "0" * 32
    with box.pbx.stores.database.write() as connection:
        connection.execute(update(outbox).where(outbox.c.holder != "").values(holder=gone))


def test_the_queue_is_listed_without_contents(box: Box) -> None:
    from pbx_devhost.cli import views

    box.put(text="secret text", placeholders={"AUTH_CODE": "123456"}, subject="Your code")
    shown = json.dumps([views.show_mail(row) for row in box.pbx.stores.outbox.rows(box.tenant.pbx_tenant_id)])
    assert "Your code" in shown
    assert "123456" not in shown
    assert "secret text" not in shown
