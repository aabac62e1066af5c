"""The SIGN IN tab: what an admin types, what is stored, and what the policy makes of it."""

from __future__ import annotations

from typing import Any, cast

import pytest
from marshmallow import ValidationError

from pbx_plugin_api import PasswordPolicy, ResponseMode, Users
from portsip_m365_plugin.entra.signin_policy import SignInMode, SignInPolicy
from portsip_m365_plugin.page.signin_tab import (
    FIELD_NAMES,
    LookupFailedError,
    SignInSchema,
    draw_signin_tab,
    read_signin_policy,
    resolve_people,
)
from tests.support.idtoken_forge import OBJECT_ID, TENANT_ID
from tests.support.signin_host import LinkedUsers, user

OTHER_ID = "0b1ec700-0000-4000-8000-00000000beef"
ADELE = {"name": "adele@contoso.example", "entra_object_id": OBJECT_ID}


class Directory:
    def __init__(self, people: dict[str, str] | None = None) -> None:
        self.people, self.asked = people or {}, 0

    def find(self, name: str) -> str | None:
        self.asked += 1
        return self.people.get(name)


def resolve(names: list[str], stored: Any = None, directory: Directory | None = None, *linked: Any) -> Any:
    find = (directory or Directory()).find
    return resolve_people(names, stored, users=cast(Users, LinkedUsers(*linked)), find_object_id=find)


def test_nothing_stored_means_off() -> None:
    assert read_signin_policy({}) == SignInPolicy()
    assert SignInPolicy().mode is SignInMode.OFF


def test_stored_settings_become_a_policy() -> None:
    texts = {
        "sign_in_mode": "only",
        "sign_in_users": " adele@contoso.example \n\n" + OTHER_ID.upper() + "\nadele@contoso.example\n",
        "password_policy": "refused",
        "first_sign_in_creates": "true",
        "sign_in_response_mode": "query",
    }
    assert set(texts) == set(FIELD_NAMES)
    values = SignInSchema().load(texts)
    people, faults = resolve(values["sign_in_users"], None, Directory({ADELE["name"]: OBJECT_ID}))
    assert not faults
    assert people == [ADELE, {"name": OTHER_ID.upper(), "entra_object_id": OTHER_ID}]
    assert read_signin_policy({**values, "sign_in_users": people}) == SignInPolicy(
        mode=SignInMode.ONLY,
        listed=frozenset({OBJECT_ID, OTHER_ID}),
        password_policy=PasswordPolicy.REFUSED,
        first_sign_in_creates=True,
        response_mode=ResponseMode.QUERY,
    )


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("sign_in_mode", "some", "off, all, only, except"),
        ("password_policy", "", "allowed, refused"),
        ("sign_in_response_mode", "fragment", "query, form_post"),
        ("first_sign_in_creates", "maybe", "true or false"),
        ("sign_in_users", "adele vance", "one person a line"),
        ("sign_in_users", "x" * 321, "one person a line"),
        ("sign_in_users", "\n".join(f"p{n}@c" for n in range(1001)), "at most 1000"),
    ],
)
def test_what_is_not_possible(field: str, text: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        SignInSchema().load({field: text})
    assert words in str(caught.value.messages[field])


def test_attack_a_name_given_to_somebody_else_does_not_take_the_permission_along() -> None:
    directory = Directory({ADELE["name"]: OTHER_ID})
    people, _ = resolve([ADELE["name"].upper()], [ADELE], directory)
    assert people == [{"name": ADELE["name"].upper(), "entra_object_id": OBJECT_ID}]
    assert directory.asked == 0


def test_names_the_directory_does_not_know_are_looked_up_by_mail_if_only_one_has_it() -> None:
    assert resolve(["Adele@Contoso.example"], None, None, user())[0][0]["entra_object_id"] == OBJECT_ID
    people, faults = resolve(["adele@contoso.example"], None, None, user(), user(OTHER_ID))
    assert not people
    assert faults[0].field == "sign_in_users"


def test_every_unknown_name_is_told() -> None:
    _, faults = resolve(["a@x", "b@x", OBJECT_ID])
    assert [fault.message.split(":")[0] for fault in faults] == ["a@x", "b@x"]


def test_directory_that_cannot_be_asked_stores_nothing() -> None:
    def down(name: str) -> str | None:
        raise LookupFailedError("Microsoft cannot be reached.")

    people, faults = resolve_people(["a@x"], None, users=cast(Users, LinkedUsers()), find_object_id=down)
    assert not people
    assert "Microsoft cannot be reached." in faults[0].message


def test_too_many_new_names_at_a_time() -> None:
    directory = Directory()
    _, faults = resolve([f"p{n}@x" for n in range(51)], None, directory)
    assert "at most 50" in faults[0].message
    assert directory.asked == 0


def test_tab_shows_what_is_stored() -> None:
    values: dict[str, Any] = {
        "sign_in_mode": "only",
        "sign_in_users": [ADELE, {"name": "x", "entra_object_id": OTHER_ID}],
    }
    tab = draw_signin_tab(values, cast(Users, LinkedUsers(user())), TENANT_ID)
    shown = {field.name: field.value for field in tab.fields}
    assert tuple(shown) == FIELD_NAMES
    assert shown["sign_in_mode"] == "only"
    assert shown["sign_in_users"] == "adele@contoso.example\nx"
    assert tab.tables[0].rows == (
        ("adele@contoso.example", "Adele Vance", "adele@contoso.example", OBJECT_ID),
        ("x", "(not a user of this PBX)", "", OTHER_ID),
    )
    # What is drawn can be saved as it stands.
    assert SignInSchema().load(shown)["sign_in_users"] == ["adele@contoso.example", "x"]
