"""Nights and mail on a server of its own that keeps Microsoft's limits: no refusal that could have been avoided.

Unavoidable is a refusal that nothing had announced: a test plans it, somebody else has used the units up, or the
request was on its way when another one was refused.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pbx_plugin_api import DeliveryStatus, TickStatus
from portsip_m365_plugin.config.connection import ConnectionConfig
from portsip_m365_plugin.connect import connect
from portsip_m365_plugin.graph import batch, throttle
from portsip_m365_plugin.graph.batch import run_batches
from portsip_m365_plugin.graph.batch_queue import BatchItem
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.throttle import ThrottleGate
from portsip_m365_plugin.graph.wire import build
from tests.support.lab import forget_microsoft
from tests.support.limited_graph.accounts import DIRECTORY, Limits
from tests.support.limited_graph.lab import LimitedLab
from tests.support.limited_graph.server import CLIENT_ID, CLOUD, TENANT_ID, LimitedGraph

MakeLimited = Callable[..., LimitedLab]
AVOIDABLE = ("concurrent", "requests", "early")


@pytest.fixture
def make_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeLimited]:
    with ExitStack() as stack:

        def make(people: int, limits: Limits | None = None, **options: Any) -> LimitedLab:
            forget_microsoft()
            graph = stack.enter_context(LimitedGraph(tmp_path, people, limits, **options))
            for name, value in graph.environment.items():
                monkeypatch.setenv(name, value)
            return LimitedLab(graph)

        yield make
        forget_microsoft()


def avoidable(lab: LimitedLab) -> Counter[str]:
    """Why requests were refused that need not have been sent, or not yet."""
    refusals = lab.graph.accounts.refusals
    return Counter(each.why for each in refusals if each.why in AVOIDABLE or each.was_warned)


def run_night(lab: LimitedLab, max_requests: int = 8) -> None:
    report = lab.night(max_requests=max_requests)
    assert report.status is TickStatus.DONE, report
    assert lab.host.progress.problems == []


# -- Microsoft's own limits --------------------------------------------------------------------------------------------


def test_two_nights_under_microsofts_own_limits_meet_no_refusal(make_limited: MakeLimited) -> None:
    lab = make_limited(400, folders_each=3, contacts_each=1)
    for _ in range(2):
        lab.graph.forget()
        run_night(lab)
        accounts = lab.graph.accounts
        assert accounts.refusals == []
        assert max(accounts.peaks.values()) <= 4
        assert accounts.load_peak < 0.1
        lab.host.clock.move(days=1)
    lab.assert_equal()


def test_many_folders_of_few_mailboxes_fill_the_four_places_and_no_more(make_limited: MakeLimited) -> None:
    lab = make_limited(3, folders_each=30, contacts_each=1)
    run_night(lab)
    assert (lab.graph.accounts.refusals, set(lab.graph.accounts.peaks.values())) == ([], {4})
    lab.assert_equal()


def test_mailboxes_with_many_folders_fill_the_batches_all_the_same(make_limited: MakeLimited) -> None:
    lab = make_limited(60, folders_each=9, contacts_each=1)
    run_night(lab)
    lab.graph.forget()
    lab.host.clock.move(days=1)
    run_night(lab)
    full = math.ceil(len(lab.graph.calls) / 20)
    assert lab.graph.n_requests <= 1.3 * full, f"{lab.graph.n_requests} requests where {full} are enough"


# -- few units of the directory ----------------------------------------------------------------------------------------

FEW_UNITS = Limits(units=20, window_s=2.0)


def test_a_night_slows_down_before_the_units_are_used_up(make_limited: MakeLimited) -> None:
    lab = make_limited(400, FEW_UNITS, page=10, contacts_each=1)
    run_night(lab)
    accounts = lab.graph.accounts
    assert accounts.asked[DIRECTORY] > 2 * accounts.capacity
    assert accounts.refusals == []
    assert accounts.load_peak > 0.8, "it was never near the limit, so nothing was shown"
    lab.assert_equal()


def test_batches_of_people_meet_one_refusal_at_most_for_each_time_that_the_units_run_out(
    make_limited: MakeLimited, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "_WINDOW_S", 2.0)
    lab = make_limited(400, Limits(units=150, window_s=2.0))
    client = make_client(lab)
    items = [
        BatchItem(key=each["id"], request=build("users.get", client.cloud, select=("id",), user_id=each["id"]))
        for each in lab.graph.directory.people
    ]
    results = list(run_batches(client, items, n_threads=8))
    assert {result.item.key for result in results if result.reply is not None} == lab.graph.directory.ids
    assert avoidable(lab) == {}
    # Eight batches set out together, before any answer could say how many units there are.
    assert Counter(each.why for each in lab.graph.accounts.refusals)["units"] <= 1


def test_units_that_somebody_else_used_up_cost_one_refusal(make_limited: MakeLimited) -> None:
    lab = make_limited(40, FEW_UNITS, page=10, contacts_each=1)
    lab.graph.accounts.use_up()
    run_night(lab)
    assert [(each.scope, each.why) for each in lab.graph.accounts.refusals] == [(DIRECTORY, "units")]
    lab.assert_equal()


# -- single requests of a batch, and whole ones ------------------------------------------------------------------------


def plan_items(method: str, url: str, before: int) -> tuple[int, float] | None:
    """Every fifth mailbox refuses its first folder once: for one second, two, or two and a bit; by 429 or 503."""
    number = int(url[7:15], 16) if url.startswith("/users/") and "/contacts/delta" in url else 1
    if number % 5 or before or "Folder/" not in url:
        return None
    return (503 if number % 10 else 429), (1.0, 2.0, 1.128)[number // 5 % 3]


def test_only_the_refused_items_of_a_batch_are_asked_again_and_none_early(make_limited: MakeLimited) -> None:
    lab = make_limited(100, folders_each=2, contacts_each=1, plan=plan_items)
    run_night(lab)
    accounts = lab.graph.accounts
    assert accounts.early == []
    assert avoidable(lab) == {}
    planned = {each.scope for each in accounts.refusals if each.why == "planned"}
    assert len(planned) == 20
    assert {each.scope for each in accounts.refusals} == planned, "only these mailboxes were refused anything"
    times = Counter(path for _, path, _ in lab.graph.asked("/contacts/delta"))
    assert {path.split("/")[2] for path, n in times.items() if n > 1} == planned, "only these were asked again"
    lab.assert_equal()


def test_a_batch_refused_as_a_whole_makes_all_of_them_wait(make_limited: MakeLimited) -> None:
    def plan(method: str, url: str, before: int) -> tuple[int, float] | None:
        return {3: (429, 1.0), 9: (503, 1.0)}.get(before) if url == "/$batch" else None

    lab = make_limited(200, plan=plan, contacts_each=1)
    run_night(lab)
    assert Counter(each.status for each in lab.graph.accounts.refusals if each.why == "planned") == {429: 1, 503: 1}
    assert lab.graph.accounts.early == []
    lab.assert_equal()


# -- mail meanwhile ----------------------------------------------------------------------------------------------------


def test_mail_goes_on_with_one_wait_at_most(make_limited: MakeLimited) -> None:
    """The sender's own mailbox is read at the same time, and has more folders than may be asked at once."""
    lab = make_limited(120, FEW_UNITS, page=6, folders_each=8, contacts_each=1, latency_s=0.03)
    post = LimitedLab(lab.graph)  # another tenant of the PBX with the same app: a run and a mail share no host
    assert post.send().status is DeliveryStatus.ACCEPTED
    night = threading.Thread(target=run_night, args=(lab,))
    night.start()
    waits = []
    while night.is_alive():
        receipt, n_waits = post.send(), 0
        while receipt.status is not DeliveryStatus.ACCEPTED:
            assert receipt.retry_at_utc is not None, receipt
            wait = receipt.retry_at_utc - post.host.clock.now_utc()
            assert timedelta(0) < wait < timedelta(seconds=30), receipt
            time.sleep(wait.total_seconds())
            post.host.clock.move(seconds=wait.total_seconds())
            receipt, n_waits = post.send(), n_waits + 1
        waits.append(n_waits)
        post.host.clock.move(minutes=1)  # 30 messages a minute are Exchange's own limit
        time.sleep(0.02)
    night.join()
    assert len(waits) > 5
    assert max(waits) <= 1
    assert avoidable(lab) == {}
    assert max(lab.graph.accounts.peaks.values()) <= 4
    lab.assert_equal()


# -- what the server would notice --------------------------------------------------------------------------------------


def test_the_server_notices_too_many_requests_of_a_mailbox(
    make_limited: MakeLimited, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "MAILBOX_SLOTS", 10)
    lab = make_limited(1, folders_each=6, contacts_each=1)
    lab.night()
    assert avoidable(lab)["concurrent"] > 0
    assert max(lab.graph.accounts.peaks.values()) > 4


def test_the_server_notices_a_client_that_does_not_slow_down(
    make_limited: MakeLimited, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "_WINDOW_S", 0.0)
    lab = make_limited(300, FEW_UNITS, page=10, contacts_each=0)
    run_night(lab)
    assert any(each.was_warned for each in lab.graph.accounts.refusals)


def test_the_server_notices_a_client_that_does_not_wait(
    make_limited: MakeLimited, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "wait_s", lambda *_: 0.4)
    monkeypatch.setattr(ThrottleGate, "close_for", lambda *_: None)
    lab = make_limited(20, folders_each=2, contacts_each=1, plan=plan_items)
    lab.night()
    assert lab.graph.accounts.early != []


def make_client(lab: LimitedLab) -> GraphClient:
    connection = ConnectionConfig(entra_tenant_id=TENANT_ID, client_id=CLIENT_ID, cloud_name=CLOUD)
    client = connect(lab.host, connection, priority="low")
    assert isinstance(client, GraphClient)
    return client
