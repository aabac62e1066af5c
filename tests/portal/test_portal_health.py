"""/healthz and /readyz: for anybody, at any address, cheap, and true."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from pbx_devhost.core import Pbx
from pbx_devhost.health.readiness import NO_ANSWER, Readiness
from pbx_devhost.portal.app import create_app
from pbx_devhost.store.sealing.fitness import Unfit
from pbx_devhost.store.sql.schema import alembic_version
from pbx_plugin_api.hosting.registry import PluginState
from tests.support.portal_world import World
from tests.support.postgres import run_cluster


@pytest.fixture
def client(world: World) -> Iterator[FlaskClient]:
    """A load balancer: it has no name of ours, no cookies, no session."""
    with world.app.test_client() as client:
        client.environ_base["HTTP_HOST"] = "10.1.2.3:8887"
        yield client


def forget(world: World) -> None:
    """Let the next question look again, as a second later."""
    world.app.extensions["readiness"] = Readiness(world.pbx)


def test_a_sound_portal_is_alive_and_ready(world: World, client: FlaskClient) -> None:
    for path, status in (("/healthz", "ok"), ("/readyz", "ready")):
        answer = client.get(path)
        assert (answer.status_code, answer.json) == (200, {"status": status})
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
    assert client.post("/healthz").status_code in (405, 421)
    assert client.get("/login").status_code == 421  # every other page still needs an address of ours


def test_another_schema_is_not_ready_and_alive(world: World, client: FlaskClient) -> None:
    with world.pbx.stores.database.write() as connection:
        connection.execute(update(alembic_version).values(version_num="9999"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "not ready", "problem": Unfit.SCHEMA.value})
    assert client.get("/healthz").status_code == 200


def test_a_database_that_fails_is_not_ready_and_not_described(world: World, client: FlaskClient) -> None:
    with world.pbx.stores.database.write() as connection:
        alembic_version.drop(connection)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "not ready", "problem": NO_ANSWER})
    assert client.get("/healthz").status_code == 200


def test_a_database_that_hangs_holds_one_thread(
    world: World, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, calls = threading.Event(), []

    def hang() -> bool:
        calls.append(threading.current_thread().name)
        go_on.wait(20)
        return True

    monkeypatch.setattr(world.pbx.stores.database, "has_our_schema", hang)
    began = time.monotonic()
    answers = [client.get("/readyz").json for _ in range(5)]
    assert time.monotonic() - began < 4  # the first one waits, the others know
    assert answers == [{"status": "not ready", "problem": NO_ANSWER}] * 5
    assert len(calls) == 1
    go_on.set()


def test_a_flood_of_questions_is_one_query(world: World, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    monkeypatch.setattr(world.pbx.stores.database, "has_our_schema", lambda: not calls.append(1))
    began = time.monotonic()
    for _ in range(200):
        assert client.get("/readyz").status_code == 200
    assert len(calls) <= 1 + (time.monotonic() - began)


def test_a_broken_plugin_is_not_ready_unless_it_is_switched_off(
    world: World, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = PluginState(name="hello", distribution="hello", version="1", status="broken", reason="no module secrets9")
    monkeypatch.setattr(world.pbx.plugins, "plugins", lambda: [broken])
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"status": "not ready", "problem": "The plugin hello is broken."}
    world.pbx.stores.switches.set_enabled("hello", None, False)
    forget(world)
    assert client.get("/readyz").status_code == 200


@pytest.mark.postgres
def test_postgresql_that_stops_and_starts_again() -> None:
    with run_cluster() as cluster, cluster.database() as url:
        pbx = Pbx(url)
        client = create_app(pbx).test_client()
        assert client.get("/readyz").status_code == 200
        data = str(cluster.directory / "data")
        cluster.run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        assert wait_for(client, 503) == {"status": "not ready", "problem": NO_ANSWER}
        assert client.get("/healthz").status_code == 200
        # pg_ctl keeps the options of the first start in the folder of the data.
        cluster.run("pg_ctl", "-D", data, "-l", str(cluster.directory / "log"), "-w", "restart")
        assert wait_for(client, 200) == {"status": "ready"}
        pbx.close()


def wait_for(client: FlaskClient, status: int) -> Any:
    """Ask until the answer has this status: it may be a second old."""
    give_up_at = time.monotonic() + 15
    while (answer := client.get("/readyz")).status_code != status:
        assert time.monotonic() < give_up_at, answer.json
        time.sleep(0.1)
    return answer.json
