"""Faults that a test orders: which requests they hit, and what happens."""

import random
import re
import threading
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from portsip_m365_plugin.simulator.exchange import Answer, Request, encode_json

KINDS = (
    "status",  # answer with `status` (and code, message, retry_after, body, content_type)
    "reset_before",  # connection reset, request never handled
    "reset_lost",  # request handled, connection reset before any byte of the answer
    "reset_during",  # handled, reset in the middle of the answer
    "reset_after",  # handled, whole answer sent, then reset: the kept-alive connection is dead
    "truncate",  # half of the body, then a normal close
    "slow",  # a slow answer: `chunk_bytes` every `pause_s`
    "delay",  # whole answer after `pause_s`
    "replace",  # right status, but another `body` or `content_type`
    "redirect",  # 302 to `location`
    "aadsts",  # Entra refuses with the AADSTS code in `code`, in its own shape
    "loop",  # next link points at this very request
    "endless",  # ever new next links, all of them to this very page
    "empty_page",  # a page without items and with a next link to the page that was due
    "duplicates",  # the page repeats its first item at its end
    "drop_item",  # of a $batch: no response for the items that match
)


@dataclass(slots=True)
class Transport:
    """What the server does to a finished answer on the socket."""

    kind: str
    chunk_bytes: int = 64
    pause_s: float = 0.05


@dataclass(slots=True)
class Fault:
    """One rule, for requests whose ``METHOD /path?query`` matches ``match``.

    The first ``skip`` of them are left alone, then ``times`` are hit (None: all), each with ``probability``.

    ``retry_after`` is sent unchanged; ``"date:5"`` becomes the HTTP date in five seconds. ``inner`` True hits
    only items of a ``$batch``, False only requests on the wire, None both.
    """

    kind: str
    match: str = "."
    skip: int = 0
    times: int | None = 1
    probability: float = 1.0
    seed: int = 1
    inner: bool | None = None
    status: int = 503
    code: str = ""
    message: str = "Injected fault."
    retry_after: str | None = None
    body: str | None = None
    content_type: str | None = None
    location: str = "https://example.invalid/elsewhere"
    chunk_bytes: int = 64
    pause_s: float = 0.05
    hits: int = 0
    _seen: int = field(default=0, repr=False)
    _pattern: re.Pattern[str] = field(init=False, repr=False)
    _random: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"fault kind {self.kind!r} is unknown; one of {', '.join(KINDS)}")
        self._pattern = re.compile(self.match)
        self._random = random.Random(self.seed)  # noqa: S311  repeatable faults

    def strikes(self, line: str, request: Request) -> bool:
        """Whether this request is hit. Counts."""
        if self.inner is not None and self.inner != request.inside_batch:
            return False
        if self.times is not None and self.hits >= self.times:
            return False
        if not self._pattern.search(line):
            return False
        self._seen += 1
        if self._seen <= self.skip or self._random.random() >= self.probability:
            return False
        self.hits += 1
        return True


_CODES = {
    400: "BadRequest",
    401: "InvalidAuthenticationToken",
    403: "AccessDenied",
    404: "ResourceNotFound",
    409: "Conflict",
    410: "SyncStateNotFound",
    423: "resourceLocked",
    424: "FailedDependency",
    429: "TooManyRequests",
    500: "InternalServerError",
    501: "NotImplemented",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
    509: "BandwidthLimitExceeded",
}


class Faults:
    """The active rules."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        """Add a rule."""
        with self._lock:
            self._rules.append(fault)
        return fault

    def clear(self) -> None:
        """Remove all rules."""
        with self._lock:
            self._rules.clear()

    def rules(self) -> list[Fault]:
        """The active rules with their hits."""
        return list(self._rules)

    def striking(self, request: Request) -> list[Fault]:
        """The rules that hit this request."""
        if not self._rules:
            return []
        line = f"{request.method} {request.target}"
        with self._lock:
            return [fault for fault in self._rules if fault.strikes(line, request)]


def faulty_status(fault: Fault) -> Answer:
    """The answer of a ``status`` or ``redirect`` fault."""
    headers: dict[str, str] = {}
    if fault.retry_after is not None:
        headers["Retry-After"] = retry_after_text(fault.retry_after)
    if fault.kind == "redirect":
        return Answer(302, b"", "", {**headers, "Location": fault.location})
    if fault.body is not None:
        return Answer(fault.status, fault.body.encode(), fault.content_type or "text/html", headers)
    document: dict[str, Any] = {
        "error": {
            "code": fault.code or _CODES.get(fault.status, "UnknownError"),
            "message": fault.message,
            "innerError": {"code": str(fault.status), "status": str(fault.status)},
        }
    }
    body = encode_json(document).encode()
    return Answer(fault.status, body, fault.content_type or "application/json", headers, document)


def retry_after_text(form: str) -> str:
    """A Retry-After value: unchanged, or for ``date:N`` the HTTP date in N seconds."""
    if form.startswith("date:"):
        return formatdate(time.time() + float(form[5:]), usegmt=True)
    return form
