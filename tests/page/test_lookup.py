"""The picker of lists: people and groups of the directory, through the plugin manager, against the simulator."""

from __future__ import annotations

from typing import Any

import pytest

from pbx_plugin_api import AddPerson, LookUpOutcome, LookUpRequest, LookUpResult, Refused, Saved, SaveRefused, Viewer
from tests.conftest import MakeLab
from tests.support.lab import Lab, shared_key_pair
from tests.support.pbx_hand import ADMIN, Hand

READER = Viewer(username="reader", may_edit=False)


def set_up(lab: Lab, cloud: str = "GLOBAL", permissions: tuple[str, ...] | None = None) -> Hand:
    hand = Hand()
    hand.set_up(lab.settings(cloud), shared_key_pair())
    if permissions is not None:
        lab.register(permissions=permissions, cloud=cloud)
    return hand


def look_up(hand: Hand, field: str, text: str, page: int = 1, viewer: Viewer = ADMIN) -> LookUpOutcome:
    request = LookUpRequest(field=field, text=text, page=page)
    answer = hand.plugins.look_up(hand.plugin, hand.tenant, viewer, request)
    assert answer.value is not None, answer
    return answer.value


def find(hand: Hand, field: str, text: str, page: int = 1) -> LookUpResult:
    outcome = look_up(hand, field, text, page)
    assert isinstance(outcome, LookUpResult), outcome
    return outcome


def person(lab: Lab, cloud: str = "GLOBAL", n: int = 0) -> Any:
    return [each for each in lab.tenant(cloud).directory.order if each.kind == "ordinary"][n]


def requests(lab: Lab, cloud: str = "GLOBAL") -> int:
    return sum(n for name, n in lab.realm(cloud).journal.counts().items() if "/users" in name or "batch" in name)


@pytest.mark.parametrize("field", ["sync_users", "sign_in_users", "contact_users", "contact_mailboxes"])
def test_every_list_of_people_is_looked_up_in_the_directory(lab: Lab, field: str) -> None:
    hand, props = set_up(lab), person(lab).props
    for text in (props["displayName"][:4], props["surname"], props["userPrincipalName"].upper()):
        found = find(hand, field, text).found
        assert props["userPrincipalName"] in [each.value for each in found]
    assert found[0].label == props["displayName"]
    assert props["userPrincipalName"] in found[0].detail


@pytest.mark.parametrize("cloud", ["GLOBAL", "CHINA"])
def test_what_was_found_can_be_saved_as_it_is(make_lab: MakeLab, cloud: str) -> None:
    lab = make_lab(clouds=(cloud,))
    hand, props = set_up(lab, cloud, ("User.Read.All", "GroupMember.Read.All")), person(lab, cloud).props
    (user,) = find(hand, "sync_users", props["userPrincipalName"]).found
    groups = find(hand, "sync_groups", "sales").found
    assert [each.label for each in groups] == ["Sales", "Sales EMEA"]
    outcome = hand.save(
        sync_users_mode="only", sync_users=user.value, sync_groups_mode="only", sync_groups=groups[1].value
    )
    assert isinstance(outcome, Saved), outcome


def test_groups_of_one_name_become_object_ids(lab: Lab) -> None:
    hand = set_up(lab, permissions=("User.Read.All", "GroupMember.Read.All"))
    groups = lab.tenant().directory.groups
    two = [key for key, group in groups.items() if group.props["displayName"] in ("Sales", "Sales EMEA")]
    for key in two:
        groups[key].props["displayName"] = "Twins"
    found = find(hand, "sync_groups", "Twi").found
    assert {each.value for each in found} == set(two)
    assert {each.label for each in found} == {"Twins"}


def test_pages_hold_20_each_nobody_twice_nobody_missing(make_lab: MakeLab) -> None:
    lab = make_lab(users=130)
    hand = set_up(lab)
    for each in lab.tenant().directory.order:
        lab.tenant().directory.patch(each, {"displayName": f"Zed {each.id}"})
    pages = [find(hand, "sync_users", "Zed", page) for page in range(1, 11)]
    values = [each.label for page in pages for each in page.found]
    n_all = sum(each.listed for each in lab.tenant().directory.order)
    assert len(values) == len(set(values)) == n_all
    assert [len(page.found) for page in pages[:3]] == [20, 20, 20]
    assert [page.has_more for page in pages] == [20 * n < n_all for n in range(1, 11)]


def test_short_answers_of_microsoft_lose_nobody(lab: Lab) -> None:
    hand = set_up(lab)
    whole = find(hand, "sync_users", lab.tenant().domain[:0] or "a")
    lab.realm().settings.max_page = 2
    assert find(hand, "sync_users", "a") == whole


@pytest.mark.parametrize("text", ["O'Brien", "R&D", 'a"b', "a) or (startswith(mail,'", "%26", "#", "你", "a" * 128])
def test_strange_letters_are_only_letters(lab: Lab, text: str) -> None:
    hand = set_up(lab)
    lab.tenant().directory.patch(person(lab), {"displayName": f"{text} Somebody"})
    found = find(hand, "sync_users", text).found
    assert [each.label for each in found] == [f"{text} Somebody"]


def test_a_missing_permission_and_an_outage_are_said_and_are_no_empty_list(lab: Lab) -> None:
    hand = set_up(lab, permissions=("User.Read.All",))
    refused = look_up(hand, "sync_groups", "Sales")
    assert isinstance(refused, Refused)
    assert "GroupMember.Read.All" in refused.message
    assert find(hand, "sync_users", "a").found, "people need another permission"


def test_one_search_is_one_request_and_changes_nothing(lab: Lab) -> None:
    hand = set_up(lab)
    find(hand, "sync_users", "a")
    before, stored = requests(lab), hand.host.settings.read()
    find(hand, "sync_users", "a")
    assert requests(lab) - before == 1
    assert hand.host.settings.read() == stored


def test_before_the_set_up_and_without_the_right_to_edit_nobody_is_asked(lab: Lab) -> None:
    assert isinstance(look_up(Hand(), "sync_users", "a"), Refused)
    hand = set_up(lab)
    before = requests(lab)
    assert isinstance(look_up(hand, "sync_users", "a", viewer=READER), Refused)
    assert isinstance(look_up(hand, "sync_mode", "a"), Refused), "no list"
    assert requests(lab) == before


def test_2000_new_names_are_saved_20_a_request(make_lab: MakeLab) -> None:
    lab = make_lab(users=2_700)
    hand = set_up(lab)
    people = [each for each in lab.tenant().directory.order if each.kind == "ordinary"][:2_000]
    names = "\n".join(each.props["userPrincipalName"] for each in people)
    assert isinstance(hand.save(sign_in_users=names), Saved)
    stored = hand.host.settings.read().values["sign_in_users"]
    assert isinstance(stored, list)
    assert [each["entra_object_id"] for each in stored if isinstance(each, dict)] == [each.id for each in people]
    counts = lab.realm().journal.counts()
    assert counts["POST /$batch 200"] == 100
    before = requests(lab)
    assert isinstance(hand.save(sign_in_users=names + "\n" + people[0].id), Saved)
    assert requests(lab) == before, "names that were saved and object ids need no request"


def test_a_directory_of_10_000_costs_one_request_a_search_however_many_names_fit(make_lab: MakeLab) -> None:
    lab = make_lab(users=10_000)
    hand = set_up(lab)
    people = [each for each in lab.tenant().directory.order if each.kind == "ordinary"][:2_000]
    listed = "\n".join(each.id for each in people)
    assert isinstance(hand.save(sync_users_mode="only", sync_users=listed), Saved)
    for text, n_found in (("a", 20), ("zzzz", 0)):
        for page in (1, 5):
            before = requests(lab)
            assert len(find(hand, "sync_users", text, page).found) == n_found
            assert requests(lab) == before + 1
    (field,) = [field for field in hand.tab("user_sync").fields if field.name == "sync_users"]
    assert field.value.count("\n") + 1 == 2_000


def test_aliases_are_found_in_a_batch_and_every_unknown_name_is_said(lab: Lab) -> None:
    hand = set_up(lab)
    mine, other = person(lab), person(lab, n=1)
    lab.tenant().directory.patch(mine, {"proxyAddresses": ["smtp:alias@contoso.example"]})
    outcome = hand.save(sign_in_users="alias@contoso.example\nnobody@x.example\nghost@x.example")
    assert isinstance(outcome, SaveRefused)
    assert [error.message.split(":")[0] for error in outcome.errors] == ["nobody@x.example", "ghost@x.example"]
    assert isinstance(hand.save(sign_in_users=f"alias@contoso.example\n{other.props['userPrincipalName']}"), Saved)
    stored = hand.host.settings.read().values["sign_in_users"]
    assert isinstance(stored, list)
    assert [each["entra_object_id"] for each in stored if isinstance(each, dict)] == [mine.id, other.id]


def test_add_a_person_is_for_the_host_to_do(lab: Lab) -> None:
    hand, upn = set_up(lab), person(lab).props["userPrincipalName"]
    hand.save(sync_mode="manual")
    assert upn in [each.value for each in find(hand, "person", upn).found]
    assert hand.press("add_person", {"person": f" {upn} "}) == AddPerson(typed=upn)
    assert isinstance(hand.press("add_person", {"person": " "}), Refused)
    assert isinstance(hand.press("add_person", {"person": upn}, viewer=READER), Refused)
