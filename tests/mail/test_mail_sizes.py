"""Large mail: 2 MB to 150 MB, each by the way it was designed to go; nothing dropped without a word."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from pbx_devhost.core import Pbx
from pbx_devhost.mail.delivery import Delivery
from pbx_devhost.store.sql.schema import blobs
from pbx_plugin_api import DeliveryStatus
from portsip_m365_plugin.clouds import GLOBAL
from portsip_m365_plugin.graph.errors import ForeignLinkError
from portsip_m365_plugin.graph.mail import INLINE_MAX_BYTES
from portsip_m365_plugin.graph.uploads import RANGE_BYTES, check_upload_url
from portsip_m365_plugin.simulator.faults import Fault
from tests.conftest import MakeLab
from tests.support.lab import PERMISSIONS
from tests.support.mail_lab import Post, open_post, render

MB = 1_000_000


@pytest.fixture(params=["GLOBAL", "CHINA"])
def post(request: pytest.FixtureRequest, make_lab: MakeLab, tmp_path: Path) -> Post:
    lab = make_lab(clouds=(request.param,))
    lab.register(cloud=request.param, permissions=(*PERMISSIONS, "Mail.ReadWrite"))
    return open_post(lab, tmp_path, request.param)


@pytest.fixture
def weak(make_lab: MakeLab, tmp_path: Path) -> Post:
    """Without Mail.ReadWrite."""
    return open_post(make_lab(), tmp_path)


def names(calls: list[tuple[str, str, int]]) -> list[str]:
    return [f"{method} {template.rpartition('/')[2]}" for method, template, _ in calls]


@pytest.mark.parametrize(
    ("sizes", "route"),
    [
        ((2 * MB,), ["POST sendMail"]),
        ((2_900_000,), ["POST sendMail"]),
        ((2_990_000,), ["POST messages", "POST attachments", "POST send"]),
        # Too large for one reading of "3 MB", too small for the other: the session refuses, the POST takes it.
        ((3_100_000,), ["POST messages", "POST createUploadSession", "POST attachments", "POST send"]),
        ((2 * MB, 2 * MB), ["POST messages", "POST attachments", "POST attachments", "POST send"]),
        ((20 * MB,), ["POST messages", "POST createUploadSession", *["PUT (upload)"] * 6, "POST send"]),
    ],
)
def test_each_size_goes_its_way_and_arrives_whole(post: Post, sizes: tuple[int, ...], route: list[str]) -> None:
    post.send()
    post.sent.clear()
    before = len(post.calls(""))
    contents = [bytes([number + 1]) * (size - 3) + b"end" for number, size in enumerate(sizes)]
    refs = tuple(post.attach(content, f"v{number}.wav") for number, content in enumerate(contents))
    receipt = post.send(attachments=refs)
    assert receipt.status is DeliveryStatus.ACCEPTED, receipt
    assert names(post.calls("")[before:]) == route
    (sent,) = post.sent
    got = [base64.b64decode(item["contentBytes"]) for item in sent["message"]["attachments"]]
    assert got == contents
    if route == ["POST sendMail"]:
        assert sent["size_bytes"] <= INLINE_MAX_BYTES
    assert "too large" not in sent["message"]["body"]["content"]


def test_a_large_picture_inside_the_text_stays_there(post: Post) -> None:
    picture = post.attach(b"\x89PNG" + b"\x01" * (5 * MB), "map.png", content_type="image/png", content_id="map-1")
    voice = post.attach(5 * MB, "voice.wav")
    receipt = post.send(text="", html='<p>Here: <img src="cid:map-1"></p>', attachments=(picture, voice))
    assert receipt.status is DeliveryStatus.ACCEPTED, receipt
    shown, heard = post.sent[0]["message"]["attachments"]
    assert (shown["isInline"], shown["contentId"]) == (True, "map-1")
    assert (heard["isInline"], heard["contentId"]) == (False, None)
    mail = render(post.sent[0])
    assert [part.get_filename() for part in mail.iter_attachments()] == ["voice.wav"]
    assert "<map-1>" in [part["Content-ID"] for part in mail.walk()]


def test_without_the_permission_the_largest_goes_as_a_link_and_the_mail_says_so(weak: Post) -> None:
    refs = (weak.attach(2 * MB, "first.wav"), weak.attach(2 * MB + 1, "second.wav"))
    receipt = weak.send(attachments=refs)
    assert receipt.status is DeliveryStatus.ACCEPTED
    assert "second.wav was sent as a link" in receipt.detail
    mail = render(weak.sent[0])
    assert [part.get_filename() for part in mail.iter_attachments()] == ["first.wav"]
    body = mail.get_body(("plain",))
    assert body is not None
    assert "second.wav (2.0 MB) is too large to send by mail: download it from the PBX: https://pbx.example/dl/" in (
        body.get_content()
    )
    # The refusal is remembered for an hour, then tried again.
    for seconds, created in ((0.0, 0), (3601.0, 1)):
        weak.clock.at += seconds
        before = len(weak.calls("messages"))
        weak.send(attachments=refs)
        assert len(weak.calls("messages")) - before == created


def test_a_mailbox_that_takes_less_than_microsoft_gets_a_link(post: Post) -> None:
    post.lab.realm(post.cloud).faults.add(
        Fault("status", match="/send$|/send ", status=413, code="ErrorMessageSizeExceeded")
    )
    receipt = post.send(attachments=(post.attach(5 * MB, "long.wav"),))
    assert receipt.status is DeliveryStatus.ACCEPTED
    assert post.sent[0]["via"] == "sendMail"
    assert "long.wav (5.0 MB) is too large" in post.sent[0]["message"]["body"]["content"]
    mailboxes = post.lab.tenant(post.cloud).known_mailboxes()
    assert not any(mailbox.drafts for mailbox in mailboxes.values())


def test_more_than_a_session_takes_is_a_link_at_once(weak: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portsip_m365_plugin.mail.attachments.SESSION_MAX_BYTES", 4 * MB)
    weak.lab.register(permissions=(*PERMISSIONS, "Mail.ReadWrite"))
    receipt = weak.send(attachments=(weak.attach(5 * MB, "long.wav"),))
    assert receipt.status is DeliveryStatus.ACCEPTED
    assert [sent["via"] for sent in weak.sent] == ["sendMail"]


def test_a_file_that_is_gone_is_named(weak: Post) -> None:
    ref = weak.attach(1000, "lost.wav")
    with weak.stores.database.write() as connection:
        connection.execute(delete(blobs).where(blobs.c.id == ref.blob))
    receipt = weak.send(attachments=(ref,))
    assert receipt.status is DeliveryStatus.ACCEPTED
    assert (
        "lost.wav could not be attached: the PBX no longer has the file."
        in (weak.sent[0]["message"]["body"]["content"])
    )


def test_a_text_that_is_too_large_by_itself_is_rejected(weak: Post) -> None:
    receipt = weak.send(text="x" * 4_000_000)
    assert receipt.status is DeliveryStatus.REJECTED
    assert not weak.sent


@pytest.mark.parametrize("match", ["createUploadSession", "AttachmentSessions", "/messages HTTP|/messages$"])
def test_what_fails_before_the_draft_is_sent_is_certainly_not_sent(
    post: Post, match: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portsip_m365_plugin.graph.uploads._pause_s", lambda *_: 0.0)
    post.lab.realm(post.cloud).faults.add(Fault("status", match=match, status=500, times=None))
    receipt = post.send(attachments=(post.attach(5 * MB),))
    assert receipt.status is DeliveryStatus.DEFERRED
    assert not post.sent
    mailboxes = post.lab.tenant(post.cloud).known_mailboxes()
    assert not any(mailbox.drafts for mailbox in mailboxes.values())


@pytest.fixture
def walled(post: Post, monkeypatch: pytest.MonkeyPatch) -> Post:
    """Behind a firewall that lets Graph through, and not Outlook's upload host."""
    monkeypatch.setattr("portsip_m365_plugin.graph.uploads._pause_s", lambda *_: 0.0)
    post.lab.realm(post.cloud).faults.add(Fault("reset_before", match="AttachmentSessions", times=None))
    return post


def test_what_cannot_be_uploaded_goes_as_a_link_at_the_third_attempt_and_no_other_mail_waits(
    walled: Post, tmp_path: Path
) -> None:
    pbx = Pbx(f"sqlite:///{tmp_path / 'pbx.db'}", now=walled.clock)
    box, tenant_id = pbx.stores.outbox, walled.tenant.pbx_tenant_id
    box.put(tenant_id, walled.note(to=("large@x.example",), attachments=(walled.attach(5 * MB, "long.wav"),)))
    for n in range(3):
        box.put(tenant_id, walled.note(to=(f"u{n}@x.example",)))
    rounds = []
    while (due_at := box.next_due_at()) is not None:
        walled.clock.at = max(walled.clock.at + 0.01, due_at)
        rounds.append({str(state): n for state, n in Delivery(pbx).deliver_due().by_state.items()})
    pbx.close()
    assert rounds == [{"deferred": 1, "sent": 3}, {"deferred": 1}, {"sent": 1}]
    assert len(walled.sent) == 4
    body = walled.sent[-1]["message"]["body"]["content"]
    assert "long.wav (5.0 MB)" in body
    assert "download it from the PBX: https://pbx.example/dl/long.wav" in body
    assert not any(box.drafts for box in walled.lab.tenant(walled.cloud).known_mailboxes().values())


@pytest.mark.parametrize(("attempt", "has_link"), [(2, True), (3, False), (9, False)])
def test_before_that_or_without_a_link_the_file_is_tried_again(walled: Post, attempt: int, has_link: bool) -> None:
    ref = walled.attach(5 * MB, **({} if has_link else {"download_url": None}))
    receipt = walled.send(attachments=(ref,), attempt=attempt)
    assert (receipt.status, receipt.this_mail_only) == (DeliveryStatus.DEFERRED, True)
    assert not walled.sent


def test_where_graph_itself_is_out_of_reach_or_asks_to_wait_no_link_is_sent(post: Post) -> None:
    post.send()
    post.sent.clear()
    post.lab.realm(post.cloud).faults.add(Fault("status", match="createUploadSession", status=429, retry_after="7"))
    receipt = post.send(attachments=(post.attach(5 * MB),), attempt=5)
    assert receipt.status is DeliveryStatus.DEFERRED
    assert not post.sent


@pytest.mark.parametrize("kind", ["reset_before", "reset_lost", "status"])
def test_an_upload_goes_on_where_it_was_cut(post: Post, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portsip_m365_plugin.graph.uploads._pause_s", lambda *_: 0.0)
    post.lab.realm(post.cloud).faults.add(Fault(kind, match="PUT .*AttachmentSessions", skip=1, times=1, status=503))
    content = bytes(range(256)) * 40_000
    receipt = post.send(attachments=(post.attach(content),))
    assert receipt.status is DeliveryStatus.ACCEPTED, receipt
    (attached,) = post.sent[0]["message"]["attachments"]
    assert base64.b64decode(attached["contentBytes"]) == content


@pytest.mark.parametrize(
    "fault",
    [
        Fault("reset_lost", match="PUT .*AttachmentSessions", skip=1),  # the answer to the last of two ranges
        Fault("status", match="AttachmentSessions", skip=1, times=2, status=404),  # the session ran out
        Fault("status", match="createUploadSession", status=404, code="ErrorItemNotFound"),  # the draft was deleted
    ],
    ids=["last answer lost", "session gone", "draft gone"],
)
def test_a_draft_that_was_lost_is_made_again_and_one_mail_goes_out(
    post: Post, tmp_path: Path, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portsip_m365_plugin.graph.uploads._pause_s", lambda *_: 0.0)
    post.lab.realm(post.cloud).faults.add(replace(fault))
    pbx = Pbx(f"sqlite:///{tmp_path / 'pbx.db'}", now=post.clock)
    tenant_id, content = post.tenant.pbx_tenant_id, bytes(range(256)) * 20_000
    pbx.stores.outbox.put(tenant_id, post.note(attachments=(post.attach(content),)))
    rounds = []
    while (due_at := pbx.stores.outbox.next_due_at()) is not None:
        post.clock.at = max(post.clock.at + 0.01, due_at)
        rounds += [str(state) for state in Delivery(pbx).deliver_due().by_state.elements()]
    pbx.close()
    assert rounds == ["deferred", "sent"]
    (sent,) = post.sent
    (attached,) = sent["message"]["attachments"]
    assert base64.b64decode(attached["contentBytes"]) == content
    assert not any(box.drafts for box in post.lab.tenant(post.cloud).known_mailboxes().values())


def test_a_line_too_slow_for_the_file_makes_it_a_link(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    from portsip_m365_plugin.graph import uploads

    real = uploads._call

    def slow(*args: Any) -> Any:
        post.clock.at += 100
        return real(*args)

    monkeypatch.setattr(uploads, "_call", slow)
    receipt = post.send(attachments=(post.attach(30 * MB, "long.wav"),))
    assert receipt.status is DeliveryStatus.ACCEPTED
    assert "long.wav was sent as a link" in receipt.detail
    assert [sent["via"] for sent in post.sent] == ["sendMail"]
    assert not any(box.drafts for box in post.lab.tenant(post.cloud).known_mailboxes().values())


def test_an_answer_lost_when_the_draft_was_sent_is_unknown(post: Post) -> None:
    post.lab.realm(post.cloud).faults.add(Fault("reset_lost", match="/send$|/send "))
    receipt = post.send(attachments=(post.attach(5 * MB),))
    assert receipt.status is DeliveryStatus.UNKNOWN
    assert len(post.sent) == 1


def test_a_draft_that_is_gone_when_it_is_to_be_sent_may_have_been_sent(post: Post) -> None:
    """A proxy that asks twice sends it, and hands on the second answer."""
    post.lab.realm(post.cloud).faults.add(
        Fault("status", match="/send$|/send ", status=404, code="ErrorItemNotFound", times=1)
    )
    receipt = post.send(attachments=(post.attach(5 * MB),))
    assert receipt.status is DeliveryStatus.UNKNOWN
    assert "ErrorItemNotFound" in receipt.detail


def test_attack_an_upload_address_elsewhere_gets_nothing() -> None:
    check_upload_url("https://outlook.office.com/api/v2.0/x?authtoken=y", GLOBAL)
    check_upload_url("https://graph.microsoft.com/v1.0/x", GLOBAL)
    for url in (
        "http://outlook.office.com/x",
        "https://outlook.office.com.evil.example/x",
        "https://eviloutlook.com/x",
        "https://user@outlook.office.com/x",
        "https://169.254.169.254/latest",
        "https://evil.example/outlook.office.com",
    ):
        with pytest.raises(ForeignLinkError):
            check_upload_url(url, GLOBAL)


def test_uploads_carry_no_token(post: Post) -> None:
    post.send(attachments=(post.attach(5 * MB),))
    uploads = [e for e in post.lab.realm(post.cloud).journal.entries() if e.template == "(upload)"]
    assert len(uploads) == 2
    assert {e.status for e in uploads} == {200, 201}  # the simulator answers 401 to a range that carries a token
    lengths = [int(e.headers["content-length"]) for e in uploads]
    assert max(lengths) == RANGE_BYTES < 4 * MB


def test_the_body_is_the_same_json_and_its_length_is_known(tmp_path: Path) -> None:
    import json

    from portsip_m365_plugin.graph.bodies import ContentChangedError, FileContent, encode_body, json_size

    for size in (0, 1, 2, 3, 49_151, 49_152, 49_153, 200_000):
        path = tmp_path / str(size)
        path.write_bytes(bytes(n % 251 for n in range(size)))
        content = FileContent(size_bytes=size, open=lambda path=path: path.open("rb"))  # type: ignore[misc]
        shape: dict[str, Any] = {"a": ['"\u2028', content], "b": {"c": content, "d": 1}}
        body = encode_body(shape)
        whole = b"".join(body) if not isinstance(body, bytes) else body
        coded = base64.b64encode(path.read_bytes()).decode()
        assert json.loads(whole) == {"a": ['"\u2028', coded], "b": {"c": coded, "d": 1}}
        assert len(body) == json_size(shape) == len(whole)
    short = FileContent(size_bytes=200_001, open=lambda: path.open("rb"))
    with pytest.raises(ContentChangedError):
        list(short.pieces())
