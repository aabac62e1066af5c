"""What says that a connection failed, whether a request may have left, and why, in a sentence.

Decided by the exception's chain of causes.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import traceback
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

import urllib3

from portsip_m365_plugin.texts import _, _later

LINE_FAILURES: Final = (OSError, urllib3.exceptions.HTTPError, http.client.HTTPException)
"""Every exception by which a connection fails.

requests wraps most of them, but not all: while a body is read, one of the socket, of urllib3 or of http.client may come
as it is, and so does one about a trust store that cannot be read. `OSError` includes requests' own exceptions,
`ssl.SSLError` and time-outs.
"""


class ConnectFault(StrEnum):
    """What kept a connection from being made."""

    NAME = "name"
    PROXY_LOGIN = "proxy_login"
    """The proxy wants a user name and a password."""
    PROXY = "proxy"
    UNTRUSTED = "untrusted"
    """The certificate is not trusted here."""
    TRUST_STORE = "trust_store"
    """The file of trusted certificates cannot be read."""
    TLS = "tls"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    OTHER = "other"


_PROXY_WANTS_LOGIN: Final = re.compile(r"\b407\b")
"""http.client keeps the status of a refused CONNECT in its text alone: "Tunnel connection failed: 407 …"."""
_BEFORE_SENDING: Final = frozenset(
    {"ConnectTimeout", "ConnectTimeoutError", "NameResolutionError", "NewConnectionError", "ProxyError"}
)
"""Exceptions of requests and urllib3."""
_WORDS: Final = {
    ConnectFault.NAME: (
        _later("The name {host} cannot be resolved."),
        _("Check the DNS settings and the internet connection of this server."),
    ),
    ConnectFault.PROXY_LOGIN: (
        _later("The proxy asks for a user name and a password before it lets this server reach {host} (HTTP 407)."),
        _(
            "Put them into HTTPS_PROXY of this server (http://USER:PASSWORD@PROXY:PORT), or let the proxy pass"
            " Microsoft's addresses without them."
        ),
    ),
    ConnectFault.PROXY: (
        _later("The proxy for {host} refused the connection or failed."),
        _("Check HTTPS_PROXY and NO_PROXY of this server."),
    ),
    ConnectFault.UNTRUSTED: (
        _later("The TLS certificate of {host} is not trusted by this server."),
        _("If a firewall inspects TLS, add its certificate authority with REQUESTS_CA_BUNDLE. Check the clock too."),
    ),
    ConnectFault.TRUST_STORE: (
        _later("{host} was not called: the file of trusted certificates of this server cannot be read."),
        _(
            "Correct REQUESTS_CA_BUNDLE of this server: it names a file of certificates in PEM that the PBX may read."
            " Then start the PBX again."
        ),
    ),
    ConnectFault.TLS: (
        _later("The TLS connection to {host} failed."),
        _("Check proxy and firewall. TLS 1.2 or newer is needed."),
    ),
    ConnectFault.REFUSED: (
        _later("{host} refused the connection."),
        _("Check the address, and the firewall of this server."),
    ),
    ConnectFault.TIMEOUT: (
        _later("{host} did not answer in time."),
        _("Check the internet connection and the firewall of this server."),
    ),
    ConnectFault.OTHER: (
        _later("{host} cannot be reached."),
        _("Check the internet connection, DNS and proxy of this server."),
    ),
}


def explain_connect_failure(error: BaseException, host: str) -> tuple[str, str]:
    """Return what is wrong and what to do, for the admin.

    Args:
        error: What the HTTP library raised; its causes, reasons and arguments are searched.
        host: The host that we tried to reach.
    """
    sentence, remedy = _WORDS[find_connect_fault(error)]
    return _(sentence, host=host), remedy


def find_connect_fault(error: BaseException) -> ConnectFault:
    """Return what kept a connection from being made."""
    causes = list(_causes(error))
    names = {type(cause).__name__ for cause in causes}
    if "ProxyError" in names:
        wants_login = any(isinstance(cause, OSError) and _PROXY_WANTS_LOGIN.search(str(cause)) for cause in causes)
        return ConnectFault.PROXY_LOGIN if wants_login else ConnectFault.PROXY
    if any(isinstance(cause, socket.gaierror) for cause in causes) or "NameResolutionError" in names:
        return ConnectFault.NAME
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return ConnectFault.UNTRUSTED
    if any(isinstance(cause, OSError) and _is_of_trust_store(cause) for cause in causes):
        return ConnectFault.TRUST_STORE
    if any(isinstance(cause, ssl.SSLError) for cause in causes) or "SSLError" in names:
        return ConnectFault.TLS
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return ConnectFault.REFUSED
    if any(isinstance(cause, TimeoutError) for cause in causes) or names & {"ConnectTimeoutError", "ReadTimeoutError"}:
        return ConnectFault.TIMEOUT
    return ConnectFault.OTHER


def is_before_sending(error: BaseException) -> bool:
    """Whether a connection certainly failed before the request was sent. If that cannot be known: no.

    TLS can fail at any time. After the handshake a failure says nothing about the request.
    """
    causes = list(_causes(error))
    if {type(cause).__name__ for cause in causes} & _BEFORE_SENDING:
        return True
    failures = [cause for cause in causes if isinstance(cause, OSError)]
    return any(_is_of_trust_store(cause) or _is_of_handshake(cause) for cause in failures)


def _is_of_handshake(error: OSError) -> bool:
    if not isinstance(error, ssl.SSLError):
        return False
    # OpenSSL's reason does not say it: WRONG_VERSION_NUMBER, for example, comes at any time.
    is_of_certificate = isinstance(error, ssl.SSLCertVerificationError)
    return is_of_certificate or any(frame.name == "do_handshake" for frame in traceback.extract_tb(error.__traceback__))


def _is_of_trust_store(error: OSError) -> bool:
    # requests looks whether the file is there; OpenSSL reads it.
    return "TLS CA certificate bundle" in str(error) or getattr(error, "library", None) in ("X509", "PEM")


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        item = waiting.pop()
        if not isinstance(item, BaseException) or id(item) in seen:
            continue
        seen.add(id(item))
        yield item
        # Without __context__: that can be the failure of an earlier request, after which this one was made.
        waiting += [item.__cause__, getattr(item, "reason", None), *item.args]
