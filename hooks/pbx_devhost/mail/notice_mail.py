"""Mails notices to the tenant's administrators, by the operator's SMTP server alone.

A notice often says that a plugin's service does not work, so a plugin never carries it. Where no SMTP server is set,
or no administrator has an address, a notice is only shown. A notice is mailed when it is raised and when it becomes
worse. After a lost answer it is mailed again.

Each administrator gets it in the language that they chose, else in the tenant's: one mail for each language.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Final

from pbx_devhost.mail.smtp import SmtpChannel
from pbx_devhost.store.languages import first_offered
from pbx_devhost.store.notices import KeptNotice
from pbx_devhost.store.outbox.waits import growing_s
from pbx_devhost.store.stores import Stores
from pbx_devhost.store.tenants import SYSTEM_TENANT
from pbx_devhost.texts import _
from pbx_plugin_api import DeliveryStatus, Notification, NotificationKind, Priority, Tenant, translate

_log = logging.getLogger(__name__)

_NEWS_FOR_S: Final = 86_400.0
"""What was raised longer ago is not mailed any more, such as after an SMTP server was set for the first time."""
_ENDS: Final = frozenset({DeliveryStatus.ACCEPTED, DeliveryStatus.REJECTED})


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
        is_system = kept.tenant_id == SYSTEM_TENANT.pbx_tenant_id
        tenant = SYSTEM_TENANT if is_system else self._stores.tenants.find(kept.tenant_id)
        readers: dict[str, list[str]] = {}
        for address, language in self._stores.accounts.notice_addresses(kept.tenant_id).items():
            readers.setdefault(first_offered(language) or tenant.language, []).append(address)
        if not readers or now - news_at > _NEWS_FOR_S:
            self._stores.notices.settle_mail(kept)
            return False
        done = self._stores.notices.mailed.pop(kept.id, set()) if kept.mail_tries else set[str]()
        statuses = set()
        for language, to in readers.items():
            if language in done:
                continue
            note = self._write(kept, tenant, tuple(to), language, now)
            status = smtp.send(note, self._stores, kept.tenant_id).status
            _log.info("Notice %s of tenant %s by mail: %s", notice.key, kept.tenant_id, status.value)
            statuses.add(status)
            if status in _ENDS:
                done.add(language)
        if statuses <= _ENDS:
            self._stores.notices.settle_mail(kept)
        else:
            self._stores.notices.mailed[kept.id] = done
            self._stores.notices.settle_mail(kept, again_in_s=growing_s(kept.mail_tries + 1, 0.5))
        return DeliveryStatus.ACCEPTED in statuses

    def _write(self, kept: KeptNotice, tenant: Tenant, to: tuple[str, ...], language: str, now: float) -> Notification:
        # Translators: the subject of a mail about a notice.
        subject = _("{tenant}: {subject}", tenant=tenant.name, subject=kept.notice.subject).in_language(language)
        text = translate(kept.notice.text, language)
        is_system = kept.tenant_id == SYSTEM_TENANT.pbx_tenant_id
        where = "" if is_system else f"\n\n{self._stores.tenants.origins(tenant).web}/notices"
        return Notification(
            notification_id=f"notice-{kept.id}-{int(now)}-{language}",
            kind=NotificationKind.OTHER,
            to=to,
            subject=subject,
            text=f"{text}{where}",
            priority=Priority.NORMAL,
            language=language,
            created_at_utc=datetime.fromtimestamp(now, timezone.utc),
        )
