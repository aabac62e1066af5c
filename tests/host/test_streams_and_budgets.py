"""Memory does not grow with the tenant, and several workers share budgets."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
from sqlalchemy import event, insert, select

from pbx_devhost.store.sql.schema import blob_chunks, blobs, budget_takes, links, users
from pbx_plugin_api import CreateUser, RateLimit, Severity, UpdateUser
from tests.support.devhost_pbx import DIRECTORY, DevPbx, draft, link

MEGABYTE = 1024 * 1024


def fill(dev: DevPbx, count: int) -> None:
    """Write linked users directly into the tables."""
    tid = dev.tenant.pbx_tenant_id
    for start in range(0, count, 5000):
        names = [f"u{n:07}" for n in range(start, min(start + 5000, count))]
        people = [
            {
                "id": name,
                "tenant_id": tid,
                "username": name,
                "username_key": name,
                "display_name": f"Display name of {name}",
                "email": f"{name}@contoso.example",
                "extension_number": f"9{name[1:]}",
                "enabled": 1,
                "role": "StandardUser",
                "created_at": 0.0,
            }
            for name in names
        ]
        ties = [
            {
                "tenant_id": tid,
                "authority": DIRECTORY,
                "subject": name,
                "user_id": name,
                "applied_display_name": f"Display name of {name}",
                "applied_email": f"{name}@contoso.example",
                "applied_enabled": 1,
            }
            for name in names
        ]
        with dev.stores.database.write() as connection:
            connection.execute(insert(users), people)
            connection.execute(insert(links), ties)


def peak_bytes_of(stream: Iterator[Any]) -> tuple[int, int]:
    """Read a stream to its end. Return how many items there were, and the peak of additional memory."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        count = sum(1 for _ in stream)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return count, peak - before


def check_streams(dev: DevPbx, count: int) -> None:
    fill(dev, count)
    engine, cursors = dev.stores.database.engine, []

    def note(_: object, cursor: object, statement: str, *__: object) -> None:
        if "FROM users" in statement:  # the heartbeat has statements of its own
            cursors.append(type(cursor).__name__)

    event.listen(engine, "before_cursor_execute", note)
    for stream in (dev.host.users.linked(), dev.stores.users.rows(dev.tenant.pbx_tenant_id)):
        cursors.clear()
        seen, peak = peak_bytes_of(stream)
        assert seen == count
        assert peak < 8 * MEGABYTE, f"{peak / MEGABYTE:.1f} MB for {count} users"
        # psycopg's ordinary cursor would hold all rows, in memory that Python does not count.
        assert cursors[-1] == ("Cursor" if dev.stores.database.is_sqlite else "ServerCursor")
    assert list(dev.host.users.diverged()) == []


def test_linked_users_stream(any_pbx: DevPbx) -> None:
    check_streams(any_pbx, 20_000)


@pytest.mark.long
def test_200_000_linked_users_stream_in_the_same_memory(any_pbx: DevPbx) -> None:
    check_streams(any_pbx, 200_000)


def test_a_stream_may_be_written_beside(any_pbx: DevPbx) -> None:
    """A plan is applied while linked users are still read. The reader sees what was there when it began."""
    dev = any_pbx
    fill(dev, 1500)
    seen = 0
    for user in dev.host.users.linked():
        if seen % 500 == 0:
            changed = draft(user.link.subject, display_name="Changed")
            [result] = dev.host.users.apply([UpdateUser(draft=changed, fields=("display_name",))])
            assert result.status == "applied"
            made = draft(f"zz{seen}")
            assert dev.host.users.apply([CreateUser(draft=made)])[0].status == "applied"
        seen += 1
    assert seen == 1500
    assert dev.host.users.counts().linked == 1503


def test_a_stream_left_half_way_gives_its_connection_back_with_the_call(any_pbx: DevPbx) -> None:
    dev = any_pbx
    fill(dev, 1500)
    pool: Any = dev.stores.database.engine.pool
    kept = []
    with dev.opened("third", dev.tenant, dev.take_lease("third", dev.tenant)) as host:
        kept += [host.users.linked(), host.state.items(), host.users.diverged()]
        host.state.put("k", 1)
        assert [next(stream, None) is not None for stream in kept] == [True, True, False]
        assert pool.checkedout() > 0
    assert pool.checkedout() == 0
    assert [next(stream, "ended") for stream in kept] == ["ended"] * 3


# ---------------------------------------------------------------------- blobs


def test_a_blob_is_stored_and_read_in_pieces(dev: DevPbx) -> None:
    def pieces() -> Iterator[bytes]:
        for n in range(320):
            yield bytes([n % 251]) * 100_000

    tracemalloc.start()
    try:
        blob = dev.host.blobs.put(pieces(), content_type="audio/wav", keep_s=60)
        with dev.host.blobs.open(blob) as file:
            size = sum(len(part) for part in iter(lambda: file.read(64 * 1024), b""))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size == 32_000_000
    assert peak < 4 * MEGABYTE, f"{peak / MEGABYTE:.1f} MB"


def test_a_blob_being_written_is_not_seen_and_holds_nobody_up(dev: DevPbx) -> None:
    begun, go_on = threading.Event(), threading.Event()
    stored: list[str] = []

    def pieces() -> Iterator[bytes]:
        yield b"x" * 300_000
        begun.set()
        assert go_on.wait(10)
        yield b"y"

    store = dev.stores.blobs(dev.tenant.pbx_tenant_id)
    writer = threading.Thread(target=lambda: stored.append(store.put(pieces(), content_type="a/b", keep_s=None)))
    writer.start()
    assert begun.wait(10)
    with dev.stores.database.read() as connection:
        half = connection.execute(select(blobs.c.id)).scalar_one()
    assert store.info(half) is None
    with pytest.raises(KeyError), dev.host.blobs.open(half):
        pass
    dev.host.state.put("meanwhile", True)  # would wait for a minute and fail if the blob held the write lock
    go_on.set()
    writer.join()
    assert stored == [half]
    with dev.host.blobs.open(half) as file:
        assert file.seek(-2, io.SEEK_END) == 299_999
        assert file.read() == b"xy"


def test_blobs_are_deleted_when_their_time_is_over(dev: DevPbx) -> None:
    put = dev.host.blobs.put
    short, long = (put(iter([b"x"]), content_type="a/b", keep_s=keep_s) for keep_s in (60, 6000))
    forever = dev.stores.blobs(dev.tenant.pbx_tenant_id).put(iter([b"z"]), content_type="a/b", keep_s=None)
    dev.move_clock(61)
    assert dev.host.blobs.info(short) is None
    put(iter([b"y"]), content_type="a/b", keep_s=60)
    with dev.stores.database.read() as connection:
        left = set(connection.execute(select(blobs.c.id)).scalars())
        pieces = set(connection.execute(select(blob_chunks.c.blob_id)).scalars())
    assert short not in left | pieces
    assert {long, forever} <= left


def test_a_blob_whose_maker_fails_leaves_nothing(dev: DevPbx) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"x" * 600_000
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        dev.host.blobs.put(pieces(), content_type="a/b", keep_s=60)
    with dev.stores.database.read() as connection:
        assert connection.execute(select(blobs)).all() == []
        assert connection.execute(select(blob_chunks)).all() == []


# ---------------------------------------------------------------------- budgets


TAKER = """
import sys
from pbx_devhost.store.plugins.budgets import PluginRateBudget
from pbx_devhost.store.database import Database
from pbx_devhost.store.scope import Scope
from pbx_plugin_api import RateLimit
budget = PluginRateBudget(Scope(Database(sys.argv[1]), "t", "sample"))
print("ready", flush=True)
sys.stdin.readline()
print(sum(budget.take("mail", 1, [RateLimit(amount=100, window_s=3600)]) is None for _ in range(80)))
"""


def test_two_processes_together_keep_a_budget(any_pbx: DevPbx) -> None:
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", TAKER, any_pbx.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    taken = [int(worker.communicate(timeout=60)[0]) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0]
    assert sum(taken) == 100
    assert all(taken), "neither was starved"


def test_what_is_out_of_every_window_is_forgotten(dev: DevPbx) -> None:
    limits = [RateLimit(amount=5, window_s=10), RateLimit(amount=50, window_s=100)]
    for _ in range(5):
        assert dev.host.rate_budget.take("b", 1, limits) is None
    again = dev.host.rate_budget.take("b", 1, limits)
    assert again is not None
    assert again > datetime.fromtimestamp(dev.clock(), timezone.utc)
    dev.move_clock(101)
    assert dev.host.rate_budget.take("b", 1, limits) is None
    with dev.stores.database.read() as connection:
        assert len(connection.execute(select(budget_takes)).all()) == 1


# ---------------------------------------------------------------------- audit and notices


def test_the_audit_log_names_who_and_keeps_the_order(dev: DevPbx) -> None:
    dev.host.audit.record("mail.sent", outcome="ok", subject="ada", detail="x" * 9000)
    dev.stores.audit.record(dev.tenant.pbx_tenant_id, "boss", "user.add", subject="bob")
    newest, first = dev.stores.audit.lines(dev.tenant.pbx_tenant_id, limit=2)
    assert (first.actor, first.event, first.outcome, first.subject) == ("plugin:sample", "mail.sent", "ok", "ada")
    assert len(first.detail) == 8000
    assert (newest.actor, newest.event) == ("boss", "user.add")


def test_a_notice_is_logged_once(dev: DevPbx, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        dev.host.notify_admin("k", "The certificate expires", "Renew it.", severity=Severity.WARNING)
    assert caplog.text.count("Notice to the administrators of Contoso: The certificate expires") == 1
    [notice] = dev.stores.notices.rows(dev.tenant.pbx_tenant_id)
    assert (notice.notice.severity, notice.notice.text) == ("warning", "Renew it.")


def test_a_photo_of_somebody_else_is_not_found_by_link(dev: DevPbx) -> None:
    assert dev.host.users.set_photo(link("nobody"), None).status == "refused"
