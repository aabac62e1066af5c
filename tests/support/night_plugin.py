"""A plugin whose night is what a test needs: so many round trips and people, throttled or not. It logs what it did.

Worker processes load it by an entry point. The environment says what it does, and its log is one line an event.
"""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

from pbx_plugin_api import (
    CreateUser,
    DeliveryReceipt,
    DeliveryStatus,
    DraftUser,
    Host,
    Notification,
    Tenant,
    Tick,
    TickReport,
    TickStatus,
    UserLink,
    hookimpl,
)
from pbx_plugin_api.counts import Counts

PBX_API_VERSION = (2, 0)
TRIP_S = 0.05
THROTTLED_S = 600


def install(site: Path) -> None:
    """Write what pip would: a distribution in `site` with an entry point to this module."""
    info = site / "night-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: night\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[portsip_pbx]\nnight = {__name__}\n")


@hookimpl
def on_nightly_tick(host: Host, tenant: Tenant, tick: Tick) -> TickReport | None:
    _note("begin", tenant.name)
    if tenant.name in os.environ.get("NIGHT_THROTTLED", "").split():
        return _wait_for_microsoft(host, tick)
    time.sleep(float(os.environ.get("NIGHT_STUCK_S", "0")))  # and hears nothing meanwhile
    for _ in range(int(os.environ.get("NIGHT_TRIPS", "0"))):
        time.sleep(TRIP_S)
    while Path(os.environ.get("NIGHT_HOLD", "/nonexistent"), tenant.name).exists():
        host.progress.report("waiting", 0)
        if host.progress.should_stop():
            return TickReport(status=TickStatus.STOPPED, resumable=True)
        time.sleep(0.05)
    n_people = int(os.environ.get("NIGHT_PEOPLE", "0"))
    drafts = [_draft(n) for n in range(n_people)]
    for start in range(0, n_people, 25):
        host.users.apply([CreateUser(draft=draft) for draft in drafts[start : start + 25]])
    host.state.put("nights", (host.state.get("nights").value if host.state.get("nights") else 0) + 1)
    _note("end", tenant.name)
    due = tick.now_utc + timedelta(days=1)
    return TickReport(status=TickStatus.DONE, counts=Counts(created=n_people), next_due_at_utc=due)


@hookimpl
def on_send_notification(host: Host, tenant: Tenant, notification: Notification) -> DeliveryReceipt | None:
    _note("mail", notification.notification_id)
    return DeliveryReceipt(status=DeliveryStatus.ACCEPTED)


def _wait_for_microsoft(host: Host, tick: Tick) -> TickReport:
    if tick.max_wait_s is None or tick.max_wait_s >= THROTTLED_S:
        host.clock.sleep(THROTTLED_S)
    due = tick.now_utc + timedelta(seconds=THROTTLED_S)
    return TickReport(status=TickStatus.STOPPED, message="Microsoft asks to wait.", resumable=True, next_due_at_utc=due)


def _draft(n: int) -> DraftUser:
    return DraftUser(link=UserLink(authority="d", subject=f"p{n}"), usernames=(f"p{n}",), display_name=f"Person {n}")


def _note(event: str, what: str) -> None:
    line = f"{time.time():.3f} {os.getpid()} {event} {what}\n".encode()
    log = os.open(os.environ["NIGHT_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(log, line)
    finally:
        os.close(log)
