"""A worker's health: at a loopback port, true, and said to systemd."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from pbx_devhost.core import Pbx
from pbx_devhost.health.answers import NOT_WORKING
from pbx_devhost.health.serving import HealthError, serve_health
from pbx_devhost.health.supervisor import Supervisor
from pbx_devhost.runs.clock import Clock
from pbx_devhost.store.sealing.fitness import Unfit
from pbx_devhost.store.sql.schema import alembic_version
from tests.support.workers import make_crew, wait_for


@pytest.fixture
def pbx(tmp_path: Path) -> Iterator[Pbx]:
    made = Pbx(f"sqlite:///{tmp_path}/pbx.db")
    made.plugins.plugins()  # loaded before the first question, as a worker does
    yield made
    made.close()


def ask(port: int | None, path: str, host: str = "127.0.0.1") -> tuple[int, Any]:
    assert port is not None
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_a_process_that_works_is_alive_and_ready(pbx: Pbx) -> None:
    with serve_health(pbx, 0, is_working=lambda: True) as port:
        assert ask(port, "/healthz") == (200, {"status": "ok"})
        assert ask(port, "/readyz?full") == (200, {"status": "ready"})
        assert ask(port, "/login") == (404, {"status": "not found"})


def test_a_process_that_works_no_more_says_so_whatever_the_database_does(pbx: Pbx) -> None:
    with pbx.stores.database.write() as connection:
        connection.execute(update(alembic_version).values(version_num="9999"))
    works = True
    with serve_health(pbx, 0, is_working=lambda: works) as port:
        assert ask(port, "/readyz") == (503, {"status": "not ready", "problem": Unfit.SCHEMA.value})
        assert ask(port, "/healthz")[0] == 200, "a restart does not bring a database back"
        works = False
        assert ask(port, "/healthz") == (503, {"status": "not working", "problem": NOT_WORKING})


def test_a_clock_whose_thread_has_ended_does_not_work(pbx: Pbx, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = Clock(pbx)
    assert sound.is_working(), "it has not begun"
    sound.start()
    assert sound.is_working()
    sound.stop()
    assert sound.is_working(), "it was asked to end"
    monkeypatch.setattr(Clock, "_look_for_mail", lambda self: None)
    ill = Clock(pbx)
    ill.start()
    wait_for(lambda: not ill.is_working(), 5.0)
    ill.stop()


def test_the_health_of_a_worker_is_for_this_machine_and_names_nobody(pbx: Pbx) -> None:
    pbx.stores.tenants.add("Quistgaard")
    with serve_health(pbx, 0, is_working=lambda: True) as port:
        with pytest.raises(ConnectionRefusedError):  # a server at every address of the machine would answer here too
            ask(port, "/healthz", "127.0.0.11")
        for path in ("/healthz", "/readyz", "/metrics", "/"):
            assert "quistgaard" not in str(ask(port, path)).casefold()


def test_a_port_in_use_is_named(pbx: Pbx) -> None:
    with serve_health(pbx, 0, is_working=lambda: True) as port:
        second = serve_health(pbx, port, is_working=lambda: True)
        with pytest.raises(HealthError, match=rf"--health-port: cannot listen at 127\.0\.0\.1:{port} \(.+\); choose"):
            second.__enter__()


@pytest.mark.parametrize("command", ["worker", "serve"])
def test_systemd_hears_whether_a_process_works(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd,
        make_crew(f"sqlite:///{tmp_path}/pbx.db", tmp_path, monkeypatch) as crew,
    ):
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(20)
        place = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "400000"}
        options = {"worker": ("--health-port", str(port)), "serve": ("--port", str(port))}[command]
        process = crew.start(command, "--slots", "1", *options, **place)
        assert [systemd.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]
        assert ask(port, "/healthz") == (200, {"status": "ok"})
        assert ask(port, "/readyz") == (200, {"status": "ready"})
        os.kill(process.pid, signal.SIGSTOP)
        assert is_silent(systemd), "systemd would end it now"
        os.kill(process.pid, signal.SIGCONT)
        systemd.settimeout(20)
        process.terminate()
        while (said := systemd.recv(100)) == b"WATCHDOG=1":
            pass
        assert said == b"STOPPING=1"
        assert process.wait(15) == 0


def is_silent(systemd: socket.socket) -> bool:
    """Read what was said before, and wait for more than the time of the watchdog."""
    systemd.settimeout(1.5)
    for _ in range(100):
        try:
            systemd.recv(100)
        except TimeoutError:
            return True
    return False


@pytest.mark.parametrize("address", ["", "/nowhere/notify", "@pbx-nobody"])
def test_where_systemd_does_not_listen_nothing_happens(address: str) -> None:
    Supervisor({"NOTIFY_SOCKET": address}).ready()


def test_a_watchdog_of_another_process_is_not_ours() -> None:
    asked = {"WATCHDOG_USEC": "30000000"}
    assert Supervisor(asked | {"WATCHDOG_PID": str(os.getpid())}).every_s == 15
    assert Supervisor(asked).every_s == 15
    assert Supervisor(asked | {"WATCHDOG_PID": "1"}).every_s == Supervisor({}).every_s == 5


def test_a_name_without_a_file_is_reached() -> None:
    name = f"pbx-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"\0{name}")
        systemd.settimeout(5)
        Supervisor({"NOTIFY_SOCKET": f"@{name}"}).still_works()
        assert systemd.recv(100) == b"WATCHDOG=1"
