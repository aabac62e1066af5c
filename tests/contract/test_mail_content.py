"""What a mail says and to whom: checked and written the same way for every channel."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx_plugin_api import (
    DEFAULT_TEMPLATES,
    AttachmentRef,
    Notification,
    NotificationKind,
    check_mail,
    find_address_fault,
    is_mail_address,
    write_mail,
)
from tests.support.mail_samples import make_note

VALUES = {
    "DISPLAY_NAME": "Ann",
    "CALLER_NAME": "Bob <b>",
    "CALLER_NUMBER": "+49 30 1",
    "CALLEE_NUMBER": "112",
    "DATE_TIME": "2026-11-26 10:00",
    "VOICEMAIL_NAME": "Sales",
    "VOICEMAIL_DOWNLOAD_URL": "https://pbx.example/v?a=1&b=2",
    "TENANT_NAME": "Contoso",
    "EXTENSION_NUMBER": "101",
    "USER_NAME": "ann",
    "DOMAIN": "contoso.example",
    "AUTH_CODE": "123456",
    "PBX_WEB_DOMAIN": "pbx.example",
}


def test_addresses() -> None:
    for right in ("a.b+c@contoso.example", "jürgen@müller.example"):
        assert is_mail_address(right)
    for wrong in ("", "a", "a@", "@b", "a b@c.example", "a@b@c", "<a@b.example>", "a,b@c.example"):
        assert find_address_fault(wrong) == "it does not have the form name@domain", wrong
    for wrong in ("a@b.example\r\nBcc: x@y.example", "a@b.example\n", "a\x00@b.example", "a@b.example\u2028"):
        assert find_address_fault(wrong) == "it contains a line break or another control character", wrong
    for wrong in ("a\u200b@b.example", "\u202ea@b.example", "a@b.example\ufeff"):
        assert find_address_fault(wrong) == "it contains a character that cannot be seen", wrong


def test_addresses_that_are_none_are_left_out_and_named() -> None:
    note = make_note(
        to=("a@x.example", "nobody"),
        cc=("c@x.example\r\nBcc: evil@x.example",),
        bcc=("b@x.example",),
        reply_to=("desk@x.example", "desk@x.example\nX-Evil: 1"),
    )
    checked = check_mail(note)
    assert checked.notification is not None
    assert (checked.notification.to, checked.notification.cc) == (("a@x.example",), ())
    assert checked.notification.bcc == ("b@x.example",)
    assert checked.notification.reply_to == ("desk@x.example",)
    assert [item.address for item in checked.rejected] == ["nobody", "c@x.example\r\nBcc: evil@x.example"]
    assert "line break" in checked.rejected[1].reason
    assert checked.notes == (
        "The reply address 'desk@x.example\\nX-Evil: 1' was left out: it contains a line break or another control "
        "character.",
    )
    assert check_mail(make_note(to=("nobody",))).notification is None


def test_a_file_has_one_line_for_a_name_and_a_type_that_is_one() -> None:
    odd = AttachmentRef(
        blob="b",
        filename="v\r\nX-Evil: 1\u202egpj.exe",
        content_type="audio/wav\r\nX: 1",
        size_bytes=1,
        content_id="a b\r\n",
    )
    plain = AttachmentRef(
        blob="b", filename="v.wav", content_type="audio/wav; codecs=1", size_bytes=1, content_id="<pic-1>"
    )
    checked = check_mail(make_note(attachments=(odd, plain))).notification
    assert checked is not None
    first, second = checked.attachments
    assert (first.filename, first.content_type, first.content_id) == (
        "v X-Evil: 1gpj.exe",
        "application/octet-stream",
        None,
    )
    assert (second.filename, second.content_type, second.content_id) == ("v.wav", "audio/wav", "pic-1")


@pytest.mark.parametrize(
    ("path", "name"),
    [("../../etc/v.wav", "v.wav"), ("C:\\calls\\v.wav", "v.wav"), ("calls/", "attachment"), ("a\n/b.wav", "b.wav")],
)
def test_a_files_name_has_no_folders(path: str, name: str) -> None:
    ref = AttachmentRef(blob="b", filename=path, content_type="audio/wav", size_bytes=1)
    checked = check_mail(make_note(attachments=(ref,))).notification
    assert checked is not None
    assert checked.attachments[0].filename == name


def test_values_in_html_are_text_and_are_filled_in_once() -> None:
    name = '<img src=x onerror="alert(1)">'
    written = write_mail(
        make_note(text="%%X%% %%NAME%%", html="<b>%%NAME%%</b>", placeholders={"NAME": name, "X": "%%NAME%%"})
    )
    assert written.html == "<b>&lt;img src=x onerror=&quot;alert(1)&quot;&gt;</b>"
    assert written.text == f"%%NAME%% {name}"


def test_unknown_and_lower_case_names_stay_visible() -> None:
    assert write_mail(make_note(text="%%NOPE%% %%name%%", placeholders={"NAME": "x"})).text == "%%NOPE%% %%name%%"


def test_the_subject_is_one_line_whoever_wrote_the_line_break() -> None:
    written = write_mail(make_note(subject="Hi\r\nBcc: a@x.example %%N%%", placeholders={"N": "\u202ea\u2028b\x00"}))
    assert written.subject == "Hi Bcc: a@x.example a b"


def test_a_link_that_is_no_web_link_is_left_out() -> None:
    page = '<a href="%%PAGE_URL%%">x</a>'
    assert write_mail(make_note(html=page, placeholders={"PAGE_URL": "javascript:alert(1)"})).html == '<a href="">x</a>'
    good = write_mail(make_note(html=page, placeholders={"PAGE_URL": "https://a.example/?b&c"})).html
    assert good == '<a href="https://a.example/?b&amp;c">x</a>'
    bad = VALUES | {"VOICEMAIL_DOWNLOAD_URL": "javascript:alert(1)"}
    written = write_mail(make_note(kind=NotificationKind.VOICEMAIL, subject="", text="", placeholders=bad))
    assert "Listen" not in written.text + written.html


@pytest.mark.parametrize("kind", sorted(DEFAULT_TEMPLATES))
def test_each_kind_has_a_subject_and_says_the_same_in_text_and_html(kind: NotificationKind) -> None:
    written = write_mail(make_note(kind=kind, subject="", text="", placeholders=VALUES))
    assert written.subject
    for part in (written.subject, written.text, written.html):
        assert part
        assert "%%" not in part
    assert "<" not in written.text.replace("Bob <b>", "")
    page = html.unescape(re.sub(r"</?(div|h2|p|strong|span|a)[^>]*>", " ", written.html))
    assert set(re.findall(r"\w+", page)) <= set(re.findall(r"\w+", written.text))


@pytest.mark.parametrize("kind", sorted(DEFAULT_TEMPLATES))
def test_what_nobody_gave_leaves_no_hole(kind: NotificationKind) -> None:
    written = write_mail(make_note(kind=kind, subject="", text=""))
    assert written.subject
    assert "%%" not in written.subject + written.text + written.html


def test_a_voicemail_tells_its_link_in_plain_text() -> None:
    written = write_mail(make_note(kind=NotificationKind.VOICEMAIL, subject="", text="", placeholders=VALUES))
    assert written.subject == "New voicemail from Bob <b> (+49 30 1)"
    assert written.text.splitlines()[-1] == "Listen to it: https://pbx.example/v?a=1&b=2"


def test_a_kind_without_a_text_lists_what_is_known_without_secrets() -> None:
    values = {"CALLER_NAME": "Bob", "USER_PASSWORD": "hunter2", "VOICEMAIL_PIN": "4711"}
    written = write_mail(make_note(text="", placeholders=values))
    assert written.text == "Other\nCALLER_NAME: Bob"
    assert written.html == ""


ANY = st.text(st.characters(), max_size=30)


@settings(max_examples=200, deadline=None)
@given(
    kind=st.sampled_from(NotificationKind),
    text=st.sampled_from(["", "Hi %%NAME%%"]),
    page=st.sampled_from(["", "<p>%%NAME%%</p>"]),
    subject=ANY,
    values=st.dictionaries(st.sampled_from([*VALUES, "NAME", "QR_CODE"]), ANY),
)
def test_whatever_is_written_can_be_sent(
    kind: NotificationKind, text: str, page: str, subject: str, values: dict[str, Any]
) -> None:
    subject = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", subject)
    written = write_mail(make_note(kind=kind, text=text, html=page, subject=subject, placeholders=values))
    assert len(written.subject.splitlines()) <= 1
    for part in (written.subject, written.text, written.html):
        part.encode()
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", part)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=3, max_size=20) | st.just("a@x.example"), min_size=1
    )
)
def test_no_address_with_a_line_break_gets_through(addresses: list[str]) -> None:
    given_addresses = tuple(re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "x", address) for address in addresses)
    note: Notification = make_note(to=given_addresses, reply_to=given_addresses)
    checked = check_mail(note)
    passed = checked.notification.to + checked.notification.reply_to if checked.notification else ()
    assert all(len(address.splitlines()) == 1 and address.count("@") == 1 for address in passed)
    assert {item.address for item in checked.rejected} | set(passed) == set(given_addresses)
