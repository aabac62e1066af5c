"""The queue of mail on both databases, and its delivery by the clock of `serve`."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, cast

import pytest

from pbx_devhost.core import Pbx
from pbx_devhost.mail.delivery import Delivery
from pbx_devhost.runs.clock import Clock
from pbx_devhost.store.outbox.queue import MailState
from pbx_devhost.store.work.processes import DEAD_AFTER_S
from pbx_plugin_api import Notification, Priority
from tests.support.mail_queue import Box, HandClock
from tests.support.mail_samples import accepted, deferred, rejected, unknown


@pytest.fixture
def box(any_url: str) -> Iterator[Box]:
    clock = HandClock()
    pbx = Pbx(any_url, now=clock)
    made = Box(pbx, clock, pbx.stores.tenants.add("Contoso"))
    pbx._plugins = cast(Any, made.plugins)
    yield made
    pbx.close()


def test_four_workers_send_each_mail_once_and_in_order(box: Box) -> None:
    put = [box.put(to=(f"u{n % 5}@x.example",)) for n in range(60)]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: Delivery(box.pbx).deliver_due(), range(4)))
    # A worker ends when nothing is free. Mail behind another worker's attempt is left for the next round.
    box.run()
    assert sum(each.attempts for each in done) + len(box.asked) >= 60
    assert sorted(box.asked) == sorted(put)
    for n in range(5):
        assert [m for m in box.asked if m in put[n::5]] == put[n::5]


def test_an_answer_that_was_held_up_does_not_say_whose_the_mail_is(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database says "yours". Until that arrives, the process is silent for so long that another takes the mail."""
    box.put()
    database, processes = box.pbx.stores.database, box.pbx.stores.processes
    claimed = box.pbx.stores.outbox.claim()
    assert claimed is not None
    assert box.pbx.stores.outbox.is_ours(claimed)
    opened = database.read

    @contextmanager
    def read_slowly() -> Iterator[Any]:
        monkeypatch.setattr(database, "read", opened)
        with opened() as connection:
            yield connection
        monkeypatch.setattr(processes, "_fresh_at", time.monotonic() - DEAD_AFTER_S)
        box.pbx.stores.outbox.settle(claimed, MailState.UNKNOWN, wait_s=15.0)

    monkeypatch.setattr(database, "read", read_slowly)
    assert not box.pbx.stores.outbox.is_ours(claimed)


def test_a_process_that_was_silent_shows_that_it_lives_and_asks_again(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.put()
    claimed = box.pbx.stores.outbox.claim()
    assert claimed is not None
    processes = box.pbx.stores.processes
    monkeypatch.setattr(processes, "_fresh_at", time.monotonic() - DEAD_AFTER_S)
    assert box.pbx.stores.outbox.is_ours(claimed)
    assert processes.is_surely_alive()
    monkeypatch.setattr(processes, "_fresh_at", time.monotonic() - DEAD_AFTER_S)
    monkeypatch.setattr(processes, "beat", lambda: None)
    assert not box.pbx.stores.outbox.is_ours(claimed), "it cannot know"


def test_every_outcome_is_kept(box: Box) -> None:
    def answer(note: Notification) -> Any:
        return {
            "a": accepted(),
            "r": rejected("No."),
            "d": deferred(box.clock.utc(60)),
            "u": unknown(),
            "h": unknown(hold=True),
        }[note.to[0][0]]

    box.answer(answer)
    mails = {letter: box.put(to=(f"{letter}@x.example",)) for letter in "aruh"}
    box.deliver()
    assert {letter: box.state(mail) for letter, mail in mails.items()} == {
        "a": "sent",
        "r": "dead",
        "u": "unknown",
        "h": "held",
    }
    late = box.put(to=("d@x.example",))
    box.deliver()
    assert box.state(late) == "deferred"
    urgent = box.put(to=("a2@x.example",), priority=Priority.URGENT)
    box.deliver()
    assert box.state(urgent) == "sent"
    box.pbx.stores.outbox.send_again(box.tenant.pbx_tenant_id, mails["h"])
    box.pbx.stores.vault.rotate()
    box.answer(lambda _: accepted())
    box.run()
    assert box.pbx.stores.outbox.counts(box.tenant.pbx_tenant_id) == {"sent": 5, "dead": 1}


def test_a_slow_mail_does_not_make_others_wait(box: Box) -> None:
    going, release = threading.Event(), threading.Event()

    def answer(note: Notification) -> Any:
        if note.to[0].startswith("slow"):
            going.set()
            release.wait(10)
        return accepted()

    box.answer(answer)
    slow = box.put(to=("slow@x.example",))
    clock = Clock(box.pbx, mail_poll_s=0.01)
    clock.start()
    try:
        assert going.wait(10)
        code = box.put(priority=Priority.URGENT)
        for _ in range(500):
            if box.state(code) == "sent":
                break
            time.sleep(0.02)
        assert (box.state(code), box.state(slow)) == ("sent", "attempt_started")
    finally:
        release.set()
        clock.stop()
    assert box.state(slow) == "sent"


def test_the_clock_of_serve_delivers_and_outlives_a_failure(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pbx_devhost.runs.clock._log.exception", lambda *_: None)
    failures = iter([RuntimeError("the database is away")])
    real = Delivery.look_after

    def sometimes(self: Delivery, **more: Any) -> Any:
        for failure in failures:
            raise failure
        return real(self, **more)

    monkeypatch.setattr(Delivery, "look_after", sometimes)
    clock = Clock(box.pbx, mail_poll_s=0.01)
    mail = box.put()
    clock.start()
    try:
        for _ in range(500):
            if box.state(mail) == "sent":
                break
            time.sleep(0.02)
    finally:
        clock.stop()
    assert box.state(mail) == "sent"
