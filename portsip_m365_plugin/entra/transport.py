"""The few requests of a sign-in: small JSON documents are read, one form is sent.

Every request has time-outs, a total time and a size limit. It uses no cookies and no `~/.netrc`, and follows no
redirect. The trust store is read once in each process (`REQUESTS_CA_BUNDLE` if it is set), because reading it for every
connection costs more than a sign-in.
"""

from __future__ import annotations

import functools
import json
import os
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import certifi
import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.utils import get_environ_proxies

from pbx_plugin_api import note_call
from portsip_m365_plugin.network import LINE_FAILURES
from portsip_m365_plugin.texts import _

_CONNECT_S: Final = 5.0
_READ_S: Final = 10.0
_TOTAL_S: Final = 20.0
_MAX_BYTES: Final = 512 * 1024
_POOL_SIZE: Final = 32


class EntraUnreachableError(Exception):
    """No usable answer came from the identity provider. A person may retry; we do not, because a code works once.

    Attributes:
        status: The HTTP status where an answer came that cannot be used; 0 where none came.
        text: What happened; `str` of this exception is its English.
    """

    def __init__(self, text: str, *, status: int = 0) -> None:
        self.status, self.text = status, text
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """An answer: any status below 500, and a JSON object."""

    status: int
    body: Mapping[str, Any]
    answered_at_utc: datetime | None = None
    """The time of the server, from its Date header; None where it sends none."""


class Transport(Protocol):
    """How documents are fetched and forms sent; tests use another one."""

    def get_json(self, url: str) -> Mapping[str, Any]:
        """Fetch a JSON object.

        Raises:
            EntraUnreachableError: Nothing usable came back.
        """

    def post_form(self, url: str, form: Mapping[str, str]) -> FormAnswer:
        """Send a form once; it is never repeated.

        Raises:
            EntraUnreachableError: Nothing usable came back. The server may have acted on the form.
        """


class HttpTransport:
    """HTTPS with requests. Threads: safe; connections are kept and shared."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        self._session = requests.Session()
        self._session.auth = _NoCredentials()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.mount("https://", _TrustingAdapter(trust))

    def get_json(self, url: str) -> Mapping[str, Any]:
        """See `Transport`."""
        answer = self._ask("GET", url, None)
        if answer.status != 200:
            raise EntraUnreachableError(_("{place} answered {status}", place=_place(url), status=answer.status))
        return answer.body

    def ask(self, url: str) -> FormAnswer:
        """Fetch a JSON object with any status below 500: a refusal of Entra contains one too.

        Raises:
            EntraUnreachableError: Nothing usable came back.
        """
        return self._ask("GET", url, None)

    def post_form(self, url: str, form: Mapping[str, str]) -> FormAnswer:
        """See `Transport`."""
        return self._ask("POST", url, form)

    def _ask(self, method: str, url: str, form: Mapping[str, str] | None) -> FormAnswer:
        started, call = time.monotonic(), "document" if form is None else "sign_in"
        until_s = started + _TOTAL_S
        try:
            with self._session.request(
                method,
                url,
                data=form,
                # No compression: a small answer cannot become a large one.
                headers={"Accept": "application/json", "Accept-Encoding": "identity"},
                timeout=(_CONNECT_S, _READ_S),
                allow_redirects=False,
                stream=True,
            ) as response:
                raw = _read(response, until_s)
                status = response.status_code
                answered_at_utc = _read_date(response.headers.get("Date"))
                request_id = response.headers.get("x-ms-request-id", "")[:100]
        except LINE_FAILURES as error:
            note_call("entra", call, "unreachable", time.monotonic() - started)
            # The exception's text could contain the form; its type is enough.
            raise EntraUnreachableError(_("{place}: {error}", place=_place(url), error=type(error).__name__)) from error
        note_call("entra", call, status, time.monotonic() - started, request_id=request_id)
        if status >= 500 or 300 <= status < 400 or status == 429:
            raise EntraUnreachableError(_("{place} answered {status}", place=_place(url), status=status), status=status)
        try:
            body = json.loads(raw)
        except (ValueError, RecursionError) as error:
            text = _("{place} answered {status} with something that is not JSON", place=_place(url), status=status)
            raise EntraUnreachableError(text, status=status) from error
        if not isinstance(body, dict):
            text = _("{place} answered {status} with JSON that is not an object", place=_place(url), status=status)
            raise EntraUnreachableError(text, status=status)
        return FormAnswer(status, body, answered_at_utc)


@functools.lru_cache(maxsize=4)
def _transport_trusting(bundle: str, _changed_ns: int) -> HttpTransport:
    trust = ssl.create_default_context(
        cafile=bundle if os.path.isfile(bundle) else None, capath=bundle if os.path.isdir(bundle) else None
    )
    trust.minimum_version = ssl.TLSVersion.TLSv1_2
    return HttpTransport(trust)


def shared_transport() -> HttpTransport:
    """Return the process's transport; a new one if the operator has changed the trust store."""
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or certifi.where()
    return _transport_trusting(bundle, os.stat(bundle).st_mtime_ns)


def find_proxy(url: str) -> str:
    """Return host and port of the proxy that requests to an address go through; empty if there is none.

    Its user name and password are never returned.
    """
    named = get_environ_proxies(url)
    proxy = named.get(urlsplit(url).scheme) or named.get("all") or ""
    return urlsplit(proxy if "//" in proxy else f"//{proxy}").netloc.rpartition("@")[2]


class _TrustingAdapter(HTTPAdapter):
    """Connections that verify with one trust store kept in memory."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        self._trust = trust
        super().__init__(pool_connections=64, pool_maxsize=_POOL_SIZE)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Give every connection the trust store."""
        super().init_poolmanager(*args, **kwargs, ssl_context=self._trust)

    def proxy_manager_for(self, proxy: Any, **kwargs: Any) -> Any:
        """Use the trust store behind a proxy too."""
        return super().proxy_manager_for(proxy, **kwargs, ssl_context=self._trust)

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        """Leave out the file names; they would be read again for each connection."""
        host, _ = super().build_connection_pool_key_attributes(request, True, cert)
        return host, {"cert_reqs": "CERT_REQUIRED"}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Always verify, with the trust store in memory."""
        conn.cert_reqs = "CERT_REQUIRED"


class _NoCredentials(AuthBase):
    """Keeps requests from reading ~/.netrc."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def _read(response: requests.Response, until_s: float) -> bytes:
    # Each piece as it arrives: iter_content waits for a full one, so a slow server would have no deadline.
    raw = bytearray()
    while piece := response.raw.read1(16_384):
        raw += piece
        if len(raw) > _MAX_BYTES:
            raise EntraUnreachableError(
                _("{place} answered with more than {limit} bytes", place=_place(response.url), limit=_MAX_BYTES)
            )
        if time.monotonic() > until_s:
            raise EntraUnreachableError(
                _("{place} took longer than {limit:.0f} s", place=_place(response.url), limit=_TOTAL_S)
            )
    return bytes(raw)


def _read_date(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(timezone.utc) if text else None
    except ValueError:
        return None


def _place(url: str) -> str:
    """An address without its query."""
    return url.partition("?")[0]
