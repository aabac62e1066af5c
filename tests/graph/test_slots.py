"""How many requests of a long pass are in flight: fewer near a limit, and while somebody waits."""

from __future__ import annotations

from itertools import pairwise

import pytest

from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.graph.batch import run_batches
from portsip_m365_plugin.graph.batch_queue import BatchItem
from portsip_m365_plugin.graph.errors import ThrottledError
from portsip_m365_plugin.graph.throttle import LOAD_HEADER, ThrottleGate
from portsip_m365_plugin.graph.wire import Request, build
from tests.support.graph_wire import GLOBAL, HandClock, Written, refused, wire
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
