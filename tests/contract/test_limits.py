"""Every limit of every value object: what is just allowed, what is just not, and an error that says which and why."""

from __future__ import annotations

import dataclasses
import string
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import pbx_plugin_api
from pbx_plugin_api import (
    CONTACT_PHONE_FIELDS,
    SYNCED_FIELDS,
    Action,
    ActionRequest,
    AttachmentRef,
    Choice,
    ContactPhone,
    ContactSource,
    DeliveryReceipt,
    DeliveryStatus,
    Download,
    DraftContact,
    DraftUser,
    Field,
    FieldKind,
    Fixed,
    FromStart,
    InvalidValueError,
    LoginFlow,
    LoginProvider,
    LoginRefused,
    LoginRequest,
    Notification,
    NotificationKind,
    PasswordPolicy,
    Phone,
    Photo,
    PlanRef,
    PlanRow,
    Problem,
    ProvisionReason,
    ProvisionRefused,
    ProvisionRequest,
    PutContact,
    ResponseMode,
    Started,
    Tab,
    Table,
    Tenant,
    Tick,
    TickReason,
    TickReport,
    TickStatus,
    UpdateUser,
    UserLink,
    Viewer,
    WebOrigins,
    rules,
)

UTC = datetime(2026, 11, 2, 1, 0, tzinfo=timezone.utc)
NAIVE, BERLIN = datetime(2026, 11, 2, 1, 0), UTC.astimezone(timezone(timedelta(hours=1)))  # noqa: DTZ001
LINK = UserLink(authority="e", subject="o")
DRAFT: dict[str, Any] = {"link": LINK, "usernames": ("ada",), "display_name": "Ada"}
CONTACT: dict[str, Any] = {"name": "Ada"}
SOURCE: dict[str, Any] = {"mailbox_id": "m", "folder_id": "f", "contact_id": "c"}
PUT: dict[str, Any] = {"external_id": "x", "draft": DraftContact(name="Ada"), "sources": (ContactSource(**SOURCE),)}
TENANT: dict[str, Any] = {"pbx_tenant_id": "t", "name": "T", "sip_domain": "t.example"}
FLOW: dict[str, Any] = {
    "state": "s" * 22,
    "provider_id": "p",
    "redirect_uri": "https://pbx.example/cb",
    "response_mode": ResponseMode.QUERY,
    "expires_at_utc": UTC,
}
PROVIDER: dict[str, Any] = {
    "id": "p",
    "label": "P",
    "icon": "key",
    "password_policy": PasswordPolicy.ALLOWED,
    "begin": print,
    "complete": print,
    "sign_out": print,
}
TICK: dict[str, Any] = {"run_id": "r", "reason": TickReason.DUE, "now_utc": UTC, "deadline_utc": UTC}
MAIL: dict[str, Any] = {
    "notification_id": "n",
    "kind": NotificationKind.TEST,
    "to": ("a@b",),
    "subject": "s",
    "created_at_utc": UTC,
}
FILE: dict[str, Any] = {"blob": "b", "filename": "f", "content_type": "a/b", "size_bytes": 0}
DEFERRED: dict[str, Any] = {"status": DeliveryStatus.DEFERRED, "reason": "later", "retry_at_utc": UTC}
PLAN: dict[str, Any] = {"checksum": "c", "made_at_utc": UTC, "counts": pbx_plugin_api.Counts()}

KEYS = (["a", "A.b-c_1", "k" * 64], ["", "k" * 65, ".a", "-a", "a b", "ä", "a\n", None, 7])
TIMES = ([UTC], [NAIVE, BERLIN])


def text(maximum: int, minimum: int = 0, *, none: bool = False) -> tuple[list[Any], list[Any]]:
    """Text of so many characters, and what is no such text."""
    good = [
        "x" * max(minimum, 1),
        "x" * maximum,
        "ü漢"[: max(1, min(2, maximum))].ljust(minimum, "x"),
        "a\tb\nc"[:maximum],
    ]
    bad: list[Any] = ["x" * (maximum + 1), "x" * minimum + "\x00", "x" * minimum + "\x1b", "x" * minimum + "\x7f", 7]
    bad += ["x" * (minimum - 1)] if minimum else []
    return (
        [*[g for g in good if len(g) >= minimum], *([None] if none else [])],
        [*bad, *([""] if none else [None])],
    )


LIMITS: list[tuple[type, Mapping[str, Any], str, list[Any], list[Any]]] = [
    (
        UserLink,
        {"subject": "o"},
        "authority",
        ["a", "https://id.example/a", "x" * 255],
        ["", "x" * 256, "a b", "a\n", 7],
    ),
    (UserLink, {"authority": "e"}, "subject", ["a", "auth0|5f-_.", "x" * 255], ["", "x" * 256, "a\x7f", "ä"]),
    (Phone, {}, "raw", *text(32, 1)),
    (Phone, {"raw": "1"}, "e164", [None, "+12", "+" + "9" * 15], ["", "12", "+0123", "+" + "9" * 16, "+1 2", "+١٢"]),
    (ContactPhone, {}, "raw", *text(128, 1)),
    (ContactPhone, {"raw": "1"}, "e164", [None, "+12"], ["", "12", "+1"]),
    (Fixed, {}, "number", ["123", "000", "1" * 64], ["12", "1" * 65, "", "12a", "+123", "١٢٣", "123\n", 123]),
    (FromStart, {}, "start", ["100", "9" * 13], ["99", "0100", "1" * 14, "12a", ""]),
    (Photo, {"content_type": "image/png"}, "content", [b"x"], [b""]),
    (Photo, {"content": b"x"}, "content_type", *text(64, 3)),
    (Photo, {"content": b"x", "content_type": "image/png"}, "source_etag", *text(256, none=True)),
    (
        DraftUser,
        DRAFT,
        "usernames",
        [("a",), ("a" * 64,), ("a.b", "O'Neil", "x_y-z"), ("0",), ("a..b",), ("admins",), ("-",)],
        [
            (),
            ("",),
            ("a" * 65,),
            (".a",),
            ("a.",),
            ("a b",),
            ("ä",),
            ("a@b",),
            ("ok", "a/b"),
            ("a\n",),
            (None,),
            *[(name,) for word in rules.RESERVED_USERNAMES for name in (word, word.upper(), word.title())],
        ],
    ),
    (DraftUser, DRAFT, "display_name", *text(128, 1)),
    (DraftUser, DRAFT, "email", *text(128, none=True)),
    (DraftUser, DRAFT, "department", *text(128, none=True)),
    (
        UpdateUser,
        {"draft": DraftUser(**DRAFT)},
        "fields",
        [SYNCED_FIELDS, ("email",)],
        [(), ("username",), ("enabled",)],
    ),
    (DraftContact, {}, "name", *text(64, 1)),
    *[(DraftContact, CONTACT, name, *text(128, none=True)) for name in ("email", "company", "title", "address")],
    (DraftContact, CONTACT, "notes", *text(1024, none=True)),
    *[(ContactSource, SOURCE, name, *text(512, 1)) for name in SOURCE],
    (ContactSource, SOURCE, "change_key", *text(256)),
    (PutContact, PUT, "external_id", *text(512, 1)),
    (PutContact, PUT, "sources", [PUT["sources"], PUT["sources"] * 2], [()]),
    (Tenant, TENANT, "pbx_tenant_id", *KEYS),
    (Tenant, TENANT, "name", *text(128, 1)),
    (Tenant, TENANT, "sip_domain", *text(253, 1)),
    (Tenant, TENANT, "time_zone", ["UTC", "Europe/Berlin"], ["", "Berlin", "Europe/Bärlin", "../etc/passwd", None]),
    (Tenant, TENANT, "country", ["DE", "US"], ["", "D", "DEU", "de", "D1", None]),
    (Tenant, TENANT, "user_limit", [None, 0, 1, 10**6], [-1, True, 1.5, "5"]),
    (Viewer, {}, "username", *text(128, 1)),
    *[
        (
            WebOrigins,
            {"web": "https://pbx.example"},
            name,
            [
                "https://pbx.example",
                "https://pbx.example:8887",
                "http://localhost:1",
                "http://127.0.0.1",
                "http://[::1]:9",
            ],
            [
                "",
                "pbx.example",
                "http://pbx.example",
                "https://pbx.example/",
                "https://pbx.example/path",
                "https://user@pbx.example",
                "https://pbx.example?x",
                "ftp://pbx.example",
                "https://",
                "javascript:alert(1)",
                7,
            ],
        )
        for name in ("web", "sbc")
    ],
    (Field, {"label": "F"}, "name", *KEYS),
    (Field, {"name": "f"}, "label", *text(128, 1)),
    (Field, {"name": "f", "label": "F"}, "choices", [()], [(Choice(value="a", label="A"),)]),
    (
        Field,
        {"name": "f", "label": "F", "kind": FieldKind.CHOICE},
        "choices",
        [(Choice(value="a", label="A"),)],
        [()],
    ),
    (Table, {"title": "T", "columns": ("a", "b")}, "rows", [(), (("1", "2"),)], [(("1",),), (("1", "2", "3"),)]),
    (Action, {"label": "A"}, "name", *KEYS),
    (Tab, {"label": "T"}, "name", *KEYS),
    (ActionRequest, {}, "action", *KEYS),
    (Download, {"content": b""}, "filename", ["a.cer"], ["", "a/b", "a\\b", "../x"]),
    (Started, {"message": "m"}, "job", *KEYS),
    (LoginRequest, {}, "origin", ["https://pbx.example"], ["https://pbx.example/", "http://pbx.example", ""]),
    (LoginRequest, {"origin": "https://pbx.example"}, "login_hint", *text(320, none=True)),
    (LoginRequest, {"origin": "https://pbx.example"}, "return_to", *text(2048, 1)),
    (LoginFlow, FLOW, "state", *text(256, 22)),
    (LoginFlow, FLOW, "provider_id", *KEYS),
    (LoginFlow, FLOW, "expires_at_utc", *TIMES),
    (LoginRefused, {"sentence": "No."}, "reason", *KEYS),
    (LoginProvider, PROVIDER, "id", *KEYS),
    (LoginProvider, PROVIDER, "label", *text(64, 1)),
    (Tick, TICK, "run_id", *KEYS),
    (Tick, TICK, "now_utc", *TIMES),
    (Tick, TICK, "deadline_utc", *TIMES),
    (Tick, TICK, "max_requests", [1, 50], [0, -1, True, "4"]),
    (Problem, {}, "reason", *KEYS),
    (PlanRow, {"action": "create"}, "subject", [None, "o", "a-b_1", "k" * 255], ["", "k" * 256, "a b", "ä"]),
    (PlanRow, {"action": "create"}, "extension_number", [None, "101", "1" * 64], ["", "10", "1" * 65, "1a1"]),
    (PlanRow, {"action": "create"}, "reason", [None, *KEYS[0]], KEYS[1][:-2]),
    (PlanRef, PLAN, "checksum", *KEYS),
    (PlanRef, PLAN, "made_at_utc", *TIMES),
    (TickReport, {"status": TickStatus.DONE}, "next_due_at_utc", [None, UTC], [NAIVE, BERLIN]),
    (AttachmentRef, FILE, "filename", *text(255, 1)),
    (AttachmentRef, FILE, "content_type", *text(128, 3)),
    (AttachmentRef, FILE, "size_bytes", [0, 10**12], [-1, True, 1.0]),
    (Notification, MAIL, "notification_id", *KEYS),
    (Notification, MAIL, "to", [("a@b",), ("x" * 320,)], [(), ("ab",), ("x" * 321,), ("a@b\x00",)]),
    *[
        (Notification, MAIL, name, [(), ("a@b", "x" * 320)], [("",), ("x" * 321,), (7,)])
        for name in ("cc", "bcc", "reply_to")
    ],
    (Notification, MAIL, "subject", *text(998)),
    (Notification, MAIL, "created_at_utc", *TIMES),
    (Notification, MAIL, "attempt", [1, 99], [0, -1, True]),
    (DeliveryReceipt, DEFERRED, "retry_at_utc", [UTC], [None, NAIVE, BERLIN]),
    (DeliveryReceipt, DEFERRED | {"status": DeliveryStatus.REJECTED}, "retry_at_utc", [None], [UTC]),
    (DeliveryReceipt, DEFERRED, "reason", ["later"], [""]),
    (ProvisionRequest, {"reason": ProvisionReason.ADMIN}, "typed", *([["x", "x" * 320], ["", "x" * 321, "x\x00"]])),
    (ProvisionRefused, {"sentence": "No."}, "reason", *KEYS),
]
GOOD = [(kind, base, field, value) for kind, base, field, good, _ in LIMITS for value in good]
BAD = [(kind, base, field, value) for kind, base, field, _, bad in LIMITS for value in bad]


@pytest.mark.parametrize(("kind", "base", "field", "value"), GOOD)
def test_what_keeps_the_limit_is_built(kind: type, base: Mapping[str, Any], field: str, value: Any) -> None:
    assert getattr(kind(**{**base, field: value}), field) == value


@pytest.mark.parametrize(("kind", "base", "field", "value"), BAD)
def test_what_breaks_the_limit_cannot_be_built(kind: type, base: Mapping[str, Any], field: str, value: Any) -> None:
    with pytest.raises(InvalidValueError) as caught:
        kind(**{**base, field: value})
    error = caught.value
    assert error.field == field
    given_one = value[-1] if isinstance(value, tuple) and value and error.value != value else value
    assert error.value == given_one
    assert len(error.rule) > 5
    assert str(error).startswith(f"{field}: ")
    assert str(error).endswith(f" is not allowed: {error.rule}")


def test_exactly_one_of_link_and_typed() -> None:
    assert ProvisionRequest(reason=ProvisionReason.ADMIN, link=LINK).typed is None
    for wrong in ({}, {"link": LINK, "typed": "x"}):
        with pytest.raises(InvalidValueError, match=r"link: .* exactly one of link and typed is given"):
            ProvisionRequest(reason=ProvisionReason.ADMIN, **wrong)


def test_a_mail_needs_somebody_to_go_to() -> None:
    for name in ("cc", "bcc"):
        assert Notification(**{**MAIL, "to": (), name: ("a@b",)}).to == ()


def test_every_phone_field_of_a_contact_is_held_to_the_rule() -> None:
    phones = {name: ContactPhone(raw=str(n)) for n, name in enumerate(CONTACT_PHONE_FIELDS, 1)}
    assert [phone.raw for phone in DraftContact(name="Ada", **phones).phones()] == list("123456789")


def test_a_long_value_is_shown_shortened_and_a_limit_is_never_a_secret() -> None:
    with pytest.raises(InvalidValueError) as caught:
        DraftUser(**{**DRAFT, "display_name": "x" * 5000})
    assert len(str(caught.value)) < 200
    assert "… (5002 characters)" in str(caught.value)


# ---------------------------------------------------------------------- by property

ALLOWED = string.ascii_letters + string.digits + "_-'."


@given(st.text(st.sampled_from(ALLOWED), min_size=1, max_size=64))
@example("a" * 64)
def test_any_username_of_the_alphabet_is_allowed(name: str) -> None:
    bad = name[0] == "." or name[-1] == "." or name.casefold() in {"admin", "administrator", "root", "system"}
    assert _is_built(lambda: DraftUser(**{**DRAFT, "usernames": (name,)})) is not bad


@given(st.text(min_size=0, max_size=70))
def test_a_username_is_allowed_by_alphabet_and_length_alone(name: str) -> None:
    good = 1 <= len(name) <= 64 and set(name) <= set(ALLOWED) and name.strip(".") == name
    good = good and name.casefold() not in {"admin", "administrator", "root", "system"}
    assert _is_built(lambda: DraftUser(**{**DRAFT, "usernames": (name,)})) is good


@given(st.text(max_size=80))
def test_an_extension_number_is_3_to_64_ascii_digits(number: str) -> None:
    good = 3 <= len(number) <= 64 and set(number) <= set("0123456789")
    assert _is_built(lambda: Fixed(number=number)) is good


@given(st.text("0123456789", max_size=80))
def test_digits_are_an_extension_number_by_length(number: str) -> None:
    assert _is_built(lambda: Fixed(number=number)) is (3 <= len(number) <= 64)


@given(st.text(max_size=300))
def test_text_is_refused_for_length_and_control_characters_alone(value: str) -> None:
    controls = {chr(code) for code in (*range(9), 11, 12, *range(14, 32), 127)}
    for maximum, build in {
        128: lambda: DraftUser(**{**DRAFT, "display_name": value}),
        32: lambda: Phone(raw=value),
        64: lambda: DraftContact(name=value),
    }.items():
        assert _is_built(build) is (1 <= len(value) <= maximum and not set(value) & controls)


@given(st.datetimes(timezones=st.none() | st.timezones()))
def test_times_are_utc_or_refused(moment: datetime) -> None:
    good = moment.tzinfo is not None and moment.utcoffset() == timedelta(0)
    assert _is_built(lambda: Tick(**{**TICK, "now_utc": moment})) is good


def _is_built(build: Callable[[], object]) -> bool:
    try:
        build()
    except InvalidValueError:
        return False
    return True


# ---------------------------------------------------------------------- frozen all the way down

VALUE_OBJECTS = [
    item
    for item in (getattr(pbx_plugin_api, name) for name in pbx_plugin_api.__all__)
    if isinstance(item, type) and dataclasses.is_dataclass(item)
]


@pytest.mark.parametrize("kind", VALUE_OBJECTS)
def test_value_objects_are_frozen_slotted_and_keyword_only(kind: type) -> None:
    parameters = kind.__dataclass_params__
    assert parameters.frozen
    assert "__slots__" in vars(kind)
    assert all(field.kw_only for field in dataclasses.fields(kind))


def test_mappings_inside_are_copies_that_nobody_can_change() -> None:
    values = {"a": "1"}
    request, report = (
        ActionRequest(action="x", values=values),
        TickReport(status=TickStatus.DONE, problem_counts={"a": 1}),
    )
    values["a"] = "2"
    assert request.values["a"] == "1"
    for mapping in (
        request.values,
        report.problem_counts,
        LoginFlow(**FLOW).secrets,
        Notification(**MAIL).placeholders,
    ):
        with pytest.raises(TypeError):
            mapping["b"] = "x"  # type: ignore[index]


def test_secrets_do_not_show() -> None:
    assert "verifier-1" not in repr(LoginFlow(**FLOW, secrets={"v": "verifier-1"}))
    assert "password-1" not in repr(Notification(**MAIL, placeholders={"PASSWORD": "password-1"}))
