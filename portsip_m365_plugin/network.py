"""Why a connection failed, in a sentence. Decided by the exception's chain of causes, not by its text."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator


def explain_connect_failure(error: BaseException, host: str) -> tuple[str, str]:
    """Return what is wrong and what to do, for the admin.

    Args:
        error: What the HTTP library raised; its causes, reasons and arguments are searched.
        host: The host that we tried to reach.
    """
    causes = list(_causes(error))
    names = {type(cause).__name__ for cause in causes}
    if any(isinstance(cause, socket.gaierror) for cause in causes) or "NameResolutionError" in names:
        return (
            f"The name {host} cannot be resolved.",
            "Check the DNS settings and the internet connection of this server.",
        )
    if "ProxyError" in names:
        return (
            f"The proxy for {host} refused the connection or failed.",
            "Check HTTPS_PROXY and NO_PROXY of this server.",
        )
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return (
            f"The TLS certificate of {host} is not trusted by this server.",
            "If a firewall inspects TLS, add its certificate authority with REQUESTS_CA_BUNDLE. Check the clock too.",
        )
    if any(isinstance(cause, ssl.SSLError) for cause in causes) or "SSLError" in names:
        return f"The TLS connection to {host} failed.", "Check proxy and firewall. TLS 1.2 or newer is needed."
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return f"{host} refused the connection.", "Check the address, and the firewall of this server."
    if any(isinstance(cause, TimeoutError) for cause in causes) or names & {"ConnectTimeoutError", "ReadTimeoutError"}:
        return f"{host} did not answer in time.", "Check the internet connection and the firewall of this server."
    return f"{host} cannot be reached.", "Check the internet connection, DNS and proxy of this server."


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        item = waiting.pop()
        if not isinstance(item, BaseException) or id(item) in seen:
            continue
        seen.add(id(item))
        yield item
        waiting += [item.__cause__, item.__context__, getattr(item, "reason", None), *item.args]
