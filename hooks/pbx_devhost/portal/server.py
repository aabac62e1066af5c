"""Serves the portal on a loopback address, with TLS, and runs the clock."""

from __future__ import annotations

import ipaddress
import logging
import os
import resource
import signal
import ssl
import threading
import time
from contextlib import ExitStack
from typing import Final

import click
from flask import Flask

from pbx_devhost.core import Pbx
from pbx_devhost.health.supervisor import Supervisor
from pbx_devhost.metrics.serving import MetricsError, watch
from pbx_devhost.portal.app import create_app
from pbx_devhost.portal.serving.connections import Limits
from pbx_devhost.portal.serving.listener import WebServer
from pbx_devhost.portal.shield import BODY_MAX_BYTES, HEADERS_MAX_BYTES
from pbx_devhost.runs.clock import Clock
from pbx_devhost.runs.ending import end_in_time
from pbx_devhost.runs.queues import open_queue
from pbx_devhost.runs.work import PAGE_SLOTS, RUN_SLOTS, Lane, describe_slots, plan_slots
from pbx_devhost.store.sql.engine import plan_connections
from pbx_devhost.store.tenants import SYSTEM_TENANT
from pbx_devhost.texts import _, say
from pbx_plugin_api import language_of_environment, listing, translate

_log = logging.getLogger(__name__)

_CONNECTIONS_MAX: Final = 2_000


class ServeError(click.ClickException):
    """The portal cannot be served. The message names the option and what to do."""


def make_server(
    app: Flask, host: str, port: int, *, tls_cert: str | None = None, tls_key: str | None = None
) -> WebServer:
    """Return a server. Call `listen`, then `start`. With port 0 the system chooses one; `address` has it afterwards.

    Raises:
        ServeError: The address is not a loopback address, or only one of certificate and key is given.
    """
    _check_loopback(host)
    if (tls_cert is None) != (tls_key is None):
        raise ServeError(_("--tls-cert and --tls-key must be given together"))
    return WebServer(
        app,
        "127.0.0.1" if host == "localhost" else host,
        port,
        tls=None if tls_cert is None or tls_key is None else _open_tls(tls_cert, tls_key),
        name="pbx-portal",
        header_max_bytes=HEADERS_MAX_BYTES,
        body_max_bytes=BODY_MAX_BYTES,
        limits=Limits(n_connections=_count_connections()),
    )


def plan_serving(slots: int, *, clock: bool) -> int:
    """Return how many connections to the database `serve_portal` needs at its busiest moment."""
    n_slots = sum(plan_slots(slots).values()) if clock else PAGE_SLOTS
    return plan_connections(n_slots, Limits().n_threads)


def serve_portal(
    pbx: Pbx,
    host: str,
    port: int,
    tls_cert: str | None,
    tls_key: str | None,
    clock: bool,
    slots: int = RUN_SLOTS,
    metrics_port: int | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; then let requests and runs stop at a safe place, for 9 seconds at most.

    Raises:
        ServeError: See `make_server`; or the port is in use.
    """
    queue = open_queue(pbx, plan_slots(slots) if clock else {Lane.PAGES: PAGE_SLOTS})
    app = create_app(pbx, queue)
    server = make_server(app, host, port, tls_cert=tls_cert, tls_key=tls_key)
    counting = ExitStack()
    try:
        counting.enter_context(watch(pbx.stores, metrics_port))
        server.listen()
    except MetricsError as error:
        raise ServeError(say(error)) from error
    except OSError as error:
        counting.close()
        wanted, why = f"{host}:{port}", str(error.args[-1])
        raise ServeError(
            _("--port: cannot listen at {address} ({why}); choose another port.", address=wanted, why=why)
        ) from error
    shown = server.address
    _log.info("The portal listens on %s", shown)
    scheme = "https" if tls_cert else "http"
    where = f"[{host}]" if ":" in host else host
    ticking = Clock(pbx, queue) if clock else None
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    server.start()
    address = f"{scheme}://{where}:{shown[1]}"
    listens = _("The portal listens on {address}", address=address)
    language = language_of_environment(os.environ)
    first, *places, slots_used = translate([listens, *_reached_at(pbx), describe_slots(queue.slots)], language)
    click.echo("\n".join([first, *(f"  {place}" for place in places), slots_used]))
    pbx.stores.processes.describe("serve", queue.slots.get(Lane.RUNS, 0))
    queue.start()
    if ticking is not None:
        ticking.start()
    supervisor, said_at = Supervisor(), time.monotonic()
    supervisor.ready()
    try:
        while server.is_running and not stop.wait(0.5):
            if time.monotonic() - said_at >= supervisor.every_s and (ticking is None or ticking.is_working()):
                supervisor.still_works()
                said_at = time.monotonic()
    finally:
        supervisor.stopping()
        end_in_time(
            _("The portal ends now, although a page or a run has not stopped. A run goes on from its checkpoint.")
        )
        counting.close()
        pbx.stop_wanted[0] = True  # runs begin to stop while requests end
        server.stop()
        app.extensions["jobs"].close()
        if ticking is not None:
            ticking.stop()
        queue.stop()
        pbx.close()


def _count_connections() -> int:
    """How many connections there may be: half the files that the process may open. The rest is for the database."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _CONNECTIONS_MAX if soft == resource.RLIM_INFINITY else min(_CONNECTIONS_MAX, soft // 2)


def _open_tls(tls_cert: str, tls_key: str) -> ssl.SSLContext:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.minimum_version = ssl.TLSVersion.TLSv1_2
    tls.set_alpn_protocols(["http/1.1"])
    try:
        tls.load_cert_chain(tls_cert, tls_key)
    except (OSError, ssl.SSLError) as error:
        raise ServeError(_("--tls-cert: this certificate and key cannot be used: {error}", error=str(error))) from error
    return tls


def _reached_at(pbx: Pbx) -> list[str]:
    lines: list[str] = []
    for tenant in pbx.stores.tenants.all()[:10]:
        origins = pbx.stores.tenants.origins(tenant).all()
        named = {
            "tenant": tenant.name,
            "addresses": listing(f"{origin}/login?domain={tenant.sip_domain}" for origin in origins),
        }
        if pbx.stores.accounts.has_admin(tenant.pbx_tenant_id):
            lines.append(_("{tenant}: sign in at {addresses}", **named))
        else:
            lines.append(_("{tenant}: sign in at {addresses} (no administrator yet)", **named))
    system = pbx.stores.tenants.system_origin()
    address = f"{system}/system/login"
    if system is not None and pbx.stores.accounts.has_admin(SYSTEM_TENANT.pbx_tenant_id):
        lines.append(_("System administrators: sign in at {address}", address=address))
    elif system is not None:
        lines.append(
            _(
                "System administrators: sign in at {address} (none yet: {command})",
                address=address,
                command="pbx-devhost admin set-password system",
            )
        )
    return lines or [_("There is no tenant yet: {command}", command="pbx-devhost tenant add NAME")]


def _check_loopback(host: str) -> None:
    try:
        is_loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise ServeError(
            _("--host: {host} is not a loopback address; use 127.0.0.1, with a proxy in front of it", host=repr(host))
        )
