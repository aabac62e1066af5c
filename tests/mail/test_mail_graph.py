"""What Exchange gets from us, in both clouds: field by field, and as a person's mail program reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pbx_plugin_api import DeliveryStatus, Importance, NotificationKind
from portsip_m365_plugin.simulator.faults import Fault
from tests.conftest import MakeLab
from tests.support.mail_lab import WAV, Post, open_post, render, shared_mailbox

CLOUDS = ["GLOBAL", "CHINA"]


@pytest.fixture(params=CLOUDS)
def post(request: pytest.FixtureRequest, make_lab: MakeLab, tmp_path: Path) -> Post:
    return open_post(make_lab(clouds=(request.param,)), tmp_path, request.param)


def test_every_field_arrives_as_it_was_written(post: Post) -> None:
    wav = post.attach(WAV)
    picture = post.attach(b"\x89PNG123", "qr.png", content_type="image/png", content_id="qr-code")
    receipt = post.send(
        to=("ada@customer.example", "böb@müller.example"),
        cc=("cc@customer.example",),
        bcc=("bcc@customer.example",),
        reply_to=("desk@customer.example",),
        subject="Grüße %%DISPLAY_NAME%%",
        text="",
        html="<p>Hi %%DISPLAY_NAME%%</p>%%QR_CODE%%",
        placeholders={"DISPLAY_NAME": "Zoë <b>"},
        importance=Importance.HIGH,
        attachments=(wav, picture),
    )
    assert receipt.status is DeliveryStatus.ACCEPTED, receipt
    assert receipt.detail.startswith("request-id ")
    (sent,) = post.sent
    assert sent["via"] == "sendMail"
    assert sent["save_to_sent_items"] is False
    headers = {} if post.cloud == "CHINA" else {
        "internetMessageHeaders": [{"name": "x-portsip-notification-id", "value": "n-1"}]
    }  # fmt: skip
    attachments = sent["message"].pop("attachments")
    assert (
        sent["message"]
        == {
            "subject": "Grüße Zoë <b>",
            "body": {
                "contentType": "html",
                "content": '<p>Hi Zoë &lt;b&gt;</p><img src="cid:qr-code" alt="QR code" width="200" height="200">',
            },
            "importance": "high",
            "toRecipients": [
                {"emailAddress": {"address": "ada@customer.example"}},
                {"emailAddress": {"address": "böb@müller.example"}},
            ],
            "ccRecipients": [{"emailAddress": {"address": "cc@customer.example"}}],
            "bccRecipients": [{"emailAddress": {"address": "bcc@customer.example"}}],
            "replyTo": [{"emailAddress": {"address": "desk@customer.example"}}],
        }
        | headers
    )
    shapes = [{k: v for k, v in item.items() if k not in ("contentBytes", "id", "size")} for item in attachments]
    kind = {"@odata.type": "#microsoft.graph.fileAttachment"}
    assert shapes == [
        kind | {"name": "message.wav", "contentType": "audio/wav"},
        kind | {"name": "qr.png", "contentType": "image/png", "isInline": True, "contentId": "qr-code"},
    ]


def test_a_real_parser_reads_what_a_person_would_read(post: Post) -> None:
    post.send(
        kind=NotificationKind.VOICEMAIL,
        subject="",
        text="",
        placeholders={"CALLER_NAME": "Bob & Söhne", "CALLER_NUMBER": "+49 30 1", "DATE_TIME": "today"},
        attachments=(post.attach(WAV),),
    )
    mail = render(post.sent[0])
    assert mail["To"] == "ada@customer.example"
    assert mail["Subject"] == "New voicemail from Bob & Söhne (+49 30 1)"
    body = mail.get_body(("html",))
    assert body is not None
    assert "<strong>Bob &amp; Söhne</strong> (+49 30 1) left you a message on today." in body.get_content()
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "message.wav"
    assert attached.get_content_type() == "audio/wav"
    assert attached.get_content() == WAV


def test_the_second_copy_is_marked_where_people_or_programs_see_it(post: Post) -> None:
    post.send(previous_outcome_unknown=True, attempt=2)
    mail = render(post.sent[0])
    if post.cloud == "CHINA":
        assert mail["Subject"] == "[Possibly sent twice] Hello"
    else:
        assert mail["Subject"] == "Hello"
        assert mail["x-portsip-possible-copy"] == "attempt 2"
        assert mail["x-portsip-notification-id"] == "n-1"


def test_copies_can_be_held_until_an_admin_approves(post: Post) -> None:
    post.settle(mail_hold_copies=True)
    note: dict[str, Any] = {"previous_outcome_unknown": True, "attempt": 2}
    receipt = post.send(**note)
    assert (receipt.status, receipt.hold) == (DeliveryStatus.UNKNOWN, True)
    assert not post.sent
    assert post.send(**note, copy_approved=True).status is DeliveryStatus.ACCEPTED
    assert len(post.sent) == 1


def test_save_to_sent_items_is_a_boolean_and_off_unless_chosen(post: Post) -> None:
    post.send()
    post.settle(mail_save_to_sent=True, mail_reply_to="desk@contoso.example")
    post.send()
    assert [sent["save_to_sent_items"] for sent in post.sent] == [False, True]
    assert post.sent[1]["message"]["replyTo"] == [{"emailAddress": {"address": "desk@contoso.example"}}]


def test_one_thousand_two_hundred_recipients_get_it_once_each(post: Post) -> None:
    everybody = tuple(f"u{n}@customer.example" for n in range(1200))
    assert post.send(to=everybody).status is DeliveryStatus.ACCEPTED
    groups = [[r["emailAddress"]["address"] for r in sent["message"]["toRecipients"]] for sent in post.sent]
    assert [len(group) for group in groups] == [500, 500, 200]
    assert [address for group in groups for address in group] == list(everybody)


def test_a_lost_answer_in_the_middle_names_who_still_waits(post: Post) -> None:
    everybody = tuple(f"u{n}@customer.example" for n in range(1200))
    post.lab.realm(post.cloud).faults.add(Fault("reset_before", match="sendMail", skip=1, times=1))
    receipt = post.send(to=everybody)
    assert receipt.status is DeliveryStatus.UNKNOWN
    assert receipt.pending_recipients == everybody[500:]


def test_a_bad_recipient_keeps_nobody_else_from_the_mail(post: Post) -> None:
    receipt = post.send(to=("ada@customer.example", "no address", "bob@customer.example"))
    assert receipt.status is DeliveryStatus.ACCEPTED
    assert [item.address for item in receipt.rejected_recipients] == ["no address"]
    assert [r["emailAddress"]["address"] for r in post.sent[0]["message"]["toRecipients"]] == [
        "ada@customer.example",
        "bob@customer.example",
    ]


def test_exchange_finds_one_recipient_bad_and_does_not_say_which(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    import portsip_m365_plugin.simulator.graph.mail as exchange

    real = exchange._check_recipients

    def check(recipients: list[Any]) -> None:
        real([None] if "bad@customer.example" in recipients else recipients)

    monkeypatch.setattr(exchange, "_check_recipients", check)
    people = tuple(f"u{n}@customer.example" for n in range(6))
    receipt = post.send(to=(*people[:4], "bad@customer.example"), cc=people[4:])
    assert receipt.status is DeliveryStatus.ACCEPTED
    assert [item.address for item in receipt.rejected_recipients] == ["bad@customer.example"]
    got = [
        r["emailAddress"]["address"]
        for sent in post.sent
        for kind in ("toRecipients", "ccRecipients")
        for r in sent["message"].get(kind, [])
    ]
    assert sorted(got) == sorted(people)
    assert post.send(to=("bad@customer.example",)).status is DeliveryStatus.REJECTED


def test_the_tenants_own_mailbox_wins_over_the_systems(post: Post) -> None:
    own, other = shared_mailbox(post.lab, post.cloud), shared_mailbox(post.lab, post.cloud, kind="user")
    post.settle(post.system_host, mail_mailbox=other)
    post.send()
    post.settle(mail_mailbox="")
    post.send()
    assert [sent["upn"] for sent in post.sent] == [own, other]
    post.settle(post.system_host, mail_for_tenants=False)
    from portsip_m365_plugin.mail.send import send_notification

    assert send_notification(post.host, post.tenant, post.note()) is None
