"""Nothing is lost and nothing arrives twice unmarked, whatever Microsoft answers and whenever the process is killed."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pbx_devhost.core import Pbx
from pbx_devhost.mail.delivery import Delivery
from pbx_devhost.store.outbox.queue import MailState
from pbx_plugin_api import NotificationKind, Priority
from portsip_m365_plugin.mapping.messages import COPY_HEADER, ID_HEADER
from portsip_m365_plugin.simulator import limits
from portsip_m365_plugin.simulator.faults import Fault
from tests.conftest import MakeLab
from tests.support.lab import Lab
from tests.support.mail_lab import Post, open_post
from tests.support.mail_samples import make_note
from tests.support.mail_worker import SharedClock, use_clock_for_gates, work

WEATHER = (
    Fault("status", match="sendMail", times=None, probability=0.04, status=429, retry_after="3", seed=1),
    Fault("status", match="sendMail", times=None, probability=0.03, status=503, retry_after="2", seed=2),
    Fault("status", match="sendMail", times=None, probability=0.03, status=503, seed=3),
    Fault("status", match="sendMail", times=None, probability=0.03, status=504, seed=4),
    Fault("reset_before", match="sendMail", times=None, probability=0.03, seed=5),
    Fault("reset_lost", match="sendMail", times=None, probability=0.04, seed=6),
)


@pytest.mark.parametrize(
    ("n_mails", "n_kills"),
    [(1_000, 12), pytest.param(10_000, 60, marks=pytest.mark.long)],
)
def test_none_is_lost_and_each_copy_is_marked(make_lab: MakeLab, tmp_path: Path, n_mails: int, n_kills: int) -> None:
    lab, chance = make_lab(), random.Random(7)
    post = open_post(lab, tmp_path)
    SharedClock(tmp_path / "clock")  # made here, so that all workers map the same file
    lab.realm().limits.settings.enabled = False  # that limit runs on real time; the storm below is held against it
    for fault in WEATHER:
        lab.realm().faults.add(fault)
    tenant_id = post.tenant.pbx_tenant_id
    for n in range(n_mails):
        priority = chance.choice([Priority.URGENT, Priority.NORMAL, Priority.NORMAL, Priority.BULK])
        note = make_note(notification_id=f"m-{n}", to=(f"u{n % 97}@customer.example",), priority=priority)
        assert post.stores.outbox.put(tenant_id, note, keep_s=30 * 86_400.0)
    kills = _work_and_kill(post, tmp_path, n_kills, chance)
    assert kills == n_kills

    counts = post.stores.outbox.counts(tenant_id)
    assert counts == {MailState.SENT: n_mails}
    marks: dict[str, list[bool]] = defaultdict(list)
    for sent in lab.tenant().sent:
        headers = {item["name"]: item["value"] for item in sent["message"]["internetMessageHeaders"]}
        marks[headers[ID_HEADER]].append(COPY_HEADER in headers)
    assert set(marks) == {f"m-{n}" for n in range(n_mails)}, "a mail was lost"
    n_unknown = {row.id: row.n_unknown for row in post.stores.outbox.rows(tenant_id)}
    for mail_id, copies in marks.items():
        # A copy only where an answer was lost (or a worker was killed), and every one after the first is marked.
        assert len(copies) <= 1 + n_unknown[mail_id]
        assert all(copies[1:])
    n_copies = sum(len(copies) - 1 for copies in marks.values())
    lost = next(fault for fault in lab.realm().faults.rules() if fault.kind == "reset_lost").hits
    print(f"{n_mails} mails, {kills} kills, {lost} answers lost after acceptance: {n_copies} copies, all marked")
    assert 0 < n_copies <= lost + kills


def _work_and_kill(post: Post, tmp_path: Path, n_kills: int, chance: random.Random) -> int:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.support.mail_worker", "portsip_m365_plugin.plugin"])
    environment = {name: os.environ[name] for name in ("PORTSIP_M365_CLOUDS", "REQUESTS_CA_BUNDLE")}
    url, tenant_id, kills = f"sqlite:///{tmp_path / 'pbx.db'}", post.tenant.pbx_tenant_id, 0

    def start() -> Any:
        process = context.Process(target=work, args=(url, str(tmp_path / "clock"), tenant_id, environment))
        process.start()
        return process

    total = sum(post.stores.outbox.counts(tenant_id).values())
    workers = [start(), start()]
    ends_at = time.monotonic() + 3_000
    while any(worker.is_alive() for worker in workers):
        assert time.monotonic() < ends_at, post.stores.outbox.counts(tenant_id)
        done = post.stores.outbox.counts(tenant_id).get(MailState.SENT, 0)
        if kills < n_kills and done > total * (kills + chance.random()) / (n_kills + 1):
            victim = chance.randrange(2)
            if workers[victim].is_alive():
                os.kill(workers[victim].pid, signal.SIGKILL)
                workers[victim].join()
                assert workers[victim].exitcode == -signal.SIGKILL
                kills += 1
                workers[victim] = start()
        time.sleep(0.05)
    assert [worker.exitcode for worker in workers] == [0, 0]
    return kills


def test_a_storm_never_goes_above_the_permitted_rate(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    post = open_post(lab, tmp_path)
    clock = SharedClock(tmp_path / "clock")
    monkeypatch.setattr("portsip_m365_plugin.connect._find_gate", None)
    use_clock_for_gates(clock)
    # Exchange's own limits, enforced by the simulator, on the same clock.
    monkeypatch.setattr(limits, "time", SimpleNamespace(monotonic=clock))
    pbx = Pbx(f"sqlite:///{tmp_path / 'pbx.db'}", now=clock)
    began, tenant_id = clock(), post.tenant.pbx_tenant_id
    for n in range(500):
        note = make_note(notification_id=f"v-{n}", kind=NotificationKind.VOICEMAIL, to=(f"u{n}@customer.example",))
        pbx.stores.outbox.put(tenant_id, note)
    arrived: list[tuple[float, str]] = []
    code_at = None
    with ThreadPoolExecutor(2) as workers:
        while True:
            for _ in workers.map(lambda _: Delivery(pbx).deliver_due(), range(2)):
                pass
            for sent in lab.tenant().sent[len(arrived) :]:
                (header,) = [h for h in sent["message"]["internetMessageHeaders"] if h["name"] == ID_HEADER]
                arrived.append((clock(), header["value"]))
            if code_at is None and clock() - began > 300:
                code_at = clock()
                code = {"kind": NotificationKind.TWO_FACTOR_CODE, "priority": Priority.URGENT}
                pbx.stores.outbox.put(tenant_id, make_note(notification_id="code", to=("u1@customer.example",), **code))
                continue
            due_at = pbx.stores.outbox.next_due_at()
            if due_at is None:
                break
            clock.move_to(max(due_at, clock() + 0.001))
    names = [name for _, name in arrived]
    assert Counter(names) == Counter([*(f"v-{n}" for n in range(500)), "code"])
    times = [at for at, _ in arrived]
    for index, at in enumerate(times):
        assert sum(1 for other in times[index:] if other < at + 60) <= 30
    assert lab.realm().journal.counts().get("POST /users/{}/sendMail 429", 0) == 0
    assert not [key for key in lab.realm().journal.counts() if key.endswith(" 429")]
    # At the permitted rate, not slower: 27 in 62 seconds.
    assert 500 / 27 * 62 - 62 <= times[-1] - began <= 500 / 27 * 62 + 62
    assert {name: at for at, name in arrived}["code"] == code_at  # urgent mail did not wait
    order = [int(name[2:]) for name in names if name != "code"]
    assert max(abs(place - n) for place, n in enumerate(order)) <= 27  # within what a minute takes, the oldest first
    assert max(b - a for a, b in pairwise(times)) <= 63
    print(f"500 voicemails in {times[-1] - began:.0f} s of the moved clock, at most 27 in 62 s")
