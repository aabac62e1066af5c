"""The observer sees what was committed, by whom and in which order; and a wire does what it is told."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from pbx_devhost.store.sql.schema import due
from pbx_devhost.store.stores import Stores, open_stores
from pbx_plugin_api import CreateUser
from tests.support.devhost_pbx import KEY, draft
from tests.support.histories import observer
from tests.support.histories.events import TEST
from tests.support.histories.wires import Wire, Wires
from tests.support.mail_samples import make_note


def open_named(url: str, name: str) -> Stores:
    if url.startswith("postgresql"):
        return open_stores(f"{url}&application_name={name}", key=KEY)
    stores = open_stores(url, key=KEY)
    observer.name_writer(stores.database.engine, name)
    stores.database.engine.dispose()
    return stores


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def watched(request: pytest.FixtureRequest, make_url: Callable[[str], str]) -> Iterator[tuple[str, Stores]]:
    """The address of a watched database, and the test's own connections to it."""
    url = make_url(request.param)
    stores = open_named(url, TEST)
    if request.param == "sqlite":
        observer.watch_sqlite(stores.database.engine)
    else:
        observer.watch_postgres(url)
    yield url, stores
    stores.database.close()


def read(url: str, engine: Engine, tenant_id: str) -> list[tuple[str, str, bool, bool]]:
    is_sqlite = url.startswith("sqlite")
    rows = observer.read_sqlite(engine, [tenant_id]) if is_sqlite else observer.read_postgres(url, [tenant_id])
    assert [row.n for row in rows] == sorted(row.n for row in rows)
    assert all(abs(row.at - time.monotonic()) < 60 for row in rows)
    return [(row.writer, row.table, row.old is None, row.new is None) for row in rows if row.table != "processes"]


def test_it_sees_who_wrote_what(watched: tuple[str, Stores]) -> None:
    url, stores = watched
    tenant_id = stores.tenants.add("Contoso").pbx_tenant_id
    stores.leases.set_due(tenant_id, "p", 1.0)
    worker = open_named(url, "worker-7")
    lease = worker.leases.take(tenant_id, "p")
    assert lease is not None
    worker.leases.release(lease)
    worker.outbox.put(tenant_id, make_note())
    seen = [each for each in read(url, stores.database.engine, tenant_id) if each[1] in ("due", "outbox")]
    assert seen == [
        ("test", "due", True, False),
        ("test", "due", False, False),
        ("worker-7", "due", False, False),
        ("worker-7", "due", False, False),
        ("worker-7", "outbox", True, False),
    ]
    worker.database.close()


@pytest.mark.postgres
def test_it_sees_from_when_others_saw_it(make_url: Callable[[str], str]) -> None:
    url = make_url("postgres")
    stores = open_named(url, "worker-1")
    observer.watch_postgres(url)
    tenant_id = stores.tenants.add("Contoso").pbx_tenant_id
    with stores.database.write() as connection:
        stores.database.insert_missing(connection, due, {"tenant_id": tenant_id, "plugin": "p"})
        time.sleep(0.3)
    [row] = [row for row in observer.read_postgres(url, [tenant_id]) if row.table == "due"]
    assert row.committed_at is not None
    assert row.committed_at - row.at >= 0.3
    stores.database.close()


def write_and_fail(stores: Stores, tenant_id: str) -> None:
    row = {"tenant_id": tenant_id, "plugin": "p"}
    with stores.database.write() as connection:
        stores.database.insert_missing(connection, due, row)
        raise ZeroDivisionError


def test_what_was_rolled_back_was_never_there(watched: tuple[str, Stores]) -> None:
    url, stores = watched
    tenant_id = stores.tenants.add("Contoso").pbx_tenant_id
    before = read(url, stores.database.engine, tenant_id)
    with pytest.raises(ZeroDivisionError):
        write_and_fail(stores, tenant_id)
    assert read(url, stores.database.engine, tenant_id) == before


def test_it_keeps_no_secret(watched: tuple[str, Stores]) -> None:
    from pbx_devhost.store.users.linked import LinkedUsers

    url, stores = watched
    tenant_id = stores.tenants.add("Contoso").pbx_tenant_id
    LinkedUsers(stores.scope(tenant_id, "p"), stores.vault).apply([CreateUser(draft=draft("ada"))])
    stores.outbox.put(tenant_id, make_note())
    is_sqlite = url.startswith("sqlite")
    engine = stores.database.engine
    rows = observer.read_sqlite(engine, [tenant_id]) if is_sqlite else observer.read_postgres(url, [tenant_id])
    columns = {name for row in rows for name in row.new or {}}
    assert {"username", "extension_number", "n_unknown"} <= columns
    assert columns.isdisjoint({"sealed", "sip_secret", "pin_secret"})


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    """A wire to a server that says everything again."""
    path = str(tmp_path / "echo")
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen()

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                while data := connection.recv(100):
                    connection.sendall(data)

    threading.Thread(target=serve, daemon=True).start()
    wires = Wires()
    yield wires.add(path=path)
    wires.close()
    server.shutdown(socket.SHUT_RDWR)
    server.close()


def ends(line: socket.socket) -> bool:
    try:
        return line.recv(100) == b""
    except ConnectionError:
        return True


def test_a_wire_is_cut_delayed_and_held(wire: Wire) -> None:
    with socket.create_connection(("127.0.0.1", wire.port), 5) as line:
        line.sendall(b"one")
        assert line.recv(100) == b"one"
        wire.delay_s = 0.1
        began = time.monotonic()
        line.sendall(b"two")
        assert line.recv(100) == b"two"
        assert time.monotonic() - began > 0.19
        wire.delay_s, wire.is_held = 0.0, True
        line.sendall(b"three")
        line.settimeout(0.2)
        with pytest.raises(TimeoutError):
            line.recv(100)
        wire.is_held = False
        line.settimeout(5)
        assert line.recv(100) == b"three"
        wire.cut()
        assert ends(line)
