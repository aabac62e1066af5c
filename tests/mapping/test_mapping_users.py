"""Graph users as PBX users: by example, one row a rule; and Microsoft's own samples."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pbx_plugin_api import DraftUser, FromStart, Phone
from portsip_m365_plugin.mapping.users import (
    SKIP_DETAILS,
    MappingRules,
    Skip,
    map_person,
    map_user,
)

TENANT_ID = "6b1f9d0e-0000-4000-8000-000000000001"
OID = "1f0c2b3a-4d5e-4f60-8172-839405a6b7c8"
RULES = MappingRules(entra_tenant_id=TENANT_ID, country="DE")
SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "oracle" / "graph-samples"


def graph_user(**changes: Any) -> dict[str, Any]:
    user = {
        "id": OID,
        "userPrincipalName": "ann.lee@contoso.example",
        "displayName": "Ann Lee",
        "givenName": "Ann",
        "surname": "Lee",
        "mail": "ann@contoso.example",
        "mobilePhone": "+49 171 1234567",
        "businessPhones": ["030 12345678"],
        "department": "Sales",
        "usageLocation": "DE",
        "userType": "Member",
        "accountEnabled": True,
        "assignedLicenses": [{"skuId": "x", "disabledPlans": []}],
        "assignedPlans": [],
    }
    return user | changes


def drafted(**changes: Any) -> DraftUser:
    outcome = map_user(graph_user(**changes), RULES)
    assert isinstance(outcome, DraftUser), outcome
    return outcome


def test_whole_person() -> None:
    draft = drafted()
    assert draft.link.subject == OID
    assert draft.link.authority == TENANT_ID
    assert draft.usernames == ("ann.lee", "ann.lee.contoso", "ann.lee-1f0c2b3a")
    assert draft.display_name == "Ann Lee"
    assert draft.email == "ann@contoso.example"
    assert draft.mobile_phone == Phone(raw="+49 171 1234567", e164="+491711234567")
    assert draft.work_phone == Phone(raw="030 12345678", e164="+493012345678")
    assert draft.department == "Sales"


def test_absent_and_null_mean_the_same() -> None:
    optional = ("displayName", "mail", "mobilePhone", "businessPhones", "department", "usageLocation", "userType")
    absent = {name: value for name, value in graph_user().items() if name not in optional}
    assert map_person(absent, RULES) == map_person(graph_user(**dict.fromkeys(optional)), RULES)


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"displayName": None}, "Ann Lee"),
        ({"displayName": "  "}, "Ann Lee"),
        ({"displayName": None, "givenName": None}, "Lee"),
        ({"displayName": None, "surname": ""}, "Ann"),
        ({"displayName": "Zoë 🐙 Öz"}, "Zoë 🐙 Öz"),
        ({"displayName": "אבי כהן"}, "אבי כהן"),
        ({"displayName": "Ann\r\nLee\t\x07"}, "Ann Lee"),
        ({"displayName": "x" * 300}, "x" * 128),
        ({"displayName": "x" * 127 + "👩‍👩‍👧"}, "x" * 127),
    ],
)
def test_display_names(changes: dict[str, Any], shown: str) -> None:
    assert drafted(**changes).display_name == shown


@pytest.mark.parametrize(
    ("mail", "upn", "email"),
    [
        (None, "ann@contoso.example", "ann@contoso.example"),
        ("", "ann@contoso.example", "ann@contoso.example"),
        ("a@b.example", "ann@contoso.example", "a@b.example"),
        ("m" * 120 + "@contoso.example", "ann@contoso.example", "ann@contoso.example"),
        (None, "u" * 130 + "@contoso.example", None),
        (None, "ann", None),
    ],
)
def test_mail_else_upn(mail: str | None, upn: str, email: str | None) -> None:
    assert drafted(mail=mail, userPrincipalName=upn).email == email


def test_a_mail_address_too_long_has_a_note() -> None:
    mapped = map_person(graph_user(mail="m" * 120 + "@contoso.example"), RULES)
    assert [note.partition(":")[0] for note in mapped.notes] == ["mail"]
    assert "ann.lee@contoso.example is used" in mapped.notes[0]


@pytest.mark.parametrize(
    ("location", "country", "e164"),
    [
        ("GB", "DE", "+442079460018"),
        (None, "GB", "+442079460018"),
        ("", "GB", "+442079460018"),
        ("gb", "DE", "+442079460018"),
        ("Britain", "GB", "+442079460018"),
        (None, "ZZ", None),
    ],
)
def test_country_of_a_number(location: str | None, country: str, e164: str | None) -> None:
    rules = MappingRules(entra_tenant_id=TENANT_ID, country=country)
    outcome = map_user(graph_user(usageLocation=location, businessPhones=["020 7946 0018"]), rules)
    assert isinstance(outcome, DraftUser)
    assert outcome.work_phone == Phone(raw="020 7946 0018", e164=e164)


def test_first_business_phone_that_says_anything() -> None:
    assert drafted(businessPhones=[]).work_phone is None
    assert drafted(businessPhones=["", " ", "030 12345678"]).work_phone == Phone(
        raw="030 12345678", e164="+493012345678"
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"userType": "Guest"}, "guest"),
        ({"userType": "guest", "accountEnabled": False}, "guest"),
        ({"userPrincipalName": "a_b.example#EXT#@contoso.example", "userType": None}, "guest"),
        ({"userPrincipalName": "a_b.example#ext#@contoso.example", "userType": ""}, "guest"),
        ({"identityParentId": "1f0c2b3a-0000-4000-8000-000000000001"}, "agent"),
        ({"@odata.type": "#microsoft.graph.agentUser", "userType": "Guest"}, "agent"),
        ({"accountEnabled": False}, "account_disabled"),
        ({"accountEnabled": False, "givenName": None, "surname": None}, "account_disabled"),
        ({"mailboxSettings": {"userPurpose": "shared"}}, "shared_mailbox"),
        ({"mailboxSettings": {"userPurpose": {"value": "shared"}}}, "shared_mailbox"),
        ({"mailboxSettings": {"userPurpose": "room"}}, "room"),
        ({"mailboxSettings": {"userPurpose": {"value": "equipment"}}}, "room"),
        ({"givenName": None, "surname": None}, "no_name"),
        ({"givenName": " ", "surname": "\n"}, "no_name"),
    ],
)
def test_left_out(changes: dict[str, Any], reason: str) -> None:
    outcome = map_user(graph_user(**changes), RULES)
    assert isinstance(outcome, Skip)
    assert (outcome.reason, outcome.detail) == (reason, SKIP_DETAILS[reason])
    assert outcome.draft is not None, "somebody synced earlier keeps true names while disabled"


@pytest.mark.parametrize(
    "changes",
    [
        {"mailboxSettings": {"userPurpose": "user"}},
        {"mailboxSettings": {"userPurpose": {"value": "unknownFutureValue"}}},
        {"mailboxSettings": None},
        {"mailboxSettings": "odd"},
        {"mailboxSettings": {"userPurpose": 7}},
        {"assignedLicenses": [], "assignedPlans": [{"capabilityStatus": "Enabled"}]},
        {"assignedLicenses": [], "assignedPlans": [{"capabilityStatus": "Warning"}]},
        {"userType": None},
        {"userPrincipalName": "a_b.example#EXT#@contoso.example", "userType": "Member"},
        {"assignedLicenses": [], "assignedPlans": []},
        {"assignedLicenses": None, "assignedPlans": None},
        {"@odata.type": "#microsoft.graph.user", "identityParentId": None},
        {"givenName": None},
        {"surname": None},
    ],
)
def test_not_left_out(changes: dict[str, Any]) -> None:
    drafted(**changes)


def test_guests_where_the_settings_want_them() -> None:
    rules = replace(RULES, with_guests=True)
    assert isinstance(map_user(graph_user(userType="Guest"), rules), DraftUser)
    outcome = map_user(graph_user(userType="Guest", accountEnabled=False), rules)
    assert isinstance(outcome, Skip)
    assert outcome.reason == "account_disabled"


@pytest.mark.parametrize(
    ("licences", "plans", "is_left_out"),
    [
        ([], [], True),
        (None, None, True),
        ([], [{"capabilityStatus": "Deleted"}], True),
        ([], [{"capabilityStatus": "Enabled"}], False),
        ([], [{"capabilityStatus": "Warning"}], False),
        ([{"skuId": "e3"}], [{"capabilityStatus": "Suspended"}], False),
    ],
)
def test_people_without_a_plan_where_the_settings_leave_them_out(licences: Any, plans: Any, is_left_out: bool) -> None:
    rules = replace(RULES, with_unlicensed=False)
    outcome = map_user(graph_user(assignedLicenses=licences, assignedPlans=plans), rules)
    assert isinstance(outcome, Skip) == is_left_out
    if isinstance(outcome, Skip):
        assert (outcome.reason, outcome.detail) == ("no_plan", SKIP_DETAILS["no_plan"])


def test_a_member_of_a_sister_company_has_the_address_at_home_as_username_and_no_lost_address() -> None:
    upn = "ann_fabrikam.example#EXT#@contoso.example"
    draft = drafted(userPrincipalName=upn, userType="Member", mail=None)
    assert draft.usernames[0] == "ann"
    assert draft.email is None, "mail to a UPN with #EXT# is lost"
    assert (
        drafted(userPrincipalName=upn, userType="Member", mail="ann@fabrikam.example").email == "ann@fabrikam.example"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": "no spaces allowed"},
        {"accountEnabled": None},
        {"accountEnabled": "true"},
        {"displayName": 5},
        {"mail": ["a@b.example"]},
        {"businessPhones": "030"},
        {"businessPhones": [None]},
        {"assignedLicenses": "E3"},
        {"assignedPlans": ["exchange"]},
    ],
)
def test_what_breaks_the_shape_is_invalid_and_concludes_nothing(changes: dict[str, Any]) -> None:
    outcome = map_user(graph_user(**changes), RULES)
    assert isinstance(outcome, Skip)
    assert outcome.reason == "invalid"
    assert outcome.draft is None
    assert outcome.detail.endswith("nothing was changed.")


def test_a_number_that_cannot_be_kept_has_a_note() -> None:
    mapped = map_person(graph_user(mobilePhone="call me after six, or on Sundays, please"), RULES)
    assert isinstance(mapped.outcome, DraftUser)
    assert mapped.outcome.mobile_phone is None
    assert mapped.notes[0].startswith("mobilePhone: ")


def test_the_fingerprint_follows_what_changes_existing_people_only() -> None:
    from_start = MappingRules(entra_tenant_id=TENANT_ID, country="DE", extension=FromStart(start="200"))
    assert RULES.fingerprint == from_start.fingerprint
    assert RULES.fingerprint != MappingRules(entra_tenant_id=TENANT_ID, country="GB").fingerprint
    assert RULES.fingerprint != MappingRules(entra_tenant_id="another", country="DE").fingerprint


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="Microsoft's samples are not on this machine")
def test_documented_samples() -> None:
    """Documented users have the documented shape: with two members that our `$select` adds all can be judged."""
    ours = {"accountEnabled": True, "userPrincipalName": "x@contoso.example"}
    outcomes = [map_user(ours | user, RULES) for user in _documented_users()]
    assert len(outcomes) >= 20
    reasons = {outcome.reason for outcome in outcomes if isinstance(outcome, Skip)}
    assert reasons <= {"guest", "no_plan", "no_name"}, "no fault of shape"
    licensed = [map_user({"assignedLicenses": [{}]} | ours | user, RULES) for user in _documented_users()]
    assert any(isinstance(outcome, DraftUser) for outcome in licensed)


def _documented_users() -> list[dict[str, Any]]:
    users = []
    for pattern in ("user-list-0*-200.json", "user-get-0*-200.json", "*delta*users*.json", "user-delta-*-200.json"):
        for path in sorted(SAMPLES.glob(pattern)):
            body = json.loads(path.read_text())
            rows = body.get("value", [body])
            users += [row for row in rows if isinstance(row.get("id"), str) and "@removed" not in row]
    return users
