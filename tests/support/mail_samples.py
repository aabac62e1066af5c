"""Notifications and receipts for tests."""

from __future__ import annotations

from datetime import datetime, timezone
from itertools import count
from typing import Any

from pbx_plugin_api import DeliveryReceipt, DeliveryStatus, Notification, NotificationKind

START_UTC = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)
_numbers = count(1)


def make_note(**fields: Any) -> Notification:
    given: dict[str, Any] = {
        "notification_id": f"note-{next(_numbers)}",
        "kind": NotificationKind.OTHER,
        "to": ("ada@customer.example",),
        "subject": "Hello",
        "text": "Hello there",
        "created_at_utc": START_UTC,
    }
    return Notification(**given | fields)


def accepted(**fields: Any) -> DeliveryReceipt:
    return DeliveryReceipt(status=DeliveryStatus.ACCEPTED, **fields)


def rejected(reason: str = "No.", **fields: Any) -> DeliveryReceipt:
    return DeliveryReceipt(status=DeliveryStatus.REJECTED, reason=reason, **fields)


def unknown(reason: str = "Lost.", **fields: Any) -> DeliveryReceipt:
    return DeliveryReceipt(status=DeliveryStatus.UNKNOWN, reason=reason, **fields)


def deferred(until_utc: datetime, reason: str = "Later.", **fields: Any) -> DeliveryReceipt:
    return DeliveryReceipt(status=DeliveryStatus.DEFERRED, reason=reason, retry_at_utc=until_utc, **fields)
