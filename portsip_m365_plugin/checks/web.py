"""Redirect URIs and the certificate of the PBX's own web address: what people's browsers need to sign in."""

from __future__ import annotations

import os
import socket
import ssl
from datetime import datetime, timezone
from typing import Final
from urllib.parse import urlsplit

import certifi

from pbx_plugin_api import Host
from portsip_m365_plugin.checks.board import REDIRECT_URIS, WEB_CERTIFICATE, Board
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.config.signin import SignInMode
from portsip_m365_plugin.network import ConnectFault, find_connect_fault
from portsip_m365_plugin.signin_health import find_fault, find_test

_CONNECT_S: Final = 5.0
_ENDING_DAYS: Final = 14
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
"""Entra lets http pass for these: redirect URI restrictions and limitations (2024)."""


def check_redirect_uris(board: Board, host: Host, config: Config) -> None:
    """Note whether Microsoft sends people back to this PBX. No request."""
    is_on = config.signin.mode is not SignInMode.OFF
    origins = host.web_origins
    plain = [origin for origin in origins.all() if _is_plain_http(origin)]
    no_sbc = "" if origins.sbc else " This PBX has no SBC domain, so people who sign in through one cannot."
    test, fault = find_test(host, config.connection), find_fault(host)
    if plain:
        board.not_well(
            REDIRECT_URIS,
            f"{plain[0]} is not https, and Microsoft sends people back to https addresses only.",
            "Give the PBX a certificate, and set its web address to https.",
            is_needed=is_on,
        )
    elif not is_on:
        board.not_checked(REDIRECT_URIS, f"Sign-in with Microsoft is off.{no_sbc}", is_needed=False)
    elif fault is not None:
        board.not_well(
            REDIRECT_URIS,
            f"Microsoft signs nobody in: {fault.text}",
            "Put it right in Entra, then press “Test sign-in” on the SIGN IN tab.",
        )
    elif test is None:
        board.not_proven(
            REDIRECT_URIS,
            f"No test sign-in has succeeded with this application yet.{no_sbc}",
            "Register the redirect URIs of the PERMISSIONS tab in Entra, then press “Test sign-in” on the SIGN IN tab.",
        )
    else:
        board.ok(REDIRECT_URIS, f"{test.text} was signed in by Microsoft on {test.at_utc:%Y-%m-%d}.{no_sbc}")


def check_web_certificate(board: Board, host: Host, config: Config) -> None:
    """Note whether browsers trust the web address. Cost: one connection to this PBX itself, none to Microsoft."""
    is_on = config.signin.mode is not SignInMode.OFF
    parts = urlsplit(host.web_origins.web)
    name = parts.hostname or ""
    if parts.scheme != "https":
        board.not_checked(WEB_CERTIFICATE, f"{host.web_origins.web} is not https.", is_needed=False)
        return
    try:
        days = _days_left(name, parts.port or 443)
    except OSError as error:
        fault = find_connect_fault(error)
        if fault is ConnectFault.UNTRUSTED:
            board.not_well(
                WEB_CERTIFICATE,
                f"The certificate of {host.web_origins.web} is not trusted, does not name this address, or has"
                " expired; browsers warn.",
                "Install a certificate of a trusted authority for this address.",
                is_needed=is_on,
            )
        else:
            why = f"This server cannot reach its own web address {host.web_origins.web} from inside."
            board.not_checked(WEB_CERTIFICATE, why, is_needed=False)
        return
    if days <= _ENDING_DAYS:
        board.not_well(
            WEB_CERTIFICATE,
            f"The certificate of {host.web_origins.web} expires in {days} days.",
            "Renew it. Without a valid one people cannot sign in.",
            is_needed=False,
        )
    else:
        board.ok(WEB_CERTIFICATE, f"{host.web_origins.web} has a trusted certificate for {days} more days.")


def _days_left(name: str, port: int) -> int:
    """Connect as a browser would. Raises `OSError`."""
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or certifi.where()
    trust = ssl.create_default_context(
        cafile=bundle if os.path.isfile(bundle) else None, capath=bundle if os.path.isdir(bundle) else None
    )
    with (
        socket.create_connection((name, port), timeout=_CONNECT_S) as plain,
        trust.wrap_socket(plain, server_hostname=name) as connection,
    ):
        certificate = connection.getpeercert()
    ends_s = ssl.cert_time_to_seconds(str(certificate["notAfter"])) if certificate else 0
    return int((ends_s - datetime.now(timezone.utc).timestamp()) // 86_400)


def _is_plain_http(origin: str) -> bool:
    parts = urlsplit(origin)
    return parts.scheme == "http" and parts.hostname not in _LOOPBACK
