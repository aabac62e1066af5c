"""One HTTP exchange inside the simulator: the request, the answer, and refusals as exceptions."""

import json
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

JSON_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"

encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""Compact JSON; one encoder made once, which is what keeps large pages quick."""


@dataclass(slots=True)
class Request:
    """A request as read from the wire, or one item of a ``$batch``.

    ``headers`` have lower-case names. ``target`` is the raw request target, ``origin`` the scheme and authority that
    the client used; absolute links repeat it.
    """

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""
    origin: str = "https://127.0.0.1"
    inside_batch: bool = False
    on_browser_port: bool = False
    path: str = ""
    segments: list[str] = field(default_factory=list)
    query: dict[str, str] = field(default_factory=dict)
    request_id: str = ""
    client_request_id: str = ""

    def __post_init__(self) -> None:
        parts = urlsplit(self.target) if "?" in self.target or "#" in self.target else None
        raw_path = parts.path if parts else self.target
        self.path = unquote(raw_path)
        self.segments = [unquote(piece) for piece in raw_path.split("/") if piece]
        if parts and parts.query:
            self.query = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.request_id = str(uuid.uuid4())
        self.client_request_id = self.headers.get("client-request-id", self.request_id)

    def form(self) -> dict[str, str]:
        """The body as an HTML form."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def json(self) -> Any:
        """The body as JSON; raises ``ValueError`` when it is not."""
        return json.loads(self.body)

    def prefers(self, name: str) -> str | None:
        """The value of one ``Prefer`` token, lower-case name, quotes stripped; None if it was not sent."""
        for part in self.headers.get("prefer", "").split(","):
            key, _, value = part.strip().partition("=")
            if key.strip().lower() == name.lower():
                return value.strip().strip('"')
        return None


@dataclass(slots=True)
class Answer:
    """An answer to write. ``body`` is what the client gets; ``document`` is the JSON before it was serialised."""

    status: int
    body: bytes = b""
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    document: Any = None


class Refused(Exception):  # noqa: N818  a refusal is Microsoft's answer, not an error of ours
    """Graph refuses: becomes an error body with this status and code."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        headers: dict[str, str] | None = None,
        inner: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message
        self.headers = headers or {}
        self.inner = inner or {}


def json_answer(document: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """An answer with a JSON body in Graph's own content type."""
    return Answer(status, encode_json(document).encode(), JSON_TYPE, headers or {}, document)


def error_answer(refused: Refused, request: Request, date: str) -> Answer:
    """Graph's error body, with the request's ids in ``innerError`` (Graph error responses, 2026-05)."""
    document = {
        "error": {
            "code": refused.code,
            "message": refused.message,
            "innerError": {
                **refused.inner,
                "date": date,
                "request-id": request.request_id,
                "client-request-id": request.client_request_id,
            },
        }
    }
    answer = json_answer(document, refused.status, dict(refused.headers))
    answer.content_type = "application/json"
    return answer
