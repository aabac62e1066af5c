"""Filling an upload session: ranges sent to an address outside the wire table, without our token.

Source: outlook-large-attachments (2021): ranges in order, each below 4 MB, no Authorization header ("may be answered
401"); the host is Outlook's. Only here may a request go to another host than the cloud's Graph.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.graph.bodies import FileContent, FileRange
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import (
    AnswerLostError,
    ForeignLinkError,
    GraphError,
    ProtocolError,
    ThrottledError,
    TooLargeError,
    UnavailableError,
)
from portsip_m365_plugin.graph.judge import make_error
from portsip_m365_plugin.graph.retry import answered_at
from portsip_m365_plugin.graph.wire import CALLS
from portsip_m365_plugin.network import LINE_FAILURES

RANGE_BYTES: Final = 12 * 320 * 1024
"""Below 4,000,000; a multiple of 320 KiB, which Microsoft's other upload sessions require."""

_OUTLOOK: Final = ("outlook.office.com", "outlook.office365.com", "outlook.com", "partner.outlook.cn")
_FAILURES_MAX: Final = 4
_PAUSE_MAX_S: Final = 60.0
_KEPT_BACK: Final = timedelta(seconds=150)
"""Time for one more range that hangs, and for sending the mail with a link instead."""
_TIMEOUT_S: Final = (10.0, 120.0)
_CONTROL: Final = re.compile(r"[\x00-\x20\x7f]")


def check_upload_url(url: str, cloud: Cloud) -> None:
    """Check that an upload address is https and on Outlook's host or on the cloud's Graph.

    Raises:
        ForeignLinkError: It is not; nothing was sent there.
    """
    parts, graph = urlsplit(url), urlsplit(cloud.graph)
    host = (parts.hostname or "").rstrip(".")
    known = host == graph.hostname or any(host == name or host.endswith("." + name) for name in _OUTLOOK)
    if parts.scheme != "https" or parts.username is not None or not known or _CONTROL.search(url):
        raise ForeignLinkError(f"an upload address leads to {parts.scheme}://{host[:100]}")


def upload(client: GraphClient, url: str, content: FileContent) -> None:
    """Send a whole file to an upload session. After a lost answer, ask how much arrived and continue there.

    Raises:
        TooLargeError: The deadline would pass before all of it is sent.
        GraphError: The file is not attached. No mail was sent: only `send_draft` sends.
    """
    check_upload_url(url, client.cloud)
    at, failures = 0, 0
    while True:
        if _is_too_late(client):
            raise TooLargeError("the line is too slow for a file of this size")
        part = FileRange(content=content, start=at, length=min(RANGE_BYTES, content.size_bytes - at))
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Range": f"bytes {at}-{at + len(part) - 1}/{content.size_bytes}",
        }
        try:
            status, body = _call(client, "PUT", url, headers, part)
        except (AnswerLostError, UnavailableError, ThrottledError) as error:
            failures += 1
            if failures > _FAILURES_MAX:
                raise
            client.timing.sleep(_pause_s(error, failures))
            at = _next_byte(_call(client, "GET", url, {}, None)[1], content.size_bytes)
            continue
        if status == 201:
            return
        at = _next_byte(body, content.size_bytes)


def _is_too_late(client: GraphClient) -> bool:
    """Whether the deadline is so near that the mail has to be sent without this file."""
    deadline = client.deadline_utc
    return deadline is not None and client.timing.now_utc() + _KEPT_BACK >= deadline


def _call(
    client: GraphClient, method: str, url: str, headers: dict[str, str], data: FileRange | None
) -> tuple[int, Any]:
    client.requests_sent += 1
    try:
        response = client.session.request(
            method, url, headers=headers, data=data, timeout=_TIMEOUT_S, allow_redirects=False
        )
    except LINE_FAILURES as error:
        raise AnswerLostError(type(error).__name__) from error
    try:
        body = json.loads(response.content) if response.content else None
    except ValueError:
        body = None
    if response.status_code in (200, 201):
        return response.status_code, body
    if response.status_code == 404:
        # After a lost answer to the last range the file is attached; after too long a wait it is not. This answer
        # does not say which, and a new draft is right in both cases.
        raise AnswerLostError("the upload session is gone", status=404)
    if response.status_code < 400:
        raise ProtocolError("an upload session answered what it never has", status=response.status_code)
    retry_after = response.headers.get("Retry-After")
    now_utc = answered_at(response.headers, client.timing.now_utc())
    raise make_error(CALLS["mail.create_upload"], response.status_code, body, retry_after, now_utc)


def _pause_s(error: GraphError, failures: int) -> float:
    if error.retry_after_s is None:
        return min(_PAUSE_MAX_S, 2.0**failures)
    if error.retry_after_s > _PAUSE_MAX_S:
        raise error
    return error.retry_after_s


def _next_byte(body: Any, size_bytes: int) -> int:
    """Read where the session continues; both spellings occur, and `26-` as well as `26`."""
    ranges = next((v for k, v in body.items() if k.lower() == "nextexpectedranges"), None) if body else None
    first = str(ranges[0]).partition("-")[0] if isinstance(ranges, list) and ranges else ""
    if not first.isdigit() or int(first) >= size_bytes:
        raise ProtocolError("an upload session does not say how far it is")
    return int(first)
