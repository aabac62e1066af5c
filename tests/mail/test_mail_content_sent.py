"""What a person reads is the same by Microsoft 365 and by the fallback, and no channel sends a second header line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pbx_devhost.core import Pbx
from pbx_devhost.mail.delivery import Delivery
from pbx_devhost.mail.smtp import store_smtp
from pbx_plugin_api import DeliveryStatus, NotificationKind
from portsip_m365_plugin.simulator.faults import Fault
from tests.conftest import MakeLab
from tests.support.lab import forget_microsoft
from tests.support.mail_lab import Post, open_post, render
from tests.support.smtp_server import Server, run_smtp_server

VOICEMAIL = {
    "DISPLAY_NAME": "Ann",
    "CALLER_NAME": "Bob <b>",
    "CALLER_NUMBER": "+49 30 1",
    "DATE_TIME": "2026-11-26 10:00",
    "VOICEMAIL_DOWNLOAD_URL": "https://pbx.example/v1",
}


@pytest.fixture(params=["GLOBAL", "CHINA"])
def post(request: pytest.FixtureRequest, make_lab: MakeLab, tmp_path: Path) -> Post:
    return open_post(make_lab(clouds=(request.param,)), tmp_path, request.param)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with run_smtp_server(tmp_path) as running:
        yield replace(running, settings=replace(running.settings, after_s=0))


def deliver(post: Post, tmp_path: Path, **fields: Any) -> None:
    """Put a mail into the PBX's queue and let plugin manager and fallback deliver it."""
    pbx = Pbx(f"sqlite:///{tmp_path / 'pbx.db'}", now=post.clock)
    pbx.stores.outbox.put(post.tenant.pbx_tenant_id, post.note(**fields))
    Delivery(pbx).deliver_due()
    (row,) = pbx.stores.outbox.rows(post.tenant.pbx_tenant_id)
    assert row.state == "sent", row.reason
    pbx.close()


def go_out_of_reach(post: Post) -> None:
    forget_microsoft()
    post.lab.realm(post.cloud).faults.add(Fault("reset_before", match="oauth2|sendMail", times=None))


def test_a_voicemail_without_a_text_says_the_same_by_both_channels(post: Post, server: Server, tmp_path: Path) -> None:
    templated: dict[str, Any] = {"kind": NotificationKind.VOICEMAIL, "subject": "", "text": ""}
    post.send(**templated, placeholders=VOICEMAIL)
    by_graph = render(post.sent[0])
    store_smtp(post.stores, server.settings)
    go_out_of_reach(post)
    deliver(post, tmp_path, **templated, placeholders=VOICEMAIL)
    ((_, by_smtp),) = server.postbox.got
    assert by_smtp["Subject"] == by_graph["Subject"] == "New voicemail from Bob <b> (+49 30 1)"
    pages = [mail.get_body(("html",)) for mail in (by_graph, by_smtp)]
    assert pages[0] is not None
    assert pages[1] is not None
    assert pages[0].get_content() == pages[1].get_content()
    plain = by_smtp.get_body(("plain",))
    assert plain is not None
    assert "Bob <b> (+49 30 1) left you a message on 2026-11-26 10:00." in plain.get_content()
    assert "Listen to it: https://pbx.example/v1" in plain.get_content()
    assert "%%" not in plain.get_content() + pages[1].get_content()
    assert len(post.sent) == 1


INJECTED: dict[str, Any] = {
    "to": ("ada@customer.example",),
    "cc": ("c@customer.example\r\nBcc: evil@x.example",),
    "reply_to": ("desk@customer.example\r\nX-Evil: 1",),
    "subject": "Hello\r\nX-Evil: 2 %%NAME%%",
    "placeholders": {"NAME": "Ann\r\nX-Evil: 3\u202e"},
}


def test_a_line_break_makes_no_header_by_microsoft_365(post: Post) -> None:
    receipt = post.send(**INJECTED)
    assert receipt.status is DeliveryStatus.ACCEPTED
    assert [item.address for item in receipt.rejected_recipients] == ["c@customer.example\r\nBcc: evil@x.example"]
    assert "line break" in receipt.rejected_recipients[0].reason
    assert "reply address" in receipt.detail
    (sent,) = post.sent
    assert sent["message"]["subject"] == "Hello X-Evil: 2 Ann X-Evil: 3"
    assert "ccRecipients" not in sent["message"]
    assert "replyTo" not in sent["message"]
    notices = [(kept.plugin, kept.notice.key) for kept in post.stores.notices.rows(post.tenant.pbx_tenant_id)]
    assert notices == [("m365", "mail.reply_to")]


def test_the_tenants_reply_address_stands_in_for_one_that_is_none(post: Post) -> None:
    post.settle(mail_reply_to="desk@contoso.example")
    post.send(reply_to=("nobody\r\n",))
    assert post.sent[0]["message"]["replyTo"] == [{"emailAddress": {"address": "desk@contoso.example"}}]


def test_a_line_break_makes_no_header_by_the_fallback(post: Post, server: Server, tmp_path: Path) -> None:
    store_smtp(post.stores, server.settings)
    go_out_of_reach(post)
    deliver(post, tmp_path, **INJECTED)
    ((recipients, mail),) = server.postbox.got
    assert recipients == ["ada@customer.example"]
    assert mail["Subject"] == "Hello X-Evil: 2 Ann X-Evil: 3"
    assert (mail["Reply-To"], mail["Cc"], mail["X-Evil"]) == (None, None, None)


def test_nobody_to_send_to_is_refused_at_once_with_the_reason(post: Post) -> None:
    receipt = post.send(to=("ada@customer.example\nBcc: evil@x.example",))
    assert receipt.status is DeliveryStatus.REJECTED
    assert "line break" in receipt.reason
    assert receipt.remedy
    assert post.calls() == []


def test_a_picture_in_the_page_stays_there_by_the_fallback(post: Post, server: Server, tmp_path: Path) -> None:
    store_smtp(post.stores, server.settings)
    go_out_of_reach(post)
    picture = post.attach(b"\x89PNG123", "qr.png", content_type="image/png", content_id="qr-code")
    voice = post.attach(b"RIFF", "v.wav")
    deliver(post, tmp_path, text="", html="<p>%%QR_CODE%%</p>", attachments=(picture, voice))
    ((_, mail),) = server.postbox.got
    page = mail.get_body(("related", "html"))
    assert page is not None
    assert page.get_content_type() == "multipart/related"
    assert [part["Content-ID"] for part in page.iter_attachments()] == ["<qr-code>"]
    assert [part.get_filename() for part in mail.iter_attachments()] == ["v.wav"]
