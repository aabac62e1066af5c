"""A process that was started long ago: the key of its database was changed, or the database was upgraded."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from pbx_devhost.core import Pbx
from pbx_devhost.health.readiness import Readiness
from pbx_devhost.runs import workbench
from pbx_devhost.runs.work import Lane, NotBegunError, Work
from pbx_devhost.runs.workbench import Workbench
from pbx_devhost.store.outbox.queue import MailState
from pbx_devhost.store.sealing.fitness import Unfit
from pbx_devhost.store.sealing.keys import VaultError, change_key
from pbx_devhost.store.sql.schema import alembic_version, outbox
from pbx_plugin_api import Tenant, TickReason
from tests.support.mail_samples import make_note

MAIL = Work(lane=Lane.MAIL, key="mail 0")


@pytest.fixture
def pbx(tmp_path: Path) -> Iterator[Pbx]:
    made = Pbx(f"sqlite:///{tmp_path}/pbx.db")
    yield made
    made.close()


@pytest.fixture
def tenant(pbx: Pbx) -> Tenant:
    return pbx.stores.tenants.add("Contoso")


@pytest.fixture
def stale(pbx: Pbx, tenant: Tenant) -> Iterator[Pbx]:
    """A process of a host that did not get the new key."""
    other = Pbx(pbx.stores.database.url)
    other.stores.vault._find_others = lambda: ()
    change_key(pbx.stores.database.url, pbx.stores.vault.rotate)
    yield other
    other.close()


def state_of_mail(pbx: Pbx, tenant: Tenant) -> list[str]:
    return [row.state for row in pbx.stores.outbox.rows(tenant.pbx_tenant_id)]


def test_a_process_without_the_key_takes_no_mail(
    pbx: Pbx, stale: Pbx, tenant: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    """It took an urgent code, could not open it, and kept it for 15 minutes: then it went out as a copy."""
    pbx.stores.outbox.put(tenant.pbx_tenant_id, make_note())
    with pytest.raises(VaultError, match="this is not the key of this database"):
        stale.stores.outbox.claim()
    caplog.set_level(logging.ERROR)
    bench = Workbench(stale)
    for _ in range(3):
        bench.do(MAIL)
    assert state_of_mail(pbx, tenant) == [MailState.QUEUED]
    assert [record.getMessage() for record in caplog.records] == [f"This process takes no work: {Unfit.KEY.value}"]
    assert Readiness(stale).problem() == Unfit.KEY.value
    assert Readiness(pbx).problem() == ""
    assert pbx.stores.outbox.claim() is not None


def test_a_process_that_gets_the_key_works_again(
    pbx: Pbx, stale: Pbx, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbench, "_FIT_FOR_S", 0.0)
    pbx.stores.outbox.put(tenant.pbx_tenant_id, make_note())
    bench = Workbench(stale)
    bench.do(MAIL)
    assert state_of_mail(pbx, tenant) == [MailState.QUEUED]
    stale.stores.vault._find_others = lambda: [pbx.stores.vault.key]
    bench.do(MAIL)
    assert state_of_mail(pbx, tenant) != [MailState.QUEUED]


def test_an_old_process_leaves_an_upgraded_database_alone(pbx: Pbx, tenant: Tenant) -> None:
    stores, bench = pbx.stores, Workbench(pbx)
    job = bench.page_job(tenant, "m365", TickReason.FORCED)
    stores.leases.set_due(tenant.pbx_tenant_id, "m365", stores.database.now() - 1)
    due_at = stores.leases.next_due_at(tenant.pbx_tenant_id, "m365")
    with stores.database.write() as connection:
        connection.execute(update(alembic_version).values(version_num="9999"))
    bench.do(Work(lane=Lane.RUNS, key="run", tenant_id=tenant.pbx_tenant_id, plugin="m365"))
    assert stores.leases.next_due_at(tenant.pbx_tenant_id, "m365") == due_at
    with pytest.raises(NotBegunError):
        bench.do(job)


def test_a_mail_that_nobody_can_open_stops_no_other(pbx: Pbx, tenant: Tenant) -> None:
    broken, sound = make_note(), make_note()
    for note in (broken, sound):
        pbx.stores.outbox.put(tenant.pbx_tenant_id, note)
    with pbx.stores.database.write() as connection:
        connection.execute(update(outbox).where(outbox.c.id == broken.notification_id).values(sealed=b"?" * 64))
    claimed = pbx.stores.outbox.claim()
    assert claimed is not None
    assert claimed.notification.notification_id == sound.notification_id
    [row] = pbx.stores.outbox.rows(tenant.pbx_tenant_id, state=MailState.DEAD)
    assert row.id == broken.notification_id
    assert "do not open" in str(row.reason)
    # A shape of another version of the program.
    sealed = pbx.stores.vault.seal(b'{"unknown": 1}', "outbox", broken.notification_id)
    pbx.stores.outbox.send_again(tenant.pbx_tenant_id, broken.notification_id)
    with pbx.stores.database.write() as connection:
        connection.execute(update(outbox).where(outbox.c.id == broken.notification_id).values(sealed=sealed))
    assert pbx.stores.outbox.claim() is None
    assert [row.id for row in pbx.stores.outbox.rows(tenant.pbx_tenant_id, state=MailState.DEAD)] == [row.id]
