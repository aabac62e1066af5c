"""A PBX with a queue of mail, plugins that answer as a test says, and a clock that a test moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from pbx_devhost.core import Pbx
from pbx_devhost.mail.delivery import Delivery
from pbx_plugin_api import DeliveryReceipt, Notification, Tenant
from pbx_plugin_api.hosting.isolation import Answer, Outcome
from tests.support.mail_samples import accepted, make_note

Receipts = Callable[[Notification], DeliveryReceipt | None]


class HandClock:
    def __init__(self) -> None:
        self.at = 1_800_000_000.0

    def __call__(self) -> float:
        return self.at

    def utc(self, plus_s: float = 0.0) -> datetime:
        return datetime.fromtimestamp(self.at + plus_s, timezone.utc)


class WrittenPlugins:
    """Replaces the plugin manager."""

    def __init__(self, receipts: Receipts) -> None:
        self.receipts = receipts
        self.asked: list[Notification] = []

    def send_notification(self, tenant: Tenant, notification: Notification) -> Answer[DeliveryReceipt]:
        self.asked.append(notification)
        receipt = self.receipts(notification)
        if receipt is None:
            return Answer(plugin="", version="", outcome=Outcome.MISSING, sentence="No plugin delivers mail here.")
        return Answer(plugin="m365", version="1", outcome=Outcome.OK, value=receipt)


@dataclass
class Box:
    pbx: Pbx
    clock: HandClock
    tenant: Tenant
    plugins: WrittenPlugins = field(default_factory=lambda: WrittenPlugins(lambda _: accepted()))

    def answer(self, receipts: Receipts) -> None:
        self.plugins.receipts = receipts

    def put(self, note: Notification | None = None, keep_s: float | None = None, **fields: Any) -> str:
        chosen = note or make_note(**fields)
        self.pbx.stores.outbox.put(self.tenant.pbx_tenant_id, chosen, keep_s=keep_s)
        return chosen.notification_id

    def deliver(self) -> dict[str, int]:
        return {str(k): v for k, v in Delivery(self.pbx, chance=lambda: 0.0).deliver_due().by_state.items()}

    def run(self, hours: float = 24.0) -> None:
        """Deliver until nothing waits. The clock jumps to the next due time."""
        end = self.clock.at + hours * 3600
        while True:
            self.deliver()
            due_at = self.pbx.stores.outbox.next_due_at()
            if due_at is None or due_at > end:
                return
            self.clock.at = max(self.clock.at + 0.001, due_at)

    def row(self, mail_id: str) -> Any:
        return next(r for r in self.pbx.stores.outbox.rows(self.tenant.pbx_tenant_id) if r.id == mail_id)

    def state(self, mail_id: str) -> str:
        return str(self.row(mail_id).state)

    @property
    def asked(self) -> list[str]:
        return [note.notification_id for note in self.plugins.asked]
