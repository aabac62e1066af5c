"""A Graph client over answers written down beforehand: for tests of the client itself, without sockets."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from portsip_m365_plugin.clouds import GLOBAL, Cloud
from portsip_m365_plugin.graph.batch_queue import BatchItem
from portsip_m365_plugin.graph.client import GraphClient, Timing
from portsip_m365_plugin.graph.retry import RetryPolicy
from portsip_m365_plugin.graph.throttle import ThrottleGate
from portsip_m365_plugin.graph.wire import build

START_UTC = datetime(2026, 11, 24, 3, 0, tzinfo=timezone.utc)


@dataclass
class Written:
    """One answer, or an exception to be raised in place of one."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    error: BaseException | None = None


class WrittenAnswers(BaseAdapter):
    """Hands out answers in order and keeps what was asked."""

    def __init__(self, *answers: Written | Callable[[requests.PreparedRequest], Written]) -> None:
        super().__init__()
        self.answers = list(answers)
        self.asked: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        assert kwargs["timeout"], "a request without a time-out"
        self.asked.append(request)
        given = self.answers.pop(0)
        answer = given(request) if callable(given) else given
        if answer.error is not None:
            raise answer.error
        raw = answer.body if isinstance(answer.body, bytes) else b"" if answer.body is None else _dump(answer.body)
        headers = {"Content-Type": "application/json", "request-id": f"r{len(self.asked)}", **answer.headers}
        response = requests.Response()
        response.status_code, response.url, response.request = answer.status, request.url or "", request
        response.headers = CaseInsensitiveDict(headers)
        response.raw = HTTPResponse(io.BytesIO(raw), headers=headers, status=answer.status, preload_content=False)
        return response

    def close(self) -> None:
        """Nothing is open."""


class HandClock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    @property
    def now_s(self) -> float:
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def timing(self, chance: float = 0.0) -> Timing:
        return Timing(
            now_utc=lambda: START_UTC + timedelta(seconds=self.now_s),
            monotonic=lambda: self.now_s,
            sleep=self.sleep,
            random=lambda: chance,
        )


class StaticTokens:
    """Tokens t0, t1 … one newer with each renewal."""

    def __init__(self) -> None:
        self.renewed = 0

    def get(self) -> str:
        return f"t{self.renewed}"

    def renew(self) -> str:
        self.renewed += 1
        return self.get()


@dataclass
class Wired:
    """A client and everything around it."""

    client: GraphClient
    answers: WrittenAnswers
    clock: HandClock
    tokens: StaticTokens


def wire(*answers: Written | Callable[[requests.PreparedRequest], Written], cloud: Cloud = GLOBAL,
         policy: RetryPolicy | None = None, **more: Any) -> Wired:  # fmt: skip
    """Make a client that gets these answers, in this order."""
    adapter, clock, tokens, session = WrittenAnswers(*answers), HandClock(), StaticTokens(), requests.Session()
    session.trust_env = False
    session.mount("https://", adapter)
    timing = clock.timing()
    client = GraphClient(
        cloud=cloud,
        tokens=tokens,
        session=session,
        gate=ThrottleGate(timing.monotonic, timing.sleep),
        policy=policy or RetryPolicy(),
        timing=timing,
        **more,
    )
    return Wired(client, adapter, clock, tokens)


def refused(status: int, code: str = "", *, retry_after: str | None = None, body: Any = None) -> Written:
    """An error answer."""
    shape = {"error": {"code": code, "message": "told by a test"}} if body is None else body
    return Written(status, shape, {} if retry_after is None else {"Retry-After": retry_after})


def _dump(body: Any) -> bytes:
    return json.dumps(body).encode()


def batch_answer(*items: dict[str, Any]) -> Written:
    return Written(body={"responses": list(items)})


def item(number: int, status: int = 200, **more: Any) -> dict[str, Any]:
    code = "Authorization_RequestDenied" if status == 403 else "X"
    body = {"id": f"u{number}"} if status == 200 else {"error": {"code": code}}
    return {"id": str(number), "status": status, "body": body, **more}


def items_of(n: int) -> list[BatchItem[int]]:
    return [BatchItem(key=i, request=build("users.get", GLOBAL, user_id=f"u{i}")) for i in range(n)]
