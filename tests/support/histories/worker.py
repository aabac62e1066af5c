"""A host with workers: a process that has imported everything, and forks a worker for each line on its stdin.

So a worker starts at once. Its waits are shorter than in real life, by the same factor for all; see `hurry`. A worker
is given one of the faults of earlier versions by `HISTORY_OLD_FAULT`, which nothing but this file reads.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import sys
import threading
import time
import traceback
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

_IMPORTED: Final = (
    "msal",
    "pbx_devhost.cli.main",
    "pbx_devhost.runs.shared_queue",
    "portsip_m365_plugin.plugin",
    "psycopg",
    "tests.support.histories.diary",
    "tests.support.histories.observer",
)
"""What a worker needs."""
BEAT_S: Final = 0.25
DEAD_AFTER_S: Final = 1.2
OLD_FAULT: Final = "HISTORY_OLD_FAULT"
KERNEL: Final = "HISTORY_KERNEL"
"""Where the worker believes to be. Workers with different ones see each other's end by their silence alone."""
FULL: Final = "HISTORY_FULL"
"""While this file is there, an SQLite database may not grow."""
STOP_AT: Final = "HISTORY_STOP_AT"
"""Where the worker freezes itself: `before the post`."""
FROZEN: Final = "HISTORY_FROZEN"
"""The file that says that it did. Its attempt is over when there is another one, with `OVER` at its end."""
OVER: Final = "-over"


def main() -> None:
    """Fork a worker for each line, and print its process id."""
    if "FAKETIME_TIMESTAMP_FILE" in os.environ:
        # libfaketime 0.9.10 refuses `clock_nanosleep` until a monotonic time, which is how Python sleeps. Before the
        # imports: psycopg_pool and the plugin's retries keep the function that they find then.
        time.sleep = _sleep
    for name in _IMPORTED:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies
    print("ready", flush=True)
    for line in sys.stdin:
        given = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(given)
        print(pid, flush=True)


def _sleep(seconds: float) -> None:
    select.select([], [], [], seconds)


def _become(given: dict[str, Any]) -> None:
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        nowhere, output = os.open(os.devnull, os.O_RDONLY), os.open(given["output"], os.O_WRONLY | os.O_CREAT, 0o600)
        for number, source in ((0, nowhere), (1, output), (2, output)):
            os.dup2(source, number)
        os.environ.update(given["environment"])
        hurry()
        hurry_plugin()
        _name(given["name"], given["environment"].get(KERNEL))
        put_back(os.environ.get(OLD_FAULT, ""))
        _freeze_itself(os.environ.get(STOP_AT, ""))
        from pbx_devhost.cli.main import main as run

        run(["--db", given["url"], "worker", "--slots", "4"], standalone_mode=False)
        code = 0
    except BaseException:  # noqa: BLE001  # it must never go on as the parent
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def hurry() -> None:
    """Make every wait of the reference host short."""
    from pbx_devhost import core
    from pbx_devhost.runs import clock, runner, shared_queue, upkeep, workbench
    from pbx_devhost.store.outbox import lanes, waits
    from pbx_devhost.store.sql import engine
    from pbx_devhost.store.work import processes

    changed: dict[Any, dict[str, Any]] = {
        processes: {"BEAT_S": BEAT_S, "DEAD_AFTER_S": DEAD_AFTER_S},
        waits: {"WAIT_S": 0.3, "WAIT_AT_MOST_S": 1.0},
        lanes: {"_FAULT_S": 0.3, "_FAULT_AT_MOST_S": 0.6, "OUT_OF_REACH_AT_MOST_S": 0.6},
        core: {"INSIST_EVERY_S": 0.2},
        runner: {"_AGAIN_S": 0.3},
        workbench: {"_PUT_OFF_S": 0.5, "_AGAIN_S": 0.3},
        shared_queue: {"_LOOK_EVERY_S": 0.3, "_TIDY_EVERY_S": 1.0, "_DEAD_AFTER_S": 2.0, "_AGAIN_S": 0.2},
    }
    for module, values in changed.items():
        for name, value in values.items():
            assert hasattr(module, name), f"{module.__name__} has no {name} any more"
            setattr(module, name, value)
    engine.FROZEN_AFTER_S = 2.0  # type: ignore[misc]
    engine._SESSION |= {"lock_timeout": "2s", "idle_in_transaction_session_timeout": "2s"}
    clock.Clock.__init__.__kwdefaults__ |= {"mail_poll_s": 0.3}  # type: ignore[attr-defined]
    clock.Clock._look_for_tenants = _look_often  # type: ignore[method-assign]
    upkeep.Upkeep.__init__.__kwdefaults__ |= {"poll_s": 0.2}  # type: ignore[attr-defined]


def hurry_plugin() -> None:
    """Make the waits of the plugin short, where it chooses them itself."""
    from pbx_plugin_api.hosting.manager import PluginHost
    from portsip_m365_plugin import nightly
    from portsip_m365_plugin.graph import client

    really_wait_s, really_send = client.wait_s, PluginHost.send_notification
    nightly._RETRY_AFTER, nightly._RETRIES_MAX = timedelta(seconds=1), 1000  # type: ignore[misc]

    def wait_s(attempt: int, retry_after_s: float | None, *given: Any) -> float:
        return really_wait_s(attempt, retry_after_s, *given) * (0.1 if retry_after_s is None else 1.0)

    def send(self: Any, tenant: Any, notification: Any) -> Any:
        answer = really_send(self, tenant, notification)
        soon = datetime.now(timezone.utc) + timedelta(seconds=0.3)
        if answer.value is not None and answer.value.retry_at_utc is not None:
            sooner = replace(answer.value, retry_at_utc=min(answer.value.retry_at_utc, soon))
            return replace(answer, value=sooner)
        return answer

    client.wait_s = wait_s
    PluginHost.send_notification = send  # type: ignore[method-assign]


def _look_often(clock: Any) -> None:
    while not clock._stop.is_set():
        clock._guarded_poll()
        clock._stop.wait(0.4)


def _name(name: str, kernel: str | None) -> None:
    from sqlalchemy import Engine, event

    from pbx_devhost.store.work import processes
    from tests.support.histories.observer import name_writer

    name_writer(Engine, name)
    if FULL in os.environ:
        event.listen(Engine, "begin", _limit)
    if kernel is not None:
        processes._KERNEL = kernel


def _limit(connection: Any) -> None:
    n_pages = 1 if Path(os.environ[FULL]).exists() else 1 << 30  # never below what it has
    connection.connection.driver_connection.execute(f"PRAGMA max_page_count={n_pages}")


def put_back(old_fault: str) -> None:
    """Put back a fault of an earlier version."""
    if old_fault:
        {
            "a global lock": _put_back_global_lock,
            "names of hosts": _put_back_names_of_hosts,
            "a dead lease": _put_back_dead_lease,
            "no fence of mail": _put_back_no_fence,
        }[old_fault]()


def _put_back_global_lock() -> None:
    """One lock for the mail of all tenants, held while a mail is sent, and without a limit."""
    from pbx_devhost.mail.delivery import Delivery
    from pbx_devhost.store.sql import engine

    engine._SESSION.pop("lock_timeout")
    engine._SESSION.pop("idle_in_transaction_session_timeout")
    really = Delivery.deliver

    def deliver(self: Any, **given: Any) -> Any:
        with self._pbx.stores.database.write(lock="outbox"):
            return really(self, **given)

    Delivery.deliver = deliver  # type: ignore[method-assign]


def _put_back_names_of_hosts() -> None:
    """A process is a host's name and a process id: who is not found on this host by that id is dead.

    So two containers with one name of a host declare each other dead.
    """
    from pbx_devhost.store.work.processes import ProcessStore

    def is_gone(self: Any, connection: Any, holder: str) -> bool:
        return bool(holder) and holder != self._id

    def bury(self: Any) -> None:
        from sqlalchemy import delete

        from pbx_devhost.store.sql.schema import processes

        with self._db.write() as connection:
            connection.execute(delete(processes).where(processes.c.id != self._id))

    ProcessStore.is_gone = is_gone  # type: ignore[method-assign]
    ProcessStore.bury = bury  # type: ignore[method-assign]


def _put_back_dead_lease() -> None:
    """Who is dead is not looked at: a lease ends by its time alone."""
    from sqlalchemy import literal

    from pbx_devhost.store.work.processes import ProcessStore

    ProcessStore.is_alive = lambda self, holder: literal(1) == 1  # type: ignore[method-assign]
    ProcessStore.is_gone = lambda self, connection, holder: False  # type: ignore[method-assign]


def _put_back_no_fence() -> None:
    """A process that was frozen sends the mail that it had claimed."""
    from pbx_devhost.store.outbox.queue import OutboxStore

    OutboxStore.is_ours = lambda self, claimed: True  # type: ignore[method-assign]


def _freeze_itself(where: str) -> None:
    """Stop this process between its claim of a mail and the request that sends it."""
    if where != "before the post":
        return
    from pbx_plugin_api.hosting.manager import PluginHost
    from portsip_m365_plugin.mail import send

    really, really_send, frozen = send.take_budget, PluginHost.send_notification, Path(os.environ[FROZEN])

    def take(*given: Any) -> Any:
        taken = really(*given)
        frozen.touch()
        # To this thread: another one might be busy, and this one would go on for a moment.
        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
        return taken

    def send_and_say(*given: Any) -> Any:
        try:
            return really_send(*given)
        finally:
            if frozen.exists():
                frozen.with_name(frozen.name + OVER).touch()

    send.take_budget = take
    PluginHost.send_notification = send_and_say  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
