"""Connections to Graph and what comes over them: sessions, answers read with limits, JSON decoded strictly."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from portsip_m365_plugin.graph.errors import AnswerTooLargeError

CONNECT_S: Final = 10.0
READ_S: Final = 60.0
_TOTAL_S: Final = 300.0
_POOL_SIZE: Final = 32
_PIECE_BYTES: Final = 64 * 1024

GARBLED: Final = object()
"""The value for an answer that is not JSON."""


def make_session(url: str, environment: Mapping[str, str] = os.environ) -> requests.Session:
    """Make connections to one origin. The machine's proxies and trust store (`REQUESTS_CA_BUNDLE`) are read once.

    By itself requests reads the environment, and `~/.netrc`, again for every request.
    """
    session = requests.Session()
    session.trust_env = False
    session.verify = environment.get("REQUESTS_CA_BUNDLE") or environment.get("CURL_CA_BUNDLE") or True
    session.proxies.update(get_environ_proxies(url))
    session.headers["User-Agent"] = "portsip-m365-plugin"
    adapter = HTTPAdapter(pool_connections=4, pool_maxsize=_POOL_SIZE, max_retries=0)
    session.mount("https://", adapter)
    return session


def drop_connections(session: requests.Session) -> None:
    """Close the connections that are kept open: the next request gets a new one."""
    for adapter in set(session.adapters.values()):
        if isinstance(adapter, HTTPAdapter):
            adapter.poolmanager.clear()


def read_content(
    response: requests.Response, started: float, monotonic: Callable[[], float], max_bytes: int
) -> bytearray:
    """Read a whole answer, up to a size and a time. It is in memory once.

    Raises:
        AnswerTooLargeError: It is larger. What follows is not read.
        requests.exceptions.ConnectionError: It is too slow.
    """
    content = bytearray()
    for piece in response.iter_content(_PIECE_BYTES):
        content += piece
        if len(content) > max_bytes:
            raise AnswerTooLargeError(f"the answer is larger than {max_bytes} bytes")
        if monotonic() - started > _TOTAL_S:
            raise requests.exceptions.ConnectionError("the answer is too slow")
    return content


def looks_like_json(response: requests.Response, content: bytes | bytearray) -> bool:
    """Whether an answer says that it is JSON, and begins and ends like an object."""
    return _says_json(response) and content[:64].lstrip()[:1] == b"{" and content[-64:].rstrip()[-1:] == b"}"


def _says_json(response: requests.Response) -> bool:
    content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return content_type == "application/json" or content_type.endswith("+json")


def decode_json(response: requests.Response, content: bytes | bytearray) -> Any:
    """Return the JSON of an answer, or `GARBLED`. The content type must say JSON too."""
    if not _says_json(response):
        return GARBLED
    try:
        return json.loads(content)
    except ValueError:
        return GARBLED
