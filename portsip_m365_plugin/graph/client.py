"""One Graph client: sends what the wire table allows, waits when Microsoft asks, and says exactly what came of it.

It never retries what could happen twice, never follows a redirect with a token, never shows a token to a log, and
never lets a failed call look like an empty answer.
"""

from __future__ import annotations

import json
import logging
import os
import random
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.graph.bodies import encode_body
from portsip_m365_plugin.graph.errors import (
    AnswerLostError,
    BudgetSpentError,
    ConnectFailedError,
    ConsentMissingError,
    GraphError,
    ProtocolError,
    ThrottledError,
    error_codes,
    judge,
    read_message,
)
from portsip_m365_plugin.graph.retry import RetryPolicy, may_retry, parse_retry_after, tries_at_most, wait_s
from portsip_m365_plugin.graph.throttle import DIRECTORY, ThrottleGate
from portsip_m365_plugin.graph.wire import Request
from portsip_m365_plugin.network import explain_connect_failure

__all__ = ["GraphClient", "Reply", "Timing", "TokenSource", "make_session"]

_log = logging.getLogger(__name__)

_CONNECT_S: Final = 10.0
_READ_S: Final = 60.0
_TOTAL_S: Final = 300.0
_ANSWER_MAX_BYTES: Final = 64 * 1024 * 1024
_POOL_SIZE: Final = 32
_PIECE_BYTES: Final = 64 * 1024


class TokenSource(Protocol):
    """Where access tokens come from. Asked before every request, since a run may outlive a token."""

    def get(self) -> str:
        """Return a valid token, from a cache where possible.

        Raises:
            TokenMissingError: Entra gives none; carries its sentence and remedy.
        """

    def renew(self) -> str:
        """Return a token other than the last one: Graph has just refused that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Clock, sleep and chance; tests bring their own."""

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
    """Decoded JSON; None where there is none; bytes of a binary call."""
    request_id: str = ""
    client_request_id: str = ""


@dataclass
class GraphClient:
    """A client for one app and tenant in one cloud. Threads may share it.

    Args:
        cloud: Where to send.
        tokens: Where tokens come from.
        session: Connections; `make_session` makes one.
        gate: Shared by all clients of this app and tenant in this process.
        priority: `low` for nightly work, `normal` for what somebody waits for.
        deadline_utc: After this nothing is sent or waited for; a run's own deadline.
    """

    cloud: Cloud
    tokens: TokenSource
    session: requests.Session
    gate: ThrottleGate
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    timing: Timing = field(default_factory=Timing)
    priority: str = "normal"
    deadline_utc: datetime | None = None
    requests_sent: int = 0
    """HTTP requests to Graph, retries included; token requests not counted."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, request: Request) -> Reply:
        """Send a call until it is answered, refused, or the budget is spent.

        Raises:
            GraphError: See `graph.errors`; `retry_at_utc` says when it may go on, where that is known.
        """
        waited_s, attempt, renewed = 0.0, 0, False
        key = request.mailbox or DIRECTORY
        while True:
            left_s = self._left_s(waited_s)
            gate_s = self.gate.wait_s(key)
            if gate_s > left_s or not self.gate.pass_through(key, at_most_s=left_s):
                raise ThrottledError("the gate is closed", status=429, retry_at_utc=self._in(gate_s))
            waited_s += gate_s
            attempt += 1
            try:
                return self._send_once(request, attempt)
            except _TokenRefusedError as refused:
                # A token can die before its time (revoked, clock): one new one, then the refusal stands.
                if renewed:
                    raise refused.error from None
                self.tokens.renew()
                renewed, attempt = True, attempt - 1
            except GraphError as error:
                error.attempts = attempt
                waited_s += self._wait_after(error, request, key, attempt, waited_s)

    def _wait_after(self, error: GraphError, request: Request, key: str, attempt: int, waited_s: float) -> float:
        """Wait before the next try and return how long; raise the error where there is none."""
        retry_after_s: float | None = getattr(error, "retry_after_s", None)
        pause_s = wait_s(attempt, retry_after_s, self.policy, self.timing.random())
        if isinstance(error, ThrottledError):
            error.retry_at_utc = self._in(pause_s)
            self.gate.close_for(pause_s, key)
        if not may_retry(error, request.call.retry) or attempt >= tries_at_most(error, self.policy):
            raise error
        if pause_s > self._left_s(waited_s):
            error.retry_at_utc = self._in(pause_s)
            raise error
        _log.info("%s: %s; next try in %.1f s", request.call.name, error, pause_s)
        if isinstance(error, ThrottledError):
            return 0.0  # the gate waits, for all threads alike
        self.timing.sleep(pause_s)
        return pause_s

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
        ids: dict[str, Any] = {"client_request_id": client_request_id}
        try:
            response = self.session.request(
                call.method,
                url,
                headers=headers,
                data=data,
                timeout=(_CONNECT_S, _READ_S),
                allow_redirects=False,
                stream=True,
            )
            with response:
                content = _read_content(response, started, self.timing.monotonic)
        except requests.exceptions.RequestException as error:
            raise self._explain(error, ids) from error
        except OSError as error:
            raise AnswerLostError(type(error).__name__, **ids) from error
        ids["request_id"] = response.headers.get("request-id", "")[:100]
        took_s = self.timing.monotonic() - started
        _log.debug(
            "%s %s: HTTP %d, %d bytes, %.3f s, request-id %s",
            call.method, call.path, response.status_code, len(content), took_s, ids["request_id"],
        )  # fmt: skip
        if response.status_code in call.success:
            return self._accept(request, response, content, ids)
        raise self._refuse(request, response, content, ids)

    def _accept(self, request: Request, response: requests.Response, content: bytes, ids: dict[str, Any]) -> Reply:
        body: Any = None
        if request.call.is_binary:
            body = content
        elif content:
            body = _decode(response, content)
            if body is _GARBLED:
                raise ProtocolError("the answer is not JSON", status=response.status_code, **ids)
        elif response.status_code == 200:
            raise ProtocolError("an empty answer where JSON is promised", status=200, **ids)
        return Reply(status=response.status_code, headers=response.headers, body=body, **ids)

    def _refuse(self, request: Request, response: requests.Response, content: bytes, ids: dict[str, Any]) -> Exception:
        status = response.status_code
        if status < 400:
            # 202 in place of 200, or a redirect: whoever answers so is not the API we know.
            return ProtocolError(f"an answer with HTTP {status}, which this call never has", status=status, **ids)
        body = _decode(response, content)
        kind, code = judge(status, body, carries_token=request.carries_token)
        retry_after_s = parse_retry_after(response.headers.get("Retry-After"), self.timing.now_utc())
        if status == 424 and request.call.service == "batch":
            kind = ThrottledError  # older documentation: a batch with a throttled item fails as a whole
        if status == 503:
            # Microsoft: back off, and come back on a new connection.
            for adapter in set(self.session.adapters.values()):
                if isinstance(adapter, HTTPAdapter):
                    adapter.poolmanager.clear()
            if retry_after_s is not None:
                kind = ThrottledError
        _log.info("%s: HTTP %d %s: %s", request.call.name, status, code, read_message(body))
        error = kind(f"{request.call.name} was refused", status=status, code=code, **ids)
        if isinstance(error, ConsentMissingError):
            error.name_permission(request.call.permission)
        error.retry_after_s = retry_after_s  # type: ignore[attr-defined]  # read by _wait_after alone
        if status == 401 and {*error_codes(body)} <= {"InvalidAuthenticationToken", "401"}:
            error.sentence, error.remedy = _TOKEN_REFUSED
            return _TokenRefusedError(error)
        return error

    def _explain(self, error: requests.exceptions.RequestException, ids: dict[str, Any]) -> GraphError:
        host = urlsplit(self.cloud.graph).hostname or ""
        sentence, remedy = explain_connect_failure(error, host)
        told = {"sentence": sentence, "remedy": remedy, **ids}
        if _is_before_sending(error):
            return ConnectFailedError(type(error).__name__, **told)
        return AnswerLostError(type(error).__name__, **ids)

    def can_wait(self, waited_s: float, pause_s: float) -> bool:
        """Whether a call that has waited so long may wait once more: its budget and the run's deadline allow it."""
        in_time = self.deadline_utc is None or self._in(pause_s) < self.deadline_utc
        return in_time and waited_s + pause_s <= self.policy.budget_s

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


def make_session(url: str, environment: Mapping[str, str] = os.environ) -> requests.Session:
    """Make connections to one origin, with the machine's proxies and trust (`REQUESTS_CA_BUNDLE`) read once.

    requests would read the environment, and `~/.netrc`, again for every request.
    """
    session = requests.Session()
    session.trust_env = False
    session.verify = environment.get("REQUESTS_CA_BUNDLE") or environment.get("CURL_CA_BUNDLE") or True
    session.proxies.update(get_environ_proxies(url))
    session.headers["User-Agent"] = "portsip-m365-plugin"
    adapter = HTTPAdapter(pool_connections=4, pool_maxsize=_POOL_SIZE, max_retries=0)
    session.mount("https://", adapter)
    return session


_TOKEN_REFUSED: Final = (
    "Microsoft Graph refuses the token that Entra has just given.",
    "Check that the cloud is the one the directory is in, and the clock of this server.",
)


class _TokenRefusedError(Exception):
    """Graph refuses the token itself."""

    def __init__(self, error: GraphError) -> None:
        self.error = error
        super().__init__()


_GARBLED: Final = object()


def _decode(response: requests.Response, content: bytes) -> Any:
    """Return the JSON of an answer, or a mark that it is none. The content type is believed before the content."""
    content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if content_type != "application/json" and not content_type.endswith("+json"):
        return _GARBLED
    try:
        return json.loads(content)
    except ValueError:
        return _GARBLED


def _read_content(response: requests.Response, started: float, monotonic: Callable[[], float]) -> bytes:
    pieces, size = [], 0
    for piece in response.iter_content(_PIECE_BYTES):
        pieces.append(piece)
        size += len(piece)
        if size > _ANSWER_MAX_BYTES or monotonic() - started > _TOTAL_S:
            raise requests.exceptions.ConnectionError("the answer is too large or too slow")
    return b"".join(pieces)


def _is_before_sending(error: requests.exceptions.RequestException) -> bool:
    """Whether the connection failed before the request went out."""
    if isinstance(
        error, (requests.exceptions.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.ProxyError)
    ):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason).__name__ in {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "SSLError"}
