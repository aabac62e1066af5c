"""Mails notices to the tenant's administrators, by the operator's SMTP server alone.

A notice often says that a plugin's service does not work, so a plugin never carries it. Where no SMTP server is set,
or no administrator has an address, a notice is only shown. A notice is mailed when it is raised and when it becomes
worse. After a lost answer it is mailed again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Final

from pbx_devhost.mail.smtp import SmtpChannel
from pbx_devhost.store.notices import KeptNotice
from pbx_devhost.store.outbox.waits import growing_s
from pbx_devhost.store.stores import Stores
from pbx_devhost.store.tenants import SYSTEM_TENANT
from pbx_plugin_api import DeliveryStatus, Notification, NotificationKind, Priority

_log = logging.getLogger(__name__)

_NEWS_FOR_S: Final = 86_400.0
"""What was raised longer ago is not mailed any more, such as after an SMTP server was set for the first time."""


class NoticeMail:
    """Mails what is due. Several processes may do so on one database."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def deliver_due(self, smtp: SmtpChannel | None, *, may_go_on: Callable[[], bool] = lambda: True) -> int:
        """Mail the notices that are due, while `may_go_on`; return how many were sent. Without SMTP nothing happens."""
        sent = 0
        while smtp is not None and may_go_on() and (kept := self._stores.notices.claim_mail()) is not None:
            sent += self._mail(smtp, kept)
        return sent

    def _mail(self, smtp: SmtpChannel, kept: KeptNotice) -> bool:
        now, notice = self._stores.database.now(), kept.notice
        news_at = (notice.repeated_at_utc or notice.raised_at_utc).timestamp()
        to = self._stores.accounts.notice_addresses(kept.tenant_id)
        if not to or now - news_at > _NEWS_FOR_S:
            self._stores.notices.settle_mail(kept)
            return False
        receipt = smtp.send(self._write(kept, to, now), self._stores, kept.tenant_id)
        if receipt.status in (DeliveryStatus.ACCEPTED, DeliveryStatus.REJECTED):
            self._stores.notices.settle_mail(kept)
        else:
            self._stores.notices.settle_mail(kept, again_at=now + growing_s(kept.mail_tries + 1, 0.5))
        _log.info("Notice %s of tenant %s by mail: %s", notice.key, kept.tenant_id, receipt.status.value)
        return receipt.status is DeliveryStatus.ACCEPTED

    def _write(self, kept: KeptNotice, to: tuple[str, ...], now: float) -> Notification:
        tenants = self._stores.tenants
        is_system = kept.tenant_id == SYSTEM_TENANT.pbx_tenant_id
        tenant = SYSTEM_TENANT if is_system else tenants.find(kept.tenant_id)
        where = "" if is_system else f"\n\n{tenants.origins(tenant).web}/notices"
        return Notification(
            notification_id=f"notice-{kept.id}-{int(now)}",
            kind=NotificationKind.OTHER,
            to=to,
            subject=f"{tenant.name}: {kept.notice.subject}",
            text=f"{kept.notice.text}{where}",
            priority=Priority.NORMAL,
            created_at_utc=datetime.fromtimestamp(now, timezone.utc),
        )
