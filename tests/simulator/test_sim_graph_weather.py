"""Bad weather of Graph on order: limits, odd bodies, connections that break."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from portsip_m365_plugin.simulator.faults import Fault
from tests.support.lab import Lab
from tests.support.sim_client import Client


@pytest.fixture
def client(lab: Lab) -> Client:
    return Client(lab)


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["id"] for item in items]


def test_throttling_inside_a_batch_leaves_the_batch_200(client: Client) -> None:
    client.lab.realm().faults.add(Fault("status", "photo", times=3, status=429, retry_after="7", inner=True))
    pictured = [p.id for p in client.lab.tenant().directory.order if p.photo_seed > 0][:5]
    answers = client.batch(
        *[{"id": str(n), "method": "GET", "url": f"/users/{key}/photo/$value"} for n, key in enumerate(pictured)]
    )
    statuses = sorted(answer["status"] for answer in answers.values())
    assert statuses == [200, 200, 429, 429, 429]
    throttled = next(answer for answer in answers.values() if answer["status"] == 429)
    assert throttled["headers"]["Retry-After"] == "7"
    good = next(answer for answer in answers.values() if answer["status"] == 200)
    assert isinstance(good["body"], str)  # base64
    assert "ETag" in good["headers"]


def test_an_item_of_a_batch_may_get_no_answer(client: Client) -> None:
    client.lab.realm().faults.add(Fault("drop_item", "top=3"))
    answers = client.batch(*[{"id": str(n), "method": "GET", "url": f"/users?$top={n}"} for n in (2, 3, 4)])
    assert sorted(answers) == ["2", "4"]


def test_four_at_once_per_mailbox(client: Client) -> None:
    client.lab.realm().settings.latency_s = 0.15
    person = next(p for p in client.lab.tenant().directory.order if p.kind == "ordinary")
    assert client.token
    statuses: list[int] = []

    def ask() -> None:
        headers = {"Authorization": f"Bearer {client.token}"}
        url = f"{client.origin}/v1.0/users/{person.id}/contacts"
        statuses.append(requests.get(url, headers=headers, verify=str(client.lab.sim.ca_path), timeout=5).status_code)

    threads = [threading.Thread(target=ask) for _ in range(7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(statuses)) == [200, 429]
    assert statuses.count(200) >= 4
    assert max(client.lab.realm().limits.concurrency_peaks.values()) == 4


def test_resource_units_are_counted_and_told(client: Client) -> None:
    assert client.get("/users").headers["x-ms-resource-unit"] == "2"
    assert client.get("/users?$select=id").headers["x-ms-resource-unit"] == "1"
    client.lab.realm().limits.settings.scale = 0.0001
    answer = client.get("/users")
    assert answer.status_code == 429
    assert "x-ms-throttle-scope" in answer.headers
    assert int(answer.headers["Retry-After"]) >= 1


def test_each_form_of_retry_after(client: Client) -> None:
    faults = client.lab.realm().faults
    assert client.token
    for form in ("7", "2.128", "date:5", None):
        faults.add(Fault("status", "/users", status=429, retry_after=form))
        told = client.get("/users").headers.get("Retry-After")
        if form == "date:5":
            ahead = parsedate_to_datetime(str(told)).timestamp() - time.time()
            assert 2 < ahead < 6
        else:
            assert told == form


def test_bodies_that_are_not_what_was_asked_for(client: Client) -> None:
    faults = client.lab.realm().faults
    assert client.token
    faults.add(Fault("replace", "/users", body="<html>proxy</html>", content_type="text/html"))
    assert client.get("/users").text == "<html>proxy</html>"
    faults.add(Fault("status", "/users", status=502, body="Bad gateway", content_type="text/plain"))
    answer = client.get("/users")
    assert (answer.status_code, answer.text) == (502, "Bad gateway")
    faults.add(Fault("redirect", "/users", location="https://evil.example/"))
    answer = client.get("/users")
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://evil.example/")


def test_loops_empty_pages_and_duplicates_on_order(client: Client) -> None:
    faults = client.lab.realm().faults
    assert client.token
    faults.add(Fault("loop", "/users"))
    answer = client.get("/users?$top=3")
    assert answer.json()["@odata.nextLink"] == answer.url
    faults.add(Fault("empty_page", "/users"))
    page = client.get("/users?$top=3").json()
    assert page["value"] == []
    assert len(client.get(page["@odata.nextLink"]).json()["value"]) == 3
    faults.add(Fault("duplicates", "/users"))
    page = client.get("/users?$top=3").json()
    assert len(page["value"]) == 4
    assert len(set(ids(page["value"]))) == 3


@pytest.mark.parametrize("kind", ["reset_before", "reset_lost", "reset_during", "truncate"])
def test_a_connection_that_breaks(client: Client, kind: str) -> None:
    person = next(p for p in client.lab.tenant().directory.order if p.kind == "ordinary")
    assert client.token
    client.lab.realm().faults.add(Fault(kind, "sendMail|/users"))
    message = {"subject": "Hi", "toRecipients": [{"emailAddress": {"address": "a@b.example"}}]}
    if kind in ("reset_before", "reset_lost"):
        with pytest.raises(requests.exceptions.ConnectionError):
            client.post(f"/users/{person.id}/sendMail", {"message": message})
        assert len(client.lab.tenant().sent) == (0 if kind == "reset_before" else 1)
    else:
        with pytest.raises((requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            client.get("/users")
    assert client.get("/users?$top=1").status_code == 200


def connection(client: Client) -> http.client.HTTPSConnection:
    trust = ssl.create_default_context(cafile=str(client.lab.sim.ca_path))
    address = urlsplit(client.origin)
    return http.client.HTTPSConnection(str(address.hostname), address.port, timeout=5, context=trust)


def test_a_kept_connection_that_dies_after_a_whole_answer(client: Client) -> None:
    headers = {"Authorization": f"Bearer {client.token}"}
    client.lab.realm().faults.add(Fault("reset_after", "/users"))
    wire = connection(client)
    wire.request("GET", "/v1.0/users?$top=1", headers=headers)
    assert wire.getresponse().read().startswith(b"{")
    time.sleep(0.1)

    def ask_again() -> None:
        wire.request("GET", "/v1.0/users?$top=1", headers=headers)
        wire.getresponse()

    with pytest.raises((ConnectionError, ssl.SSLError, http.client.RemoteDisconnected)):
        ask_again()
    wire.close()


def test_bytes_that_trickle_and_answers_that_are_late(client: Client) -> None:
    assert client.token
    client.lab.realm().faults.add(Fault("slow", "/users", chunk_bytes=200, pause_s=0.05))
    client.lab.realm().faults.add(Fault("delay", "/groups|organization", pause_s=0.2))
    started = time.monotonic()
    assert client.get("/users?$top=2").status_code == 200
    assert time.monotonic() - started > 0.15
    started = time.monotonic()
    client.get("/organization")
    assert time.monotonic() - started > 0.2


def test_only_some_only_after_and_only_by_chance(client: Client) -> None:
    faults = client.lab.realm().faults
    assert client.token
    faults.add(Fault("status", "/users", skip=1, times=1))
    assert [client.get("/users?$top=1").status_code for _ in range(3)] == [200, 503, 200]
    faults.clear()
    faults.add(Fault("status", "/users", times=None, probability=0.5, seed=3))
    statuses = [client.get("/users?$top=1").status_code for _ in range(20)]
    assert 4 < statuses.count(503) < 16


def test_it_listens_on_loopback_alone(lab: Lab) -> None:
    listener = lab.sim._servers[0]._listener
    assert listener.getsockname()[0] == "127.0.0.1"


def test_nobody_trusts_it_unasked(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(lab.sim.origin() + "/v1.0/users", timeout=5)


@pytest.mark.parametrize(
    "raw", [b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\ncontent-length: x\r\n\r\n", b"\0" * 99]
)
def test_rubbish_closes_its_connection_and_nothing_else(client: Client, raw: bytes) -> None:
    trust = ssl.create_default_context(cafile=str(client.lab.sim.ca_path))
    address = urlsplit(client.origin)
    plain = socket.create_connection(("127.0.0.1", int(address.port or 0)), timeout=5)
    with plain, trust.wrap_socket(plain, server_hostname="127.0.0.1") as stream:
        stream.sendall(raw)
        stream.settimeout(1)
        if raw.endswith(b"\r\n\r\n"):
            assert not stream.recv(10)
    assert client.get("/users?$top=1").status_code == 200


def test_a_chunked_body_and_expect_continue(client: Client) -> None:
    person = next(p for p in client.lab.tenant().directory.order if p.kind == "ordinary")
    body = b'{"message":{"subject":"Hi","toRecipients":[{"emailAddress":{"address":"a@b.example"}}]}}'
    headers = {"Content-Type": "application/json", "Expect": "100-continue"}
    answer = client.call("POST", f"/users/{person.id}/sendMail", data=iter([body[:9], body[9:]]), headers=headers)
    assert answer.status_code == 202


def test_starting_a_lab_is_quick(make_lab: Any) -> None:
    make_lab()
    started = time.perf_counter()
    make_lab()
    assert time.perf_counter() - started < 0.3


def test_two_labs_with_one_seed_are_alike(make_lab: Any) -> None:
    first, second, other = make_lab(seed=5), make_lab(seed=5), make_lab(seed=6)

    def picture(lab: Lab) -> list[Any]:
        return [(p.id, p.kind, p.props, p.mailbox, p.photo_seed) for p in lab.tenant().directory.order]

    assert picture(first) == picture(second)
    assert picture(first) != picture(other)
