"""The stage: a database, a few workers, and the tenants of one schedule after another. It plays each to its end."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import and_, select, text

from pbx_devhost.core import Pbx
from pbx_devhost.store.database import FAILURES
from pbx_devhost.store.sealing.keys import KEY_VARIABLE
from pbx_devhost.store.sql.schema import due
from pbx_plugin_api import Notification, Priority, Tenant
from tests.support.histories import diary
from tests.support.histories.events import Act, History, Row, Run, Sent
from tests.support.histories.hosts import Host, Worker, wait_until
from tests.support.histories.life import count_beats
from tests.support.histories.schedule import Change, Mail, Schedule, Step
from tests.support.histories.wires import Wire
from tests.support.histories.worker import BEAT_S, DEAD_AFTER_S, KERNEL
from tests.support.mail_samples import make_note

GOES_ON_WITHIN_S: Final = DEAD_AFTER_S + 30.0
"""A killed worker's tenant; on a busy machine."""
KEY: Final = base64.b64encode(bytes(range(32))).decode()


class Stage:
    """What one process of the test plays on. The database is watched from the beginning."""

    plugin = diary.NAME
    settles_within_s = 150.0
    """How long a test waits until all is calm; on a busy machine."""

    def __init__(self, folder: Path, pbx: Pbx, stack: ExitStack, *, n_workers: int = 3, **environment: str) -> None:
        self.folder, self.pbx, self.environment, self._stack = folder, pbx, environment, stack
        self.n_workers = n_workers
        self.log, self.microsoft = folder / "log", folder / "microsoft"
        self.microsoft.mkdir()
        self.clock = folder / "clock"
        self.hosts: list[Host] = []
        self.workers: list[Worker] = []
        self._made = self._played = 0
        self._acts: list[Act] = []
        self._lifts: list[threading.Timer] = []
        self._all_came = threading.Event()
        """Set when everything of a schedule has been done."""
        stack.callback(self._end_workers)

    def open_host(self, clock: Path | None = None) -> None:
        """Add a host."""
        given = {diary.LOG: str(self.log), diary.MICROSOFT: str(self.microsoft), KEY_VARIABLE: KEY}
        host = Host(self.folder, given | self.environment, clock)
        self._stack.callback(host.close)
        self.hosts.append(host)

    # ------------------------------------------------------------------ workers

    def address(self, name: str) -> tuple[str, Wire | None]:
        """Return where a worker finds the database, and the wire in between."""
        raise NotImplementedError

    def read_rows(self, tenant_ids: list[str]) -> list[Row]:
        """Return what the observer saw."""
        raise NotImplementedError

    def start_worker(self, place: int, **environment: str) -> Worker:
        """Start a worker."""
        self._made += 1
        name = f"worker-{self._made}"
        url, wire = self.address(name)
        worker = self.hosts[place % len(self.hosts)].fork(name, url, **self.place(name), **environment)
        worker.wire = wire
        return worker

    def place(self, name: str) -> dict[str, str]:
        """Return where a worker believes to be: on a host of its own."""
        return {KERNEL: f"kernel of {name}"}

    def fill(self) -> None:
        """Start workers until there are as many as there should be."""
        for place in range(self.n_workers):
            if place >= len(self.workers):
                self.workers.append(self.start_worker(place))
            elif self.workers[place].is_dead or not self.workers[place].lives():
                self.workers[place] = self.start_worker(place)

    def _end_workers(self) -> None:
        for worker in self.workers:
            worker.kill()

    # ------------------------------------------------------------------ one schedule

    def play(self, schedule: Schedule) -> History:
        """Play a schedule, wait until all is calm, and return its history."""
        self.fill()
        self._acts, self._lifts = [], []
        self._all_came.clear()
        tenants = self.add_tenants(schedule)
        put: set[str] = set()
        began = time.monotonic()
        events: list[tuple[float, Callable[[], None]]] = []
        for n, mail in enumerate(schedule.mails):
            events.append((mail.at_s, partial(self.put, tenants[mail.tenant], mail, n, put)))
        events += [(change.at_s, partial(self.change, tenants[change.tenant], change)) for change in schedule.changes]
        events += [(step.at_s, partial(self.act, step)) for step in schedule.steps]
        for at_s, do in sorted(events, key=lambda event: event[0]):
            time.sleep(max(0.0, began + at_s - time.monotonic()))
            do()
        self._all_came.set()
        for lift in self._lifts:
            lift.join()
        self.fill()
        ids = [tenant.pbx_tenant_id for tenant in tenants]
        until = time.monotonic() + self.settles_within_s
        calm = wait_until(lambda: self.is_calm(ids), until - time.monotonic())
        self.insist(lambda: self._set_due(ids))
        calm = calm and wait_until(lambda: self.is_calm(ids), until - time.monotonic())
        history = self.write_down(tenants, put)
        history.is_calm = calm
        return history

    def add_tenants(self, schedule: Schedule) -> list[Tenant]:
        """Add the tenants of a schedule, each due at once."""
        tenants = []
        for n, people in enumerate(schedule.people):
            self._played += 1
            tenant = self.insist(lambda: self.pbx.stores.tenants.add(f"s{schedule.seed}-{self._played}"))
            self._write_microsoft(tenant.pbx_tenant_id, {"people": people, "contacts": schedule.contacts[n]})
            tenants.append(tenant)
        self._set_due([tenant.pbx_tenant_id for tenant in tenants])
        return tenants

    def _set_due(self, tenant_ids: list[str]) -> None:
        stores = self.pbx.stores
        for tenant_id in tenant_ids:
            stores.leases.set_due(tenant_id, self.plugin, stores.database.now() - 1.0)

    def put(self, tenant: Tenant, mail: Mail, n: int, put: set[str]) -> None:
        """Put a mail into the queue, and note that it was accepted."""
        note: Notification = make_note(
            notification_id=f"m{n}-{tenant.pbx_tenant_id}",
            to=(mail.to,),
            subject=mail.subject,
            priority=Priority.URGENT if mail.is_urgent else Priority.NORMAL,
        )
        self.insist(lambda: self.pbx.stores.outbox.put(tenant.pbx_tenant_id, note))
        put.add(note.notification_id)

    def change(self, tenant: Tenant, change: Change) -> None:
        """Change what is at Microsoft, and let the tenant be due."""
        tenant_id = tenant.pbx_tenant_id
        world = json.loads((self.microsoft / tenant_id).read_text())
        for name in ("people", "contacts"):
            for key, value in getattr(change, name).items():
                if value is None:
                    world[name].pop(key, None)
                else:
                    world[name][key] = value
        self._write_microsoft(tenant_id, world)
        self.insist(lambda: self._set_due([tenant_id]))

    def _write_microsoft(self, tenant_id: str, world: dict[str, Any]) -> None:
        fresh = self.microsoft / f".{tenant_id}"
        fresh.write_text(json.dumps(world))
        fresh.replace(self.microsoft / tenant_id)

    def insist(self, do: Callable[[], Any]) -> Any:
        """Do something in the database, which a fault may keep from it for a while."""
        while True:
            try:
                return do()
            except FAILURES:
                time.sleep(0.1)

    def read_errors(self, n_lines: int = 40) -> str:
        """Return what the workers printed last."""
        printed = [path.read_text().splitlines()[-n_lines:] for path in sorted(self.folder.glob("output-*"))]
        return "\n".join(line for lines in printed for line in lines)

    # ------------------------------------------------------------------ faults

    def act(self, step: Step) -> None:
        """Do what a step says, and remember when it is taken back."""
        worker = self.workers[step.victim % len(self.workers)]
        if worker.is_dead or (worker.is_frozen and step.what == "freeze"):
            return
        began = time.monotonic()
        lift, about = getattr(self, f"_do_{step.what}")(step, worker)
        index = len(self._acts)
        self._acts.append(Act(what=step.what.partition("_")[0], worker=about, at=began, until=time.monotonic()))

        def take_back() -> None:
            lift()
            self._acts[index] = replace(self._acts[index], until=time.monotonic())

        if lift is not None:
            # On a thread of its own: the test itself may be waiting for what a frozen worker holds.
            timer = threading.Timer(max(0.0, began + step.lasts_s - time.monotonic()), take_back)
            timer.start()
            self._lifts.append(timer)

    def _do_kill(self, step: Step, worker: Worker) -> Any:
        worker.kill()
        return None, worker.name

    def _do_freeze(self, step: Step, worker: Worker) -> Any:
        worker.freeze()
        return worker.thaw, worker.name

    def _do_killrunners(self, step: Step, worker: Worker) -> Any:
        """Kill all workers while one of them runs."""
        assert wait_until(lambda: self._count("SELECT count(*) FROM due WHERE lease_until > 0") > 0, 60.0)
        for each in self.workers:
            each.kill()
            self._acts.append(Act(what="kill", worker=each.name, at=time.monotonic(), until=time.monotonic()))
        return None, ""

    def _do_freeze_sender(self, step: Step, worker: Worker) -> Any:
        """Freeze a worker between the claim of a mail and its request, until the others' mail goes on.

        At most for `amount` seconds as the others' heartbeats count, from the last mail on.
        """
        sending, most = self._wait_for_sender(), step.amount / BEAT_S
        sending.freeze()

        def thaw() -> None:
            self._all_came.wait()  # the others' mail too
            came = time.monotonic()
            wait_until(lambda: is_over(came), at_most_s=60.0)
            sending.thaw()

        def is_over(came: float) -> bool:
            not_begun = "SELECT count(*) FROM outbox WHERE attempt = 0 AND waiting = 1"
            return self._count(not_begun) == 0 or count_beats(self.read_rows([]), sending.name, came) >= most

        return thaw, sending.name

    def _wait_for_sender(self) -> Worker:
        while True:
            events = [each for each in diary.read_log(self.log) if each["event"] in ("try", "sent")]
            if events and events[-1]["event"] == "try":
                found = [each for each in self.workers if each.name == events[-1]["worker"] and not each.is_dead]
                if found:
                    return found[0]
            time.sleep(0.005)

    def _count(self, query: str) -> int:
        with self.pbx.stores.database.read() as connection:
            return int(connection.execute(text(query)).scalar_one())

    # ------------------------------------------------------------------ the end

    def is_calm(self, tenant_ids: list[str]) -> bool:
        """Whether nothing is due, runs, or waits."""
        ids = ", ".join(f"'{each}'" for each in tenant_ids)
        now = self.pbx.stores.database.now()
        # A worker that was killed after its run leaves a lease that nobody needs before the tenant is due.
        is_at_work = and_(due.c.lease_until > 0, self.pbx.stores.processes.is_alive(due.c.lease_holder))
        at_work = select(due.c.tenant_id).where(due.c.tenant_id.in_(tenant_ids), is_at_work).limit(1)
        open_things = (
            f"SELECT count(*) FROM due WHERE tenant_id IN ({ids}) AND next_due_at <= {now}",
            f"SELECT count(*) FROM runs WHERE tenant_id IN ({ids}) AND status = 'running'",
            f"SELECT count(*) FROM outbox WHERE tenant_id IN ({ids}) AND (waiting = 1 OR state = 'attempt_started')",
        )
        try:
            with self.pbx.stores.database.read() as connection:
                if connection.execute(at_work).first() is not None:
                    return False
                return all(connection.execute(text(each)).scalar() == 0 for each in open_things)
        except FAILURES:
            return False

    def read_microsoft(self, tenant_id: str) -> dict[str, Any]:
        """Return people and contacts as the PBX should show them."""
        world = json.loads((self.microsoft / tenant_id).read_text())
        shown = {f"user {subject}": tuple(value) for subject, value in world["people"].items()}
        return shown | {f"contact {each}": name for each, name in world["contacts"].items()}

    def read_pbx(self, tenant_id: str) -> dict[str, Any]:
        """Return people and contacts as the PBX has them."""
        with self.pbx.stores.database.read() as connection:
            people = connection.execute(
                text(
                    "SELECT links.subject, users.display_name, users.enabled FROM users JOIN links"
                    " ON links.user_id = users.id AND links.tenant_id = users.tenant_id WHERE users.tenant_id = :id"
                ),
                {"id": tenant_id},
            )
            shown: dict[str, Any] = {f"user {row[0]}": (row[1], bool(row[2])) for row in people}
            contacts = connection.execute(
                text("SELECT external_id, name FROM contacts WHERE tenant_id = :id AND deleted = 0"), {"id": tenant_id}
            )
            return shown | {f"contact {row[0]}": row[1] for row in contacts}

    def read_personal_contacts(self, tenant_id: str) -> list[tuple[str, str]]:
        """Return owner and name of each personal contact."""
        query = text("SELECT book, name FROM contacts WHERE tenant_id = :id AND deleted = 0 AND book <> 'company'")
        with self.pbx.stores.database.read() as connection:
            found = connection.execute(query, {"id": tenant_id})
            return [(row.book.partition("/")[2], row.name) for row in found]

    def write_down(self, tenants: list[Tenant], put: set[str]) -> History:
        """Return the history of these tenants so far."""
        ids = [tenant.pbx_tenant_id for tenant in tenants]
        history = History(
            rows=self.read_rows(ids),
            acts=list(self._acts),
            put=set(put),
            microsoft={each: self.read_microsoft(each) for each in ids},
            pbx={each: self.read_pbx(each) for each in ids},
            dead_after_s=DEAD_AFTER_S,
            beat_s=BEAT_S,
            goes_on_within_s=GOES_ON_WITHIN_S,
            ahead_s=self.pbx.stores.database.now() - time.monotonic(),
        )
        self.add_log(history)
        return history

    def add_log(self, history: History) -> None:
        """Add what the plugin and the service wrote down."""
        begun: dict[tuple[str, str, int], float] = {}
        for each in diary.read_log(self.log):
            event, worker, at = each["event"], each["worker"], each["at"]
            if event in ("begin", "end") and each["tenant"] in history.microsoft:
                key = worker, each["tenant"], each["token"]
                if event == "begin":
                    begun[key] = at
                else:
                    run = Run(worker=worker, tenant_id=key[1], token=key[2], began_at=begun.pop(key), ended_at=at)
                    history.runs.append(run)
            elif event == "sent" and each["mail"] in history.put:
                sent = Sent(mail_id=each["mail"], at=at, worker=worker, is_marked=each["is_marked"])
                history.sent.append(sent)
            elif event == "lost" and each["mail"] in history.put:
                history.lost_answers.setdefault(each["mail"], []).append(at)
        for (worker, tenant_id, token), at in begun.items():
            history.runs.append(Run(worker=worker, tenant_id=tenant_id, token=token, began_at=at, ended_at=None))
