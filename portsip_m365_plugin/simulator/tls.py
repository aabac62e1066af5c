"""A certificate authority made at start, and a server certificate that also covers Microsoft's own host names.

Only clients that are configured so trust this authority (``REQUESTS_CA_BUNDLE`` or a CA file), so the names do no harm.
With them tests can point a resolver at the simulator and keep Microsoft's addresses in every URL.
"""

import ssl
from dataclasses import dataclass
from functools import cache

HOST_NAMES = (
    "localhost",
    "127.0.0.1",
    "::1",
    "login.microsoftonline.com",
    "graph.microsoft.com",
    "outlook.office.com",
    "outlook.office365.com",
    "login.partner.microsoftonline.cn",
    "login.chinacloudapi.cn",
    "microsoftgraph.chinacloudapi.cn",
    "partner.outlook.cn",
    "login.microsoftonline.us",
    "graph.microsoft.us",
    "dod-graph.microsoft.us",
)


@dataclass(frozen=True)
class LoopbackTls:
    """The authority's PEM for clients and the server's context."""

    ca_pem: bytes
    server_context: ssl.SSLContext


@cache
def make_tls() -> LoopbackTls:
    """The process's certificates: an authority and one server certificate (elliptic curve: quick handshakes).

    Raises:
        ModuleNotFoundError: trustme is not installed; it comes with the extra `demo`.
    """
    import trustme

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    authority.issue_cert(*HOST_NAMES).configure_cert(context)
    return LoopbackTls(authority.cert_pem.bytes(), context)
