"""Serves the portal with cheroot on a loopback address, with TLS, and runs the clock."""

from __future__ import annotations

import ipaddress
import logging
import signal
import ssl
import threading
from typing import Final

import click
from cheroot import wsgi
from cheroot.ssl.builtin import BuiltinSSLAdapter
from flask import Flask

from pbx_devhost.core import Pbx
from pbx_devhost.portal.app import create_app
from pbx_devhost.portal.shield import BODY_MAX_BYTES, HEADERS_MAX_BYTES
from pbx_devhost.runs.clock import Clock

_log = logging.getLogger(__name__)

_THREADS: Final = 16
_QUEUE: Final = 256
_IDLE_S: Final = 15
"""How long a connection may be silent: a slow sender holds a thread no longer than this."""


class ServeError(click.ClickException):
    """The portal cannot be served. The message names the option and what to do."""


def make_server(
    app: Flask, host: str, port: int, *, tls_cert: str | None = None, tls_key: str | None = None
) -> wsgi.Server:
    """Return a server that is ready to be started. With port 0 the system chooses one; `bind_addr` has it afterwards.

    Raises:
        ServeError: The address is not a loopback address, or only one of certificate and key is given.
    """
    _check_loopback(host)
    if (tls_cert is None) != (tls_key is None):
        raise ServeError("--tls-cert and --tls-key must be given together")
    server = wsgi.Server(
        (host, port), app, numthreads=_THREADS, request_queue_size=_QUEUE, timeout=_IDLE_S, server_name="pbx-portal"
    )
    server.max_request_header_size = HEADERS_MAX_BYTES
    server.max_request_body_size = BODY_MAX_BYTES
    if tls_cert is not None and tls_key is not None:
        try:
            adapter = BuiltinSSLAdapter(tls_cert, tls_key)
        except (OSError, ssl.SSLError) as error:
            raise ServeError(f"--tls-cert: this certificate and key cannot be used: {error}") from error
        adapter.context.minimum_version = ssl.TLSVersion.TLSv1_2
        server.ssl_adapter = adapter
    return server


def serve_portal(pbx: Pbx, host: str, port: int, tls_cert: str | None, tls_key: str | None, clock: bool) -> None:
    """Serve until SIGINT or SIGTERM; then let runs stop at a safe place.

    Raises:
        ServeError: See `make_server`; or the port is in use.
    """
    app = create_app(pbx)
    server = make_server(app, host, port, tls_cert=tls_cert, tls_key=tls_key)
    try:
        server.prepare()
    except OSError as error:
        raise ServeError(f"--port: cannot listen at {host}:{port}: {error.args[-1]}") from error
    shown = server.bind_addr
    _log.info("The portal listens on %s", shown)
    scheme = "https" if tls_cert else "http"
    where = f"[{host}]" if ":" in host else host
    click.echo(f"The portal listens on {scheme}://{where}:{shown[1]}")
    for line in _reached_at(pbx):
        click.echo(line)
    ticking = Clock(pbx) if clock else None
    if ticking is not None:
        ticking.start()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    serving = threading.Thread(target=server.serve, name="portal", daemon=True)
    serving.start()
    try:
        while serving.is_alive() and not stop.wait(0.5):
            pass
    finally:
        server.stop()
        app.extensions["jobs"].close()
        if ticking is not None:
            ticking.stop()
        pbx.close()


def _reached_at(pbx: Pbx) -> list[str]:
    lines = []
    for tenant in pbx.stores.tenants.all()[:10]:
        origins = " and ".join(pbx.stores.tenants.origins(tenant).all())
        hint = "" if pbx.stores.accounts.has_admin(tenant.pbx_tenant_id) else " (no administrator yet)"
        lines.append(f"  {tenant.name}: sign in at {origins}/login?domain={tenant.sip_domain}{hint}")
    return lines or ["  There is no tenant yet: pbx-devhost tenant add NAME"]


def _check_loopback(host: str) -> None:
    try:
        is_loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise ServeError(f"--host: {host!r} is not a loopback address; use 127.0.0.1, with a proxy in front of it")
