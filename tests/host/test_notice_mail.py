"""Notices reach the administrators by the PBX's own SMTP server, and by no plugin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import event

from pbx_devhost.core import Pbx
from pbx_devhost.mail.delivery import Delivery
from pbx_devhost.mail.notice_mail import NoticeMail
from pbx_devhost.mail.notices import EXPIRED_KIND, MailNotices
from pbx_devhost.mail.smtp import load_smtp, store_smtp
from pbx_devhost.store.notices import MAIL_TRIES_MAX
from pbx_devhost.store.signin.accounts import AccountError
from pbx_plugin_api import Severity
from tests.support.mail_queue import Box, HandClock
from tests.support.mail_samples import make_note
from tests.support.smtp_server import Server, run_smtp_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with run_smtp_server(tmp_path) as running:
        yield running


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    clock = HandClock()
    pbx = Pbx(f"sqlite:///{tmp_path / 'pbx.db'}", now=clock)
    made = Box(pbx, clock, pbx.stores.tenants.add("Contoso", web_origin="https://pbx.contoso.example"))
    pbx._plugins = cast(Any, made.plugins)
    for name in ("ann", "bob", "carl"):
        pbx.stores.accounts.set_admin_password(made.tenant.pbx_tenant_id, name, "a long password")
        if name != "carl":
            pbx.stores.accounts.set_admin_email(made.tenant.pbx_tenant_id, name, f"{name}@contoso.example")
    yield made
    pbx.close()


def begin(box: Box, level: int = 0, subject: str = "The certificate expires soon") -> None:
    box.pbx.stores.notices.begin(
        box.tenant.pbx_tenant_id, "k", subject, "Make a new one.", Severity.BAD, plugin="m365", level=level
    )


def got(server: Server) -> list[tuple[list[str], str]]:
    return [(sorted(recipients), message["Subject"]) for recipients, message in server.postbox.got]


EVERYBODY = ["ann@contoso.example", "bob@contoso.example"]


def test_a_notice_is_mailed_when_it_is_raised_and_when_it_is_worse(box: Box, server: Server) -> None:
    store_smtp(box.pbx.stores, server.settings)
    for level in (0, 0, 1, 1):
        begin(box, level)
        box.deliver()
    assert got(server) == [(EVERYBODY, "Contoso: The certificate expires soon")] * 2
    assert "https://pbx.contoso.example/notices" in server.postbox.got[0][1].get_content()
    assert box.asked == [], "no plugin carries it"


@pytest.mark.parametrize("whole", [False, True], ids=["for the tenant", "for the whole PBX"])
def test_notices_of_a_plugin_that_is_off_are_not_mailed(box: Box, server: Server, whole: bool) -> None:
    switches, tenant_id = box.pbx.stores.switches, box.tenant.pbx_tenant_id
    begin(box)
    switches.set_enabled("m365", None if whole else tenant_id, False)
    switches.set_enabled("other", tenant_id, False)
    store_smtp(box.pbx.stores, server.settings)
    box.deliver()
    assert got(server) == []
    box.pbx.stores.notices.begin(tenant_id, "k", "The mail waits", "", Severity.BAD)
    box.deliver()
    assert got(server) == [(EVERYBODY, "Contoso: The mail waits")], "the PBX's own"
    switches.set_enabled("m365", None if whole else tenant_id, True)
    box.deliver()
    assert got(server)[1:] == [(EVERYBODY, "Contoso: The certificate expires soon")]


@pytest.mark.parametrize("over", ["ended", "dismissed"])
def test_what_is_over_before_it_was_mailed_is_not_mailed(box: Box, server: Server, over: str) -> None:
    store, tenant_id = box.pbx.stores.notices, box.tenant.pbx_tenant_id
    begin(box)
    if over == "ended":
        store.end(tenant_id, "k", plugin="m365")
    else:
        store.dismiss(tenant_id, store.rows(tenant_id)[0].id, "ann")
    store_smtp(box.pbx.stores, server.settings)
    box.deliver()
    assert got(server) == []


def test_without_a_server_nothing_is_mailed_and_old_news_is_not_mailed_later(box: Box, server: Server) -> None:
    begin(box)
    box.deliver()
    box.clock.at += 2 * 86_400
    store_smtp(box.pbx.stores, server.settings)
    box.deliver()
    assert got(server) == []
    begin(box, level=1)
    box.deliver()
    assert len(got(server)) == 1


def test_a_server_out_of_reach_is_tried_again_and_given_up_in_the_end(box: Box, server: Server) -> None:
    store_smtp(box.pbx.stores, replace(server.settings, port=1))
    begin(box)
    smtp = load_smtp(box.pbx.stores)
    assert smtp is not None
    tries = 0
    for _ in range(3 * MAIL_TRIES_MAX):
        kept = box.pbx.stores.notices.rows(box.tenant.pbx_tenant_id)[0]
        NoticeMail(box.pbx.stores).deliver_due(smtp)
        tries += box.pbx.stores.notices.rows(box.tenant.pbx_tenant_id)[0].mail_tries - kept.mail_tries
        box.clock.at += 1800
    assert tries == MAIL_TRIES_MAX
    begin(box, level=1)
    store_smtp(box.pbx.stores, server.settings)
    box.deliver()
    assert len(got(server)) == 1, "worse is a mail of its own"


def test_two_processes_mail_a_notice_once(box: Box, server: Server) -> None:
    store_smtp(box.pbx.stores, server.settings)
    begin(box)
    first = box.pbx.stores.notices.claim_mail()
    assert first is not None
    assert box.pbx.stores.notices.claim_mail() is None, "another works on it"
    begin(box, level=1)
    box.pbx.stores.notices.settle_mail(first)
    box.deliver()
    assert len(got(server)) == 1, "what became worse meanwhile is not lost"


def test_only_the_tenants_own_administrators_get_it(box: Box, server: Server) -> None:
    other = box.pbx.stores.tenants.add("Other").pbx_tenant_id
    box.pbx.stores.accounts.set_admin_password(other, "eve", "a long password")
    box.pbx.stores.accounts.set_admin_email(other, "eve", "eve@other.example")
    store_smtp(box.pbx.stores, server.settings)
    begin(box)
    box.deliver()
    assert [recipients for recipients, _ in got(server)] == [EVERYBODY]


def test_an_address_is_an_address_and_a_new_password_keeps_it(box: Box) -> None:
    accounts, tenant_id = box.pbx.stores.accounts, box.tenant.pbx_tenant_id
    with pytest.raises(AccountError, match="is not an e-mail address"):
        accounts.set_admin_email(tenant_id, "ann", "ann@contoso.example\r\nBcc: eve@other.example")
    accounts.set_admin_password(tenant_id, "ann", "another long password")
    assert accounts.admin_email(tenant_id, "ann") == "ann@contoso.example"
    assert accounts.set_admin_email(tenant_id, "nobody", "x@contoso.example") is False


@pytest.mark.parametrize("ends", ["stop", "turn"])
def test_many_notices_keep_no_slot_longer_than_its_turn(
    box: Box, server: Server, monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    """A slow SMTP server and hundreds of notices: other mail gets its turn, and SIGTERM is heard between two."""
    store_smtp(box.pbx.stores, server.settings)
    for n in range(5):
        box.pbx.stores.notices.begin(box.tenant.pbx_tenant_id, f"k{n}", f"Notice {n}", "Text.", Severity.BAD)
    turns = [True]
    really = NoticeMail._mail

    def slow(self: NoticeMail, *given: Any) -> bool:
        if ends == "stop":
            box.pbx.stop_wanted[0] = True
        turns[0] = False
        return really(self, *given)

    monkeypatch.setattr(NoticeMail, "_mail", slow)
    Delivery(box.pbx).deliver(may_go_on=lambda: ends == "stop" or turns[0])
    assert len(got(server)) == 1
    box.pbx.stop_wanted[0] = False
    monkeypatch.undo()
    Delivery(box.pbx).deliver()
    assert len(got(server)) == 5, "the others wait"


def test_the_look_for_expired_mail_costs_one_query_however_many_tenants_have_some(box: Box) -> None:
    """Each process makes it every second."""
    stores = box.pbx.stores
    for n in range(20):
        tenant_id = stores.tenants.add(f"Customer {n}").pbx_tenant_id
        stores.notices.begin(tenant_id, "mail.expired:x", "s", "t", Severity.BAD, kind=EXPIRED_KIND)
        if n:
            stores.outbox.put(tenant_id, make_note(), keep_s=1.0)
    box.clock.at += 2
    assert sum(each.count for each in stores.outbox.expire()) == 19
    statements: list[str] = []
    event.listen(stores.database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    MailNotices(stores).end_expired()
    assert sum("FROM notices" in text and "FROM outbox" in text for text in statements) == 1
    assert len(statements) < 10, "and those that end the one notice whose mail is gone"
    ended = [row for row in stores.tenants.all() if not stores.notices.open_ones(row.pbx_tenant_id)]
    assert {tenant.name for tenant in ended} == {"Contoso", "Customer 0"}
