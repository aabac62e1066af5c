"""Every limit of every value object: the last value that is allowed, and the first that is not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import pbx_plugin_api
from pbx_plugin_api import (
    SYNCED_FIELDS,
    Action,
    ActionRequest,
    AddPerson,
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
    Link,
    LinkUser,
    LoginFlow,
    LoginProvider,
    LoginRefused,
    LoginRequest,
    LookUpRequest,
    Notification,
    NotificationKind,
    PasswordPolicy,
    Phone,
    Photo,
    PlanRef,
    PlanRow,
    Problem,
    Provisioned,
    ProvisionReason,
    ProvisionRefused,
    ProvisionRequest,
    PutContact,
    ResponseMode,
    Started,
    Step,
    StepState,
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


STEP: Mapping[str, Any] = {"name": "register", "title": "Register"}

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
    *[
        (kind, more, "fields", [SYNCED_FIELDS, ("email",)], [(), ("username",), ("enabled",)])
        for kind, more in (
            (UpdateUser, {"draft": DraftUser(**DRAFT)}),
            (LinkUser, {"draft": DraftUser(**DRAFT), "user_id": "u1"}),
            (Provisioned, {"draft": DraftUser(**DRAFT)}),
        )
    ],
    (DraftContact, {}, "name", *text(64, 1)),
    *[(DraftContact, CONTACT, name, *text(128, none=True)) for name in ("email", "company", "title", "address")],
    (DraftContact, CONTACT, "notes", *text(1024, none=True)),
    *[(ContactSource, SOURCE, name, *text(512, 1)) for name in SOURCE],
    (ContactSource, SOURCE, "change_key", *text(256)),
    (PutContact, PUT, "external_id", *text(512, 1)),
    (PutContact, PUT, "sources", [PUT["sources"], PUT["sources"] * 2], [()]),
    (Step, {"title": "Register"}, "name", *KEYS),
    (Step, {"name": "register"}, "title", *text(128, 1)),
    (Step, STEP, "proven_at_utc", [None], [datetime(2026, 1, 1, tzinfo=timezone.utc)]),
    (Step, {**STEP, "state": StepState.PROVEN}, "proven_at_utc", [datetime(2026, 1, 1, tzinfo=timezone.utc)], [None]),
    (Step, {**STEP, "state": StepState.FAILED, "detail": "No."}, "remedy", ["Do it again."], [""]),
    (Link, {"url": "https://entra.example"}, "label", *text(128, 1)),
    (
        Link,
        {"label": "Entra"},
        "url",
        ["https://entra.example", "https://entra.example:8443/a?b=c#view/D"],
        [
            "",
            "http://entra.example",
            "javascript:alert(1)",
            "https://",
            "https://a b",
            "https://x@entra.example",
            "/a",
            None,
        ],
    ),
    (Tenant, TENANT, "pbx_tenant_id", *KEYS),
    (Tenant, TENANT, "name", *text(128, 1)),
    (Tenant, TENANT, "sip_domain", *text(253, 1)),
    (Tenant, TENANT, "time_zone", ["UTC", "Europe/Berlin"], ["", "Berlin", "Europe/Bärlin", "../etc/passwd", None]),
    (Tenant, TENANT, "country", ["DE", "US"], ["", "D", "DEU", "de", "D1", None]),
    (Tenant, TENANT, "user_limit", [None, 0, 1, 10**6], [-1, True, 1.5, "5"]),
    (Tenant, TENANT, "night_offset_s", [0, 1, 43_200], [-1, None, True, 1.5, "5"]),
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
    (Field, {"name": "f", "label": "F", "kind": FieldKind.TOGGLE}, "lookup", [""], ["people"]),
    (ActionRequest, {}, "action", *KEYS),
    (AddPerson, {}, "typed", *text(320, 1)),
    (LookUpRequest, {"text": "a"}, "field", *KEYS),
    (LookUpRequest, {"field": "f"}, "text", *text(128, 1)),
    (LookUpRequest, {"field": "f", "text": "a"}, "page", [1, 10], [0, -1, 11]),
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
    (Tick, TICK, "max_wait_s", [None, 0, 300], [-1, True, 1.5, "5"]),
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
