"""What administrators read about mail: a fault that stops it, its end, and mail that waited too long."""

from __future__ import annotations

import hashlib
import logging
from typing import Final

from pbx_devhost.store.outbox.lanes import UNREACHABLE, Fault
from pbx_devhost.store.outbox.queue import Expired
from pbx_devhost.store.stores import Stores
from pbx_plugin_api import Severity

_log = logging.getLogger(__name__)

_BLIP_S: Final = 900.0
"""A service that is unreachable for less than this is not worth a notice."""
_DAY_S: Final = 86_400.0


class MailNotices:
    """Writes notices about mail. One for each fault, however many mails it stops."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def report_fault(self, fault: Fault, before: Fault | None, *, has_fallback: bool) -> None:
        """Report a fault while it lasts. A fault with another cause ends the notice of the one before."""
        if before is not None and before.cause != fault.cause:
            self._end(before)
        if fault.cause == UNREACHABLE and self._stores.database.now() - fault.since < _BLIP_S:
            return
        urgent = "Urgent mail goes by the fallback channel." if has_fallback else "Urgent mail waits as well."
        goes_on = f"Mail waits and is sent by itself when this is repaired. {urgent}"
        text = " ".join(filter(None, (fault.reason, fault.remedy, goes_on)))
        subject = f"Mail is paused: {fault.channel or 'no plugin'}"
        if self._stores.audit.begin_notice(fault.tenant_id, _key(fault), subject, text, Severity.BAD.value):
            _log.warning("Mail of tenant %s is paused: %s", fault.tenant_id, fault.cause)

    def end_fault(self, fault: Fault) -> None:
        """Report that mail goes again."""
        self._end(fault)
        _log.info("Mail of tenant %s goes again after: %s", fault.tenant_id, fault.cause)

    def report_expired(self, expired: Expired) -> None:
        """Report mails that were not sent, once a day for each reason."""
        day = int(self._stores.database.now() // _DAY_S)
        reason_id = hashlib.sha256(expired.reason.encode()).hexdigest()[:12]
        text = f"{expired.reason} The mails are under NOTIFICATIONS, EXPIRED, and can be sent again."
        key = f"mail.expired:{reason_id}:{day}"
        self._stores.audit.begin_notice(
            expired.tenant_id, key, "Mail waited too long and was not sent", text, Severity.BAD.value
        )

    def _end(self, fault: Fault) -> None:
        self._stores.audit.end_notice(fault.tenant_id, _key(fault))


def _key(fault: Fault) -> str:
    return f"mail.paused:{fault.channel}:{fault.cause}"
