"""What a tenant decides about numbers and fields, from the settings to the PBX."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pbx_plugin_api import SYNCED_FIELDS, FromStart, Phone, TickStatus, UpdateUser
from portsip_m365_plugin.mapping.choices import EmailSource, NameFormat, read_source
from tests.support.sync_realm import SyncLab

KEPT = ("display_name", "email")


def make(cloud: str = "GLOBAL", *, settled: bool = False, **rules: object) -> SyncLab:
    lab = SyncLab(cloud=cloud)
    lab.rules = replace(lab.rules, **rules)  # type: ignore[arg-type]
    if settled:
        lab.settle()
    return lab


def reasons(lab: SyncLab) -> dict[str | None, str]:
    return {problem.login_name: problem.reason for problem in lab.host.progress.problems}


# ---------------------------------------------------------------------- numbers


def test_nobody_without_a_number_takes_the_one_that_is_named_for_another() -> None:
    lab = make("GLOBAL", settled=False, extension_source=read_source("employeeId"), extension=FromStart(start="7000"))
    lab.hire("ann@contoso.example", "Ann", "Hire")
    lab.hire("zoe@contoso.example", "Zoe", "Hire", employeeId="7000")
    lab.run(confirm=True)
    rows = {user.username: user.extension_number for user in lab.host.users.linked()}
    assert rows["zoe"] == "7000"
    assert rows["ann"] != "7000"


@pytest.mark.parametrize("cloud", ["GLOBAL", "CHINA"])
@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize("source", ["employeeId", "extensionAttribute4", "businessPhones:4"])
def test_the_directory_names_the_number(cloud: str, settled: bool, source: str) -> None:
    lab = make(cloud, settled=settled, extension_source=read_source(source), extension=FromStart(start="7000"))
    lab.host.users.add_by_hand("desk", extension=FromStart(start="4712"))

    def hire(name: str, number: str) -> None:
        props: dict[str, object] = {"employeeId": None, "businessPhones": []}
        given = {"extensionAttribute4": number}
        named = {
            "employeeId": number,
            "onPremisesExtensionAttributes": given,
            "businessPhones": [number if number == "x" else f"+1 412 {number}"],
        }
        key = {"extensionAttribute4": "onPremisesExtensionAttributes", "businessPhones:4": "businessPhones"}
        props[key.get(source, source)] = named[key.get(source, source)]
        lab.hire(f"{name}@contoso.example", name, "Hire", **props)

    for name, number in (("named", "4711"), ("taken", "4712"), ("odd", "x"), ("same", "4711")):
        hire(name, number)
    lab.run(confirm=True)
    rows = {user.username: user.extension_number for user in lab.host.users.linked()}
    assert rows["named"] == "4711", "named before same: the order of display names"
    others = {rows["taken"], rows["odd"], rows["same"]}
    assert len(others) == 3
    assert all(int(number) >= 7000 for number in others)
    found = reasons(lab)
    assert found["taken@contoso.example"] == found["same@contoso.example"] == "extension_taken"
    assert found["odd@contoso.example"] == "no_extension_named"
    assert "named@contoso.example" not in found
    lab.run()
    assert {"extension_taken", "no_extension_named"}.isdisjoint(reasons(lab).values()), "said once"


def test_who_waits_keeps_the_number_that_is_named() -> None:
    lab = make(settled=True, extension_source=read_source("employeeId"))
    lab.host.users.user_limit = lab.host.users.counts().linked
    person = lab.hire("late@contoso.example", employeeId="4711")
    odd = lab.hire("odd@contoso.example", employeeId="E1")
    assert lab.run().problem_counts == {"user_limit": 2, "no_extension_named": 1}
    assert lab.run().problem_counts == {"user_limit": 2}
    lab.host.users.user_limit = None
    assert lab.run().requests == 1
    assert lab.must_have(person).extension_number == "4711"
    assert lab.must_have(odd).enabled


def test_another_source_lists_everybody_and_changes_nobody() -> None:
    lab = make(settled=True)
    lab.rules = replace(lab.rules, extension_source=read_source("extensionAttribute1"))
    lab.realm.journal.reset()
    report = lab.run()
    assert (report.status, lab.host.users.applied) == (TickStatus.DONE, [])
    assert "GET /users 200" in lab.realm.journal.counts()
    lab.run()
    assert lab.run().requests == 1


# ---------------------------------------------------------------------- fields


@pytest.mark.parametrize("cloud", ["GLOBAL", "CHINA"])
def test_a_change_of_the_mapping_waits_for_approval_however_few_it_touches(cloud: str) -> None:
    lab = make(cloud, settled=True)
    odd = lab.people()[0]
    lab.patch(odd, mail="another@contoso.example")
    assert lab.run().counts.updated == 1
    lab.rules = replace(lab.rules, email_source=EmailSource.UPN)
    asked = lab.run()
    assert asked.status is TickStatus.NEEDS_APPROVAL
    assert "settings for fields were changed: 2 of" in asked.message
    assert lab.must_have(odd).email == "another@contoso.example"
    lab.approve(asked)
    late = lab.people()[1]
    lab.patch(late, department="Renamed meanwhile")
    assert (lab.run().status, lab.must_have(odd).email) == (TickStatus.DONE, odd.props["userPrincipalName"])
    lab.patch(late, department="Daily life")
    assert lab.run().counts.updated == 1, "it asks once"


def test_everybody_gets_the_name_in_the_form_that_was_chosen() -> None:
    lab = make(settled=True)
    lab.rules = replace(lab.rules, name_format=NameFormat.SURNAME_GIVEN)
    lab.approve(lab.run())
    lab.run()
    for person in lab.people():
        assert lab.must_have(person).display_name == f"{person.props['surname']}, {person.props['givenName']}"


def test_a_field_that_is_switched_off_belongs_to_the_pbx() -> None:
    lab = make(settled=True)
    person, other = lab.people()[:2]
    for one in (person, other):
        lab.patch(one, mobilePhone="+1 412 555 0109", department="Sales")
    lab.run()
    lab.rules = replace(lab.rules, fields=KEPT)
    report = lab.run()
    assert (report.status, lab.host.users.applied) == (TickStatus.DONE, []), "what is there stays"
    lab.patch(person, mobilePhone="+1 412 555 0110", department="Marketing", displayName="New Name")
    lab.host.users.edit_by_hand(lab.link(other), mobile_phone="110", department="By hand")
    lab.run()
    user, edited = lab.must_have(person), lab.must_have(other)
    assert (user.display_name, user.department) == ("New Name", "Sales")
    assert user.mobile_phone == Phone(raw="+1 412 555 0109", e164="+14125550109")
    assert (edited.mobile_phone, edited.department) == (Phone(raw="110"), "By hand")
    assert list(lab.host.users.diverged()) == []
    assert lab.run().requests == 1, "an edit of such a field is read once"
    hired = lab.hire("new@contoso.example", mobilePhone="+1 412 555 0111", department="Sales")
    lab.run()
    assert (lab.must_have(hired).mobile_phone, lab.must_have(hired).department) == (None, None)
    lab.rules = replace(lab.rules, fields=SYNCED_FIELDS)
    asked = lab.run()
    assert asked.status is TickStatus.NEEDS_APPROVAL, "what was edited here would be overwritten"
    lab.approve(asked)
    lab.run()
    assert lab.must_have(other).department == "Sales"


def test_linking_leaves_switched_off_fields_alone() -> None:
    lab = make(settled=True, fields=KEPT)
    lab.host.users.add_by_hand("boss", email="boss@contoso.example")
    lab.host.users.edit_by_hand("boss", department="By hand", mobile_phone="110")
    person = lab.hire("boss@contoso.example", department="Sales")
    assert lab.run().counts.linked == 1
    user = lab.must_have(person)
    assert (user.username, user.department, user.mobile_phone) == ("boss", "By hand", Phone(raw="110"))
    assert (lab.run().requests, list(lab.host.users.diverged())) == (1, [])


def test_what_was_cut_is_a_problem_line() -> None:
    lab = make(settled=True)
    person = lab.people()[0]
    lab.patch(person, displayName="Wolfe " * 60, department="Sales " * 60)
    lab.run()
    (found,) = lab.host.progress.problems
    assert (found.reason, found.subject) == ("value_lost", person.id)
    assert found.detail.count("longer than 128 characters; cut after") == 2
    (change,) = lab.host.users.applied
    assert isinstance(change, UpdateUser)
    assert len(lab.must_have(person).display_name) <= 128
