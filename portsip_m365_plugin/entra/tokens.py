"""App-only tokens by certificate, through msal.

One application object is kept for each credential: msal then finds tokens in its cache and asks Entra once an hour.
msal also keeps an error answer for 60 seconds, even after the cause is fixed (measured), so a connection test uses a
fresh object. msal ignores its own time-outs when it gets a session, so the session sets them.

Source: Microsoft identity platform certificate credentials (2025-01-04); msal 1.39: a credential with
`public_certificate` and without `thumbprint` signs PS256 with `x5t#S256`.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit

import msal
import requests
from requests.utils import get_environ_proxies

from pbx_plugin_api import note_call
from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.entra.aadsts import EntraRefusal, RefusalKind, explain_clock, explain_token_error
from portsip_m365_plugin.network import LINE_FAILURES, explain_connect_failure
from portsip_m365_plugin.texts import _

_log = logging.getLogger(__name__)

_TIMEOUT_S: Final = (10.0, 30.0)
_APPS_MAX: Final = 512
_SKEW_REPORTED_S: Final = 240.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AppCredential:
    """The app's identity: directory, application, and the key pair that signs."""

    cloud: Cloud
    entra_tenant_id: str
    client_id: str
    private_key_pem: bytes = field(repr=False)
    certificate_pem: str = field(repr=False)
    thumbprint_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppToken:
    """An access token for Graph. Opaque; never parsed, never shown."""

    access_token: str = field(repr=False)
    is_from_cache: bool


class _BusyError(requests.exceptions.RequestException):
    """Entra is reachable but cannot answer now (429, 500 and above)."""


class _NotEntrasError(requests.exceptions.RequestException):
    """The answer does not have Entra's form. msal would fail on it in many ways."""


class _EntraSession(requests.Session):
    """A session with time-outs. It accepts only Entra's answers and remembers the time they report."""

    def __init__(self, authority: str, environment: Mapping[str, str]) -> None:
        super().__init__()
        self.trust_env = False
        self.verify = environment.get("REQUESTS_CA_BUNDLE") or environment.get("CURL_CA_BUNDLE") or True
        self.proxies.update(get_environ_proxies(authority))
        self.server_ahead_s = 0.0

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["timeout"] = _TIMEOUT_S
        kwargs["allow_redirects"] = False
        started = time.monotonic()
        try:
            response = super().request(*args, **kwargs)
        except LINE_FAILURES:
            note_call("entra", "app_token", "unreachable", time.monotonic() - started)
            raise
        request_id = response.headers.get("x-ms-request-id", "")[:100]
        note_call("entra", "app_token", response.status_code, time.monotonic() - started, request_id=request_id)
        try:
            reported = parsedate_to_datetime(response.headers["Date"])
            self.server_ahead_s = (reported - datetime.now(timezone.utc)).total_seconds()
        except (KeyError, TypeError, ValueError):
            self.server_ahead_s = 0.0
        if response.status_code == 429 or response.status_code >= 500:
            raise _BusyError(f"HTTP {response.status_code}")
        if not _is_entras(response):
            raise _NotEntrasError(f"HTTP {response.status_code}")
        return response


def _is_entras(response: requests.Response) -> bool:
    try:
        shape = response.json()
    except ValueError:
        return False
    if not isinstance(shape, dict) or not isinstance(shape.get("error", ""), str):
        return False
    token = shape.get("access_token", "")
    return isinstance(token, str) and token.isascii() and token.isprintable()  # it becomes a header


@dataclass(frozen=True, slots=True)
class _App:
    application: msal.ConfidentialClientApplication
    session: _EntraSession


_apps: OrderedDict[tuple[str, str, str, str], _App] = OrderedDict()
_lock = threading.Lock()


def acquire_app_token(
    credential: AppCredential,
    *,
    fresh: bool = False,
    force_refresh: bool = False,
    make_session: Callable[[str, Mapping[str, str]], _EntraSession] = _EntraSession,
) -> AppToken | EntraRefusal:
    """Return a token for Graph, from msal's cache or from Entra.

    Args:
        credential: Which app asks.
        fresh: Use a new application object: no cached token and no cached refusal.
        force_refresh: Drop the kept object: Graph has refused its token.
        make_session: Makes the connections; tests pass their own.

    Cost: none while a token is cached; else one request, and one discovery request the first time.
    """
    try:
        app = _make_app(credential, make_session) if fresh else _find_app(credential, make_session, force_refresh)
        with _lock_of(app):
            answer = app.application.acquire_token_for_client(scopes=[credential.cloud.graph_scope])
    except _BusyError as error:
        _log.warning("Entra is busy: %s", error)
        return explain_token_error({"error": "temporarily_unavailable"})
    except _NotEntrasError as error:
        return _explain_other_answer(error, credential)
    except LINE_FAILURES as error:
        return _explain_unreachable(error, credential.cloud)
    except (ValueError, LookupError, RuntimeError, TypeError, AttributeError, ArithmeticError) as error:
        # msal raises ValueError for a directory that it cannot discover and for an answer that is not JSON. A member
        # of another type than it expects makes it fail in many ways.
        return _explain_discovery(error, credential)
    if "access_token" in answer:
        return AppToken(access_token=answer["access_token"], is_from_cache=answer.get("token_source") == "cache")
    refusal = explain_token_error(answer)
    if (
        refusal.kind in (RefusalKind.CLOCK, RefusalKind.CERTIFICATE)
        and abs(app.session.server_ahead_s) > _SKEW_REPORTED_S
    ):
        refusal = _explain_clock(refusal, app.session.server_ahead_s)
    _log.warning("Entra refused a token: AADSTS%s, correlation %s", refusal.code, refusal.correlation_id)
    return refusal


def forget_apps() -> None:
    """Drop all kept application objects; for tests, and after a change of the operator's clouds."""
    with _lock:
        _apps.clear()


def forget_app(authority: str, entra_tenant_id: str, client_id: str) -> None:
    """Drop the kept tokens and refusals of one app, with every key pair."""
    with _lock:
        for key in [key for key in _apps if key[:3] == (authority, entra_tenant_id, client_id)]:
            _token_locks.pop(id(_apps.pop(key).session), None)


_token_locks: dict[int, threading.Lock] = {}


def _lock_of(app: _App) -> threading.Lock:
    """One token request at a time for each application: the threads of a run share what the first one fetched."""
    with _lock:
        return _token_locks.setdefault(id(app.session), threading.Lock())


def _find_app(credential: AppCredential, make_session: Callable[..., _EntraSession], drop: bool) -> _App:
    key = (
        credential.cloud.authority,
        credential.entra_tenant_id,
        credential.client_id,
        credential.thumbprint_sha256,
    )
    with _lock:
        if drop:
            _apps.pop(key, None)
        found = _apps.get(key)
        if found is not None:
            _apps.move_to_end(key)
            return found
    made = _make_app(credential, make_session)
    with _lock:
        kept = _apps.setdefault(key, made)
        while len(_apps) > _APPS_MAX:
            _, dropped = _apps.popitem(last=False)
            _token_locks.pop(id(dropped.session), None)
        return kept


def _make_app(credential: AppCredential, make_session: Callable[..., _EntraSession]) -> _App:
    session = make_session(credential.cloud.authority, os.environ)
    application = msal.ConfidentialClientApplication(
        credential.client_id,
        authority=f"{credential.cloud.authority}/{credential.entra_tenant_id}",
        client_credential={
            "private_key": credential.private_key_pem.decode("ascii"),
            "public_certificate": credential.certificate_pem,
        },
        http_client=session,
        # Microsoft's list of authorities does not contain an operator's cloud.
        instance_discovery=None if credential.cloud.is_microsofts else False,
    )
    return _App(application, session)


def _explain_unreachable(error: Exception, cloud: Cloud) -> EntraRefusal:
    sentence, remedy = explain_connect_failure(error, urlsplit(cloud.authority).hostname or cloud.authority)
    _log.warning("Entra cannot be reached: %s", type(error).__name__)
    return EntraRefusal(kind=RefusalKind.UNREACHABLE, sentence=sentence, remedy=remedy)


def _explain_discovery(error: Exception, credential: AppCredential) -> EntraRefusal:
    """Explain why msal found no directory to ask."""
    text = str(error)
    if "AADSTS" in text or "invalid_tenant" in text or "tenant_discovery" in text or "authority" in text.lower():
        refusal = explain_token_error({"error": "invalid_tenant", "error_description": text})
        if refusal.kind is not RefusalKind.OTHER:
            return refusal
        return explain_token_error({"error": "invalid_tenant", "error_codes": [90002]})
    return _explain_other_answer(error, credential)


def _explain_other_answer(error: Exception, credential: AppCredential) -> EntraRefusal:
    _log.warning("Entra's answer could not be read: %s", type(error).__name__)
    host = urlsplit(credential.cloud.authority).hostname
    return EntraRefusal(
        kind=RefusalKind.OTHER,
        sentence=_(
            "The answer of {host} did not come from Entra, or something on the way changed it.",
            host=host or credential.cloud.authority,
        ),
        remedy=_("Check the proxy or firewall between this server and Microsoft, and check which cloud is chosen."),
    )


def _explain_clock(refusal: EntraRefusal, server_ahead_s: float) -> EntraRefusal:
    sentence, remedy = explain_clock(server_ahead_s)
    return EntraRefusal(
        kind=RefusalKind.CLOCK,
        sentence=sentence,
        remedy=remedy,
        error=refusal.error,
        code=refusal.code,
        trace_id=refusal.trace_id,
        correlation_id=refusal.correlation_id,
        timestamp=refusal.timestamp,
    )
