"""How many requests of a long pass are in flight: fewer near a limit, and while somebody waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.graph.batch import run_batches
from portsip_m365_plugin.graph.batch_queue import BatchItem
from portsip_m365_plugin.graph.errors import ThrottledError
from portsip_m365_plugin.graph.throttle import LOAD_HEADER, ThrottleGate
from portsip_m365_plugin.graph.wire import Request, build
from tests.support.graph_wire import GLOBAL, START_UTC, HandClock, Written, batch_answer, item, refused, wire
from tests.support.photo_lab import PhotoLab


def read_user(cloud: Cloud, oid: str) -> Request:
    return build("users.get", cloud, select=("id",), user_id=oid)


def make_gate() -> tuple[ThrottleGate, HandClock]:
    clock = HandClock()
    return ThrottleGate(lambda: clock.now_s, clock.sleep), clock


@pytest.mark.parametrize(
    ("load", "slots"),
    [("0.79", 8), ("0.80", 6), ("0.88", 4), ("0.96", 2), ("1.0", 1), ("1.8", 1), ("nan", 8), ("much", 8), ("", 8)],
)
def test_a_pass_uses_fewer_slots_the_nearer_the_limit_is(load: str, slots: int) -> None:
    gate, _ = make_gate()
    gate.note_answer({LOAD_HEADER: load})
    assert gate.slots(8, gives_way=True) == slots


def test_calm_answers_give_the_slots_back_one_by_one() -> None:
    gate, _ = make_gate()
    gate.note_answer({LOAD_HEADER: "0.96"})
    given = []
    for _ in range(20):
        gate.note_answer({})
        given.append(gate.slots(8, gives_way=True))
    assert given == sorted(given)
    assert (given[0], given[-1]) == (2, 8)
    assert max(later - earlier for earlier, later in pairwise(given)) == 1


def test_a_refusal_halves_the_slots_once_for_each_wave() -> None:
    gate, clock = make_gate()
    for _ in range(8):  # the answers to eight requests that were in flight together
        gate.close_for(5)
    assert gate.slots(8, gives_way=True) == 4
    clock.sleep(5)
    gate.close_for(5)
    assert gate.slots(8, gives_way=True) == 2


def test_a_mailbox_that_is_busy_slows_nobody_else_down() -> None:
    gate, _ = make_gate()
    gate.close_for(5, "a mailbox")
    assert gate.slots(8, gives_way=True) == 8


def test_one_slot_is_always_left() -> None:
    gate, clock = make_gate()
    for _ in range(20):
        gate.close_for(1)
        clock.sleep(1)
    assert (gate.slots(8, gives_way=True), gate.slots(1, gives_way=True)) == (1, 1)


def test_passes_give_way_while_somebody_waits() -> None:
    seen: list[int] = []
    mail = wire(
        lambda _: (seen.append(mail.client.gate.slots(8, gives_way=True)), Written(body={}))[1], priority="high"
    )
    mail.client.send(read_user(GLOBAL, "a"))
    assert (seen, mail.client.gate.slots(8, gives_way=True)) == ([4], 8)
    nightly = wire(
        lambda _: (seen.append(nightly.client.gate.slots(8, gives_way=True)), Written(body={}))[1], priority="low"
    )
    nightly.client.send(read_user(GLOBAL, "a"))
    assert seen == [4, 8]
    assert mail.client.gate.slots(8, gives_way=False) == 8  # a pass that somebody waits for gives way to nobody


def test_nobody_is_waited_for_after_a_failure() -> None:
    mail = wire(refused(429, retry_after="9999"), priority="high")
    with pytest.raises(ThrottledError):
        mail.client.send(read_user(GLOBAL, "a"))
    assert mail.client.gate.slots(8, gives_way=True) == 4  # of the refusal, and not of a request in flight
    mail.clock.sleep(9999)
    for _ in range(10):
        mail.client.gate.note_answer({})
    assert mail.client.gate.slots(8, gives_way=True) == 8


def test_a_pass_slows_down_before_microsoft_refuses() -> None:
    lab = PhotoLab(users=120, photo_share=0.0)
    client, people = lab.client(), [person.id for person in lab.microsoft.directory.order]
    lab.realm.limits.settings.directory_units = 62
    items = [BatchItem(key=oid, request=read_user(client.cloud, oid)) for oid in people[:60]]
    assert client.gate.slots(8, gives_way=False) == 8
    slots = [client.gate.slots(8, gives_way=False) for _ in run_batches(client, items, n_threads=2)]
    assert len(slots) == 60
    assert min(slots) < 5


def test_near_the_limit_a_pass_pauses_the_longer_the_nearer_it_is() -> None:
    pauses = []
    for load in ("0.80", "0.85", "0.90", "0.95", "1.0", "1.8"):
        gate, clock = make_gate()
        gate.note_answer({LOAD_HEADER: load})
        with gate.in_turn(at_most_s=60) as paused_s:
            pauses.append(round(paused_s, 2))
        assert clock.now_s == paused_s
    assert pauses == [0, 0.62, 2.5, 5.62, 10, 10]


def test_a_pause_is_no_longer_than_a_run_may_wait_and_ends_where_microsoft_says_how_long() -> None:
    gate, clock = make_gate()
    gate.note_answer({LOAD_HEADER: "1.0"})
    with gate.in_turn(at_most_s=3):
        assert clock.now_s == 3
    gate.close_for(1)
    with gate.in_turn(at_most_s=60):
        assert clock.now_s == 3  # the gate itself makes everybody wait


def test_near_the_limit_one_is_sent_after_another_until_many_answers_were_calm() -> None:
    gate, _ = make_gate()
    gate.note_answer({LOAD_HEADER: "0.80"})
    gate.note_answer({})
    with gate.in_turn(at_most_s=60):
        assert not gate._turn.acquire(blocking=False)
    for _ in range(10):
        gate.note_answer({})
    with gate.in_turn(at_most_s=60):
        assert gate._turn.acquire(blocking=False)


def test_somebody_who_waits_for_a_mailbox_comes_before_a_pass() -> None:
    gate = ThrottleGate(time.monotonic, time.sleep)
    assert [gate.try_enter("m") for _ in range(5)] == [True, True, True, True, False]
    entered: list[bool] = []
    waiting = threading.Thread(target=lambda: entered.append(gate.wait_for_slot("m", at_most_s=10)))
    waiting.start()
    while not gate._wanted["m"]:
        time.sleep(0.001)
    gate.leave("m")
    assert not gate.try_enter("m")  # the free slot is taken, or will be
    waiting.join()
    assert entered == [True]
    assert not gate.wait_for_slot("m", at_most_s=0.01)
    assert gate.try_enter("another")


def ask_mark(number: int, mailbox: str) -> BatchItem[int]:
    return BatchItem(key=number, request=build("users.photo", GLOBAL, user_id=mailbox))


def test_nothing_is_asked_of_a_mailbox_that_has_to_wait() -> None:
    wired = wire(
        batch_answer(item(0, 429, headers={"Retry-After": "7"}), item(1)),
        batch_answer(item(0), item(1)),
    )

    def items() -> Iterator[BatchItem[int] | None]:
        yield ask_mark(0, "busy")
        yield ask_mark(1, "calm")
        yield None
        yield ask_mark(2, "busy")  # never asked before, but of the same mailbox

    results = list(run_batches(wired.client, items()))
    assert sorted(result.item.key for result in results if result.reply is not None) == [0, 1, 2]
    assert wired.clock.now_s >= 7
    assert len(wired.answers.asked) == 2


def test_items_of_a_mailbox_that_has_to_wait_too_long_fail_and_the_others_go_on() -> None:
    wired = wire(batch_answer(item(0, 429, headers={"Retry-After": "5000"}), item(1)), batch_answer(item(0)))

    def items() -> Iterator[BatchItem[int] | None]:
        yield ask_mark(0, "busy")
        yield ask_mark(1, "calm")
        yield None
        yield ask_mark(2, "busy")
        yield ask_mark(3, "calm")

    results = {result.item.key: result for result in run_batches(wired.client, items())}
    assert {key for key, result in results.items() if result.reply is not None} == {1, 3}
    for key in (0, 2):
        error = results[key].error
        assert isinstance(error, ThrottledError)
        assert error.retry_at_utc is not None
        assert (error.retry_at_utc - START_UTC).total_seconds() >= 5000
    assert wired.clock.now_s < 60
    assert wired.client.gate.slots(8, gives_way=True) == 8


def test_a_pass_that_ends_early_leaves_no_slot_taken() -> None:
    wired = wire(batch_answer(item(0), item(1)), Written(error=RuntimeError("a bug")))
    first = run_batches(wired.client, [ask_mark(0, "m"), ask_mark(1, "m")])
    next(first)
    del first
    with pytest.raises(RuntimeError):
        list(run_batches(wired.client, [ask_mark(0, "m")]))
    assert [wired.client.gate.try_enter("m") for _ in range(5)] == [True, True, True, True, False]
