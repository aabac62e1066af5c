"""What an operator sees of a real night: numbers at /metrics, and log lines with run, tenant and Microsoft's ids."""

from __future__ import annotations

import io
import json
import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from pbx_devhost.logs.formats import JSON, TEXT, LineFormatter
from pbx_devhost.metrics.process import count_calls, stop_counting
from pbx_devhost.metrics.serving import Metrics
from pbx_devhost.portal.pages.health import TOKEN_VARIABLE
from pbx_devhost.store.sql.schema import users
from portsip_m365_plugin.graph.wire import CALLS
from portsip_m365_plugin.simulator.faults import Fault
from tests.conftest import MakeLab
from tests.support.lab import shared_key_pair
from tests.support.portal_world import EntraVisitor, World, connect_m365

TOKEN = "token-of-the-monitor"


class Log:
    """The log of this process, as a program reads it."""

    def __init__(self, kind: str = JSON) -> None:
        self._out = io.StringIO()
        self.handler = logging.StreamHandler(self._out)
        self.handler.setFormatter(LineFormatter(kind))

    @property
    def text(self) -> str:
        return self._out.getvalue()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    """Everything, also what libraries say at DEBUG."""
    made, root = Log(), logging.getLogger()
    level = root.level
    root.addHandler(made.handler)
    root.setLevel(logging.DEBUG)
    yield made
    root.removeHandler(made.handler)
    root.setLevel(level)


ORDER = ("service", "plugin", "page", "call", "kind", "outcome", "why", "status", "part")


def sample(world: World, name: str) -> Counter[tuple[str, ...]]:
    """Return the samples of a metric by the values of their labels, in `ORDER`."""
    answer = world.app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")
    families = text_string_to_metric_families(answer.text)
    found: Counter[tuple[str, ...]] = Counter()
    for one in (each for family in families for each in family.samples):
        if one.name == name:
            found[tuple(one.labels[label] for label in ORDER if label in one.labels)] += int(one.value)
    return found


@pytest.fixture
def counting() -> Iterator[None]:
    counter = count_calls()
    yield
    stop_counting(counter)


@pytest.mark.usefixtures("counting")
def test_a_night_is_counted_by_the_names_of_the_wire_table(
    world: World, make_lab: MakeLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    before, runs_before = sample(world, "pbx_service_requests_total"), sample(world, "pbx_runs_total")
    lab = make_lab(users=40)
    lab.realm().faults.add(Fault("status", match="GET /v1.0/users/delta", status=429, retry_after="1", times=1))
    connect_m365(world, lab)
    seen = sample(world, "pbx_service_requests_total") - before
    calls = {call for service, call, _, _ in seen if service == "graph"}
    assert "users.delta" in calls or len(calls) > 3
    assert calls <= set(CALLS)
    whole = sum(n for (service, _, _, part), n in seen.items() if service == "graph" and part == "no")
    entries = [entry for entry in lab.realm().journal.entries() if "oauth2" not in entry.target]
    assert whole == sum(1 for entry in entries if not entry.inside_batch and "/v1.0" in entry.target)
    throttled = sum(n for (service, _, status, _), n in seen.items() if (service, status) == ("graph", "429"))
    assert throttled == 1
    assert sample(world, "pbx_service_wait_seconds_total")["graph", "throttled"] >= 1
    assert sum(n for (service, _, _, _), n in seen.items() if service == "entra") >= 1
    assert sample(world, "pbx_runs_total") - runs_before == {("m365", "done"): 1}
    assert sample(world, "pbx_run_changes_total")["m365", "created"] >= 30
    world.app.extensions["metrics"] = Metrics(world.pbx.stores)  # the facts are those of five seconds ago
    days = sample(world, "pbx_credential_days")
    assert days[()] > 30, "the certificate that the plugin has just made"


def test_every_line_of_a_run_says_whose_it_is(world: World, make_lab: MakeLab, log: Log) -> None:
    lab = make_lab(users=40)
    connect_m365(world, lab)
    run_id = world.pbx.stores.runs.newest_id(world.tenant_id, "m365")
    ours = [line for line in log.lines() if line["logger"].startswith(("portsip_m365_plugin", "pbx_plugin_api.calls"))]
    in_run = [line for line in ours if line.get("run_id") == run_id]
    assert len(in_run) > 5
    assert {line["tenant_id"] for line in in_run} == {world.tenant_id}
    calls = [line for line in in_run if line["logger"] == "pbx_plugin_api.calls" and line["service"] == "graph"]
    assert calls, "also those on the threads of a pool"
    assert all(line["request_id"] and line["client_request_id"] for line in calls)
    assert {line["status"] for line in calls} <= {"200", "403", "404"}
    assert all("timestamp" in line and line["level"] for line in log.lines())
    ended = [line for line in log.lines() if line["logger"] == "pbx_devhost.runs.runner"]
    assert ended[-1]["run_id"] == run_id


def test_a_refusal_is_logged_with_microsofts_ids(world: World, make_lab: MakeLab, log: Log) -> None:
    lab = make_lab(users=12)
    lab.realm().faults.add(Fault("status", match="GET /v1.0/users/delta", status=503, times=1))
    connect_m365(world, lab)
    [tried] = [line for line in log.lines() if "next try" in line["event"]]
    assert tried["level"] == "info"
    assert tried["request_id"]
    assert tried["client_request_id"]
    assert tried["tenant_id"] == world.tenant_id


def test_attack_no_secret_is_in_the_log(world: World, make_lab: MakeLab, log: Log) -> None:
    """A sync, a sign-in and a wrong password, with everything logged that anybody says."""
    connect_m365(world, make_lab(users=12))
    with EntraVisitor() as entra:
        browser = world.browser()
        come_back = entra.sign_in(browser.begin(), world.upn(world.synced()))
        assert browser.come_back(come_back).status_code == 303
    admin = world.browser()
    admin.log_in()
    stores = world.pbx.stores
    with stores.database.read() as connection:
        rows = connection.execute(select(users.c.id, users.c.sip_secret)).all()
    secrets = [stores.vault.open(row.sip_secret, row.id, "sip").decode() for row in rows]
    secrets += [line for line in shared_key_pair().private_key_pem.decode().splitlines() if len(line) > 40]
    secrets += ["eyJ", "client_assertion=", "-----BEGIN"]
    secrets += [cookie.value for cookie in admin.client._cookies.values() if cookie.value]
    assert len(secrets) > 40
    for secret in secrets:
        assert secret not in log.text, secret[:12]


@pytest.mark.parametrize("kind", [TEXT, JSON])
@pytest.mark.parametrize(
    ("said", "secret"),
    [
        ("got eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl back", "eyJ"),
        ("GET https://login.example/x?code=0.AXcA-secret-code&state=1", "0.AXcA-secret-code"),
        ("headers {'Authorization': 'Bearer opaque-token-1'}", "opaque-token-1"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----", "MIIEvQIBADANBg"),
        ("connect postgresql://pbx:pa55word@db/pbx", "pa55word"),
        ("form client_assertion=abc.def&x=1", "abc.def"),
    ],
)
def test_attack_what_a_library_says_by_mistake_is_masked(kind: str, said: str, secret: str) -> None:
    log = Log(kind)
    try:
        raise ValueError(said)
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "%s", (said,), (type(error), error, None))
    record.extra_text, record.some_object = said, object()
    log.handler.handle(record)
    assert secret not in log.text
    assert "[masked]" in log.text
    assert "0x" not in log.text


def test_text_is_for_people(log: Log) -> None:
    del log
    text = Log(TEXT)
    record = logging.LogRecord("pbx.x", logging.WARNING, "x.py", 1, "Mail %s waits.", ("m1",), None)
    record.tenant_id, record.other = "t1", "not shown"
    text.handler.handle(record)
    assert text.text == "WARNING pbx.x: Mail m1 waits. tenant_id=t1\n"


def test_attack_the_numbers_need_their_token(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client = world.app.test_client()
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    for headers in ({}, {"Authorization": "Bearer "}, {"X-Forwarded-For": "127.0.0.1"}):
        assert client.get("/metrics", headers=headers).status_code == 404, "no token is set, so there is nothing here"
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    for given in ("", "Bearer", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer ä"):
        answer = client.get("/metrics", headers={"Authorization": given})
        assert answer.status_code == 401
        assert "pbx_" not in answer.text
    assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert client.get(f"/metrics?token={TOKEN}").status_code == 401, "a token in an address would be logged"


@pytest.mark.usefixtures("counting")
def test_addresses_that_strangers_make_up_are_one_number(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    browser = world.browser()
    before = sample(world, "pbx_portal_requests_total")
    for n in range(20):
        browser.get(f"/nowhere/{n}")
        browser.get(f"/users/{n}")
    seen = sample(world, "pbx_portal_requests_total") - before
    assert seen["unknown", "404"] == 20
    assert seen["/users/<user_id>", "303"] == 20
    assert len(seen) <= 3
