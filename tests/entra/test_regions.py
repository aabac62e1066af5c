"""In which cloud a directory is: what each Entra publishes, put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from portsip_m365_plugin.clouds import CHINA, DOD, GCC_HIGH, GLOBAL, Cloud
from portsip_m365_plugin.entra.regions import search_clouds
from portsip_m365_plugin.entra.transport import EntraUnreachableError, FormAnswer

CLOUDS = (GLOBAL, CHINA, GCC_HIGH, DOD)
ID, OTHER = "72f988bf-86f1-41af-91ab-2d7cd011db47", "9cd80435-793b-4f48-844b-6b3f37d1c1f3"
COM, CN, US = (urlsplit(cloud.authority).hostname or "" for cloud in (GLOBAL, CHINA, GCC_HIGH))


def document(directory_id: str, graph: str | None) -> dict[str, Any]:
    shape = {"issuer": f"https://x.example/{directory_id}/v2.0"}
    return shape if graph is None else {**shape, "msgraph_host": graph}


def entra(answers: Mapping[str, dict[str, Any] | str]) -> Callable[[str], FormAnswer]:
    """Answer by host; a text is why there is no answer, and a host that is not named knows no such directory."""
    asked: list[str] = []

    def ask(url: str) -> FormAnswer:
        host = urlsplit(url).hostname or ""
        assert host not in asked, "one request for each Entra"
        asked.append(host)
        answer = answers.get(host)
        if isinstance(answer, str):
            raise EntraUnreachableError(answer)
        if answer is None:
            return FormAnswer(400, {"error": "invalid_tenant", "error_codes": [90002]})
        return FormAnswer(200, answer)

    return ask


def found(answers: Mapping[str, dict[str, Any] | str], clouds: tuple[Cloud, ...] = CLOUDS) -> list[tuple[str, str]]:
    search = search_clouds("contoso.example", clouds, ask=entra(answers))
    return [(place.cloud.name, place.directory.entra_tenant_id) for place in search.places]


@pytest.mark.parametrize(
    ("answers", "places"),
    [
        ({COM: document(ID, "graph.microsoft.com")}, [("GLOBAL", ID)]),
        ({CN: document(ID, "microsoftgraph.chinacloudapi.cn")}, [("CHINA", ID)]),
        ({US: document(ID, "graph.microsoft.us")}, [("GCC_HIGH", ID)]),
        ({US: document(ID, "dod-graph.microsoft.us")}, [("DOD", ID)]),
        ({}, []),
    ],
)
def test_each_cloud_is_known_by_its_entra_and_its_graph(answers: Any, places: list[tuple[str, str]]) -> None:
    assert found(answers) == places


def test_a_name_can_be_a_directory_in_two_clouds() -> None:
    """21vianet.com is, with another id in each; an id can be in two clouds as well."""
    two = {COM: document(ID, "graph.microsoft.com"), CN: document(OTHER, "microsoftgraph.chinacloudapi.cn")}
    assert found(two) == [("GLOBAL", ID), ("CHINA", OTHER)]
    same = {COM: document(ID, "graph.microsoft.com"), US: document(ID, "graph.microsoft.us")}
    assert found(same) == [("GLOBAL", ID), ("GCC_HIGH", ID)]


def test_where_the_document_names_no_graph_both_government_clouds_are_possible() -> None:
    assert [name for name, _ in found({US: document(ID, None)})] == ["GCC_HIGH", "DOD"]


def test_a_graph_that_is_no_clouds_is_named() -> None:
    search = search_clouds("x.example", CLOUDS, ask=entra({US: document(ID, "new-graph.microsoft.us")}))
    assert (search.places, search.strange) == ((), ("new-graph.microsoft.us",))


def test_who_did_not_answer_is_named() -> None:
    search = search_clouds(
        "x.example", CLOUDS, ask=entra({COM: "ConnectionError", US: document(ID, "graph.microsoft.us")})
    )
    assert search.silent == (COM,)
    assert [place.cloud.name for place in search.places] == ["GCC_HIGH"]


def test_the_addresses_of_an_operators_cloud_are_the_operators() -> None:
    own = Cloud(name="OWN", authority="https://login.own.example", graph="https://proxy.own.example", like="GLOBAL")
    answers = {"login.own.example": document(ID, "graph.microsoft.com")}
    assert found(answers, (*CLOUDS, own)) == [("OWN", ID)]
