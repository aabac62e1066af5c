"""More than thirty failures of Microsoft or of the network: a right answer or a typed error, never a lost row.

Real sockets and TLS against the simulator; only waiting is simulated. No log line at DEBUG may contain a token, key,
assertion, code or secret.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from portsip_m365_plugin.connect import AppSettings, credential_for
from portsip_m365_plugin.entra.tokens import AppToken, acquire_app_token
from portsip_m365_plugin.graph import errors
from portsip_m365_plugin.graph.batch import run_batches
from portsip_m365_plugin.graph.batch_queue import BatchItem
from portsip_m365_plugin.graph.client import GraphClient, Timing
from portsip_m365_plugin.graph.retry import RetryPolicy
from portsip_m365_plugin.graph.session import make_session
from portsip_m365_plugin.graph.throttle import ThrottleGate
from portsip_m365_plugin.graph.users import delta_users, latest_delta_link, list_users
from portsip_m365_plugin.graph.wire import build
from portsip_m365_plugin.simulator.faults import Fault
from tests.support.lab import Lab, shared_key_pair

PEOPLE = 60


@dataclass
class ImaginedTime:
    """Real time plus the sleeps, which take no time."""

    slept_s: float = 0.0
    naps: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.slept_s += seconds

    def timing(self) -> Timing:
        import time

        return Timing(
            now_utc=lambda: datetime.now(timezone.utc) + timedelta(seconds=self.slept_s),
            monotonic=lambda: time.monotonic() + self.slept_s,
            sleep=self.sleep,
            random=lambda: 0.5,
        )


class LabTokens:
    """Tokens by certificate from the simulator's Entra, as the plugin gets them."""

    def __init__(self, lab: Lab) -> None:
        app = lab.register(permissions=("User.Read.All", "Contacts.Read", "Mail.Send"))
        settings = AppSettings(cloud=lab.cloud(), entra_tenant_id=lab.tenant().id, client_id=app.client_id)
        self._credential = credential_for(settings, shared_key_pair())
        self.seen: set[str] = set()

    def get(self) -> str:
        return self._acquire()

    def renew(self) -> str:
        return self._acquire(force_refresh=True)

    def _acquire(self, **how: Any) -> str:
        answer = acquire_app_token(self._credential, **how)
        assert isinstance(answer, AppToken), answer
        self.seen.add(answer.access_token)
        return answer.access_token


@dataclass
class Bench:
    """A client of the lab, its clock and its tokens."""

    lab: Lab
    client: GraphClient
    time: ImaginedTime
    tokens: LabTokens

    def fault(self, kind: str, match: str, **how: Any) -> Fault:
        return self.lab.realm().faults.add(Fault(kind, match, **how))

    def listed(self) -> list[str]:
        pages = list(list_users(self.client, page_size=7))
        return [row["id"] for page in pages for row in page.rows]

    def truth(self) -> set[str]:
        return {person.id for person in self.lab.tenant().directory.people.values() if person.listed}

    def a_mailbox(self) -> str:
        return next(p.id for p in self.lab.tenant().directory.people.values() if p.mailbox == "user" and p.listed)

    def send_mail(self) -> None:
        body = {
            "message": {
                "subject": "x",
                "body": {"contentType": "text", "content": "y"},
                "toRecipients": [{"emailAddress": {"address": "a@example.com"}}],
            },
            "saveToSentItems": False,
        }
        self.client.send(build("mail.send", self.client.cloud, user_id=self.a_mailbox(), body=body))


@pytest.fixture
def bench(lab: Lab, caplog: pytest.LogCaptureFixture) -> Iterator[Bench]:
    caplog.set_level(logging.DEBUG)
    time, tokens = ImaginedTime(), LabTokens(lab)
    timing = time.timing()
    client = GraphClient(
        cloud=lab.cloud(),
        tokens=tokens,
        session=make_session(lab.cloud().graph),
        gate=ThrottleGate(timing.monotonic, timing.sleep),
        policy=RetryPolicy(),
        timing=timing,
    )
    yield Bench(lab, client, time, tokens)
    client.session.close()
    records = caplog.get_records("setup") + caplog.get_records("call")
    assert_no_secret("\n".join(f"{record.name} {record.getMessage()}" for record in records), tokens.seen)


def assert_no_secret(log: str, tokens: set[str]) -> None:
    """Check that a log contains no secret."""
    assert log, "nothing was logged at all"
    for token in tokens:
        assert token not in log
    assert not re.search(r"Bearer\s+\S", log)
    assert not re.search(r"eyJ[\w-]{8,}\.", log), "a JWT"
    assert "PRIVATE KEY" not in log
    assert not re.search(r"client_assertion=\S", log)


USERS = r"GET /v1.0/users\?"
SECOND_PAGE = r"GET /v1.0/users\?.*skiptoken"
BROKEN = '{"value": [{"id": "half'

SURVIVED: dict[str, Callable[[Bench], Any]] = {
    "429 with seconds": lambda b: b.fault("status", SECOND_PAGE, status=429, retry_after="7"),
    "429 with decimals": lambda b: b.fault("status", SECOND_PAGE, status=429, retry_after="0.249"),
    "429 with a date": lambda b: b.fault("status", SECOND_PAGE, status=429, retry_after="date:9"),
    "429 without Retry-After": lambda b: b.fault("status", SECOND_PAGE, status=429),
    "429 with nonsense in Retry-After": lambda b: b.fault("status", SECOND_PAGE, status=429, retry_after="soon"),
    "429 with a negative Retry-After": lambda b: b.fault("status", SECOND_PAGE, status=429, retry_after="-5"),
    "429 four times running": lambda b: b.fault("status", SECOND_PAGE, status=429, retry_after="1", times=4),
    "409": lambda b: b.fault("status", SECOND_PAGE, status=409, code="Directory_ConcurrencyViolation"),
    "423": lambda b: b.fault("status", SECOND_PAGE, status=423),
    "500": lambda b: b.fault("status", SECOND_PAGE, status=500),
    "502 with a proxy's page": lambda b: b.fault("status", SECOND_PAGE, status=502, body="<html>bad gateway</html>"),
    "503": lambda b: b.fault("status", SECOND_PAGE, status=503),
    "503 with Retry-After": lambda b: b.fault("status", SECOND_PAGE, status=503, retry_after="3"),
    "504": lambda b: b.fault("status", SECOND_PAGE, status=504),
    "509": lambda b: b.fault("status", SECOND_PAGE, status=509),
    "reset before the answer": lambda b: b.fault("reset_before", SECOND_PAGE),
    "reset with the answer lost": lambda b: b.fault("reset_lost", SECOND_PAGE),
    "reset during the answer": lambda b: b.fault("reset_during", SECOND_PAGE),
    "reset after the answer": lambda b: b.fault("reset_after", SECOND_PAGE, times=3),
    "an answer cut short": lambda b: b.fault("truncate", SECOND_PAGE),
    "JSON that ends half-way": lambda b: b.fault("replace", SECOND_PAGE, body=BROKEN, content_type="application/json"),
    "an answer that is not JSON": lambda b: b.fault("replace", SECOND_PAGE, body="nonsense"),
    "JSON under the wrong type": lambda b: b.fault("replace", SECOND_PAGE, body="{}", content_type="text/html"),
    "an empty body": lambda b: b.fault("replace", SECOND_PAGE, body="", content_type="application/json"),
    "slow bytes": lambda b: b.fault("slow", SECOND_PAGE, chunk_bytes=2000, pause_s=0.01),
    "an empty page": lambda b: b.fault("empty_page", SECOND_PAGE, times=3),
    "an empty first page": lambda b: b.fault("empty_page", USERS),
    "the same person twice": lambda b: b.fault("duplicates", USERS, times=3),
    "a token that died in mid-page": lambda b: b.fault(
        "status", SECOND_PAGE, status=401, code="InvalidAuthenticationToken"
    ),
}  # fmt: skip


@pytest.mark.parametrize("recipe", SURVIVED)
def test_survived_without_losing_a_row(bench: Bench, recipe: str) -> None:
    fault = SURVIVED[recipe](bench)
    found = bench.listed()
    assert fault.hits >= 1, "the fault never struck"
    assert set(found) == bench.truth()
    if "twice" not in recipe:
        assert len(found) == PEOPLE or len(found) == len(bench.truth())


def test_retry_after_is_waited_for_in_full(bench: Bench) -> None:
    bench.fault("status", SECOND_PAGE, status=429, retry_after="date:9")
    bench.listed()
    assert bench.time.slept_s >= 8.0


ENDED: dict[str, tuple[Callable[[Bench], Any], type[errors.GraphError]]] = {
    "429 for ever": (lambda b: b.fault("status", SECOND_PAGE, status=429, times=None), errors.ThrottledError),
    "Retry-After beyond all patience": (
        lambda b: b.fault("status", SECOND_PAGE, status=429, retry_after="86400"),
        errors.ThrottledError,
    ),
    "503 for ever": (lambda b: b.fault("status", SECOND_PAGE, status=503, times=None), errors.UnavailableError),
    "400": (lambda b: b.fault("status", USERS, status=400, code="Request_BadRequest"), errors.BadRequestError),
    "403": (
        lambda b: b.fault("status", SECOND_PAGE, status=403, code="Authorization_RequestDenied"),
        errors.ConsentMissingError,
    ),
    "404": (
        lambda b: b.fault("status", USERS, status=404, code="Request_ResourceNotFound"),
        errors.NotFoundError,
    ),
    "410 in mid-listing": (lambda b: b.fault("status", SECOND_PAGE, status=410), errors.ResyncRequiredError),
    "400 to a page's token": (
        lambda b: b.fault("status", SECOND_PAGE, status=400, code="Directory_ExpiredPageToken"),
        errors.ResyncRequiredError,
    ),
    "501": (lambda b: b.fault("status", USERS, status=501, times=None), errors.UnavailableError),
    "a redirect to another host": (lambda b: b.fault("redirect", SECOND_PAGE, times=None), errors.ProtocolError),
    "a next link in a circle": (lambda b: b.fault("loop", SECOND_PAGE, times=None), errors.ProtocolError),
    "ever new next links": (lambda b: b.fault("endless", SECOND_PAGE, times=None), errors.EndlessListingError),
    "resets for ever": (lambda b: b.fault("reset_before", SECOND_PAGE, times=None), errors.AnswerLostError),
    "a page that is no page": (
        lambda b: b.fault("replace", SECOND_PAGE, body="{}", content_type="application/json", times=None),
        errors.ProtocolError,
    ),
    "a next link to a foreign server": (
        lambda b: b.fault(
            "replace", SECOND_PAGE, content_type="application/json",
            body='{"value": [], "@odata.nextLink": "https://evil.example/v1.0/users?$skiptoken=x"}',
        ),
        errors.ForeignLinkError,
    ),
    "a token that stays dead": (
        lambda b: b.fault("status", SECOND_PAGE, status=401, code="InvalidAuthenticationToken", times=None),
        errors.BadRequestError,
    ),
}  # fmt: skip


@pytest.mark.parametrize("recipe", ENDED)
def test_ended_by_a_typed_error(bench: Bench, recipe: str) -> None:
    make, kind = ENDED[recipe]
    fault = make(bench)
    with pytest.raises(errors.GraphError) as caught:
        bench.listed()
    assert fault.hits >= 1
    assert isinstance(caught.value, kind)
    assert caught.value.sentence
    assert caught.value.request_id or caught.value.client_request_id or isinstance(caught.value, errors.ProtocolError)
    if kind is errors.ThrottledError:
        assert caught.value.retry_at_utc is not None


def test_a_redirect_takes_no_token_along(bench: Bench, make_lab: Callable[..., Lab]) -> None:
    other = make_lab()
    bench.fault("redirect", USERS, location=other.sim.origin("GLOBAL") + "/v1.0/users", times=None)
    with pytest.raises(errors.ProtocolError):
        bench.listed()
    assert other.realm().journal.counts() == {}


class TestBatches:
    """Faults of a batch and of its items."""

    def read_all(self, bench: Bench) -> dict[str, Any]:
        items = [
            BatchItem(key=oid, request=build("users.get", bench.client.cloud, select=("id",), user_id=oid))
            for oid in sorted(bench.truth())
        ]
        return {result.item.key: result for result in run_batches(bench.client, items, n_threads=2)}

    @pytest.mark.parametrize(
        ("kind", "how"),
        [
            ("status", {"inner": True, "status": 429, "retry_after": "2", "times": 30}),
            ("status", {"inner": True, "status": 429, "retry_after": "0.3", "times": None, "probability": 0.3}),
            ("status", {"inner": True, "status": 503, "times": 5}),
            ("status", {"inner": False, "status": 424, "times": 1}),
            ("status", {"inner": False, "status": 429, "retry_after": "1"}),
            ("status", {"inner": False, "status": 504}),
            ("drop_item", {"times": 4, "inner": True}),
            ("reset_during", {"inner": False}),
            ("replace", {"inner": True, "body": "garbage", "times": 3}),
        ],
        ids=lambda value: str(value)[:60],
    )
    def test_every_item_is_answered(self, bench: Bench, kind: str, how: dict[str, Any]) -> None:
        fault = bench.fault(kind, r"batch" if how.get("inner") is False else r"GET /.*users/", **how)
        results = self.read_all(bench)
        assert fault.hits >= 1
        assert set(results) == bench.truth()
        assert all(r.reply is not None for r in results.values())
        assert all(key == r.reply.body["id"] for key, r in results.items())

    def test_items_refused_for_ever_are_errors_of_their_own(self, bench: Bench) -> None:
        victim = sorted(bench.truth())[3]
        bench.fault("status", victim, inner=True, status=429, times=None)
        results = self.read_all(bench)
        assert {key for key, r in results.items() if r.error is not None} == {victim}
        assert isinstance(results[victim].error, errors.ThrottledError)


class TestDelta:
    @pytest.mark.parametrize(
        ("status", "code"),
        [(410, "resyncRequired"), (410, ""), (400, "Request_UnsupportedQuery"), (404, "SyncStateNotFound")],
    )
    def test_an_expired_delta_link_asks_for_a_resync(self, bench: Bench, status: int, code: str) -> None:
        link = latest_delta_link(bench.client)
        bench.fault("status", "users/delta", status=status, code=code)
        with pytest.raises(errors.ResyncRequiredError):
            list(delta_users(bench.client, link))

    def test_replays_empty_pages_and_removals_anywhere(self, bench: Bench) -> None:
        link = latest_delta_link(bench.client)
        bench.lab.realm().settings.empty_page_every = 2
        bench.lab.realm().settings.duplicate_every = 2
        directory = bench.lab.tenant().directory
        changed = sorted(bench.truth())[:12]
        for oid in changed:
            directory.patch(directory.people[oid], {"department": "Moved"})
        seen = [row["id"] for page in delta_users(bench.client, link) for row in page.rows]
        assert set(changed) <= set(seen)


class TestWrites:
    @pytest.mark.parametrize(
        ("kind", "how", "copies", "error"),
        [
            ("status", {"status": 429, "retry_after": "2"}, 1, None),
            ("status", {"status": 503, "retry_after": "2"}, 1, None),
            ("status", {"status": 503}, 0, errors.UnavailableError),
            ("status", {"status": 500}, 0, errors.UnavailableError),
            ("status", {"status": 504}, 0, errors.UnavailableError),
            ("reset_lost", {}, 1, errors.AnswerLostError),
            ("reset_before", {}, 0, errors.AnswerLostError),
        ],
    )
    def test_never_twice(
        self, bench: Bench, kind: str, how: dict[str, Any], copies: int, error: type[errors.GraphError] | None
    ) -> None:
        fault = bench.fault(kind, "sendMail", **how)
        if error is None:
            bench.send_mail()
        else:
            with pytest.raises(error):
                bench.send_mail()
        assert fault.hits == 1
        assert len(bench.lab.tenant().sent) == copies


def test_a_foreign_certificate_is_no_connection(bench: Bench) -> None:
    bench.client.session = make_session(bench.client.cloud.graph, {})
    with pytest.raises(errors.ConnectFailedError) as caught:
        bench.listed()
    assert "not trusted" in caught.value.sentence


def test_nobody_listening_is_no_connection(bench: Bench) -> None:
    bench.client.cloud = replace(bench.client.cloud, graph="https://127.0.0.1:9")
    with pytest.raises(errors.ConnectFailedError):
        bench.listed()


def test_an_unknown_name_is_told_as_such(bench: Bench) -> None:
    bench.client.cloud = replace(bench.client.cloud, graph="https://graph.invalid")
    with pytest.raises(errors.ConnectFailedError) as caught:
        bench.listed()
    assert "graph.invalid" in caught.value.sentence
