"""A PBX that is connected to the limited server, with the plugin as it is: its own client, gate and connections."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from pbx_plugin_api import (
    DeliveryReceipt,
    Notification,
    NotificationKind,
    PersonalBook,
    Tick,
    TickReason,
    TickReport,
    UserLink,
)
from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.keys.store import ACTIVE_KEY, store_key_pair
from portsip_m365_plugin.mail.send import send_notification
from portsip_m365_plugin.nightly import run_tick
from tests.support.lab import shared_key_pair
from tests.support.limited_graph.server import CLIENT_ID, CLOUD, TENANT_ID, LimitedGraph

SENDER = "person1@fabrikam.example"


@dataclass
class LimitedLab:
    """One tenant of the PBX. The environment must lead the plugin to the server already."""

    graph: LimitedGraph
    settings: dict[str, Any] = field(default_factory=dict)
    host: FakeHost = field(default_factory=lambda: FakeHost(now_utc=datetime.now(timezone.utc)))
    n_runs: int = 0
    n_mails: int = 0

    def __post_init__(self) -> None:
        values = {
            "directory_id": TENANT_ID,
            "application_id": CLIENT_ID,
            "national_cloud": CLOUD,
            "sync_photo": "true",
            "contact_personal": "true",
            "mail_mailbox": SENDER,
        }
        self.host.settings.write({**values, **self.settings}, expected_version=0)
        store_key_pair(self.host, ACTIVE_KEY, shared_key_pair())

    def night(self, *, max_requests: int = 8) -> TickReport:
        """One night of people, contacts and photos."""
        self.n_runs += 1
        now_utc = self.host.clock.now_utc()
        tick = Tick(
            run_id=f"r{self.n_runs}",
            reason=TickReason.FORCED,
            now_utc=now_utc,
            deadline_utc=now_utc + timedelta(hours=1),
            max_requests=max_requests,
            confirm_first_plan=True,
        )
        return run_tick(self.host, self.host.tenant, tick)

    def send(self) -> DeliveryReceipt:
        """One mail."""
        self.n_mails += 1
        note = Notification(
            notification_id=f"n{self.n_mails}",
            kind=NotificationKind.OTHER,
            to=("ada@customer.example",),
            subject=f"Mail {self.n_mails}",
            text="Hello",
            created_at_utc=self.host.clock.now_utc(),
        )
        receipt = send_notification(self.host, self.host.tenant, note)
        assert receipt is not None
        return receipt

    def assert_equal(self) -> None:
        """Everybody is here with picture and contacts, and nobody else."""
        directory = self.graph.directory
        links = {each["id"]: UserLink(authority=TENANT_ID, subject=each["id"]) for each in directory.people}
        users = {oid: self.host.users.find(link) for oid, link in links.items()}
        assert [oid for oid, user in users.items() if user is None] == []
        for each in directory.people:
            link, oid = links[each["id"]], each["id"]
            user = users[oid]
            assert user is not None
            assert user.display_name == each["displayName"]
            row = self.host.users.row_of(link)
            assert row is not None
            assert row.photo is not None, oid
            wanted = {
                c["id"]: c["displayName"] for folder in directory.folder_ids() for c in directory.contacts(oid, folder)
            }
            book = {c.external_id: c.draft.name for c in self.host.contacts.synced(PersonalBook(owner=link))}
            assert book == wanted, oid
