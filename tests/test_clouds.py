"""Clouds are data: Microsoft's two, and the operator's own; each mistake in the operator's file is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from portsip_m365_plugin.clouds import CHINA, CLOUDS_VARIABLE, GLOBAL, CloudFileError, load_clouds

LAB = {"authority": "https://127.0.0.1:8443", "graph": "https://127.0.0.1:8443", "like": "GLOBAL"}


def load(tmp_path: Path, content: Any) -> Any:
    path = tmp_path / "clouds.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return load_clouds({CLOUDS_VARIABLE: str(path)})


def test_microsofts_clouds_are_there_without_a_file() -> None:
    assert dict(load_clouds({})) == {"GLOBAL": GLOBAL, "CHINA": CHINA}
    assert GLOBAL.graph_scope == "https://graph.microsoft.com/.default"
    assert CHINA.authority == "https://login.partner.microsoftonline.cn"
    assert not CHINA.has_contacts_delta
    assert not CHINA.has_message_headers


def test_the_operator_may_add_some(tmp_path: Path) -> None:
    clouds = load(tmp_path, {"LAB": LAB, "LABCN": {**LAB, "like": "CHINA", "graph": "https://[::1]:9/"}})
    assert set(clouds) == {"GLOBAL", "CHINA", "LAB", "LABCN"}
    assert clouds["LAB"].graph_root == "https://127.0.0.1:8443/v1.0"
    assert clouds["LABCN"].graph == "https://[::1]:9"
    assert not clouds["LAB"].is_microsofts
    assert not clouds["LABCN"].has_contacts_delta


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
