"""A full disk as people and monitors see it: on a page, at /readyz, in the run log."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from pbx_devhost.metrics.serving import Metrics
from pbx_devhost.runs.runner import Runner
from pbx_devhost.store.sql.disk import DISK_FULL
from pbx_devhost.store.sql.engine import DiskFullError
from pbx_plugin_api import TickReason
from portsip_m365_plugin.scratch import Scratch
from tests.conftest import MakeLab
from tests.support.full_disk import full
from tests.support.portal_world import World, connect_m365


def test_pages_say_it_and_monitors_see_it(world: World) -> None:
    browser = world.browser()
    browser.log_in()
    browser.get("/users")
    user = world.pbx.stores.users
    user.add(world.tenant_id, "alice", display_name="Alice")
    [row] = [row for row in user.rows(world.tenant_id) if row.username == "alice"]
    engine = world.pbx.stores.database.engine
    with full(engine, spare_pages=0):
        refused = browser.post(f"/users/{row.id}/erase", {"also": "\n".join(f"Name {n} " * 20 for n in range(150))})
        assert refused.status_code == 503, refused.text
        assert DISK_FULL in refused.text
        client = world.app.test_client()
        alive, ready = client.get("/healthz"), client.get("/readyz")
    assert (alive.status_code, alive.json) == (200, {"status": "ok", "problem": DISK_FULL})
    assert (ready.status_code, ready.json) == (503, {"status": "not ready", "problem": DISK_FULL})
    assert b"pbx_disk_full_total 1.0" in Metrics(world.pbx.stores).write()
    assert world.pbx.stores.erasures.waiting() == []
    assert user.find_by_id(world.tenant_id, row.id) is not None
    assert browser.post(f"/users/{row.id}/erase", {"also": "x"}).status_code == 303


def test_a_database_that_is_away_is_said_too(world: World) -> None:
    browser = world.browser()
    browser.log_in()
    with world.pbx.stores.database.write() as connection:
        connection.execute(text("DROP TABLE contacts"))
    answer = browser.get("/contacts/company")
    assert answer.status_code == 503
    assert "The database does not answer. Nothing was stored." in answer.text
    assert "contacts" not in answer.text.split("<main")[1].split("</main")[0]


def test_a_run_ends_with_the_reason_and_goes_on_with_space(
    world: World, make_lab: MakeLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = make_lab(users=400)
    engine = world.pbx.stores.database.engine
    before = world.pbx.stores.users.count_all(world.tenant_id)
    monkeypatch.setattr("pbx_devhost.core.INSIST_EVERY_S", 0.1)
    monkeypatch.setattr(World, "tick", lambda _self: None)
    connect_m365(world, lab)
    runner = Runner(world.pbx)
    with full(engine, spare_pages=30):
        world.pbx.stop_wanted[0] = False
        monkeypatch.setattr("pbx_devhost.core.INSIST_S", 0.2)
        try:
            result = runner.run(world.tenant, "m365", TickReason.FORCED, confirm_first_plan=True)
        except DiskFullError:
            result = None  # not even the end of the run could be stored
        assert world.pbx.stores.database.disk.is_full()
        assert world.pbx.stores.users.count_all(world.tenant_id) == before, "a batch is written whole or not at all"
        if result is not None:
            assert DISK_FULL in result.sentence
            assert not result.is_done
    again = runner.run(world.tenant, "m365", TickReason.FORCED, confirm_first_plan=True)
    assert again.is_done, again
    assert world.pbx.stores.users.count_all(world.tenant_id) > before + 300


def test_a_run_without_room_for_temporary_files_changes_nothing_and_comes_back(
    world: World, make_lab: MakeLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(World, "tick", lambda _self: None)
    connect_m365(world, make_lab(users=400))
    before, original = world.pbx.stores.users.count_all(world.tenant_id), Scratch.__init__

    def small(self: Scratch, schema: str) -> None:
        original(self, schema + "; PRAGMA max_page_count = 30;")

    monkeypatch.setattr(Scratch, "__init__", small)
    result = Runner(world.pbx).run(world.tenant, "m365", TickReason.FORCED, confirm_first_plan=True)
    assert not result.is_done
    assert "There is no room for temporary files in" in result.sentence
    assert "SQLITE_TMPDIR" in result.sentence
    assert world.pbx.stores.users.count_all(world.tenant_id) == before
    due_at = world.pbx.stores.leases.next_due_at(world.tenant_id, "m365")
    assert due_at is not None
    assert due_at < world.pbx.stores.database.now() + 3_700
    monkeypatch.setattr(Scratch, "__init__", original)
    assert Runner(world.pbx).run(world.tenant, "m365", TickReason.FORCED, confirm_first_plan=True).is_done
