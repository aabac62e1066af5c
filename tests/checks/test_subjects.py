"""Who is tried in a test of the connection, whatever Microsoft sends."""

from __future__ import annotations

from typing import Any

import pytest

from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.checks.permissions import _read_some
from portsip_m365_plugin.checks.subjects import Sight, find_people
from portsip_m365_plugin.config.reader import read_config
from portsip_m365_plugin.graph.errors import ProtocolError
from portsip_m365_plugin.graph.paging import Page
from portsip_m365_plugin.graph.users import get_user
from tests.support.graph_wire import Written, wire

EXCHANGE = {"service": "exchange", "capabilityStatus": "Enabled"}


def test_people_of_another_shape_are_passed_over() -> None:
    ada: dict[str, Any] = {"id": "ada", "accountEnabled": True, "assignedPlans": [None, 5, EXCHANGE]}
    odd: list[dict[str, Any]] = [{}, {"id": 5}, {"id": "x", "accountEnabled": True, "assignedPlans": 5}]
    found = find_people(FakeHost(), read_config({}), Sight(people=[*odd, ada]), for_contacts=False)
    assert [subject.entra_object_id for subject in found] == ["ada"]


def test_an_empty_page_is_not_an_empty_directory() -> None:
    pages = [Page(rows=[], next_link="x"), Page(rows=[{"id": "a"}], next_link="y"), Page(rows=[{"id": "b"}])]
    assert _read_some(iter(pages)) == [{"id": "a"}]
    assert _read_some([Page(rows=[])]) == []


@pytest.mark.parametrize("odd", ["", "a b", "\u202e", "x" * 256])
def test_a_person_whose_id_the_pbx_cannot_store_is_no_answer(odd: str) -> None:
    with pytest.raises(ProtocolError):
        get_user(wire(Written(body={"id": odd})).client, "ada")
