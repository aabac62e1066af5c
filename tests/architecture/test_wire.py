"""The wire table against Microsoft's own schemas and permission table, row by row and cloud by cloud."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import portsip_m365_plugin.simulator as simulator
from portsip_m365_plugin.clouds import CHINA, DOD, GCC_HIGH, GLOBAL
from portsip_m365_plugin.graph import wire
from portsip_m365_plugin.graph.errors import ForeignLinkError
from portsip_m365_plugin.graph.wire import (
    BODY_LACKS,
    CALLS,
    USER_MAY_SELECT,
    USER_SELECT,
    Call,
    WireError,
    build,
    follow,
)

FACTS = json.loads((Path(simulator.__file__).parent / "world" / "schema_facts.json").read_text())
ROWS = list(CALLS.values())
IN_EACH_CLOUD = [(row, cloud) for row in ROWS for cloud in row.clouds]
NOT_IN_SCHEMA = {"/$batch"}
"""OData's own; not declared in the schema of any cloud."""
NEEDS_NO_PERMISSION = {"applications.add_key", "applications.remove_key"}
"""An app rolls its own keys by a proof; the permissions in Microsoft's table are for the keys of other apps."""
SINGLE_ONLY = {"aboutMe", "birthday", "hireDate", "interests", "mySite", "pastProjects", "preferredName",
               "responsibilities", "schools", "skills", "mailboxSettings"}  # fmt: skip
"""Served by other stores: selecting one of a list of users is answered 501 (user-list, 2023)."""


def walk_schema(path: str, cloud: str) -> str | None:
    """Follow a path through a cloud's schema; return the type at its end, or None if the cloud lacks a segment."""
    facts = FACTS["clouds"][cloud]
    segments = path.strip("/").split("/")
    here = facts["collections"].get(segments[0])
    is_collection = True
    for segment in segments[1:]:
        if here is None:
            return None
        if segment.startswith("{"):
            assert is_collection, f"{path}: an id after something single"
            is_collection = False
            continue
        if segment == "$value":
            continue
        if segment.startswith("microsoft.graph."):
            here = "graph." + segment.rpartition(".")[2]
            continue
        bound = f"Collection({here})" if is_collection else here
        # Actions of every directory object are bound to the base type.
        bindings = {bound, "graph.directoryObject"} if segment == "checkMemberGroups" else {bound}
        operation = next((o for o in facts["operations"] if o["name"] == segment and o["bound_to"] in bindings), None)
        if operation is not None:
            continue
        members = facts["types"][here.removeprefix("graph.")]
        target = members["navigation"].get(segment) or members["properties"].get(segment)
        if target is None:
            # attachments/createUploadSession is bound to the collection of the attachment's base type.
            return None
        is_collection = target.startswith("Collection(")
        here = target.removeprefix("Collection(").removesuffix(")")
    return here


def properties_of(kind: str, cloud: str) -> dict[str, str]:
    members = FACTS["clouds"][cloud]["types"][kind]
    return {**members["properties"], **members["navigation"]}


def permission_key(row: Call) -> str:
    path = re.sub(r"\{\w+\}", "{id}", row.path)
    path = re.sub(r"/microsoft\.graph\.\w+$", "", path).removesuffix("/$value")
    return f"{row.method} {path}"


@pytest.mark.parametrize(("row", "cloud"), IN_EACH_CLOUD, ids=lambda value: getattr(value, "name", value))
def test_path_exists_in_the_cloud(row: Call, cloud: str) -> None:
    if row.path in NOT_IN_SCHEMA:
        return
    assert walk_schema(row.path, cloud) is not None


@pytest.mark.parametrize(
    ("row", "cloud"),
    [(row, cloud) for row in ROWS for cloud in FACTS["clouds"] if cloud not in row.clouds],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_row_without_a_cloud_is_one_that_the_cloud_lacks(row: Call, cloud: str) -> None:
    assert walk_schema(row.path, cloud) is None


@pytest.mark.parametrize(("row", "cloud"), IN_EACH_CLOUD, ids=lambda value: getattr(value, "name", value))
def test_selected_properties_exist_in_the_cloud(row: Call, cloud: str) -> None:
    if not row.select:
        return
    assert {*row.select, *row.may_select} <= set(FACTS["clouds"][cloud]["types"][row.select_of]["properties"])


def test_what_is_selected_of_people_can_be_selected_of_a_list() -> None:
    assert not {*USER_SELECT, *USER_MAY_SELECT} & SINGLE_ONLY


@pytest.mark.parametrize(("row", "cloud"), IN_EACH_CLOUD, ids=lambda value: getattr(value, "name", value))
def test_body_properties_exist_in_the_cloud(row: Call, cloud: str) -> None:
    allowed = {name.lower() for name in row.body if not name.startswith("@odata.")} - {
        name.lower() for name in BODY_LACKS[cloud].get(row.body_of, ())
    }
    if not row.body or row.body_of == "batch":
        return
    operations = [o for o in FACTS["clouds"][cloud]["operations"] if o["name"] == row.body_of]
    if operations:
        # Parameters are written as the schema writes them, or with a small first letter as Microsoft's samples do.
        assert any(allowed <= {name.lower() for name in o["parameters"]} for o in operations)
    else:
        assert allowed <= {name.lower() for name in properties_of(row.body_of, cloud)}
    for kind, names in row.inner.values():
        assert names - BODY_LACKS[cloud].get(kind, frozenset()) <= set(properties_of(kind, cloud))


def test_what_a_cloud_is_said_to_lack_is_lacking_there_and_only_there() -> None:
    assert set(BODY_LACKS) == set(FACTS["clouds"])
    for cloud, lacks in BODY_LACKS.items():
        for kind, names in lacks.items():
            assert not names & set(properties_of(kind, cloud))
            assert names <= set(properties_of(kind, "GLOBAL"))
    assert not BODY_LACKS["GLOBAL"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_permission_is_one_microsoft_accepts_for_apps(row: Call) -> None:
    if row.path in NOT_IN_SCHEMA:
        assert row.permission == ""
        return
    facts: dict[str, Any] | None = FACTS["permissions"][permission_key(row)]
    assert facts is not None, "not in Microsoft's permission table"
    if row.name in NEEDS_NO_PERMISSION:
        assert row.permission == ""
        return
    assert row.permission in facts["application"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row_says_where_it_comes_from_and_what_it_costs(row: Call) -> None:
    assert row.doc
    assert row.clouds
    costs = {"groups.members": 4, "users.check_groups": 4}
    assert row.cost == costs.get(row.name, 1), "with $select most cost one resource unit (throttling-limits, 2023)"
    assert row.service in ("directory", "outlook", "batch")
    assert (row.method == "GET") <= (row.retry.value == "read"), "a read may be repeated"


def test_no_more_than_the_stated_permissions_is_ever_needed() -> None:
    assert {row.permission for row in ROWS if row.permission} == {
        "User.Read.All", "GroupMember.Read.All", "Contacts.Read", "MailboxSettings.Read", "Mail.Send", "Mail.ReadWrite",
    }  # fmt: skip


def test_no_row_is_there_for_nobody() -> None:
    package = Path(wire.__file__).parents[1]
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in package.rglob("*.py")
        if path != Path(wire.__file__) and "simulator" not in path.parts
    )
    assert [row.name for row in ROWS if f'"{row.name}"' not in code] == []


class TestTheClientCanSendNothingElse:
    def test_unknown_call(self) -> None:
        with pytest.raises(KeyError):
            build("users.everything", GLOBAL)

    @pytest.mark.parametrize(
        ("name", "cloud", "more"),
        [
            ("users.list", GLOBAL, {"query": {"$skip": 10}}),
            ("users.delta", GLOBAL, {"query": {"$top": 10}}),
            ("users.delta", GLOBAL, {"query": {"$filter": "accountEnabled eq true"}}),
            ("users.list", GLOBAL, {"select": ("mailboxSettings",)}),
            ("users.list", GLOBAL, {"headers": {"Prefer": "x"}}),
            ("groups.members", CHINA, {"group_id": "g", "query": {"$filter": "accountEnabled eq true"}}),
            ("groups.members", GLOBAL, {"group_id": "g", "select": ("mail",)}),
            ("users.get", GLOBAL, {}),
            ("users.get", GLOBAL, {"user_id": ""}),
            ("users.get", GLOBAL, {"user_id": "a", "other": "b"}),
            ("contacts.delta", CHINA, {"user_id": "a", "folder_id": "b"}),
            ("mail.create_upload", GCC_HIGH, {"user_id": "a", "message_id": "b", "body": {"AttachmentItem": {}}}),
            ("mail.create_upload", DOD, {"user_id": "a", "message_id": "b", "body": {"AttachmentItem": {}}}),
            ("mail.send", GLOBAL, {"user_id": "a", "body": {"Message": {}}}),
            ("mail.send", GLOBAL, {"user_id": "a", "body": {"message": {"from": {}}}}),
            ("mail.send", CHINA, {"user_id": "a", "body": {"message": {"internetMessageHeaders": []}}}),
            ("mail.create_draft", CHINA, {"user_id": "a", "body": {"internetMessageHeaders": []}}),
        ],
        ids=str,
    )
    def test_what_is_not_in_the_row(self, name: str, cloud: Any, more: dict[str, Any]) -> None:
        with pytest.raises(WireError):
            build(name, cloud, **more)

    def test_what_is_in_the_row(self) -> None:
        body = {"message": {"subject": "a", "internetMessageHeaders": []}, "saveToSentItems": False}
        assert build("mail.send", GLOBAL, user_id="a", body=body).body == body

    def test_parameters_cannot_leave_their_place(self) -> None:
        request = build("users.get", GLOBAL, user_id="../groups/x?$expand=a#EXT#/b")
        assert request.path_and_query == "/users/..%2Fgroups%2Fx%3F%24expand%3Da%23EXT%23%2Fb"

    @pytest.mark.parametrize(
        "link",
        [
            "https://evil.example/v1.0/users?$skiptoken=x",
            "http://graph.microsoft.com/v1.0/users?$skiptoken=x",
            "https://graph.microsoft.com:444/v1.0/users?$skiptoken=x",
            "https://graph.microsoft.com@evil.example/v1.0/users",
            "https://me@graph.microsoft.com/v1.0/users",
            "https://graph.microsoft.com.evil.example/v1.0/users",
            "https://graph.microsoft.com/beta/users",
            "https://microsoftgraph.chinacloudapi.cn/v1.0/users",
            "//evil.example/v1.0/users",
            "/v1.0/users",
            "https://graph.microsoft.com/v1.0/users\r\nHost: evil.example",
            "https://graph.microsoft.com:99999/v1.0/users",
            "javascript:alert(1)",
            "",
        ],
    )
    def test_foreign_links(self, link: str) -> None:
        with pytest.raises(ForeignLinkError):
            follow(build("users.list", GLOBAL), link, GLOBAL)

    def test_own_links(self) -> None:
        link = "https://GRAPH.microsoft.com:443/v1.0/users?$skiptoken=a%2Fb"
        request = follow(build("users.list", GLOBAL), link, GLOBAL)
        assert request.path_and_query == "/users?$skiptoken=a%2Fb"
        assert request.carries_token
