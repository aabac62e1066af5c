"""What still names a person who was erased: it is reported, and watched until nothing is left."""

from __future__ import annotations

from sqlalchemy import select, update

from pbx_devhost.store.sql.schema import admins, erasures
from pbx_plugin_api import DraftContact, PersonalBook, UserLink
from tests.support.devhost_pbx import DevPbx, link
from tests.support.zoe import MAIL, NAME, OID, UPN, add_zoe, release_leases


def test_what_stays_is_reported(dev: DevPbx) -> None:
    add_zoe(dev)
    stores, tid = dev.stores, dev.tenant.pbx_tenant_id
    stores.contacts.add(tid, PersonalBook(owner=link("anna")), DraftContact(name="My friend", email=MAIL))
    dev.host.settings.write({"people": [OID]}, expected_version=0)
    release_leases(dev)
    done = stores.erasures.work(stores.erasures.ask(tid, OID))
    assert done.is_done
    assert len(done.remains) == 2
    assert "Contacts in address books that have this name, address or number: 1." in done.remains[0]
    assert "The settings of the plugin sample" in done.remains[1]


def test_what_stays_is_watched_without_a_name_until_nothing_is_left(dev: DevPbx) -> None:
    add_zoe(dev)
    stores, tid = dev.stores, dev.tenant.pbx_tenant_id
    book = PersonalBook(owner=link("anna"))
    friend = stores.contacts.add(tid, book, DraftContact(name="My friend", email=MAIL))
    dev.host.settings.write({"people": [OID, "anna"], "mode": "only"}, expected_version=0)
    stores.accounts.set_admin_password(tid, "boss", "correct horse battery")
    link_admin(dev, link(OID))
    release_leases(dev)
    erasure = stores.erasures.ask(tid, OID)
    assert len(stores.erasures.work(erasure).remains) == 3
    with stores.database.read() as connection:
        sealed = connection.execute(select(erasures.c.sealed)).scalar_one()
    kept = stores.vault.open(sealed, "erasure", erasure).decode()
    assert [trace for trace in (OID, MAIL, NAME, UPN) if trace.casefold() in kept.casefold()] == []
    stores.vault.rotate()
    stores.contacts.delete(tid, friend)
    assert stores.erasures.without_remains() == []
    host = dev.bound("sample", dev.tenant, dev.take_lease("sample", dev.tenant))
    host.settings.write({"people": ["anna"], "mode": "only"}, expected_version=1)
    assert stores.erasures.without_remains() == []
    link_admin(dev, None)
    assert stores.erasures.without_remains() == [(tid, erasure)]
    dev.move_clock(3_000 * 86_400)
    assert stores.retention.apply()["erasures"] == 0, "it still has to end its notice"
    stores.erasures.stop_watching(erasure)
    assert stores.erasures.without_remains() == []
    assert stores.retention.apply()["erasures"] == 1


def link_admin(dev: DevPbx, account: UserLink | None) -> None:
    """Link the only administrator to an account, or to none."""
    values = {"authority": account and account.authority, "subject": account and account.subject}
    with dev.stores.database.write() as connection:
        connection.execute(update(admins).values(values))
