"""Redirect URIs and the certificate of the PBX's own web address: what people's browsers need to sign in."""

from __future__ import annotations

import os
import socket
import ssl
from datetime import datetime, timezone
from typing import Final
from urllib.parse import urlsplit

import certifi

from pbx_plugin_api import Host, listing, sentences
from portsip_m365_plugin.checks.board import REDIRECT_URIS, SIGN_IN, WEB_CERTIFICATE, Board
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.config.signin import SignInMode
from portsip_m365_plugin.entra.signin_errors import find_remedy
from portsip_m365_plugin.network import ConnectFault, find_connect_fault
from portsip_m365_plugin.redirects import describe_task, read_redirects
from portsip_m365_plugin.signin_health import find_fault, find_test, find_test_failure
from portsip_m365_plugin.texts import _, _n
from portsip_m365_plugin.times import show_utc_day

_CONNECT_S: Final = 5.0
_ENDING_DAYS: Final = 14
_TEST: Final = _("Press “Test sign-in” on the SIGN IN tab.")


def check_redirect_uris(board: Board, host: Host, config: Config) -> None:
    """Note whether Microsoft sends people back to this PBX. No request: a URI is proven when a browser came back."""
    is_on = config.signin.mode is not SignInMode.OFF
    origins = host.web_origins
    no_sbc = "" if origins.sbc else _("This PBX has no SBC domain, so nobody can sign in through one.")
    redirects = read_redirects(host, config.connection)
    unproven = [uri for uri in redirects.current if uri not in redirects.proven]
    task = describe_task(redirects)
    if not is_on:
        board.not_checked(REDIRECT_URIS, sentences(_("Sign-in with Microsoft is off."), no_sbc), is_needed=False)
    elif task:
        found = _("The redirect URI of a new address is not proven: {address}.", address=redirects.new[0])
        board.not_well(REDIRECT_URIS, found, task)
    elif unproven:
        board.not_proven(
            REDIRECT_URIS,
            sentences(
                _("Microsoft has not sent anybody back yet to {addresses}.", addresses=listing(unproven)), no_sbc
            ),
            _(
                "Register each in Entra under Authentication, platform Web, exactly as here; then press “Test sign-in”"
                " on the SIGN IN tab at that address. AADSTS50011 on Microsoft's page means that it is not registered."
            ),
        )
    else:
        found = _("Microsoft sends people back to {addresses}.", addresses=listing(redirects.current))
        board.ok(REDIRECT_URIS, sentences(found, no_sbc))


def check_sign_in(board: Board, host: Host, config: Config) -> None:
    """Note how the last test sign-in ended, and a fault that keeps everybody out. No request."""
    if config.signin.mode is SignInMode.OFF:
        board.not_checked(SIGN_IN, _("Sign-in with Microsoft is off."), is_needed=False)
        return
    failure, fault = find_test_failure(host, config.connection), find_fault(host)
    test = find_test(host, config.connection)
    if fault is not None:
        # Translators: {why} is a whole sentence.
        found = _("Microsoft signs nobody in: {why}", why=fault.text)
        board.not_well(SIGN_IN, found, sentences(_("Put it right in Entra."), _TEST))
    elif failure is not None:
        found = sentences(_("The last test sign-in failed."), failure.text)
        board.not_well(SIGN_IN, found, sentences(find_remedy(failure.reason), _TEST))
    elif test is None:
        board.not_proven(SIGN_IN, _("No test sign-in has succeeded with this application yet."), _TEST)
    else:
        found = _("{name} signed in with Microsoft on {day}.", name=test.text, day=show_utc_day(test.at_utc))
        board.ok(SIGN_IN, found)


def check_web_certificate(board: Board, host: Host, config: Config) -> None:
    """Note whether browsers trust the web address. Cost: one connection to this PBX itself, none to Microsoft."""
    is_on = config.signin.mode is not SignInMode.OFF
    parts = urlsplit(host.web_origins.web)
    name = parts.hostname or ""
    if parts.scheme != "https":
        board.not_checked(WEB_CERTIFICATE, _("{address} is not https.", address=host.web_origins.web), is_needed=False)
        return
    try:
        days = _days_left(name, parts.port or 443)
    except OSError as error:
        fault = find_connect_fault(error)
        if fault is ConnectFault.UNTRUSTED:
            board.not_well(
                WEB_CERTIFICATE,
                _(
                    "The certificate of {address} is not trusted, does not name this address, or has expired; browsers"
                    " warn.",
                    address=host.web_origins.web,
                ),
                _("Install a certificate of a trusted authority for this address."),
                is_needed=is_on,
            )
        else:
            why = _("This server cannot reach its own web address {address} from inside.", address=host.web_origins.web)
            board.not_checked(WEB_CERTIFICATE, why, is_needed=False)
        return
    if days <= _ENDING_DAYS:
        board.not_well(
            WEB_CERTIFICATE,
            _n(
                "The certificate of {address} expires in {n} day.",
                "The certificate of {address} expires in {n} days.",
                days,
                address=host.web_origins.web,
            ),
            _("Renew it. Without a valid one people cannot sign in."),
            is_needed=False,
        )
    else:
        found = _n(
            "{address} has a trusted certificate for {n} more day.",
            "{address} has a trusted certificate for {n} more days.",
            days,
            address=host.web_origins.web,
        )
        board.ok(WEB_CERTIFICATE, found)


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
