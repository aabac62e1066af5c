"""What Microsoft does and simple clients do not expect: pages, replays, lag, annotations, order, limits, faults."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.support.lab import Lab
from tests.support.sim_client import Client


@pytest.fixture
def client(lab: Lab) -> Client:
    return Client(lab)


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["id"] for item in items]


def people(client: Client) -> list[str]:
    return [person.id for person in client.lab.tenant(client.cloud).directory.order if person.listed]


@pytest.mark.parametrize("top", [1, 7, 60, 999])
def test_pages_of_any_size_hold_everybody_once(client: Client, top: int) -> None:
    found, _ = client.list_all(f"/users?$select=id&$top={top}")
    assert ids(found) == people(client)


def test_the_default_page_holds_a_hundred(make_lab: Any) -> None:
    client = Client(make_lab(users=120))
    first = client.get("/users").json()
    assert len(first["value"]) == 100
    assert "$skiptoken=" in first["@odata.nextLink"]
    assert "@odata.deltaLink" not in first


def test_links_are_opaque_and_never_the_same_twice(client: Client) -> None:
    links = {client.get("/users?$top=5&$select=id").json()["@odata.nextLink"] for _ in range(3)}
    assert len(links) == 3
    link = links.pop()
    assert "$select" not in link
    tampered = link[:-6] + ("AAAAAA" if link[-6:] != "AAAAAA" else "BBBBBB")
    assert client.get(tampered).status_code == 400


def test_the_operators_cap_beats_top(client: Client) -> None:
    client.lab.realm().settings.max_page = 4
    assert len(client.get("/users?$top=50").json()["value"]) == 4
    assert ids(client.list_all("/users?$top=50&$select=id")[0]) == people(client)


def test_empty_pages_are_not_the_end(client: Client) -> None:
    client.lab.realm().settings.empty_page_every = 2
    sizes, url = [], "/users?$top=10&$select=id"
    found: list[str] = []
    while url:
        page = client.get(url).json()
        sizes.append(len(page["value"]))
        found += ids(page["value"])
        url = page.get("@odata.nextLink", "")
    assert 0 in sizes[:-1]
    assert found == people(client)


def test_rows_that_come_twice(client: Client) -> None:
    client.lab.realm().settings.duplicate_every = 1
    found = ids(client.list_all("/users?$top=10&$select=id")[0])
    assert len(found) == 66
    assert set(found) == set(people(client))


def test_nulls_and_annotations(client: Client) -> None:
    tips = client.get(f"/users/{people(client)[0]}").json()
    assert "@microsoft.graph.tips" in tips
    nameless = next(p for p in client.lab.tenant().directory.order if p.kind == "both_names_empty")
    shown = client.get(f"/users/{nameless.id}?$select=givenName,surname,displayName,imAddresses").json()
    assert (shown["givenName"], shown["surname"], shown["imAddresses"]) == (None, None, [])
    assert "id" not in shown  # not requested, not returned


def test_what_was_just_changed_may_not_show_yet(client: Client) -> None:
    client.lab.tenant().directory.replication_lag_s = 0.4
    person = client.lab.admin().create_user(displayName="Late")
    assert person.id not in ids(client.list_all("/users?$select=id")[0])
    time.sleep(0.45)
    assert person.id in ids(client.list_all("/users?$select=id")[0])


def test_upns_with_hash_and_dollar_need_care(client: Client) -> None:
    guest = next(p for p in client.lab.tenant().directory.order if p.kind == "guest")
    upn = guest.props["userPrincipalName"]
    assert client.get(f"/users/{upn.replace('#', '%23')}").json()["userPrincipalName"] == upn
    assert client.get(f"/users/{upn}").status_code == 404  # the client does not send what follows #
    dollar = client.lab.admin().create_user(userPrincipalName="$x@contoso.onmicrosoft.com")
    found = client.get("/users('$x@contoso.onmicrosoft.com')").json()
    assert found["userPrincipalName"] == dollar.props["userPrincipalName"]


SELECT = "$select=displayName,mail,accountEnabled"


def delta_link(client: Client) -> str:
    return str(client.get(f"/users/delta?$deltatoken=latest&{SELECT}").json()["@odata.deltaLink"])


def test_latest_gives_a_link_and_no_data(client: Client) -> None:
    page = client.get(f"/users/delta?$deltatoken=latest&{SELECT}").json()
    assert page["value"] == []
    assert "@odata.nextLink" not in page


def test_a_first_round_tells_the_deleted_too(client: Client) -> None:
    soft, hard = people(client)[:2]
    client.lab.admin().delete_user(soft)
    client.lab.admin().purge_user(hard)
    client.lab.realm().settings.delta_page = 7
    found, last = client.list_all(f"/users/delta?{SELECT}")
    removed = {item["id"]: item["@removed"]["reason"] for item in found if "@removed" in item}
    assert removed == {soft: "changed", hard: "deleted"}
    assert len(found) == 60
    assert "$deltatoken=" in last["@odata.deltaLink"]


def test_only_selected_properties_are_tracked(client: Client) -> None:
    one, two, three = people(client)[:3]
    link = delta_link(client)
    client.lab.admin().change_user(one, jobTitle="Untold")
    client.lab.admin().change_user(two, mail=None)
    client.lab.admin().change_user(three, displayName="Told")
    client.lab.admin().set_photo(one, 99)
    found, last = client.list_all(link)
    assert ids(found) == [two, three]
    assert found[0]["mail"] is None  # cleared
    assert found[1]["displayName"] == "Told"
    assert client.list_all(last["@odata.deltaLink"])[0] == []


def test_absent_means_never_set_unless_minimal_was_asked(client: Client) -> None:
    person = client.lab.admin().create_user(displayName="A", mail=None)
    link = delta_link(client)
    client.lab.admin().change_user(person.id, displayName="B")
    whole = client.list_all(link)[0][0]
    assert whole == {"displayName": "B", "accountEnabled": True, "id": person.id}
    answer = client.get(link, Prefer="return=minimal")
    assert answer.json()["value"] == [{"displayName": "B", "id": person.id}]
    assert answer.headers["Preference-Applied"] == "return=minimal"


def test_a_restored_person_comes_back_without_a_word(client: Client) -> None:
    one = people(client)[0]
    link = delta_link(client)
    client.lab.admin().delete_user(one)
    first, last = client.list_all(link)
    assert first == [{"id": one, "@removed": {"reason": "changed"}}]
    client.lab.admin().restore_user(one)
    second, _ = client.list_all(last["@odata.deltaLink"])
    assert ids(second) == [one]
    assert "@removed" not in second[0]


def test_changes_that_were_told_are_told_again(client: Client) -> None:
    one, two = people(client)[:2]
    link = delta_link(client)
    client.lab.admin().change_user(one, displayName="First")
    _, last = client.list_all(link)
    client.lab.realm().settings.delta_replays = 5
    client.lab.admin().change_user(two, displayName="Second")
    assert ids(client.list_all(last["@odata.deltaLink"])[0]) == [one, two]


@pytest.mark.parametrize(("form", "status"), [("gone", 410), ("too_old", 400)])
def test_a_token_lives_seven_days(client: Client, form: str, status: int) -> None:
    link = delta_link(client)
    client.lab.realm().settings.expired_token_form = form
    client.lab.realm().clock.shift(6.9 * 86_400)
    client.token = fresh_token(client)
    assert client.get(link).status_code == 200
    client.lab.realm().clock.shift(0.2 * 86_400)
    client.token = fresh_token(client)
    answer = client.get(link)
    assert answer.status_code == status
    if status == 410:
        assert answer.json()["error"]["code"] == "SyncStateNotFound"
        assert "$deltatoken=" in answer.headers["Location"]
        assert client.get(answer.headers["Location"]).status_code == 200
    else:
        assert "older than 30 days" in answer.json()["error"]["message"]


def fresh_token(client: Client) -> str:
    """A token that is valid at any simulated time."""
    from portsip_m365_plugin.simulator.world.apps import AccessToken

    realm = client.lab.realm()
    granted = frozenset(client.app.permissions)
    return realm.tokens.issue(AccessToken(client.app, client.lab.tenant().id, granted, realm.clock.time_s() + 3600))


def test_a_skip_token_may_end_in_the_middle_of_a_round(client: Client) -> None:
    client.lab.realm().settings.delta_page = 10
    link = client.get(f"/users/delta?{SELECT}").json()["@odata.nextLink"]
    client.lab.admin().expire_delta_tokens()
    assert client.refusal(link) == (410, "SyncStateNotFound")


@pytest.fixture
def owner(client: Client) -> str:
    return str(client.lab.admin().create_user(displayName="Owner").id)


def test_contacts_come_ten_at_a_time_by_offset(client: Client, owner: str) -> None:
    for number in range(23):
        client.lab.admin().create_contact(owner, displayName=f"C{number}")
    first = client.get(f"/users/{owner}/contacts").json()
    assert len(first["value"]) == 10
    assert "$skip=10" in first["@odata.nextLink"]
    assert len(client.list_all(f"/users/{owner}/contacts?$top=9")[0]) == 23


def test_the_default_folder_is_not_listed_unless_it_is(client: Client, owner: str) -> None:
    client.lab.admin().create_folder(owner, "Customers")
    client.lab.admin().create_folder(owner, "VIP", "Customers")
    listed = client.list_all(f"/users/{owner}/contactFolders")[0]
    assert [folder["displayName"] for folder in listed] == ["Customers"]
    below = client.list_all(f"/users/{owner}/contactFolders/{listed[0]['id']}/childFolders")[0]
    assert [folder["displayName"] for folder in below] == ["VIP"]
    client.lab.realm().settings.list_default_folder = True
    listed = client.list_all(f"/users/{owner}/contactFolders")[0]
    assert {folder["displayName"] for folder in listed} == {"Contacts", "Customers"}


def test_a_move_is_a_death_here_and_a_birth_there(client: Client, owner: str) -> None:
    admin = client.lab.admin()
    contact = admin.create_contact(owner, displayName="Ada")
    folder = admin.create_folder(owner, "Customers")
    before = contact.ordinary_id
    links = {}
    for name in ("contacts", folder.id):
        _, last = client.list_all(f"/users/{owner}/contactFolders/{name}/contacts/delta")
        links[name] = last["@odata.deltaLink"]
    admin.move_contact(owner, before, "Customers")
    assert client.list_all(links["contacts"])[0] == [{"id": before, "@removed": {"reason": "deleted"}}]
    born = client.list_all(links[folder.id])[0]
    assert ids(born) == [contact.ordinary_id]
    assert contact.ordinary_id != before
    prefer = {"Prefer": 'IdType="ImmutableId"'}
    assert ids(client.list_all(links[folder.id], **prefer)[0]) == [contact.immutable_id]


def test_contact_delta_pages_by_preference_alone(client: Client, owner: str) -> None:
    for number in range(12):
        client.lab.admin().create_contact(owner, displayName=f"C{number}")
    path = f"/users/{owner}/contactFolders/contacts/contacts/delta"
    answer = client.get(path, Prefer="odata.maxpagesize=5")
    assert len(answer.json()["value"]) == 5
    assert "odata.maxpagesize=5" in answer.headers["Preference-Applied"]
    client.lab.admin().expire_delta_tokens()
    assert client.refusal(answer.json()["@odata.nextLink"]) == (410, "SyncStateNotFound")


def test_contact_lists_are_counted_and_never_shown(client: Client, owner: str) -> None:
    client.lab.admin().create_contact(owner, displayName="Ada")
    client.lab.admin().mailbox(owner).default_folder.contact_lists = 2
    page = client.get(f"/users/{owner}/contacts?$count=true").json()
    assert (page["@odata.count"], len(page["value"])) == (3, 1)


def test_answers_of_a_batch_come_in_any_order(client: Client) -> None:
    requests_ = [{"id": str(number), "method": "GET", "url": "/users?$top=1&$select=id"} for number in range(20)]
    orders = set()
    for _ in range(3):
        answer = client.post("/$batch", {"requests": requests_}).json()
        orders.add(tuple(item["id"] for item in answer["responses"]))
    assert len(orders) > 1
    assert all(len(order) == 20 for order in orders)


def test_a_contact_that_came_and_went_is_reported_as_removed(client: Client, owner: str) -> None:
    admin = client.lab.admin()
    folder = admin.create_folder(owner, "Customers")
    prefer = {"Prefer": 'IdType="ImmutableId"'}
    path = f"/users/{owner}/contactFolders/{folder.id}/contacts/delta"
    _, last = client.list_all(path, **prefer)
    contact = admin.create_contact(owner, displayName="Ada")
    admin.move_contact(owner, contact.ordinary_id, "Customers")
    admin.delete_contact(owner, contact.ordinary_id)
    gone = [{"id": contact.immutable_id, "@removed": {"reason": "deleted"}}]
    assert client.list_all(last["@odata.deltaLink"], **prefer)[0] == gone
    assert client.list_all(path, **prefer)[0] == []
    client.lab.realm().settings.contact_delta_strays = True
    assert client.list_all(path, **prefer)[0] == gone
