"""A PBX that has something to show, for pictures and for looking: a month of nights, mail, a second tenant."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update

from pbx_devhost.portal.server import make_server
from pbx_devhost.runs.runner import Runner
from pbx_devhost.store.sql import schema
from pbx_devhost.store.tenants import SYSTEM_TENANT
from pbx_plugin_api import ActionRequest, Counts, TickReason
from tests.browser.conftest import Site, browsing, connected_world, serving
from tests.support.lab import PERMISSIONS, forget_microsoft
from tests.support.mail_samples import make_note
from tests.support.portal_world import ADMIN, ADMIN_PASSWORD, World

LEAVERS = 12
NIGHTS = 30
ZONE = ZoneInfo("Europe/Berlin")
CONNECTED, NEW = "contoso.example", "fabrikam.example"
"""The domains of a tenant that has been connected for a month, and of one that is not set up."""
SYSTEM_PASSWORD = "pictures battery staple"  # a test's


@contextmanager
def furnished_site(folder: Path, port: int) -> Iterator[Site]:
    """A PBX that has been connected for a month, with mail in its queue and a second, empty tenant; and a browser."""
    origin = f"http://localhost:{port}"
    with (
        browsing(folder) as driver,
        connected_world(folder, origin, None) as world,
        serving(make_server(world.app, "127.0.0.1", port)),
    ):
        _furnish(world, origin)
        yield Site(world, origin, "", driver)


def need_approval(world: World) -> str:
    """Let many people leave at once, so that a plan waits for an administrator. Return the id of its run."""
    assert world.lab is not None
    for n in range(LEAVERS):
        world.lab.admin().disable_user(world.synced(n).subject)
    Runner(world.pbx).run(world.tenant, "m365", TickReason.FORCED)
    run = world.pbx.stores.runs.newest_id(world.tenant_id, "m365")
    assert run is not None
    _write_runs(world, schema.runs.c.id == run)
    return run


def _furnish(world: World, origin: str) -> None:
    assert world.lab is not None
    stores = world.pbx.stores
    features = ("GroupMember.Read.All", "MailboxSettings.Read", "Mail.Send")
    world.lab.register(permissions=(*PERMISSIONS, *features))
    forget_microsoft()  # the token that was fetched before lacks the new permissions
    sender = world.upn(world.synced(0))
    world.save(sync_photo="true", contact_personal="true", contact_shared="found", mail_mailbox=sender)
    world.tick()
    _write_runs(world)
    for button in ("test_connection", "send_test_mail"):
        world.pbx.press(
            "m365", world.tenant, ADMIN, ActionRequest(action=button, values={"to": sender}, viewer="admin")
        )
    stores.outbox.put(world.tenant_id, make_note(subject="Voicemail of Ada", created_at_utc=datetime.now(timezone.utc)))
    fabrikam = stores.tenants.add(
        "Fabrikam", sip_domain=NEW, time_zone="Europe/Berlin", country="DE", web_origin=origin
    )
    stores.accounts.set_admin_password(fabrikam.pbx_tenant_id, "admin", ADMIN_PASSWORD)
    stores.tenants.set_system_origin(origin)
    stores.accounts.set_admin_password(SYSTEM_TENANT.pbx_tenant_id, "root", SYSTEM_PASSWORD)


def _write_runs(world: World, *which: Any) -> None:
    """Give runs the same length each time and, at first, add those of a month of nights."""
    runs = schema.runs
    midnight = datetime.now(ZONE).replace(hour=1, minute=0, second=0, microsecond=0)
    with world.pbx.stores.database.write() as connection:
        newest = dict(connection.execute(select(runs).order_by(runs.c.started_at.desc()).limit(1)).mappings().one())
        same = {"finished_at": runs.c.started_at + 42, "requests": 23}
        connection.execute(update(runs).where(*which).values(**same))
        if which:
            return
        nights = []
        for n in range(1, NIGHTS):
            at = (midnight - timedelta(days=n)).timestamp()
            counts = Counts(unchanged=30 - n % 3, updated=n * 7 % 5, created=n % 3)
            row = {"id": uuid.uuid4().hex, "reason": "due", "message": "", "counts": json.dumps(counts.as_dict())}
            nights.append(newest | row | {"started_at": at, "finished_at": at + 20 + n * 11 % 30, "requests": 9})
        connection.execute(insert(runs), nights)
