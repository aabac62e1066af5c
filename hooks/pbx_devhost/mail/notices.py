"""What administrators read about mail: a fault that stops it, its end, and mail that waited too long."""

from __future__ import annotations

import hashlib
import logging
from typing import Final

from pbx_devhost.store.outbox.lanes import UNREACHABLE, Fault
from pbx_devhost.store.outbox.queue import Expired, MailState
from pbx_devhost.store.stores import Stores
from pbx_devhost.texts import _
from pbx_plugin_api import Severity, sentences

_log = logging.getLogger(__name__)

_BLIP_S: Final = 900.0
"""A service that is unreachable for less than this is not worth a notice."""
_DAY_S: Final = 86_400.0
EXPIRED_KIND: Final = "mail.expired"


class MailNotices:
    """Writes notices about mail. One for each fault, however many mails it stops."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def report_fault(self, fault: Fault, before: Fault | None, *, has_fallback: bool) -> None:
        """Report a fault while it lasts. A fault of another channel or cause ends the notice of the one before."""
        if before is not None and _key(before) != _key(fault):
            self._end(before)
        if fault.cause == UNREACHABLE and self._stores.database.now() - fault.since < _BLIP_S:
            return
        waits = _("Mail waits and is sent by itself when this is repaired. Urgent mail waits as well.")
        if has_fallback:
            waits = _(
                "Mail waits and is sent by itself when this is repaired. Urgent mail goes by the fallback channel."
            )
        text = sentences(fault.reason, fault.remedy, waits)
        subject = _("Mail is paused: no plugin")
        if fault.channel:
            subject = _("Mail is paused: {plugin}", plugin=fault.channel)
        values = {"channel": fault.channel, "cause": fault.cause, "reason": fault.reason, "remedy": fault.remedy}
        if self._stores.notices.begin(
            fault.tenant_id,
            _key(fault),
            subject,
            text,
            Severity.BAD,
            kind="mail.paused",
            level=self._count_days(fault),
            values=dict(values),
        ):
            _log.warning("Mail of tenant %s is paused: %s", fault.tenant_id, fault.cause)

    def _count_days(self, fault: Fault) -> int:
        """How many days mail has waited: each is worth another mail to the administrators."""
        return max(0, int((self._stores.database.now() - fault.since) // _DAY_S))

    def end_fault(self, fault: Fault) -> None:
        """Report that mail goes again."""
        self._end(fault)
        _log.info("Mail of tenant %s goes again after: %s", fault.tenant_id, fault.cause)

    def report_expired(self, expired: Expired) -> None:
        """Report mails that were not sent, once for each reason."""
        reason_id = hashlib.sha256(expired.reason.encode()).hexdigest()[:12]
        self._stores.notices.begin(
            expired.tenant_id,
            f"{EXPIRED_KIND}:{reason_id}",
            _("Mail waited too long and was not sent"),
            sentences(expired.reason, _("The mails are under NOTIFICATIONS, EXPIRED, and can be sent again.")),
            Severity.BAD,
            kind=EXPIRED_KIND,
            values={"reason": expired.reason},
        )

    def end_expired(self) -> None:
        """End what was reported of expired mail, for tenants that have none left: it was sent again or dropped."""
        for tenant_id in self._stores.notices.tenants_with(EXPIRED_KIND, without_mail=MailState.EXPIRED):
            self._stores.notices.end(tenant_id, EXPIRED_KIND)

    def _end(self, fault: Fault) -> None:
        self._stores.notices.end(fault.tenant_id, _key(fault))


def _key(fault: Fault) -> str:
    return f"mail.paused:{fault.channel}:{fault.cause}"
