"""Commands about work: a process that does it, and the list of those that are alive."""

from __future__ import annotations

import logging
import signal
import threading
from dataclasses import asdict

import click

from pbx_devhost.cli.language import option, say
from pbx_devhost.cli.output import VIEWER, CliContext, command, fail, print_rows, print_shape
from pbx_devhost.cli.views import show_time
from pbx_devhost.health.serving import HealthError, serve_health
from pbx_devhost.health.supervisor import Supervisor
from pbx_devhost.runs.clock import Clock
from pbx_devhost.runs.ending import end_in_time
from pbx_devhost.runs.queues import open_queue
from pbx_devhost.runs.work import RUN_SLOTS, describe_slots, plan_slots
from pbx_devhost.store.sql.engine import plan_connections
from pbx_devhost.store.work.nights import SPREAD_MAX_MINUTES
from pbx_devhost.texts import _, _n
from pbx_devhost.texts import say as say_error


def add_commands(main: click.Group) -> None:
    """Add the commands."""
    command(
        main,
        "worker",
        _(
            "Do what is due, until SIGTERM: runs, jobs of pages, and mail. Any number of workers may share "
            "a PostgreSQL."
        ),
    )(_work)
    command(main, "workers", _("Print the processes that work on this database and are alive."))(_list_workers)
    command(
        main,
        "nights",
        _("Show, or choose, how far apart the nights of tenants begin. It counts from each tenant's next run on."),
    )(_spread_nights)


@option(
    "--slots",
    type=click.IntRange(min=1, max=500),
    default=RUN_SLOTS,
    show_default=True,
    help=_("How many runs at the same time."),
)
@option("--metrics-port", type=click.IntRange(0, 65535), help=_("Numbers for Prometheus, at a loopback address."))
@option("--health-port", type=click.IntRange(0, 65535), help=_("/healthz and /readyz, at a loopback address."))
def _work(context: CliContext, slots: int, metrics_port: int | None, health_port: int | None) -> None:
    # Imported here: no other command of this module serves numbers, and prometheus_client takes long to load.
    from pbx_devhost.metrics.serving import MetricsError, watch

    context.show_log(logging.WARNING)
    context.n_connections = plan_connections(sum(plan_slots(slots).values()), 0)
    pbx, stop = context.pbx, threading.Event()
    queue = open_queue(pbx, plan_slots(slots))
    clock, supervisor = Clock(pbx, queue), Supervisor()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    pbx.plugins.plugins()  # loaded now, so that what cannot be loaded is named before work begins
    pbx.stores.processes.describe("worker", slots)
    try:
        with watch(pbx.stores, metrics_port), serve_health(pbx, health_port, is_working=clock.is_working):
            queue.start()
            clock.start()
            click.echo(say(describe_slots(queue.slots)))
            supervisor.ready()
            while not stop.wait(supervisor.every_s):
                if clock.is_working():
                    supervisor.still_works()
            supervisor.stopping()
            end_in_time(_("The worker ends now, although a run has not stopped. The run goes on from its checkpoint."))
            clock.stop()
            queue.stop()
    except (MetricsError, HealthError) as error:
        fail(say_error(error))


@option(
    "--spread-minutes",
    type=click.IntRange(min=0, max=SPREAD_MAX_MINUTES),
    help=_("Begin each tenant within so many minutes after the time it chose, at a minute of its own."),
)
def _spread_nights(context: CliContext, spread_minutes: int | None) -> None:
    nights = context.pbx.stores.nights
    if spread_minutes is not None:
        nights.set_spread(spread_minutes)
        context.pbx.stores.audit.record(None, VIEWER.username, "nights.spread", subject=str(spread_minutes))
    minutes = nights.spread_minutes()
    print_shape(
        context,
        {"spread_minutes": minutes},
        _n(
            "Tenants begin within {n} minute after the time they chose.",
            "Tenants begin within {n:,} minutes after the time they chose.",
            minutes,
        ),
    )


def _list_workers(context: CliContext) -> None:
    context.pbx.stores.processes.bury()
    rows = [
        asdict(each) | {"started_at": show_time(each.started_at), "silent_s": round(each.silent_s, 1)}
        for each in context.pbx.stores.processes.alive()
        if each.command
    ]
    print_rows(context, rows, ("process_id", "command", "slots", "started_at", "silent_s"))
