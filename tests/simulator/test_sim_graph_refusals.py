"""The simulator refuses what Microsoft refuses, with Microsoft's status and code."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.lab import Lab
from tests.support.sim_client import Client, message


@pytest.fixture
def client(lab: Lab) -> Client:
    return Client(lab)


def someone(client: Client, kind: str = "ordinary") -> Any:
    return next(person for person in client.lab.tenant(client.cloud).directory.order if person.kind == kind)


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        ("/users?$select=id,shoeSize", (400, "BadRequest")),
        ("/users?$select=id,mailboxSettings", (501, "NotImplemented")),
        ("/users?$select=aboutMe", (501, "NotImplemented")),
        ("/users?$select=photo", (400, "Request_BadRequest")),
        ("/users?$skip=5", (400, "Request_UnsupportedQuery")),
        ("/users?$top=1000", (400, "Request_UnsupportedQuery")),
        ("/users?$top=0", (400, "Request_UnsupportedQuery")),
        ("/users?$skiptoken=forged", (400, "Request_BadRequest")),
        ("/users?$filter=accountEnabled ne true", (400, "Request_UnsupportedQuery")),
        ("/users?$filter=endsWith(mail,'x')", (400, "Request_UnsupportedQuery")),
        ("/users?$filter=assignedLicenses/$count eq 0", (400, "Request_UnsupportedQuery")),
        ("/users?$filter=shoeSize eq 43", (400, "Request_UnsupportedQuery")),
        ("/users?$filter=accountEnabled eq", (400, "Request_BadRequest")),
        ("/users?$filter=proxyAddresses eq 'smtp:a'", (400, "Request_UnsupportedQuery")),
        ("/users?$filter=proxyAddresses/any(p:q eq 'smtp:a')", (400, "Request_BadRequest")),
        ("/users?$filter=proxyAddresses/any(p:p ne 'smtp:a')", (400, "Request_UnsupportedQuery")),
        ("/users?$filter=proxyAddresses/any(p:endsWith(p,'a'))", (400, "Request_UnsupportedQuery")),
        ("/users?$filter=proxyAddresses/any(p:p eq 'smtp:a'", (400, "Request_BadRequest")),
        ("/users?$filter=assignedPlans/any(p:p eq 'a')", (400, "Request_UnsupportedQuery")),
        ("/users?$filter=accountEnabled eq true&$orderby=displayName", (400, "Request_UnsupportedQuery")),
        ('/users?$search="displayName:x"', (400, "Request_UnsupportedQuery")),
        ("/users/$count", (400, "Request_BadRequest")),
        ("/users/delta?$top=10", (400, "Request_UnsupportedQuery")),
        ("/users/delta?$orderby=displayName", (400, "Request_UnsupportedQuery")),
        ("/users/delta?$expand=manager", (400, "Request_UnsupportedQuery")),
        ("/users/delta?$filter=accountEnabled eq true", (400, "Request_UnsupportedQuery")),
        ("/users/delta?$select=shoeSize", (400, "BadRequest")),
        ("/users/delta?$deltatoken=forged", (400, "Request_BadRequest")),
        ("/users/00000000-0000-0000-0000-000000000009", (404, "Request_ResourceNotFound")),
        ("/users/00000000-0000-0000-0000-000000000009/contacts", (404, "ResourceNotFound")),
        ("/users/nobody@contoso.onmicrosoft.com/contacts", (404, "ErrorInvalidUser")),
        ("/me", (400, "BadRequest")),
        ("/nothing", (400, "BadRequest")),
        ("/users/x/nothing", (400, "BadRequest")),
        ("/users/x/calendar", (501, "SimulatorLacksThis")),
    ],
)
def test_a_read_that_is_refused(client: Client, path: str, refusal: tuple[int, str]) -> None:
    assert client.refusal(path) == refusal


def test_the_error_body_has_graphs_shape_and_the_callers_id(client: Client) -> None:
    answer = client.get("/users?$select=shoeSize", **{"client-request-id": "11111111-2222-3333-4444-555555555555"})
    error = answer.json()["error"]
    assert "'shoeSize' on type 'microsoft.graph.user'" in error["message"]
    inner = error["innerError"]
    assert inner["client-request-id"] == answer.headers["client-request-id"] == "11111111-2222-3333-4444-555555555555"
    assert inner["request-id"] == answer.headers["request-id"]


def test_tokens(client: Client) -> None:
    assert client.refusal("/users", Authorization="") == (401, "InvalidAuthenticationToken")
    assert client.refusal("/users", Authorization="Bearer invented") == (401, "InvalidAuthenticationToken")
    assert client.refusal("/users", Authorization=f"Basic {client.token}") == (401, "InvalidAuthenticationToken")
    assert "WWW-Authenticate" in client.get("/users", Authorization="").headers


def test_a_token_of_one_cloud_is_nothing_in_the_other(make_lab: Any) -> None:
    client = Client(make_lab(clouds=("GLOBAL", "CHINA")))
    token, client.cloud = client.token, "CHINA"
    assert client.refusal("/users", Authorization=f"Bearer {token}") == (401, "InvalidAuthenticationToken")


@pytest.mark.parametrize(
    ("permissions", "path", "refusal"),
    [
        (("Contacts.Read",), "/users", (403, "Authorization_RequestDenied")),
        (("User.ReadBasic.All",), "/users/delta", (403, "Authorization_RequestDenied")),
        (("User.Read.All",), "/groups", (403, "Authorization_RequestDenied")),
        (("User.Read.All",), "/users/{id}/contacts", (403, "ErrorAccessDenied")),
        (("User.Read.All", "Contacts.Read"), "/users/{id}/mailboxSettings", (403, "ErrorAccessDenied")),
        (("User.Read.All",), "/users/{id}?$select=mailboxSettings", (403, "ErrorAccessDenied")),
        (("Mail.Send",), "/users/{id}/photo", (403, "ErrorAccessDenied")),
        ((), "/users/{id}/contacts", (401, "NoPermissionsInAccessToken")),
    ],
)
def test_a_permission_that_is_missing(
    client: Client, permissions: tuple[str, ...], path: str, refusal: tuple[int, str]
) -> None:
    client.lab.register(permissions=permissions)
    assert client.refusal(path.format(id=someone(client).id)) == refusal


def test_rbac_of_exchange_allows_one_mailbox_without_a_word_in_the_token(client: Client) -> None:
    mine, other = [each for each in client.lab.tenant().directory.order if each.kind == "ordinary"][:2]
    client.lab.register(permissions=("User.Read.All",), rbac={"Contacts.Read": [mine.id]})
    assert client.get(f"/users/{mine.id}/contacts").status_code == 200
    assert client.refusal(f"/users/{other.id}/contacts") == (403, "ErrorAccessDenied")


def test_basic_profile_permission_shows_names_alone(client: Client) -> None:
    person = someone(client)
    client.lab.register(permissions=("User.ReadBasic.All",))
    shown = client.get(f"/users/{person.id}?$select=displayName,jobTitle").json()
    assert (shown["displayName"], shown["jobTitle"]) == (person.props["displayName"], None)


def test_advanced_queries_need_their_header_on_every_page(client: Client) -> None:
    advanced = {"ConsistencyLevel": "eventual"}
    answer = client.get("/users?$filter=accountEnabled ne true&$count=true&$top=1", **advanced).json()
    assert answer["@odata.count"] == sum(
        person.props["accountEnabled"] is False for person in client.lab.tenant().directory.order
    )
    second = client.get(answer["@odata.nextLink"], **advanced)
    assert second.status_code == 200
    assert "@odata.count" not in second.json()
    assert client.refusal(answer["@odata.nextLink"]) == (400, "Directory_ExpiredPageToken")
    assert "@odata.count" not in client.get("/users?$count=true").json()
    assert client.get("/users/$count", **advanced).text == "60"


def test_a_person_is_found_by_any_address_whatever_its_case(client: Client) -> None:
    person = someone(client)
    client.lab.admin().change_user(person.id, proxyAddresses=["SMTP:ann@contoso.example", "smtp:O'Ann@contoso.example"])
    for clause in (
        "p:p eq 'smtp:ANN@contoso.example'",
        "p:p eq 'smtp:o''ann@contoso.example'",
        "x:startsWith(x,'smtp:o''ann')",
    ):
        found = client.get(f"/users?$filter=proxyAddresses/any({clause})&$select=id").json()["value"]
        assert [row["id"] for row in found] == [person.id], clause


def test_members_by_cast_are_an_advanced_query(client: Client) -> None:
    client.lab.register(permissions=("User.Read.All", "GroupMember.Read.All"))
    group = client.lab.admin().group("All Staff")
    path = f"/groups/{group.id}/transitiveMembers/microsoft.graph.user"
    assert client.refusal(path) == (400, "Request_UnsupportedQuery")
    advanced = {"ConsistencyLevel": "eventual"}
    people, _ = client.list_all(f"{path}?$count=true&$top=5&$select=id", **advanced)
    directory = client.lab.tenant().directory
    below = {identity for identity, kind in directory.flattened(group) if kind == "user"}
    assert {person["id"] for person in people} == below
    filtered = f"{path}?$count=true&$filter=accountEnabled eq true"
    assert client.refusal(filtered, **advanced) == (400, "Request_UnsupportedQuery")


def test_every_page_of_an_advanced_query_needs_the_header(client: Client) -> None:
    client.lab.register(permissions=("User.Read.All", "GroupMember.Read.All"))
    path = f"/groups/{client.lab.admin().group('All Staff').id}/transitiveMembers/microsoft.graph.user"
    first = client.get(f"{path}?$count=true&$top=5&$select=id", ConsistencyLevel="eventual").json()
    link = first["@odata.nextLink"].partition("/v1.0")[2]
    assert client.refusal(link) == (400, "Directory_ExpiredPageToken")
    assert client.get(link, ConsistencyLevel="eventual").status_code == 200


def test_members_need_a_permission_of_their_own_and_checking_one_person_does_not(client: Client) -> None:
    admin = client.lab.admin()
    group, person = admin.group("All Staff"), someone(client)
    path = f"/groups/{group.id}/transitiveMembers/microsoft.graph.user?$count=true"
    assert client.refusal(path, ConsistencyLevel="eventual") == (403, "Authorization_RequestDenied")
    admin.set_member("Sales EMEA", person.id)
    path = f"/users/{person.id}/checkMemberGroups"
    empty, unknown = admin.group("Empty").id, "4c1ec700-0000-4000-8000-00000000beef"
    answer = client.post(path, {"groupIds": [empty, group.id, unknown]})
    assert (answer.status_code, answer.json()["value"]) == (200, [group.id]), "through the groups in it"
    for body in ({"groupIds": [group.id] * 21}, {"groupIds": "x"}, {}, {"groupIds": [], "top": 1}):
        assert client.post(path, body).status_code == 400, body


def test_an_agent_is_a_user_that_names_its_type(client: Client) -> None:
    agent = client.lab.admin().create_user(identityParentId="4c1ec700-0000-4000-8000-00000000beef")
    for path in (f"/users/{agent.id}?$select=id", f"/users?$filter=id eq '{agent.id}'&$select=id"):
        body = client.get(path).json()
        assert body.get("value", [body])[0]["@odata.type"] == "#microsoft.graph.agentUser"


def test_a_hidden_membership_reads_as_nobody(client: Client) -> None:
    client.lab.register(permissions=("User.Read.All", "GroupMember.Read.All"))
    hidden = client.lab.admin().group("Board (hidden)")
    assert hidden.members
    assert client.get(f"/groups/{hidden.id}/members").json()["value"] == []
    client.lab.register(permissions=("User.Read.All", "GroupMember.Read.All", "Member.Read.Hidden"))
    client.token = client.post_token().json()["access_token"]
    assert len(client.get(f"/groups/{hidden.id}/members").json()["value"]) == len(hidden.members)


def item(number: int, **changes: Any) -> dict[str, Any]:
    return {"id": str(number), "method": "GET", "url": "/users?$top=1"} | changes


@pytest.mark.parametrize(
    ("requests", "code"),
    [
        ([item(number) for number in range(21)], "MaximumValueExceeded"),
        ([], "BadRequest"),
        ([item(1), item(1)], "BadRequest"),
        ([item(1, id="a"), item(2, id="A")], "BadRequest"),
        ([item(1, id=1)], "BadRequest"),
        ([{"id": "1", "method": "GET"}], "BadRequest"),
        ([item(1, method="FETCH")], "BadRequest"),
        ([item(1, url="https://graph.microsoft.com/v1.0/users")], "BadRequest"),
        ([item(1, url="/$batch")], "BadRequest"),
        ([item(1, url="")], "BadRequest"),
        ([item(1, headers=[1])], "BadRequest"),
        ([item(1, dependsOn=5)], "BadRequest"),
        ([5], "BadRequest"),
        ([item(1, method="POST", body={"a": 1})], "BadRequest"),
        ([item(1, dependsOn=["9"])], "BadRequest"),
    ],
)
def test_a_batch_that_is_refused_whole(client: Client, requests: list[Any], code: str) -> None:
    answer = client.post("/$batch", {"requests": requests})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_a_batch_that_is_no_json(client: Client) -> None:
    headers = {"Content-Type": "application/json"}
    assert client.call("POST", "/$batch", data=b"{", headers=headers).status_code == 400
    assert client.call("GET", "/$batch").status_code == 405


def test_twenty_in_a_batch_are_answered_each_by_its_own_status(client: Client) -> None:
    person = someone(client)
    answers = client.batch(
        *[item(number) for number in range(17)],
        item(17, url="/users?$select=shoeSize"),
        item(18, url=f"/users/{person.id}/contacts"),
        item(19, url="users/00000000-0000-0000-0000-000000000009"),
    )
    assert [answers[str(number)]["status"] for number in range(20)] == [200] * 17 + [400, 200, 404]
    assert answers["17"]["body"]["error"]["code"] == "BadRequest"


def test_what_depends_on_a_failure_fails(client: Client) -> None:
    answers = client.batch(item(1, url="/users/nobody"), item(2, dependsOn=["1"]), item(3, dependsOn=["2"]))
    assert [answers[key]["status"] for key in ("1", "2", "3")] == [404, 424, 424]
    answers = client.batch(item(1, dependsOn=["2"]), item(2, dependsOn=["1"]))
    assert {answer["status"] for answer in answers.values()} == {424}


def test_a_body_over_four_megabytes(client: Client) -> None:
    person = someone(client)
    body = b'{"message":{"subject":"' + b"x" * (4 * 1024 * 1024) + b'"}}'
    headers = {"Content-Type": "application/json"}
    answer = client.call("POST", f"/users/{person.id}/sendMail", data=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "RequestEntityTooLarge")
    assert client.lab.tenant().sent == []


def test_a_method_that_is_not_allowed(client: Client) -> None:
    assert client.call("DELETE", "/users").status_code == 405
    assert client.call("PATCH", f"/users/{someone(client).id}").status_code == 405


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        ("contacts?$select=shoeSize", (400, "BadRequest")),
        ("contacts?$top=1001", (400, "ErrorInvalidParameter")),
        ("contacts?$filter=displayName eq 'x'", (400, "ErrorInvalidUrlQueryFilter")),
        ("contacts/not-an-id", (400, "ErrorInvalidIdMalformed")),
        ("contacts/AAMkAnobody", (404, "ErrorItemNotFound")),
        ("contactFolders/AAMkAnobody/contacts", (404, "ErrorItemNotFound")),
        ("contactFolders/contacts/contacts/delta?$top=5", (400, "Request_UnsupportedQuery")),
        ("contactFolders/contacts/contacts/delta?$filter=x", (400, "Request_UnsupportedQuery")),
    ],
)
def test_a_mailbox_read_that_is_refused(client: Client, path: str, refusal: tuple[int, str]) -> None:
    person = next(
        each for each in client.lab.tenant().directory.order if each.kind == "ordinary" and each.photo_seed > 0
    )
    assert client.refusal(f"/users/{person.id}/{path}") == refusal


@pytest.mark.parametrize(
    ("state", "refusal"),
    [
        ("none", (404, "MailboxNotEnabledForRESTAPI")),
        ("inactive", (404, "MailboxNotEnabledForRESTAPI")),
        ("on_premises", (404, "MailboxNotEnabledForRESTAPI")),
        ("resource_not_found", (404, "ResourceNotFound")),
        ("nonexistent", (404, "ErrorNonExistentMailbox")),
        ("not_hosted", (404, "MailboxNotHostedInExchangeOnline")),
        ("moving", (503, "MailboxInfoStale")),
        ("denied", (403, "ErrorAccessDenied")),
        ("authentication", (400, "AuthenticationError")),
    ],
)
def test_each_way_of_having_no_mailbox(client: Client, state: str, refusal: tuple[int, str]) -> None:
    person = client.lab.admin().create_user(mailbox=state)
    assert client.refusal(f"/users/{person.id}/contacts") == refusal
    assert client.get(f"/users/{person.id}").status_code == 200


def test_no_picture_is_a_404_or_the_documented_gif(client: Client) -> None:
    person = client.lab.admin().create_user()
    assert client.refusal(f"/users/{person.id}/photo") == (404, "ImageNotFound")
    client.lab.admin().set_photo(person.id, -1)
    shown = client.get(f"/users/{person.id}/photo").json()
    assert (shown["id"], shown["@odata.mediaEtag"], shown["@odata.mediaContentType"]) == ("1x1", "", "image/gif")
    assert client.get(f"/users/{person.id}/photo/$value").content.startswith(b"GIF")


@pytest.fixture
def china(make_lab: Any) -> Client:
    return Client(make_lab(clouds=("CHINA",)), "CHINA")


def test_what_china_lacks(china: Client) -> None:
    person = someone(china)
    root = f"/users/{person.id}"
    assert china.refusal(f"{root}/contacts/delta") == (400, "ErrorInvalidIdMalformed")
    assert china.refusal(f"{root}/contactFolders/contacts/contacts/delta") == (400, "ErrorInvalidIdMalformed")
    assert china.refusal(f"{root}/contactFolders/delta") == (400, "ErrorInvalidIdMalformed")
    assert china.refusal(f"{root}/contacts?$select=primaryEmailAddress") == (400, "BadRequest")
    assert china.get(f"{root}/contacts?$select=emailAddresses").status_code == 200
    assert china.get("/users/delta?$deltatoken=latest").status_code == 200
    headers = {"message": message(internetMessageHeaders=[{"name": "x-pbx", "value": "1"}])}
    refused = china.post(f"{root}/sendMail", headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "RequestBodyRead")
    assert china.post(f"{root}/sendMail", {"message": message()}).status_code == 202


def test_global_has_what_china_lacks(client: Client) -> None:
    root = f"/users/{someone(client).id}"
    for path in ("contacts/delta", "contactFolders/delta", "contacts?$select=primaryEmailAddress"):
        assert client.get(f"{root}/{path}").status_code == 200, path
    headers = message(internetMessageHeaders=[{"name": "x-pbx", "value": "1"}])
    assert client.post(f"{root}/sendMail", {"message": headers}).status_code == 202
