"""The fallback channel against a real SMTP server (aiosmtpd), with TLS and a certificate that is checked."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from pbx_devhost.core import Pbx
from pbx_devhost.mail.smtp import SmtpSettings, load_smtp, store_smtp
from pbx_devhost.store.outbox.lanes import PROBE_S
from pbx_plugin_api import AttachmentRef, DeliveryStatus
from tests.support.mail_queue import Box, HandClock
from tests.support.mail_samples import accepted, deferred, make_note
from tests.support.smtp_server import OUTAGE_S, Server, run_smtp_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with run_smtp_server(tmp_path) as running:
        yield running


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    clock = HandClock()
    pbx = Pbx(f"sqlite:///{tmp_path / 'pbx.db'}", now=clock)
    made = Box(pbx, clock, pbx.stores.tenants.add("Contoso"))
    pbx._plugins = cast(Any, made.plugins)
    yield made
    pbx.close()


def out_of_reach(box: Box) -> None:
    box.answer(lambda _: deferred(box.clock.utc(30), "Microsoft Graph cannot be reached.", unreachable=True))


def test_smtp_takes_over_after_the_outage_has_lasted_and_gives_back(box: Box, server: Server) -> None:
    store_smtp(box.pbx.stores, server.settings)
    out_of_reach(box)
    began = box.clock.at
    first = box.put(to=("a@x.example",))
    while box.state(first) != "sent":
        box.deliver()
        assert server.postbox.got == [] or box.clock.at - began >= OUTAGE_S
        box.clock.at = max(box.clock.at + 1, box.pbx.stores.outbox.next_due_at() or 0)
    assert OUTAGE_S <= box.clock.at - began <= OUTAGE_S + 30
    assert box.row(first).channel == "smtp"
    # While the outage lasts, mail goes at once; the plugin is only tried now and then.
    asked = len(box.asked)
    for n in range(10):
        box.put(to=(f"u{n}@x.example",))
    assert box.deliver() == {"sent": 10}
    assert len(box.asked) - asked <= 1
    assert len(server.postbox.got) == 11
    # Microsoft is back: the next probe finds out, and SMTP rests.
    box.answer(lambda _: accepted())
    box.clock.at += PROBE_S + 1
    back = box.put()
    box.deliver()
    assert box.row(back).channel == "m365"
    later = box.put()
    box.deliver()
    assert box.row(later).channel == "m365"
    assert len(server.postbox.got) == 11


def test_a_short_outage_is_waited_out(box: Box, server: Server) -> None:
    store_smtp(box.pbx.stores, server.settings)
    out_of_reach(box)
    mail = box.put()
    box.deliver()
    box.clock.at += OUTAGE_S / 2
    box.deliver()
    box.answer(lambda _: accepted())
    box.run()
    assert box.row(mail).channel == "m365"
    assert server.postbox.got == []


def test_without_a_fallback_an_outage_only_delays(box: Box) -> None:
    out_of_reach(box)
    mail = box.put()
    box.run(hours=5)
    assert box.state(mail) == "deferred"
    assert len(box.asked) > 50  # never more than five minutes between looks
    box.answer(lambda _: accepted())
    box.run()
    assert box.state(mail) == "sent"


def test_what_a_person_reads(box: Box, server: Server) -> None:
    blob = box.pbx.stores.blobs(box.tenant.pbx_tenant_id).put(iter([b"RIFFwav"]), content_type="audio/wav", keep_s=99)
    note = make_note(
        to=("ada@x.example",),
        cc=("cc@x.example",),
        bcc=("bcc@x.example",),
        reply_to=("desk@x.example",),
        subject="Grüße %%NAME%%",
        text="Hallo %%NAME%%",
        html="<p>Hallo %%NAME%%</p>",
        placeholders={"NAME": "Zoë <b>"},
        attachments=(
            AttachmentRef(blob=blob, filename="v.wav", content_type="audio/wav", size_bytes=7),
            AttachmentRef(blob="gone", filename="lost.wav", content_type="audio/wav", size_bytes=7),
        ),
        previous_outcome_unknown=True,
    )
    store_smtp(box.pbx.stores, server.settings)
    channel = load_smtp(box.pbx.stores)
    assert channel is not None
    receipt = channel.send(note, box.pbx.stores, box.tenant.pbx_tenant_id)
    assert receipt.status is DeliveryStatus.ACCEPTED
    ((recipients, mail),) = server.postbox.got
    assert recipients == ["ada@x.example", "cc@x.example", "bcc@x.example"]
    assert (mail["To"], mail["Cc"], mail["Bcc"]) == ("ada@x.example", "cc@x.example", None)
    assert mail["Subject"] == "[Possibly sent twice] Grüße Zoë <b>"
    assert mail["X-PortSIP-Notification-Id"] == note.notification_id
    plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert "Hallo Zoë <b>" in plain.get_content()
    assert "lost.wav could not be attached: the PBX no longer has the file." in plain.get_content()
    assert "<p>Hallo Zoë &lt;b&gt;</p>" in rich.get_content()
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("v.wav", b"RIFFwav")


def test_a_kind_without_a_text_is_still_a_mail_without_passwords(box: Box, server: Server) -> None:
    note = make_note(text="", placeholders={"CALLER_NAME": "Bob", "USER_PASSWORD": "hunter2", "VOICEMAIL_PIN": "4711"})
    channel = load_smtp_of(box, server)
    channel.send(note, box.pbx.stores, box.tenant.pbx_tenant_id)
    text = server.postbox.got[0][1].get_content()
    assert "CALLER_NAME: Bob" in text
    assert "hunter2" not in text
    assert "4711" not in text


def load_smtp_of(box: Box, server: Server, **changes: Any) -> Any:
    from dataclasses import replace

    store_smtp(box.pbx.stores, replace(server.settings, **changes))
    return load_smtp(box.pbx.stores)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("250 OK", DeliveryStatus.ACCEPTED),
        ("451 later", DeliveryStatus.DEFERRED),
        ("554 no", DeliveryStatus.REJECTED),
        ("drop", DeliveryStatus.UNKNOWN),
    ],
)
def test_what_the_server_answers(box: Box, server: Server, answer: str, status: DeliveryStatus) -> None:
    server.postbox.answer = answer
    receipt = load_smtp_of(box, server).send(make_note(), box.pbx.stores, box.tenant.pbx_tenant_id)
    assert receipt.status is status


def test_a_refused_recipient_keeps_nobody_else_from_the_mail(box: Box, server: Server) -> None:
    server.postbox.refuse = "bad"
    channel = load_smtp_of(box, server)
    note = make_note(to=("bad@x.example", "good@x.example"))
    receipt = channel.send(note, box.pbx.stores, box.tenant.pbx_tenant_id)
    assert receipt.status is DeliveryStatus.ACCEPTED
    assert [item.address for item in receipt.rejected_recipients] == ["bad@x.example"]
    receipt = channel.send(make_note(to=("bad@x.example",)), box.pbx.stores, box.tenant.pbx_tenant_id)
    assert receipt.status is DeliveryStatus.REJECTED


def test_an_address_the_server_cannot_write_is_refused_and_not_lost_in_doubt(
    box: Box, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = make_note(to=("jürgen@müller.example",))
    receipt = load_smtp_of(box, server).send(note, box.pbx.stores, box.tenant.pbx_tenant_id)
    assert receipt.status is DeliveryStatus.ACCEPTED
    assert server.postbox.got[0][0] == ["jürgen@müller.example"]
    real = smtplib.SMTP.has_extn
    monkeypatch.setattr(smtplib.SMTP, "has_extn", lambda self, name: name != "smtputf8" and real(self, name))
    receipt = load_smtp_of(box, server).send(note, box.pbx.stores, box.tenant.pbx_tenant_id)
    assert receipt.status is DeliveryStatus.REJECTED
    assert "non-ASCII addresses" in receipt.reason


@pytest.mark.parametrize("changes", [{"ca_file": ""}, {"password": "wrong"}, {"port": 1}])
def test_a_server_that_cannot_be_trusted_or_reached_gets_nothing(
    box: Box, server: Server, changes: dict[str, Any]
) -> None:
    receipt = load_smtp_of(box, server, **changes).send(make_note(), box.pbx.stores, box.tenant.pbx_tenant_id)
    assert receipt.status is DeliveryStatus.DEFERRED
    assert server.postbox.got == []


def test_the_password_is_sealed_and_mail_without_tls_does_not_exist(box: Box, server: Server, tmp_path: Path) -> None:
    load_smtp_of(box, server, password="very-secret-word")
    assert b"very-secret-word" not in b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    with pytest.raises(ValueError, match="neither starttls nor tls"):
        SmtpSettings(server="x", sender="a@b.example", security="none")


def test_both_channels_down_delays_but_loses_nothing(box: Box, server: Server) -> None:
    load_smtp_of(box, server, port=1)
    out_of_reach(box)
    mail = box.put()
    box.run(hours=3)
    assert box.state(mail) == "deferred"
    load_smtp_of(box, server)
    box.run()
    assert box.state(mail) == "sent"
    assert len(server.postbox.got) == 1


@pytest.mark.parametrize(
    ("method", "error"),
    [
        ("starttls", smtplib.SMTPNotSupportedError("STARTTLS extension not supported by server.")),
        ("starttls", smtplib.SMTPResponseException(554, b"TLS is not available")),
        ("ehlo_or_helo_if_needed", smtplib.SMTPHeloError(554, b"go away")),
        ("login", smtplib.SMTPNotSupportedError("SMTP AUTH extension not supported by server.")),
        ("send_message", smtplib.SMTPSenderRefused(553, b"not your address", "pbx@x.example")),
        ("send_message", smtplib.SMTPSenderRefused(530, b"authentication required", "pbx@x.example")),
    ],
)
def test_attack_a_fault_of_the_mail_server_ends_no_mail(
    box: Box, server: Server, monkeypatch: pytest.MonkeyPatch, method: str, error: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(smtplib.SMTP, method, fail)
        receipt = load_smtp_of(box, server).send(make_note(), box.pbx.stores, box.tenant.pbx_tenant_id)
    assert receipt.status is DeliveryStatus.DEFERRED


def test_a_mail_that_is_too_large_for_the_mail_server_ends(
    box: Box, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise smtplib.SMTPSenderRefused(552, b"too large", "pbx@x.example")

    monkeypatch.setattr(smtplib.SMTP, "send_message", refuse)
    receipt = load_smtp_of(box, server).send(make_note(), box.pbx.stores, box.tenant.pbx_tenant_id)
    assert receipt.status is DeliveryStatus.REJECTED
