from datetime import datetime, timezone

from hypothesis import given
from hypothesis import strategies as st

from pbx_plugin_api import AttachmentRef, Notification, NotificationKind
from portsip_m365_plugin.mapping.messages import (
    COPY_HEADER,
    ID_HEADER,
    RECIPIENTS_MAX,
    Recipients,
    build_message,
    split_recipients,
)

NOW = datetime(2026, 11, 23, tzinfo=timezone.utc)


def make(**fields):
    return Notification(
        **{
            "notification_id": "n-1",
            "kind": NotificationKind.OTHER,
            "to": ("ann@contoso.example",),
            "subject": "Hello",
            "text": "Hi",
            "created_at_utc": NOW,
            **fields,
        }
    )


def test_subject_stays_on_one_line():
    note = make(subject="From %%CALLER_NAME%%", placeholders={"CALLER_NAME": "a\r\nBcc: evil@x.example"})
    assert build_message(note, Recipients(to=note.to), has_headers=True)["subject"] == "From a Bcc: evil@x.example"


def test_a_voicemail_without_text_gets_the_default_text_and_drops_what_nobody_knows():
    note = make(kind=NotificationKind.VOICEMAIL, subject="", text="", placeholders={"CALLER_EXTENSION_NUMBER": "101"})
    message = build_message(note, Recipients(to=note.to), has_headers=True)
    assert message["subject"] == "New voicemail from 101 (101)"
    assert message["body"]["contentType"] == "html"
    assert "%%" not in message["body"]["content"]


def test_the_qr_code_becomes_the_inline_picture():
    qr = AttachmentRef(blob="b", filename="qr.png", content_type="image/png", size_bytes=9, content_id="qr-code")
    note = make(html="<p>%%QR_CODE%%</p>", text="", attachments=(qr,))
    content = build_message(note, Recipients(to=note.to), has_headers=True)["body"]["content"]
    assert '<img src="cid:qr-code"' in content


def test_the_mark_is_a_header_in_global_and_visible_in_china():
    note = make(previous_outcome_unknown=True, attempt=2)
    headers = build_message(note, Recipients(to=note.to), has_headers=True)["internetMessageHeaders"]
    assert headers == [{"name": ID_HEADER, "value": "n-1"}, {"name": COPY_HEADER, "value": "attempt 2"}]
    china = build_message(note, Recipients(to=note.to), has_headers=False)
    assert "internetMessageHeaders" not in china
    assert china["subject"] == "[Possibly sent twice] Hello"


def test_what_is_too_large_is_named_with_its_link():
    big = AttachmentRef(
        blob="b", filename="<v>.wav", content_type="audio/wav", size_bytes=9_900_000, download_url="https://pbx/x?a&b"
    )
    for fields in ({"text": "Hi"}, {"text": "", "html": "<p>Hi</p>"}):
        note = make(**fields)
        content = build_message(note, Recipients(to=note.to), has_headers=True, left_out=[big])["body"]["content"]
        assert "9.9 MB" in content
        assert "https://pbx/x?a" in content
    assert "<v>" not in content


@given(
    st.lists(st.integers(0, 900), max_size=1200),
    st.lists(st.integers(0, 900), max_size=300),
    st.integers(1, RECIPIENTS_MAX),
)
def test_everybody_gets_it_once_in_groups_small_enough(to, cc, at_most):
    addresses = tuple(f"u{n}@x.example" for n in to) or ("one@x.example",)
    note = make(to=addresses, cc=tuple(f"U{n}@x.example" for n in cc))
    groups = list(split_recipients(note, at_most=at_most))
    everyone = [address.casefold() for group in groups for address in group.all()]
    assert len(everyone) == len(set(everyone))
    assert set(everyone) == {address.casefold() for address in (*note.to, *note.cc)}
    assert all(1 <= len(group.all()) <= at_most for group in groups)
