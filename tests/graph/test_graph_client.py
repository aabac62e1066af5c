"""The Graph client with prepared answers: what it sends, what it repeats or never repeats, its errors."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from portsip_m365_plugin.clouds import GLOBAL
from portsip_m365_plugin.graph.batch import run_batches
from portsip_m365_plugin.graph.batch_queue import BatchItem
from portsip_m365_plugin.graph.errors import (
    AnswerLostError,
    BadRequestError,
    BudgetSpentError,
    ConnectFailedError,
    ConsentMissingError,
    GraphError,
    NotFoundError,
    ProtocolError,
    ResyncRequiredError,
    ThrottledError,
    UnavailableError,
)
from portsip_m365_plugin.graph.judge import error_codes, judge
from portsip_m365_plugin.graph.retry import RetryPolicy, parse_retry_after, wait_s
from portsip_m365_plugin.graph.throttle import ThrottleGate
from portsip_m365_plugin.graph.wire import Request, build
from tests.support.graph_wire import START_UTC, HandClock, Written, batch_answer, item, items_of, refused, wire

ROOT = "https://graph.microsoft.com/v1.0"


def reading() -> Request:
    return build("users.get", GLOBAL, select=("id",), user_id="a b")


def writing() -> Request:
    return build("mail.send", GLOBAL, user_id="u", body={"message": {"subject": "x"}, "saveToSentItems": False})


def test_a_request_carries_what_microsoft_wants_and_nothing_else() -> None:
    wired = wire(Written(body={"id": "x"}), priority="low")
    reply = wired.client.send(reading())
    (sent,) = wired.answers.asked
    assert sent.url == f"{ROOT}/users/a%20b?$select=id"
    assert sent.headers["Authorization"] == "Bearer t0"
    assert sent.headers["x-ms-throttle-priority"] == "low"
    assert len(sent.headers["client-request-id"]) == 36
    assert "Cookie" not in sent.headers
    assert reply.request_id == "r1"
    assert reply.client_request_id == sent.headers["client-request-id"]


@pytest.mark.parametrize("form", ["7", " 7 ", "6.2", "Tue, 24 Nov 2026 03:00:07 GMT"])
def test_retry_after_is_obeyed_in_full_in_every_form(form: str) -> None:
    wired = wire(refused(429, "TooManyRequests", retry_after=form), Written(body={"id": "x"}))
    wired.client.send(reading())
    assert 7.0 <= wired.clock.now_s < 8.0


@pytest.mark.parametrize("minutes_off", [-4, 4])
def test_a_date_to_come_back_counts_by_the_clock_that_wrote_it(minutes_off: int) -> None:
    answered_utc = START_UTC + timedelta(minutes=minutes_off)
    answer = refused(
        429, "TooManyRequests", retry_after=format_datetime(answered_utc + timedelta(seconds=7), usegmt=True)
    )
    answer.headers = {**answer.headers, "Date": format_datetime(answered_utc, usegmt=True)}
    wired = wire(answer, Written(body={"id": "x"}))
    wired.client.send(reading())
    assert 7.0 <= wired.clock.now_s < 8.0


def test_without_retry_after_the_waits_grow() -> None:
    wired = wire(*[refused(429) for _ in range(5)], Written(body={"id": "x"}))
    wired.client.send(reading())
    assert wired.clock.slept == sorted(wired.clock.slept)
    assert wired.clock.slept[-1] > 4 * wired.clock.slept[0]


def test_one_second_again_and_again_is_met_with_growing_waits() -> None:
    wired = wire(*[refused(429, retry_after="1") for _ in range(6)], Written(body={"id": "x"}))
    wired.client.timing = wired.clock.timing(chance=0.9)
    wired.client.send(reading())
    assert all(pause >= 1.0 for pause in wired.clock.slept)
    assert wired.clock.slept[-1] > 10


def test_beyond_the_budget_the_error_says_when_to_come_back() -> None:
    wired = wire(refused(429, retry_after="5000"))
    with pytest.raises(ThrottledError) as caught:
        wired.client.send(reading())
    assert caught.value.retry_at_utc is not None
    assert caught.value.retry_at_utc - START_UTC >= timedelta(seconds=5000)
    assert wired.clock.slept == []
    with pytest.raises(ThrottledError):  # and the gate stays closed for all calls, without a request
        wired.client.send(reading())
    assert len(wired.answers.asked) == 1


class TestWaitingByTheClock:
    """Waiting is measured, also if another thread makes the wait longer or a sleep takes longer."""

    def test_a_gate_that_closes_again_meanwhile_counts_in_full(self) -> None:
        # Another thread closes the gate for 200 s more each time this one wakes up: 1,100 s were slept on 900 s.
        wired = wire(*[refused(429, retry_after="200")] * 8, policy=RetryPolicy(budget_s=900))
        asleep = wired.clock.sleep
        closed = iter([150.0] * 3)

        def sleep(seconds: float) -> None:
            asleep(seconds)
            wired.client.gate.close_for(next(closed, 0.0))

        wired.client.gate = ThrottleGate(lambda: wired.clock.now_s, sleep)
        with pytest.raises(ThrottledError) as caught:
            wired.client.send(reading())
        assert wired.clock.now_s <= 900
        assert wired.clock.now_s > 600
        assert caught.value.retry_at_utc is not None
        assert caught.value.retry_at_utc > START_UTC + timedelta(seconds=wired.clock.now_s)

    def test_a_sleep_that_takes_longer_counts_in_full(self) -> None:
        wired = wire(*[refused(500)] * 20, policy=RetryPolicy(tries_max=20, base_s=100, budget_s=900))
        timing = wired.clock.timing()
        wired.client.timing = replace(timing, sleep=lambda seconds: timing.sleep(seconds + 50))
        with pytest.raises(UnavailableError):
            wired.client.send(reading())
        assert wired.clock.now_s - 50 <= 900

    @pytest.mark.parametrize("answer", [refused(429, retry_after="90"), refused(500)], ids=["429", "500"])
    def test_nothing_sleeps_past_the_deadline(self, answer: Written) -> None:
        deadline_utc = START_UTC + timedelta(seconds=300)
        wired = wire(*[answer] * 20, policy=RetryPolicy(tries_max=20, base_s=40), deadline_utc=deadline_utc)
        with pytest.raises(GraphError):
            wired.client.send(reading())
        assert 0 < wired.clock.now_s <= 300

    def test_no_item_sleeps_past_the_deadline(self) -> None:
        deadline_utc = START_UTC + timedelta(seconds=300)
        answers = [batch_answer(item(0, 429))] * 20
        wired = wire(*answers, policy=RetryPolicy(tries_max=20, base_s=40), deadline_utc=deadline_utc)
        (result,) = list(run_batches(wired.client, items_of(1)))
        assert isinstance(result.error, ThrottledError)
        assert 0 < wired.clock.now_s <= 300

    def test_an_item_does_not_wait_past_its_budget_because_another_one_must(self) -> None:
        asked: list[list[str]] = []

        def answer(request: requests.PreparedRequest) -> Written:
            urls = [each["url"] for each in json.loads(request.body or b"")["requests"]]
            asked.append(urls)
            waits = {"/users/u0": "60" if len(asked) == 1 else "20", "/users/u1": "90"}
            if len(asked) == 3:
                return batch_answer(*[item(n) for n in range(len(urls))])
            return batch_answer(*[item(n, 429, headers={"Retry-After": waits[url]}) for n, url in enumerate(urls)])

        wired = wire(answer, answer, answer, policy=RetryPolicy(budget_s=100))
        first, second = items_of(2)

        def draw() -> Iterator[BatchItem[int] | None]:
            yield first
            while wired.clock.now_s < 60:
                yield None
            yield second

        results = {r.item.key: r for r in run_batches(wired.client, draw())}
        assert asked == [["/users/u0"], ["/users/u0", "/users/u1"], ["/users/u1"]]
        assert isinstance(results[0].error, ThrottledError)
        assert results[1].reply is not None


def test_after_the_deadline_nothing_is_sent() -> None:
    wired = wire(deadline_utc=START_UTC)
    with pytest.raises(BudgetSpentError):
        wired.client.send(reading())


def test_a_storm_of_refusals_ends() -> None:
    wired = wire(*[refused(429, retry_after="1") for _ in range(100)])
    with pytest.raises(ThrottledError):
        wired.client.send(reading())
    assert len(wired.answers.asked) == RetryPolicy().tries_max


LOST = requests.exceptions.ReadTimeout("slow")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Written(500, {"error": {"code": "InternalServerError"}}), UnavailableError),
        (Written(503, {"error": {"code": "ServiceUnavailable"}}), UnavailableError),
        (Written(504, {"error": {"code": "GatewayTimeout"}}), UnavailableError),
        (Written(error=LOST), AnswerLostError),
        (Written(error=requests.exceptions.ConnectionError("reset")), AnswerLostError),
        (Written(200, {}), ProtocolError),  # sendMail answers 202 and nothing else
        (Written(302, b"", {"Location": "https://evil.example/"}), ProtocolError),
        (refused(400, "ErrorInvalidRecipients"), GraphError),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_write_that_may_have_happened_is_sent_once(answer: Written, kind: type[GraphError]) -> None:
    wired = wire(answer)
    with pytest.raises(kind):
        wired.client.send(writing())
    assert len(wired.answers.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [refused(409), refused(429, retry_after="1"), refused(503, retry_after="1"), refused(509)],
    ids=["409", "429", "503", "509"],
)
def test_a_write_refused_before_processing_is_sent_again(answer: Written) -> None:
    wired = wire(answer, Written(202))
    wired.client.send(writing())
    assert len(wired.answers.asked) == 2


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_read_is_repeated(status: int) -> None:
    wired = wire(refused(status), Written(error=LOST), Written(200, b"<html>"), Written(body={"id": "x"}))
    assert wired.client.send(reading()).body == {"id": "x"}


@pytest.mark.parametrize(
    "answer",
    [
        Written(200, b"<html>proxy</html>", {"Content-Type": "text/html"}),
        Written(200, b'{"id": "x"', {}),
        Written(200, b"", {}),
        Written(200, b'{"id": 1}', {"Content-Type": "text/plain"}),
        Written(301, b"", {"Location": "https://graph.microsoft.com/v1.0/x"}),
        Written(204, b"", {}),
        Written(403, b"<html>blocked by the firewall</html>", {"Content-Type": "text/html"}),
        Written(404, b"<html>no such page</html>", {"Content-Type": "text/html"}),
    ],
    ids=["html", "truncated", "empty", "plain text", "redirect", "204", "a firewall's 403", "a proxy's 404"],
)
def test_what_is_not_graphs_answer_is_an_error(answer: Written) -> None:
    wired = wire(*[answer] * 4)
    with pytest.raises(ProtocolError):
        wired.client.send(reading())
    assert {request.url for request in wired.answers.asked} == {f"{ROOT}/users/a%20b?$select=id"}


def test_a_token_that_died_is_renewed_once() -> None:
    dead = refused(401, "InvalidAuthenticationToken")
    wired = wire(dead, Written(body={"id": "x"}))
    wired.client.send(reading())
    assert [request.headers["Authorization"] for request in wired.answers.asked] == ["Bearer t0", "Bearer t1"]
    wired = wire(dead, dead)
    with pytest.raises(GraphError) as caught:
        wired.client.send(reading())
    assert "token" in caught.value.sentence
    assert caught.value.remedy


def test_connection_failures_are_told_apart_and_not_waited_out() -> None:
    failure = requests.exceptions.ConnectTimeout("no route")
    wired = wire(*[Written(error=failure)] * 10)
    with pytest.raises(ConnectFailedError) as caught:
        wired.client.send(writing())
    assert len(wired.answers.asked) <= 4
    assert "graph.microsoft.com" in caught.value.sentence


class TestErrorTable:
    @pytest.mark.parametrize(
        ("status", "body", "kind"),
        [
            (403, {"error": {"code": "Authorization_RequestDenied"}}, ConsentMissingError),
            (401, {"error": {"code": "NoPermissionsInAccessToken"}}, ConsentMissingError),
            (404, {"error": {"code": "Request_ResourceNotFound"}}, NotFoundError),
            (404, None, NotFoundError),
            (410, {"error": {"code": "whatever"}}, ResyncRequiredError),
            (404, {"error": {"code": "x", "innerError": {"code": "SyncStateNotFound"}}}, ResyncRequiredError),
            (400, {"error": {"code": "BadRequest", "innererror": {"code": "resyncRequired"}}}, ResyncRequiredError),
            (408, None, UnavailableError),
            (418, "teapot", BadRequestError),
            (599, [], UnavailableError),
        ],
    )
    def test_by_status_and_code(self, status: int, body: Any, kind: type[GraphError]) -> None:
        assert judge(status, body)[0] is kind

    def test_a_plain_400_is_a_dead_link_only_where_a_token_was_sent(self) -> None:
        body = {"error": {"code": "Request_UnsupportedQuery", "message": "DeltaLink older than 30 days"}}
        assert judge(400, body)[0] is BadRequestError
        assert judge(400, body, carries_token=True)[0] is ResyncRequiredError

    def test_the_most_specific_known_code_wins(self) -> None:
        body = {"error": {"code": "a", "innerError": {"code": "ErrorAccessDenied", "innererror": {"code": "zzz"}}}}
        assert judge(403, body)[1] == "ErrorAccessDenied"
        assert list(error_codes(body)) == ["zzz", "ErrorAccessDenied", "a"]

    @given(st.recursive(st.none() | st.text() | st.integers(), lambda c: st.dictionaries(st.sampled_from(
        ["error", "code", "innerError", "innererror", "message"]), c) | st.lists(c), max_leaves=12),
        st.integers(400, 599))  # fmt: skip
    def test_any_body_is_judged(self, body: Any, status: int) -> None:
        kind, code = judge(status, body)
        assert issubclass(kind, GraphError)
        assert isinstance(code, str)


class TestWaits:
    @given(st.floats(0, 1e6), st.integers(1, 60), st.floats(0, 1))
    def test_never_shorter_than_asked(self, asked_s: float, attempt: int, chance: float) -> None:
        assert wait_s(attempt, asked_s, RetryPolicy(), chance) >= asked_s

    @given(st.text())
    def test_any_header_is_read(self, value: str) -> None:
        read = parse_retry_after(value, START_UTC)
        assert read is None or read >= 0

    @pytest.mark.parametrize(
        ("value", "seconds"),
        [("0", 0), ("0.249", 1), ("2.128", 3), ("-5", 0), ("nan", None), ("inf", None), ("soon", None), ("", None),
         (None, None), ("Tue, 24 Nov 2026 02:59:00 GMT", 0), ("Tue, 24 Nov 2026 03:01:00 GMT", 60)],
    )  # fmt: skip
    def test_forms(self, value: str | None, seconds: float | None) -> None:
        assert parse_retry_after(value, START_UTC) == seconds


class TestGate:
    def test_a_mailbox_closes_only_itself_and_the_directory_closes_all(self) -> None:
        clock = HandClock()
        gate = ThrottleGate(lambda: clock.now_s, clock.sleep)
        gate.close_for(10, "a")
        assert (gate.wait_s("a"), gate.wait_s("b"), gate.wait_s()) == (10, 0, 0)
        gate.close_for(3)
        assert (gate.wait_s("a"), gate.wait_s("b"), gate.wait_s()) == (10, 3, 3)
        gate.close_for(1, "a")  # an earlier end does not open it earlier
        assert gate.wait_s("a") == 10
        assert not gate.pass_through("a", at_most_s=9)
        assert clock.slept == []
        assert gate.pass_through("a", at_most_s=10)


def test_no_log_line_shows_a_token_or_the_answers_content(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    wired = wire(refused(429, retry_after="1"), Written(body={"id": "secret-content"}))
    wired.client.send(reading())
    assert caplog.records
    assert "Bearer" not in caplog.text
    assert "t0" not in caplog.text
    assert "secret-content" not in caplog.text
