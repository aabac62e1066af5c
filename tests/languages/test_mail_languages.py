"""Mails are in the language of their reader, whatever carries them: templates, the welcome mail, notices, notes."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import Table, update

from pbx_devhost.core import Pbx
from pbx_devhost.mail.languages import language_for
from pbx_devhost.mail.smtp import compose, store_smtp
from pbx_devhost.mail.welcome import queue_welcome
from pbx_devhost.store import languages
from pbx_devhost.store.sql.schema import admins, tenants, users
from pbx_devhost.texts import _
from pbx_plugin_api import (
    AttachmentRef,
    InvalidValueError,
    Notification,
    NotificationKind,
    Severity,
    Text,
    check_mail,
    dump,
    load,
    write_mail,
)
from portsip_m365_plugin.mapping.messages import build_message, split_recipients
from tests.support import pseudo_language
from tests.support.mail_queue import Box, HandClock
from tests.support.mail_samples import make_note
from tests.support.pseudo_language import PSEUDO, mark, plain_words
from tests.support.smtp_server import Server, run_smtp_server

# In capitals: what is left in small letters is a text that nobody translated.
VALUES = {
    "DISPLAY_NAME": "ANN",
    "CALLER_NAME": "BOB",
    "CALLER_NUMBER": "+49 30 1",
    "CALLEE_NUMBER": "112",
    "DATE_TIME": "2026-11-26 10:00",
    "VOICEMAIL_NAME": "SALES",
    "VOICEMAIL_DOWNLOAD_URL": "https://PBX/V",
    "TENANT_NAME": "CONTOSO",
    "EXTENSION_NUMBER": "101",
    "USER_NAME": "ANN",
    "DOMAIN": "CONTOSO",
    "AUTH_CODE": "123456",
    "PBX_WEB_DOMAIN": "PBX",
}
PICTURE = AttachmentRef(blob="b", filename="QR.PNG", content_type="image/png", size_bytes=9, content_id="QR")
LARGE = AttachmentRef(
    blob="b", filename="A<B>.WAV", content_type="audio/wav", size_bytes=2_340_000, download_url="https://PBX/D?A&B"
)
BARE = AttachmentRef(blob="b", filename="C.WAV", content_type="audio/wav", size_bytes=9_000_000)


@pytest.fixture(autouse=True)
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    pseudo_language.install(monkeypatch)
    monkeypatch.setattr(languages, "offered_languages", lambda: {"en": "", "de": "", "zh-Hans": "", PSEUDO: ""})


def plain(text: str) -> set[str]:
    return plain_words(html.unescape(re.sub(r"<[^>]*>", " ", text)))


@pytest.mark.parametrize("values", [VALUES, {}], ids=["all-values", "no-values"])
@pytest.mark.parametrize("kind", NotificationKind)
def test_every_default_mail_is_wholly_in_the_language(kind: NotificationKind, values: dict[str, str]) -> None:
    note = make_note(kind=kind, subject="", text="", placeholders=values, attachments=(PICTURE,), language=PSEUDO)
    written, english = write_mail(note), write_mail(make_note(kind=kind, subject="", text="", placeholders=values))
    for part in (written.subject, written.text, written.html):
        assert plain(part) == set(), part
        assert "%%" not in part
    assert written.text != english.text
    assert [value for value in VALUES.values() if (value in english.text) != (value in written.text)] == []


def test_a_code_and_an_emergency_call_say_the_important_thing_in_the_subject_or_on_a_line_of_its_own() -> None:
    call = write_mail(
        make_note(kind=NotificationKind.EMERGENCY_CALL, subject="", text="", placeholders=VALUES, language=PSEUDO)
    )
    assert call.subject == f"{mark('Emergency call')}: +49 30 1 {mark('dialled')} 112"
    code = write_mail(
        make_note(kind=NotificationKind.TWO_FACTOR_CODE, subject="", text="", placeholders=VALUES, language=PSEUDO)
    )
    assert "123456" in code.text.splitlines()
    assert "PBX" in code.text


def test_what_an_administrator_or_the_pbx_wrote_stays_as_it_is() -> None:
    own = make_note(
        kind=NotificationKind.VOICEMAIL, subject="Call from %%CALLER_NAME%%", text="own text", html="<p>own page</p>",
        placeholders=VALUES, language=PSEUDO,
    )  # fmt: skip
    written = write_mail(own)
    assert (written.subject, written.text, written.html) == ("Call from BOB", "own text", "<p>own page</p>")


def test_values_and_texts_of_the_pbx_that_are_texts_are_written_in_the_language() -> None:
    note = make_note(
        subject=_("Added {name}.", name="ANN"),
        text="%%WHEN%%",
        placeholders={"WHEN": _("Nothing was due.")},
        language=PSEUDO,
    )
    stored = load(Notification, json.loads(json.dumps(dump(note))))
    written = write_mail(stored)
    assert (written.subject, written.text) == (f"{mark('Added')} ANN.", mark("Nothing was due."))


def test_a_language_is_a_tag_and_english_if_nobody_says() -> None:
    assert make_note().language == "en"
    assert load(Notification, {k: v for k, v in dump(make_note()).items() if k != "language"}).language == "en"
    with pytest.raises(InvalidValueError, match="language"):
        make_note(language="klingon!")


def test_reasons_why_somebody_gets_no_mail_can_be_read_in_any_language() -> None:
    checked = check_mail(make_note(to=("A@B.example", "C D"), reply_to=("X\nY",)))
    for said in (checked.rejected[0].reason, *checked.notes):
        assert isinstance(said, Text)
        assert plain(said.in_language(PSEUDO)) == set()


# ---------------------------------------------------------------------- two channels


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    clock = HandClock()
    pbx = Pbx(f"sqlite:///{tmp_path / 'pbx.db'}", now=clock)
    made = Box(pbx, clock, pbx.stores.tenants.add("CONTOSO", web_origin="https://PBX"))
    pbx._plugins = cast(Any, made.plugins)
    yield made
    pbx.close()


@pytest.mark.parametrize("kind", [NotificationKind.VOICEMAIL, NotificationKind.OTHER])
def test_a_plugin_and_smtp_say_the_same(box: Box, kind: NotificationKind) -> None:
    gone = AttachmentRef(blob="gone", filename="LOST.WAV", content_type="audio/wav", size_bytes=1)
    note = make_note(
        kind=kind, subject="", text="", placeholders=VALUES, attachments=(gone,), language=PSEUDO,
        previous_outcome_unknown=True,
    )  # fmt: skip
    [recipients] = split_recipients(note)
    graph = build_message(note, recipients, has_headers=False, gone=(gone,))
    mail = compose(note, "PBX@CONTOSO", box.pbx.stores, box.tenant.pbx_tenant_id)
    body = mail.get_body(("html", "plain"))
    assert body is not None
    assert mail["Subject"] == graph["subject"]
    assert body.get_content().strip() == graph["body"]["content"].strip()
    assert mark("[Possibly sent twice]") in graph["subject"]
    assert mark("could not be attached") in graph["body"]["content"]
    assert plain(graph["body"]["content"]) == set()


@pytest.mark.parametrize("page", ["", "<p>x</p>"])
def test_notes_about_files_are_in_the_language_and_harmless_in_html(page: str) -> None:
    note = make_note(text="" if page else "x", html=page, language=PSEUDO)
    written = write_mail(note, left_out=(LARGE, BARE))
    shown = written.html or written.text
    assert plain(shown) == set()
    assert ("A&lt;B&gt;.WAV" if page else "A<B>.WAV") in shown
    assert ('href="https://PBX/D?A&amp;B"' if page else "https://PBX/D?A&B") in shown
    assert "(2.3 ḾƁ)" in shown
    assert "9.0 ḾƁ" in shown


# ---------------------------------------------------------------------- whose language


def choose(box: Box, table: Table, language: str | None, **at: str) -> None:
    mine = [table.c[name] == value for name, value in at.items()]
    with box.pbx.stores.database.write() as connection:
        assert connection.execute(update(table).where(*mine).values(language=language)).rowcount


def asked(box: Box, *recipients: str) -> str:
    stores = box.pbx.stores
    return language_for(stores, stores.tenants.find(box.tenant.pbx_tenant_id), recipients)


def test_the_readers_own_language_wins_over_the_tenants(box: Box) -> None:
    stores, tenant_id = box.pbx.stores, box.tenant.pbx_tenant_id
    for name in ("ann", "bob"):
        stores.users.add(tenant_id, name, display_name=name, email=f"{name}@contoso.example")
    assert asked(box, "ann@contoso.example") == "en"
    choose(box, tenants, "de", id=tenant_id)
    choose(box, users, PSEUDO, username="ann")
    assert asked(box, "Ann@Contoso.example") == PSEUDO
    assert asked(box, "bob@contoso.example") == "de", "as the tenant: no own choice"
    assert asked(box, "ann@contoso.example", "bob@contoso.example") == "de", "two people: the tenant's"
    assert asked(box, "somebody@elsewhere.example") == "de"
    choose(box, users, "zh-Hans", username="bob")
    with stores.database.write() as connection:
        connection.execute(update(users).values(email="both@contoso.example"))
    assert asked(box, "both@contoso.example") == "de", "two people with one address, and two languages"


def test_an_administrator_has_a_language_too(box: Box) -> None:
    stores, tenant_id = box.pbx.stores, box.tenant.pbx_tenant_id
    stores.accounts.set_admin_password(tenant_id, "root", "a long password")
    stores.accounts.set_admin_email(tenant_id, "root", "root@contoso.example")
    choose(box, admins, PSEUDO, username="root")
    assert asked(box, "root@contoso.example") == PSEUDO


def test_a_welcome_mail_is_in_the_language_of_the_user(box: Box) -> None:
    stores, tenant_id = box.pbx.stores, box.tenant.pbx_tenant_id
    stores.users.add(tenant_id, "ann", display_name="ANN", email="ann@contoso.example")
    english = write_mail(queue_welcome(stores, box.tenant, "ann"))
    choose(box, users, PSEUDO, username="ann")
    written = write_mail(queue_welcome(stores, box.tenant, "ann"))
    assert english.subject == "Your extension 101 at CONTOSO"
    assert written.subject == f"{mark('Your extension')} 101 {mark('at')} CONTOSO"
    assert mark("Extension password") in written.text
    assert "Extension password" not in written.text


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with run_smtp_server(tmp_path) as running:
        yield running


def test_each_administrator_gets_a_notice_in_their_own_language(box: Box, server: Server) -> None:
    stores, tenant_id = box.pbx.stores, box.tenant.pbx_tenant_id
    store_smtp(stores, server.settings)
    choose(box, tenants, PSEUDO, id=tenant_id)
    for name, language in (("ann", "en"), ("bob", None), ("cay", None)):
        stores.accounts.set_admin_password(tenant_id, name, "a long password")
        stores.accounts.set_admin_email(tenant_id, name, f"{name}@contoso.example")
        choose(box, admins, language, username=name)
    subject = _("Mail is paused: {plugin}", plugin="M365")
    stores.notices.begin(tenant_id, "k", subject, _("Nothing was due."), Severity.BAD)
    box.deliver()
    got = {tuple(sorted(to)): (mail["Subject"], mail.get_content().splitlines()) for to, mail in server.postbox.got}
    assert got == {
        ("ann@contoso.example",): (
            "CONTOSO: Mail is paused: M365", ["Nothing was due.", "", "https://PBX/notices"]
        ),
        ("bob@contoso.example", "cay@contoso.example"): (
            f"CONTOSO: {mark('Mail is paused')}: M365", [mark("Nothing was due."), "", "https://PBX/notices"]
        ),
    }  # fmt: skip


def test_a_notice_is_not_mailed_again_in_a_language_in_which_it_went_out(box: Box, server: Server) -> None:
    stores, tenant_id = box.pbx.stores, box.tenant.pbx_tenant_id
    store_smtp(stores, server.settings)
    for name, language in (("ann", "en"), ("bob", PSEUDO)):
        stores.accounts.set_admin_password(tenant_id, name, "a long password")
        stores.accounts.set_admin_email(tenant_id, name, f"{name}@contoso.example")
        choose(box, admins, language, username=name)
    stores.notices.begin(tenant_id, "k", "One", "Two", Severity.BAD)
    refusing = server.postbox.answer_to = {"bob@contoso.example": "451 later"}
    box.deliver()
    refusing.clear()
    box.clock.at += 1800
    box.deliver()
    assert [to for to, _mail in server.postbox.got] == [["ann@contoso.example"], ["bob@contoso.example"]]


@pytest.mark.parametrize(("wanted", "spoken"), [("de-AT", "de"), ("zh-Hans", "zh-Hans"), ("zh-TW", "en"), ("x", "en")])
def test_a_page_says_its_language_and_a_name_does_not_turn_it_around(
    wanted: str, spoken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the real catalogues
    values = VALUES | {"CALLER_NAME": "Bob \u202e{n} %s <b>\r\nBcc: a@b.c", "TENANT_NAME": "C\u2066D"}
    note = make_note(kind=NotificationKind.VOICEMAIL, subject="", text="", placeholders=values, language=wanted)
    mail = write_mail(note)
    assert f'<div lang="{spoken}" ' in mail.html
    assert not set("\u202e\u2066") & set(mail.html + mail.text + mail.subject)
    assert "Bob {n} %s &lt;b&gt;" in mail.html
    assert "Bob {n} %s <b> Bcc: a@b.c" in mail.subject
