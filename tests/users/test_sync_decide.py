"""What is done about one person: every kind of row against every state of the user, with and without divergence."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import product
from typing import Any

import pytest

from pbx_plugin_api import SYNCED_FIELDS, DisableReason, DivergenceKind, DraftUser, LinkedUser, Phone, UserLink
from portsip_m365_plugin.config.leavers import LeaverPolicy, LeaversConfig
from portsip_m365_plugin.users.decide import Decision, Phase, decide
from portsip_m365_plugin.users.spool import Kind, PulledRow, pack_fields

NOW = datetime(2026, 11, 24, 3, tzinfo=timezone.utc)
POLICIES = LeaversConfig()
LINK = UserLink(authority="tenant", subject="ann")
DRAFT = DraftUser(
    link=LINK,
    usernames=("ann",),
    display_name="Ann Lee",
    email="ann@contoso.example",
    mobile_phone=Phone(raw="+1 412 555 0109", e164="+14125550109"),
    department="Sales",
)
SAME = LinkedUser(
    user_id="u1",
    link=LINK,
    username="ann",
    display_name="Ann Lee",
    extension_number="101",
    enabled=True,
    email="ann@contoso.example",
    mobile_phone=Phone(raw="+1 412 555 0109", e164="+14125550109"),
    department="Sales",
)
EDITED, DELETED = DivergenceKind.EDITED, DivergenceKind.DELETED


def row(kind: Kind, reason: str | None = None) -> PulledRow:
    has_draft = kind in (Kind.DRAFT, Kind.SKIP)
    fields = pack_fields(DRAFT) if has_draft else None
    return PulledRow("ann", kind, reason, "told", "ann@x", usernames="ann", fields=fields)


def off(reason: DisableReason, days_ago: float = 1, **changes: Any) -> LinkedUser:
    since = NOW - timedelta(days=days_ago)
    return replace(SAME, enabled=False, disabled_reason=reason, disabled_at_utc=since, **changes)


def words_of(decision: Decision) -> str:
    """A decision in words: `update enable`, guarded steps with a `!`, a problem after a `?`, a skip as `-`."""
    words = []
    for step in decision.steps:
        reason = f":{step.detail['reason']}" if step.phase is Phase.DISABLE else ""
        words.append(step.phase.word + reason + ("!" if step.guarded else ""))
    words += [f"?{decision.problem[0]}"] if decision.problem else []
    words += ["-"] if decision.is_skip else []
    return " ".join(words)


ROWS = {
    "draft": row(Kind.DRAFT),
    "disabled": row(Kind.SKIP, "account_disabled"),
    "guest": row(Kind.SKIP, "guest"),
    "nameless": row(Kind.SKIP, "no_name"),
    "invalid": row(Kind.INVALID, "invalid"),
    "soft": row(Kind.REMOVED),
    "gone": row(Kind.DELETED),
    "absent": None,
}
STATES: dict[str, LinkedUser | None] = {
    "none": None,
    "same": SAME,
    "other": replace(SAME, display_name="Ann Li", department=None),
    "off_account": off(DisableReason.ACCOUNT_DISABLED),
    "off_departed": off(DisableReason.DEPARTED),
    "off_departed_30": off(DisableReason.DEPARTED, 30),
    "off_scope": off(DisableReason.OUT_OF_SCOPE),
    "off_admin": off(DisableReason.BY_ADMIN),
}
BY_TABLE = {
    # row        none               same                         other                               off_account
    #            off_departed                                    off_departed_30                     off_scope
    #            off_admin
    "draft": [
        "create", "", "update", "enable",
        "enable", "enable", "enable",
        "",
    ],
    "disabled": [
        "?account_disabled -", "disable:account_disabled!", "disable:account_disabled! update", "",
        "disable:account_disabled", "disable:account_disabled", "disable:account_disabled",
        "disable:account_disabled",
    ],
    "guest": [
        "?guest -", "disable:out_of_scope! ?guest", "disable:out_of_scope! update ?guest",
        "disable:out_of_scope ?guest", "disable:out_of_scope ?guest", "disable:out_of_scope ?guest", "",
        "disable:out_of_scope ?guest",
    ],
    "nameless": [
        "?no_name -", "?no_name", "update ?no_name", "?no_name",
        "disable:out_of_scope ?no_name", "disable:out_of_scope ?no_name", "?no_name",
        "?no_name",
    ],
    "invalid": ["?invalid -", *["?invalid"] * 7],
    "soft": [
        "", "disable:departed!", "disable:departed!", "disable:departed",
        "", "delete!", "disable:departed",
        "disable:departed",
    ],
    "gone": [
        "", "disable:departed!", "disable:departed!", "disable:departed",
        "", "delete!", "disable:departed",
        "disable:departed",
    ],
    "absent": [
        "", "disable:departed!", "disable:departed!", "disable:departed",
        "", "delete!", "disable:departed",
        "disable:departed",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("name", "state"), list(product(ROWS, STATES)))
def test_table(name: str, state: str) -> None:
    expected = BY_TABLE[name][list(STATES).index(state)]
    assert words_of(decide(ROWS[name], STATES[state], None, NOW, POLICIES)) == expected


EDITED_TABLE = {
    ("draft", "same"): "update enable",
    ("draft", "other"): "update enable",
    ("draft", "off_account"): "update enable",
    ("draft", "off_admin"): "update",
    ("disabled", "same"): "disable:account_disabled! update",
    ("disabled", "off_account"): "disable:account_disabled update",
    ("disabled", "off_admin"): "disable:account_disabled update",
    ("guest", "off_scope"): "disable:out_of_scope update ?guest",
    ("nameless", "same"): "update ?no_name",
    ("invalid", "same"): "?invalid",
    ("soft", "same"): "disable:departed!",
    ("soft", "off_departed"): "",
    ("absent", "off_departed"): "",
    ("gone", "same"): "disable:departed!",
    ("gone", "off_departed_30"): "delete!",
}


@pytest.mark.parametrize(("name", "state"), EDITED_TABLE)
def test_edited_in_the_pbx(name: str, state: str) -> None:
    assert words_of(decide(ROWS[name], STATES[state], EDITED, NOW, POLICIES)) == EDITED_TABLE[name, state]


DELETED_TABLE = {
    "draft": "create",
    "disabled": "forget ?account_disabled -",
    "guest": "forget ?guest -",
    "nameless": "forget ?no_name -",
    "invalid": "?invalid -",
    "soft": "forget",
    "gone": "forget",
    "absent": "forget",
}


@pytest.mark.parametrize("name", DELETED_TABLE)
def test_deleted_in_the_pbx(name: str) -> None:
    assert words_of(decide(ROWS[name], None, DELETED, NOW, POLICIES)) == DELETED_TABLE[name]


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"display_name": "X"}, ("display_name",)),
        ({"email": None}, ("email",)),
        ({"mobile_phone": None}, ("mobile_phone",)),
        ({"mobile_phone": Phone(raw="+1 412 555 0109")}, ("mobile_phone",)),
        ({"work_phone": Phone(raw="1")}, ("work_phone",)),
        ({"department": "X", "email": "x@x"}, ("email", "department")),
    ],
)
def test_only_what_differs_is_updated(change: dict[str, Any], fields: tuple[str, ...]) -> None:
    (step,) = decide(ROWS["draft"], replace(SAME, **change), None, NOW, POLICIES).steps
    assert step.phase is Phase.UPDATE
    assert tuple(step.detail["fields"]) == fields
    assert set(step.detail["changes"]) == set(fields)


def test_after_an_edit_every_field_is_written() -> None:
    step = decide(ROWS["draft"], SAME, EDITED, NOW, POLICIES).steps[0]
    assert tuple(step.detail["fields"]) == SYNCED_FIELDS
    assert step.detail["changes"] == {}


def test_departed_for_29_days_is_kept() -> None:
    for name in ("absent", "soft", "gone"):
        assert words_of(decide(ROWS[name], off(DisableReason.DEPARTED, 29.9), None, NOW, POLICIES)) == ""


def policies(policy: LeaverPolicy, days: int = 30) -> LeaversConfig:
    return LeaversConfig(
        disabled_policy=policy,
        disabled_delete_after_days=days,
        deleted_policy=policy,
        deleted_delete_after_days=days,
        out_of_scope_policy=policy,
        out_of_scope_delete_after_days=days,
    )


LEFT_AS = {"disabled": "account_disabled", "guest": "out_of_scope", "soft": "departed", "absent": "departed"}


@pytest.mark.parametrize("name", LEFT_AS)
def test_keep_leaves_the_user_as_it_is_and_says_nothing_each_night(name: str) -> None:
    keep = policies(LeaverPolicy.KEEP)
    fields = "update" if name in ("disabled", "guest") else ""
    assert words_of(decide(ROWS[name], SAME, None, NOW, keep)) == ""
    assert words_of(decide(ROWS[name], STATES["other"], None, NOW, keep)) == fields
    assert words_of(decide(ROWS[name], STATES["off_admin"], None, NOW, keep)) == ""
    assert words_of(decide(ROWS[name], SAME, EDITED, NOW, keep)) == f"{fields} enable".strip()
    # Somebody who was disabled by an earlier policy stays so, and keeps the reason of today.
    same = off(DisableReason(LEFT_AS[name]), 400)
    assert words_of(decide(ROWS[name], same, None, NOW, keep)) == ""
    other = off(DisableReason.DEPARTED if name in ("disabled", "guest") else DisableReason.OUT_OF_SCOPE)
    assert words_of(decide(ROWS[name], other, None, NOW, keep)).startswith(f"disable:{LEFT_AS[name]}")


@pytest.mark.parametrize("name", LEFT_AS)
def test_disable_never_deletes(name: str) -> None:
    disable = policies(LeaverPolicy.DISABLE)
    assert words_of(decide(ROWS[name], SAME, None, NOW, disable)).startswith(f"disable:{LEFT_AS[name]}!")
    same = off(DisableReason(LEFT_AS[name]), 4000)
    assert words_of(decide(ROWS[name], same, None, NOW, disable)) == ""


@pytest.mark.parametrize("days", [0, 7, 90])
@pytest.mark.parametrize("name", LEFT_AS)
def test_delete_disables_at_once_and_deletes_after_its_days(name: str, days: int) -> None:
    delete = policies(LeaverPolicy.DELETE, days)
    reason = DisableReason(LEFT_AS[name])
    assert words_of(decide(ROWS[name], SAME, None, NOW, delete)).startswith(f"disable:{reason.value}!")
    assert words_of(decide(ROWS[name], off(reason, days), None, NOW, delete)) == "delete!"
    if days:
        assert words_of(decide(ROWS[name], off(reason, days - 0.1), None, NOW, delete)) == ""
    # The days of another reason do not count, and a user whom an administrator has locked is left to them.
    for state in ("off_scope", "off_account", "off_departed_30", "off_admin"):
        user = STATES[state]
        assert user is not None
        if user.disabled_reason is not reason:
            assert words_of(decide(ROWS[name], user, None, NOW, delete)).startswith(f"disable:{reason.value}")


def test_a_person_who_comes_back_is_enabled_under_every_policy() -> None:
    for policy in LeaverPolicy:
        for reason in (DisableReason.ACCOUNT_DISABLED, DisableReason.DEPARTED, DisableReason.OUT_OF_SCOPE):
            assert words_of(decide(ROWS["draft"], off(reason, 400), None, NOW, policies(policy))) == "enable"


def test_leaving_comes_before_coming() -> None:
    assert Phase.DELETE < Phase.DISABLE < Phase.LINK < Phase.UPDATE < Phase.ENABLE < Phase.CREATE
