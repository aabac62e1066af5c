"""Clouds are data: Microsoft's and the operator's own. Each mistake in the operator's file is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from portsip_m365_plugin.clouds import CHINA, CLOUDS_VARIABLE, DOD, GCC_HIGH, GLOBAL, Cloud, CloudFileError, load_clouds
from portsip_m365_plugin.entra.discovery import Directory
from portsip_m365_plugin.graph.wire import CALLS
from portsip_m365_plugin.simulator.world.schema import facts

LAB = {"authority": "https://127.0.0.1:8443", "graph": "https://127.0.0.1:8443", "like": "GLOBAL"}


def load(tmp_path: Path, content: Any) -> Any:
    path = tmp_path / "clouds.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return load_clouds({CLOUDS_VARIABLE: str(path)})


def test_microsofts_clouds_are_there_without_a_file() -> None:
    assert dict(load_clouds({})) == {"GLOBAL": GLOBAL, "CHINA": CHINA, "GCC_HIGH": GCC_HIGH, "DOD": DOD}
    assert GLOBAL.graph_scope == "https://graph.microsoft.com/.default"
    assert CHINA.authority == "https://login.partner.microsoftonline.cn"
    assert not CHINA.has_contacts_delta
    assert not CHINA.has_message_headers


def test_the_us_government_clouds_share_entra_and_differ_in_graph() -> None:
    assert GCC_HIGH.authority == DOD.authority == "https://login.microsoftonline.us"
    assert GCC_HIGH.graph_scope == "https://graph.microsoft.us/.default"
    assert DOD.graph_scope == "https://dod-graph.microsoft.us/.default"
    directory = Directory(entra_tenant_id="x", graph_host="dod-graph.microsoft.us")
    assert [cloud.name for cloud in load_clouds({}).values() if directory.is_served_by(cloud)] == ["DOD"]


@pytest.mark.parametrize("cloud", load_clouds({}).values(), ids=lambda cloud: cloud.name)
def test_what_a_cloud_has_is_what_its_schema_declares(cloud: Cloud) -> None:
    schema = facts()["clouds"][cloud.like]
    declared = {(row["name"], row["bound_to"]) for row in schema["operations"]}
    assert cloud.has_contacts_delta == (("delta", "Collection(graph.contact)") in declared)
    assert cloud.has_message_headers == ("internetMessageHeaders" in schema["types"]["message"]["properties"])
    sessions = ("createUploadSession", "Collection(graph.attachment)") in declared
    assert (cloud.like in CALLS["mail.create_upload"].clouds) == sessions


def test_the_operator_may_add_some(tmp_path: Path) -> None:
    clouds = load(
        tmp_path,
        {"LAB": LAB, "LABCN": {**LAB, "like": "CHINA", "graph": "https://[::1]:9/"}, "LABUS": {**LAB, "like": "USGOV"}},
    )
    assert set(clouds) == {"GLOBAL", "CHINA", "GCC_HIGH", "DOD", "LAB", "LABCN", "LABUS"}
    assert clouds["LAB"].graph_root == "https://127.0.0.1:8443/v1.0"
    assert clouds["LABCN"].graph == "https://[::1]:9"
    assert not clouds["LAB"].is_microsofts
    assert not clouds["LABCN"].has_contacts_delta
    assert clouds["LABUS"].has_contacts_delta


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("not json", "not JSON"),
        ("[]", "an object is expected"),
        ({"GLOBAL": LAB}, "cannot be changed"),
        ({"lab": LAB}, "capital letters"),
        ({"L" * 33: LAB}, "32"),
        ({"LAB": "https://x"}, "an object with"),
        ({"LAB": {**LAB, "colour": "red"}}, "'colour'"),
        ({"LAB": {**LAB, "like": "GERMANY"}}, "'GERMANY'"),
        ({"LAB": {**LAB, "graph": "http://127.0.0.1"}}, "graph: 'http://127.0.0.1'"),
        ({"LAB": {**LAB, "graph": "https://u:p@127.0.0.1"}}, "graph:"),
        ({"LAB": {**LAB, "graph": "https://127.0.0.1/v1.0"}}, "graph:"),
        ({"LAB": {**LAB, "authority": "https://127.0.0.1?x=1"}}, "authority:"),
        ({"LAB": {"authority": "https://127.0.0.1"}}, "graph: None"),
        ({"LAB": {**LAB, "authority": 5}}, "authority: 5"),
    ],
    ids=str,
)
def test_each_mistake_names_file_cloud_field_and_value(tmp_path: Path, content: Any, named: str) -> None:
    with pytest.raises(CloudFileError) as caught:
        load(tmp_path, content)
    assert named in str(caught.value)
    assert "clouds.json" in str(caught.value)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(CloudFileError, match=r"/nowhere/x\.json .* cannot be read"):
        load_clouds({CLOUDS_VARIABLE: "/nowhere/x.json"})
