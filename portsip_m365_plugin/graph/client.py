"""One Graph client: sends what the wire table allows, waits when Microsoft asks for it, and reports what happened.

It never repeats what could happen twice, never follows a redirect with a token, never logs a token, and never makes a
failed call look like an empty answer.
"""

from __future__ import annotations

import logging
import random
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import requests

from pbx_plugin_api import note_call, note_wait
from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.graph.bodies import encode_body
from portsip_m365_plugin.graph.errors import (
    AnswerLostError,
    BudgetSpentError,
    ConnectFailedError,
    ConsentMissingError,
    GraphError,
    MailboxRefusedError,
    ProtocolError,
    ThrottledError,
)
from portsip_m365_plugin.graph.judge import error_codes, make_error
from portsip_m365_plugin.graph.retry import RetryPolicy, answered_at, may_retry, tries_at_most, wait_s
from portsip_m365_plugin.graph.session import (
    CONNECT_S,
    GARBLED,
    READ_S,
    decode_json,
    drop_connections,
    looks_like_json,
    read_content,
)
from portsip_m365_plugin.graph.throttle import DIRECTORY, LOAD_HEADER, LOOK_UP_S, ThrottleGate
from portsip_m365_plugin.graph.wire import Request
from portsip_m365_plugin.network import LINE_FAILURES, explain_connect_failure, is_before_sending
from portsip_m365_plugin.texts import _

_log = logging.getLogger(__name__)

SERVICE: Final = "graph"
"""The service's name in what is counted."""
_SHORT_S: Final = 0.05
"""To pass an open gate takes less."""
_SLOT_S: Final = 10.0
"""Longest wait for a slot of a mailbox; an answer takes less, as a rule."""


class TokenSource(Protocol):
    """Where access tokens come from. Asked before every request, since a run may outlive a token."""

    def get(self) -> str:
        """Return a valid token, from a cache where possible.

        Raises:
            TokenMissingError: Entra refuses one; the error has Entra's sentence and remedy.
        """

    def renew(self) -> str:
        """Return another token than the last one: Graph has just refused that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Clock, sleep and chance; tests pass their own."""

    now_utc: Callable[[], datetime] = lambda: datetime.now(timezone.utc)
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A successful answer."""

    status: int
    headers: Mapping[str, str]
    body: Any = None
    """Decoded JSON; None where there is none; bytes of a binary call, or where the request does not decode."""
    size_bytes: int = 0
    """Length of the body as it came."""
    request_id: str = ""
    client_request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ids:
    """Microsoft's id of a request, and ours."""

    request_id: str
    client_request_id: str


@dataclass
class GraphClient:
    """A client for one app and tenant in one cloud. Threads may share it.

    Args:
        cloud: Where to send.
        tokens: Where tokens come from.
        session: Connections; `session.make_session` makes them.
        gate: Shared by all clients of this app and tenant in this process.
        priority: `low` for nightly work, `normal` for what somebody waits for.
        deadline_utc: After this nothing is sent or waited for; a run's own deadline.
        should_stop: Asked during a wait, only on the thread that makes the client. If True, the call does not wait any
            longer: it fails as if the wait were too long, with the moment at which it may be tried again.
    """

    cloud: Cloud
    tokens: TokenSource
    session: requests.Session
    gate: ThrottleGate
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    timing: Timing = field(default_factory=Timing)
    priority: str = "normal"
    deadline_utc: datetime | None = None
    should_stop: Callable[[], bool] | None = None
    requests_sent: int = 0
    """HTTP requests to Graph, retries included; token requests not counted."""
    shown: dict[str, GraphError | None] = field(default_factory=dict)
    """What the calls have shown about each permission: None if one succeeded, else the first refusal."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _owner: int = field(default_factory=threading.get_ident)
    _is_stopping: bool = False

    def is_stopping(self) -> bool:
        """Whether waits end now. Other threads hear of it when the client's own thread has asked."""
        if not self._is_stopping and self.should_stop is not None and threading.get_ident() == self._owner:
            self._is_stopping = self.should_stop()
        return self._is_stopping

    def send(self, request: Request) -> Reply:
        """Send a call until it is answered, refused, or the budget is spent.

        Waiting is measured by the clock. One call never waits longer than the policy's budget, and never past the
        deadline.

        Raises:
            GraphError: See `graph.errors`; `retry_at_utc` says when it may be tried again, where that is known.
        """
        with nullcontext() if self.priority == "low" else self.gate.waited_for():
            return self._send(request)

    def _send_in_slot(self, request: Request, attempt: int) -> Reply:
        """Send once, as one of the few requests that a mailbox serves at a time."""
        if not request.mailbox or request.holds_slot:
            return self._send_once(request, attempt)
        if not self.gate.wait_for_slot(request.mailbox, at_most_s=_SLOT_S):
            raise ThrottledError("too many requests of this mailbox are in flight", status=429)
        try:
            return self._send_once(request, attempt)
        finally:
            self.gate.leave(request.mailbox)

    def _send(self, request: Request) -> Reply:
        waited_s, attempt, renewed = 0.0, 0, False
        while True:
            with self._take_turn(request, waited_s) as paused_s:
                if paused_s > _SHORT_S:
                    note_wait(SERVICE, "throttled", paused_s)
                waited_s += self._pass_gate(request, waited_s)
                attempt += 1
                try:
                    return self._send_in_slot(request, attempt)
                except _TokenRefusedError as refused:
                    # A token can die early (revoked, clock): get one new token, then the refusal is final.
                    if renewed:
                        raise refused.error from None
                    self.tokens.renew()
                    renewed, attempt = True, attempt - 1
                except GraphError as error:
                    error.attempts = attempt
                    waited_s += self._wait_after(error, request, attempt, waited_s)

    def _take_turn(self, request: Request, waited_s: float) -> AbstractContextManager[float]:
        """Near the limit of the directory, a pass sends one request with units after another."""
        spends_units = request.spends_units or request.call.service == "directory"
        if self.priority != "low" or not spends_units:
            return nullcontext(0.0)
        return self.gate.in_turn(at_most_s=self._left_s(waited_s))

    def note_use(self, permission: str, error: GraphError | None) -> None:
        """Note what a call has shown about the permission that it needs. A success outweighs every refusal."""
        if error is None:
            self.shown[permission] = None
        elif isinstance(error, (ConsentMissingError, MailboxRefusedError)):
            self.shown.setdefault(permission, error)

    def may_wait(self, pause_s: float, waited_s: float) -> bool:
        """Whether a call that has waited so long may wait once more: its budget and the run's deadline allow it."""
        in_time = self.deadline_utc is None or self._in(pause_s) < self.deadline_utc
        return in_time and waited_s + pause_s <= self.policy.budget_s

    def _pass_gate(self, request: Request, waited_s: float) -> float:
        """Wait until the gate is open and return how long that took."""
        key = request.mailbox or DIRECTORY
        left_s, started = self._left_s(waited_s), self.timing.monotonic()
        should_stop = None if self.should_stop is None else self.is_stopping
        if not self.gate.pass_through(key, at_most_s=left_s, should_stop=should_stop):
            closed_s = self.gate.wait_s(key)
            raise ThrottledError("the gate is closed", status=429, retry_at_utc=self._in(closed_s))
        waited_s = self.timing.monotonic() - started
        if waited_s > _SHORT_S:
            note_wait(SERVICE, "throttled", waited_s)
        return waited_s

    def _wait_after(self, error: GraphError, request: Request, attempt: int, waited_s: float) -> float:
        """Wait before the next try and return how long that took; raise the error if there is no next try."""
        pause_s = wait_s(attempt, error.retry_after_s, self.policy, self.timing.random())
        if isinstance(error, ThrottledError):
            error.retry_at_utc = self._in(pause_s)
            self.gate.close_for(pause_s, request.mailbox or DIRECTORY)
        if not may_retry(error, request.call.retry) or attempt >= tries_at_most(error, self.policy, request.tries_max):
            raise error
        if not self.may_wait(pause_s, waited_s):
            error.retry_at_utc = self._in(pause_s)
            raise error
        _log.info("%s: %s; next try in %.1f s", request.call.name, error, pause_s, extra=error.ids())
        if isinstance(error, ThrottledError):
            return 0.0  # the gate makes all threads wait
        started = self.timing.monotonic()
        self._sleep(pause_s)
        slept_s = self.timing.monotonic() - started
        note_wait(SERVICE, "failed", slept_s)
        if self.is_stopping():
            error.retry_at_utc = self._in(max(0.0, pause_s - slept_s))
            raise error
        return slept_s

    def _sleep(self, seconds: float) -> None:
        if self.should_stop is None:
            self.timing.sleep(seconds)
            return
        until = self.timing.monotonic() + seconds
        while (left_s := until - self.timing.monotonic()) > 0 and not self.is_stopping():
            self.timing.sleep(min(left_s, LOOK_UP_S))

    def _send_once(self, request: Request, attempt: int) -> Reply:
        call, client_request_id = request.call, str(uuid.uuid4())
        url = self.cloud.graph_root + request.path_and_query
        headers = {
            "Authorization": f"Bearer {self.tokens.get()}",
            "Accept": "*/*" if call.is_binary else "application/json",
            "client-request-id": client_request_id,
            "x-ms-throttle-priority": self.priority,
            **request.headers,
        }
        if attempt > 1:
            headers["retry-attempt"] = str(attempt - 1)
        data = None
        if request.body is not None:
            data = encode_body(request.body)
            headers["Content-Type"] = "application/json"
        elif call.method == "POST":
            headers["Content-Length"] = "0"
        started = self.timing.monotonic()
        with self._lock:
            self.requests_sent += 1
        try:
            response = self.session.request(
                call.method,
                url,
                headers=headers,
                data=data,
                timeout=(CONNECT_S, READ_S),
                allow_redirects=False,
                stream=True,
            )
            with response:
                content = read_content(response, started, self.timing.monotonic, request.answer_max_bytes)
        except LINE_FAILURES as error:
            why = "unreachable" if is_before_sending(error) else "lost"
            self._note(call.name, why, started, "", client_request_id)
            raise self._explain(error, client_request_id) from error
        ids = _Ids(request_id=response.headers.get("request-id", "")[:100], client_request_id=client_request_id)
        self._note(call.name, response.status_code, started, ids.request_id, client_request_id)
        if (response.ok and not request.spends_units) or LOAD_HEADER in response.headers:
            self.gate.note_answer(response.headers)
        if response.status_code in call.success:
            self.note_use(call.permission, None)
            return _accept(request, response, content, ids)
        raise self._refuse(request, response, content, ids)

    def _note(self, call: str, status: int | str, started: float, request_id: str, client_request_id: str) -> None:
        took_s = self.timing.monotonic() - started
        note_call(SERVICE, call, status, took_s, request_id=request_id, client_request_id=client_request_id)

    def _refuse(self, request: Request, response: requests.Response, content: bytearray, ids: _Ids) -> Exception:
        status = response.status_code
        if status < 400:
            # 202 in place of 200, or a redirect: the API that we know never answers like this.
            detail = f"an answer with HTTP {status}, which this call never has"
            return ProtocolError(
                detail, status=status, request_id=ids.request_id, client_request_id=ids.client_request_id
            )
        body = decode_json(response, content)
        if status in (403, 404) and body is GARBLED and content:
            # Graph always answers in JSON. A firewall's page is no missing consent, and nobody is gone because of it.
            return ProtocolError(
                f"a {status} that is not Graph's",
                status=status,
                request_id=ids.request_id,
                client_request_id=ids.client_request_id,
            )
        if status == 503:
            drop_connections(self.session)  # Microsoft: back off, and come back on a new connection
        error = make_error(
            request.call,
            status,
            body,
            response.headers.get("Retry-After"),
            answered_at(response.headers, self.timing.now_utc()),
            carries_token=request.carries_token,
            request_id=ids.request_id,
            client_request_id=ids.client_request_id,
        )
        self.note_use(request.call.permission, error)
        if status == 401 and {*error_codes(body)} <= _TOKEN_CODES:
            error.sentence, error.remedy = _TOKEN_REFUSED
            return _TokenRefusedError(error)
        return error

    def _explain(self, error: Exception, client_request_id: str) -> GraphError:
        if not is_before_sending(error):
            return AnswerLostError(type(error).__name__, client_request_id=client_request_id)
        sentence, remedy = explain_connect_failure(error, urlsplit(self.cloud.graph).hostname or "")
        return ConnectFailedError(
            type(error).__name__, sentence=sentence, remedy=remedy, client_request_id=client_request_id
        )

    def _left_s(self, waited_s: float) -> float:
        left_s = self.policy.budget_s - waited_s
        if self.deadline_utc is not None:
            until_deadline_s = (self.deadline_utc - self.timing.now_utc()).total_seconds()
            if until_deadline_s <= 0:
                raise BudgetSpentError("the deadline has passed")
            left_s = min(left_s, until_deadline_s)
        return max(0.0, left_s)

    def _in(self, seconds: float) -> datetime:
        return self.timing.now_utc() + timedelta(seconds=seconds)


def _accept(request: Request, response: requests.Response, content: bytearray, ids: _Ids) -> Reply:
    status, body = response.status_code, None
    detail = ""
    if request.call.is_binary:
        body = bytes(content)
    elif content and not request.decodes:
        body = bytes(content)
        detail = "" if looks_like_json(response, content) else "the answer is not JSON"
    elif content:
        body = decode_json(response, content)
        detail = "the answer is not JSON" if body is GARBLED else ""
    elif status == 200:
        detail = "an empty answer where JSON is promised"
    if detail:
        raise ProtocolError(detail, status=status, request_id=ids.request_id, client_request_id=ids.client_request_id)
    return Reply(
        status=status,
        headers=response.headers,
        body=body,
        size_bytes=len(content),
        request_id=ids.request_id,
        client_request_id=ids.client_request_id,
    )


_TOKEN_CODES: Final = frozenset({"InvalidAuthenticationToken", "InvalidCloudInstance", "401"})
_TOKEN_REFUSED: Final = (
    _("Microsoft Graph refuses the token that Entra has just issued."),
    _("Check that the right cloud is chosen for this directory, and check the clock of this server."),
)


class _TokenRefusedError(Exception):
    """Graph refuses the token itself."""

    def __init__(self, error: GraphError) -> None:
        self.error = error
        super().__init__()
