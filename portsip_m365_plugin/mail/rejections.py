"""Notices about single mails that were refused: each lasts until the mail is sent after all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from pbx_plugin_api import DeliveryReceipt, Host, JsonValue, Notification, Severity, sentences
from portsip_m365_plugin.notices import NoticeKind
from portsip_m365_plugin.texts import _

_KEY: Final = "mail.rejected"
_KEPT_MAX: Final = 100
_KEPT_FOR: Final = timedelta(days=30)
"""A PBX deletes a dead mail at some time. Then nobody can send it again."""


def note_rejected(host: Host, notification: Notification, receipt: DeliveryReceipt, now_utc: datetime) -> None:
    """Notify the administrators of a mail that was refused; once for each cause, however many mails it stops."""
    cause = hashlib.sha256(receipt.reason.encode()).hexdigest()[:12]
    host.notify_admin(
        f"{NoticeKind.MAIL_REJECTED}.{cause}",
        _("A mail could not be sent through Microsoft 365"),
        sentences(receipt.reason, receipt.remedy),
        severity=Severity.BAD,
        kind=NoticeKind.MAIL_REJECTED,
        values={"reason": receipt.reason, "remedy": receipt.remedy},
    )
    before = _read(host)
    _keep(host, before, {**before, notification.notification_id: (cause, now_utc)}, now_utc)


def note_accepted(host: Host, notification: Notification, now_utc: datetime) -> None:
    """A mail that was refused before was sent. Cost: one look."""
    before = _read(host)
    if notification.notification_id in before:
        left = {name: entry for name, entry in before.items() if name != notification.notification_id}
        _keep(host, before, left, now_utc)


def end_old(host: Host, now_utc: datetime) -> None:
    """End the notices of mails that nobody sends again any more. Each run does so. Cost: one look."""
    before = _read(host)
    if any(now_utc - at >= _KEPT_FOR for __, at in before.values()):
        _keep(host, before, before, now_utc)


def note_reply_to(host: Host, notes: Sequence[str]) -> None:
    """Notify the administrators that a mail went without a reply address, until one goes with a good address."""
    subject, text = _("A reply address of a mail was left out"), sentences(*notes)
    host.notify_admin(NoticeKind.MAIL_REPLY_TO, subject, text, severity=Severity.WARNING, values={"notes": text})


_Known = dict[str, tuple[str, datetime]]
"""Cause and time by the mail's id."""


def _keep(host: Host, before: _Known, known: _Known, now_utc: datetime) -> None:
    """Write who is left, and end the notices of causes that nobody is left with."""
    recent = {name: entry for name, entry in known.items() if now_utc - entry[1] < _KEPT_FOR}
    kept = dict(list(recent.items())[-_KEPT_MAX:])
    shape: dict[str, JsonValue] = {name: [cause, at.isoformat()] for name, (cause, at) in kept.items()}
    host.state.put(_KEY, shape)
    for cause in sorted({cause for cause, __ in before.values()} - {cause for cause, __ in kept.values()}):
        host.resolve_notice(f"{NoticeKind.MAIL_REJECTED}.{cause}")


def _read(host: Host) -> _Known:
    record = host.state.get(_KEY)
    entries = record.value if record is not None and isinstance(record.value, dict) else {}
    known: _Known = {}
    for name, entry in entries.items():
        if isinstance(entry, list) and len(entry) == 2:
            known[name] = (str(entry[0]), datetime.fromisoformat(str(entry[1])))
    return known
