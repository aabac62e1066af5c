"""A process that is asked to end while a call waits for Microsoft: the wait ends, and says when to try again."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from portsip_m365_plugin.clouds import GLOBAL
from portsip_m365_plugin.graph.batch import BatchItem, run_batches
from portsip_m365_plugin.graph.client import Timing
from portsip_m365_plugin.graph.errors import GraphError, ThrottledError
from portsip_m365_plugin.graph.throttle import ThrottleGate
from portsip_m365_plugin.graph.wire import build
from tests.support.graph_wire import Written, refused, wire


class Stop:
    """Says yes from the third time on."""

    def __init__(self) -> None:
        self.asked_by: list[int] = []

    def __call__(self) -> bool:
        self.asked_by.append(threading.get_ident())
        return len(self.asked_by) > 2


REQUEST = build("users.get", GLOBAL, select=("id",), user_id="u1")


def test_a_wait_for_retry_after_ends() -> None:
    """SIGTERM ended such a run after 9 seconds, without its result; and its next try came before Microsoft's time."""
    wired = wire(refused(429, retry_after="120"), Written(body={}), should_stop=Stop())
    began, began_utc = wired.clock.timing().monotonic(), wired.clock.timing().now_utc()
    with pytest.raises(ThrottledError) as raised:
        wired.client.send(REQUEST)
    assert wired.clock.timing().monotonic() - began < 5
    assert raised.value.retry_at_utc is not None
    assert raised.value.retry_at_utc >= began_utc + timedelta(seconds=119)


def test_a_wait_after_a_failure_ends() -> None:
    wired = wire(refused(503, retry_after="60"), Written(body={}), should_stop=Stop())
    began = wired.clock.timing().monotonic()
    with pytest.raises(GraphError):
        wired.client.send(REQUEST)
    assert wired.clock.timing().monotonic() - began < 5


def test_a_wait_that_nobody_ends_is_as_long_as_microsoft_asks() -> None:
    for should_stop in (None, lambda: False):
        wired = wire(refused(429, retry_after="120"), Written(body={}), should_stop=should_stop)
        began = wired.clock.timing().monotonic()
        wired.client.send(REQUEST)
        assert wired.clock.timing().monotonic() - began >= 120


def test_only_its_own_thread_asks_and_the_others_hear_of_it() -> None:
    stop = Stop()
    wired = wire(should_stop=stop)
    seen = list[bool]()

    def look() -> None:
        seen.append(wired.client.is_stopping())

    for asks_first in (False, True):
        if asks_first:
            assert [wired.client.is_stopping() for _ in range(3)] == [False, False, True]
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert seen == [False, True]
    assert set(stop.asked_by) == {threading.get_ident()}


def test_batches_that_wait_hear_of_it() -> None:
    wired = wire(refused(429, retry_after="120"), Written(body={}), should_stop=Stop())
    wired.client.timing, wired.client.gate = Timing(), ThrottleGate(time.monotonic, time.sleep)  # threads wait really
    began = time.monotonic()
    with pytest.raises(ThrottledError):
        list(run_batches(wired.client, [BatchItem(key="a", request=REQUEST)], n_threads=1))
    assert time.monotonic() - began < 60
