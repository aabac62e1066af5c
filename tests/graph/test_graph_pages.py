"""Pages and batches: every link is followed, every item is judged by itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from portsip_m365_plugin.clouds import GLOBAL
from portsip_m365_plugin.graph.batch import run_batches
from portsip_m365_plugin.graph.batch_queue import BatchItem
from portsip_m365_plugin.graph.errors import (
    AnswerLostError,
    BadRequestError,
    ConsentMissingError,
    NotFoundError,
    ProtocolError,
    ResyncRequiredError,
    ThrottledError,
)
from portsip_m365_plugin.graph.groups import find_groups
from portsip_m365_plugin.graph.paging import read_pages
from portsip_m365_plugin.graph.retry import RetryPolicy
from portsip_m365_plugin.graph.search import search_users
from portsip_m365_plugin.graph.users import (
    delta_users,
    find_ids,
    find_owner_ids,
    find_users,
    get_users,
    latest_delta_link,
    list_users,
)
from portsip_m365_plugin.graph.wire import build
from tests.support.graph_wire import Written, batch_answer, item, items_of, refused, wire

ROOT = "https://graph.microsoft.com/v1.0"


def page(ids: str, *, next_to: str = "", delta_to: str = "") -> Written:
    body: dict[str, Any] = {"value": [{"id": each} for each in ids]}
    if next_to:
        body["@odata.nextLink"] = f"{ROOT}/users{next_to}"
    if delta_to:
        body["@odata.deltaLink"] = f"{ROOT}/users/delta{delta_to}"
    return Written(body=body)


class TestPaging:
    def test_only_a_missing_link_ends_a_listing(self) -> None:
        wired = wire(page("ab", next_to="?$skiptoken=1"), page("", next_to="?$skiptoken=2"), page("c"))
        assert [row["id"] for each in list_users(wired.client) for row in each.rows] == ["a", "b", "c"]

    def test_a_loop_is_an_error(self) -> None:
        wired = wire(page("a", next_to="?$skiptoken=1"), page("b", next_to="?$skiptoken=1"))
        with pytest.raises(ProtocolError, match="second time"):
            list(list_users(wired.client))

    def test_a_round_without_its_delta_link_is_an_error(self) -> None:
        wired = wire(page("a"))
        with pytest.raises(ProtocolError, match="without a delta link"):
            list(delta_users(wired.client, f"{ROOT}/users/delta?$deltatoken=1"))

    def test_a_page_that_is_no_page_is_an_error(self) -> None:
        for body in ({}, {"value": None}, {"value": {}}, {"value": ["x"]}, [], {"value": [], "@odata.nextLink": 5}):
            wired = wire(Written(body=body))
            with pytest.raises(ProtocolError):
                list(list_users(wired.client))

    def test_an_expired_page_link_asks_for_a_resync(self) -> None:
        wired = wire(page("a", next_to="?$skiptoken=1"), refused(400, "Directory_ExpiredPageToken"))
        with pytest.raises(ResyncRequiredError):
            list(list_users(wired.client))

    def test_the_delta_link_tracks_what_is_listed(self) -> None:
        wired = wire(page("", delta_to="?$deltatoken=n"), page("a"))
        assert latest_delta_link(wired.client) == f"{ROOT}/users/delta?$deltatoken=n"
        list(list_users(wired.client))
        asked = [str(request.url).partition("$select=")[2].partition("&")[0] for request in wired.answers.asked]
        assert asked[0] == asked[1]

    def test_rows_are_capped(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("portsip_m365_plugin.graph.paging.ROWS_MAX", 3)
        wired = wire(page("ab", next_to="?$skiptoken=1"), page("cd", next_to="?$skiptoken=2"))
        with pytest.raises(ProtocolError, match="does not end"):
            list(read_pages(build("users.list", GLOBAL), wired.client.send, GLOBAL))


class TestFinding:
    """Microsoft: a page may have no results although there is a next one (paging, 2026-05)."""

    def test_an_empty_page_is_not_nobody(self) -> None:
        wired = wire(refused(404, "Request_ResourceNotFound"), page("", next_to="?$skiptoken=1"), page("a"))
        assert [user["id"] for user in find_users(wired.client, "ada@fabrikam.example")] == ["a"]

    def test_the_second_owner_of_an_address_is_on_the_next_page(self) -> None:
        wired = wire(
            page("a", next_to="?$skiptoken=1"), page("", next_to="?$skiptoken=2"), page("b"), page(""), page("")
        )
        assert find_owner_ids(wired.client, "ada@fabrikam.example") == {"a", "b"}

    def test_an_empty_page_in_a_batch_is_not_nobody(self) -> None:
        missing = item(0, 404, body={"error": {"code": "Request_ResourceNotFound"}})
        empty = item(0, body={"value": [], "@odata.nextLink": f"{ROOT}/users?$skiptoken=1"})
        wired = wire(batch_answer(missing), batch_answer(empty), page("a"))
        assert find_ids(wired.client, ["ada@fabrikam.example"]) == {"ada@fabrikam.example": {"a"}}

    def test_half_a_character_is_nobodys_name(self) -> None:
        wired = wire(refused(404, "Request_ResourceNotFound"), page(""), page(""))
        assert find_users(wired.client, "ada\udcff@fabrikam.example") == []
        assert search_users(wire(page("")).client, "ada\udcff", 1) == ([], False)

    def test_an_empty_page_is_not_no_group(self) -> None:
        wired = wire(page("", next_to="?$skiptoken=1"), page("g"))
        assert [group.entra_object_id for group in find_groups(wired.client, "Sales")] == ["g"]


class TestBatch:
    def test_twenty_at_most_answers_in_any_order(self) -> None:
        def answer(request: requests.PreparedRequest) -> Written:
            asked = json.loads(request.body or b"")["requests"]
            assert len(asked) <= 20
            assert len({each["id"] for each in asked}) == len(asked)
            return batch_answer(
                *[{"id": e["id"], "status": 200, "body": {"id": e["url"].split("/")[-1]}} for e in reversed(asked)]
            )

        wired = wire(answer, answer, answer)
        found = {r.item.key: r.reply.body["id"] for r in run_batches(wired.client, items_of(45)) if r.reply}
        assert found == {i: f"u{i}" for i in range(45)}
        assert wired.client.requests_sent == 3

    def test_throttled_items_go_again_after_the_longest_wait_and_nobody_is_lost(self) -> None:
        first = batch_answer(
            item(0), item(1, 429, headers={"retry-after": "2"}), item(2, 429, headers={"Retry-After": "0.249"})
        )
        wired = wire(first, batch_answer(item(1), item(0)))
        results = list(run_batches(wired.client, items_of(3)))
        assert sorted(r.item.key for r in results if r.reply) == [0, 1, 2]
        assert wired.clock.now_s >= 2

    def test_a_batch_that_fails_as_a_whole_with_424_is_throttled(self) -> None:
        wired = wire(refused(424, "FailedDependency", retry_after="3"), batch_answer(item(0)))
        assert [r.item.key for r in run_batches(wired.client, items_of(1)) if r.reply] == [0]
        assert wired.clock.now_s >= 3

    def test_a_missing_item_is_asked_again_and_then_an_error_of_its_own(self) -> None:
        wired = wire(*[batch_answer(*([item(0)] if n == 0 else [])) for n in range(9)])
        results = {r.item.key: r for r in run_batches(wired.client, items_of(2))}
        assert results[0].reply is not None
        assert isinstance(results[1].error, AnswerLostError)

    def test_one_failure_stays_its_own(self) -> None:
        again = [batch_answer(item(0, 302))] * 3
        wired = wire(batch_answer(item(0), item(1, 404), item(2, 403), item(3, 302)), *again)
        results = {r.item.key: r for r in run_batches(wired.client, items_of(4))}
        assert results[0].reply is not None
        assert isinstance(results[1].error, NotFoundError)
        assert isinstance(results[2].error, ConsentMissingError)
        assert isinstance(results[3].error, ProtocolError)

    def test_waits_have_a_total_budget(self) -> None:
        policy = RetryPolicy(budget_s=100)
        wired = wire(*[batch_answer(item(0, 429, headers={"Retry-After": "40"})) for _ in range(8)], policy=policy)
        (result,) = list(run_batches(wired.client, items_of(1)))
        assert isinstance(result.error, ThrottledError)
        assert result.error.retry_at_utc is not None
        assert wired.clock.now_s <= 100

    def test_an_answer_without_responses_is_an_error_and_no_empty_list(self) -> None:
        wired = wire(Written(body={"value": []}))
        with pytest.raises(ProtocolError):
            list(run_batches(wired.client, items_of(1)))

    def test_at_most_four_of_one_mailbox_at_a_time(self) -> None:
        def answer(request: requests.PreparedRequest) -> Written:
            asked = json.loads(request.body or b"")["requests"]
            assert len(asked) <= 4
            return batch_answer(*[{"id": e["id"], "status": 200, "body": {"value": []}} for e in asked])

        wired = wire(*[answer] * 3)
        request = build("contacts.list_default", GLOBAL, user_id="m")
        assert len(list(run_batches(wired.client, [BatchItem(key=i, request=request) for i in range(10)]))) == 10

    def test_stopping_sends_nothing_more(self) -> None:
        wired = wire()
        assert list(run_batches(wired.client, items_of(3), should_stop=lambda: True)) == []

    def test_a_page_of_somebody_elses_is_not_a_person_who_left(self) -> None:
        page_404 = item(0, 404, headers={"Content-Type": "text/html"}, body="PGh0bWw+")
        wired = wire(batch_answer(page_404, item(1)), *[batch_answer(page_404)] * 3)
        with pytest.raises(ProtocolError):
            list(get_users(wired.client, ["u0", "u1"]))

    @pytest.mark.parametrize("nothing", [{}, {"body": None}, {"body": ""}])
    def test_a_404_without_a_body_is_graphs(self, nothing: dict[str, Any]) -> None:
        wired = wire(batch_answer({"id": "0", "status": 404, **nothing}, item(1)))
        assert {key: user is not None for key, user in get_users(wired.client, ["u0", "u1"])} == {
            "u0": False,
            "u1": True,
        }

    def test_reading_people_by_id_concludes_nothing_from_an_error(self) -> None:
        wired = wire(batch_answer(item(0), item(1, 404)))
        assert {key: user is not None for key, user in get_users(wired.client, ["u0", "u1"])} == {
            "u0": True,
            "u1": False,
        }
        wired = wire(batch_answer(item(0), item(1, 400)))
        with pytest.raises(BadRequestError):
            list(get_users(wired.client, ["u0", "u1"]))
