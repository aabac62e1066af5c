"""Delivers the queue of mail, one attempt after another. Each attempt is recorded before and after.

    accepted  -> sent
    deferred  -> due again at the time that the plugin says. The tenant's other mail waits until then as well, unless
                 only this mail is concerned: then it waits longer each time, and the others go on
    unknown   -> a marked copy after a growing wait; after too many, or if the plugin asks for it, held for the admin
    rejected  -> dead letter, with "send again"

When the plugin's service has been unreachable for long enough, SMTP takes over until it is back.
"""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from pbx_devhost.core import Pbx
from pbx_devhost.mail.smtp import SmtpChannel, load_smtp
from pbx_devhost.store.database import to_timestamp
from pbx_devhost.store.outbox.queue import Claimed, MailState
from pbx_devhost.store.outbox.waits import UNKNOWN_AT_MOST, growing_s
from pbx_devhost.store.tenants import SYSTEM_TENANT
from pbx_plugin_api import DeliveryReceipt, DeliveryStatus, Tenant

_log = logging.getLogger(__name__)

OUT_OF_REACH_AT_MOST_S: Final = 300.0
"""The longest wait for an unreachable service: it does not report when it is back."""
SOONEST_S: Final = 0.25
"""The shortest wait, so that a plugin that defers to the current moment is not called in a tight loop."""
PROBE_S: Final = 60.0
"""While SMTP takes over, the plugin is tried this often."""


@dataclass(slots=True)
class Delivered:
    """What one round did."""

    by_state: Counter[str] = field(default_factory=Counter)
    expired: int = 0
    recovered: int = 0

    @property
    def attempts(self) -> int:
        """How many attempts were made."""
        return sum(self.by_state.values())


class Delivery:
    """Delivers what is due. Several threads or processes may work on one database."""

    def __init__(self, pbx: Pbx, *, chance: Callable[[], float] = random.random) -> None:
        self._pbx, self._box, self._chance = pbx, pbx.stores.outbox, chance

    def deliver_due(self, *, tenant_id: str | None = None) -> Delivered:
        """Make attempts until nothing is due, or the PBX is asked to stop."""
        done = Delivered(expired=self._box.expire(), recovered=self._box.recover())
        smtp = load_smtp(self._pbx.stores)
        while not self._pbx.stop_wanted[0]:
            claimed = self._box.claim(tenant_id=tenant_id)
            if claimed is None:
                break
            done.by_state[self._attempt(claimed, smtp)] += 1
        return done

    def _attempt(self, claimed: Claimed, smtp: SmtpChannel | None) -> MailState:
        channel, receipt = "", None
        try:
            if not self._is_smtps_turn(claimed, smtp):
                channel, receipt = self._ask_plugins(claimed)
                self._box.note_reached(claimed, reached=not receipt.unreachable)
            elif smtp is not None:
                channel, receipt = "smtp", smtp.send(claimed.notification, self._pbx.stores, claimed.tenant_id)
            if receipt is not None and receipt.unreachable and smtp is not None and self._is_given_up(claimed, smtp):
                channel, receipt = "smtp", smtp.send(claimed.notification, self._pbx.stores, claimed.tenant_id)
        except Exception as error:  # noqa: BLE001  # any failure leaves this mail's outcome unknown, and the queue goes on
            _log.exception("Mail %s: the attempt failed", claimed.notification.notification_id)
            receipt = DeliveryReceipt(status=DeliveryStatus.UNKNOWN, reason=f"The PBX failed ({type(error).__name__}).")
        if receipt is None:
            raise AssertionError("an attempt without a receipt")
        return self._settle(claimed, receipt, channel, smtp)

    def _ask_plugins(self, claimed: Claimed) -> tuple[str, DeliveryReceipt]:
        answer = self._pbx.plugins.send_notification(self._tenant(claimed.tenant_id), claimed.notification)
        if answer.value is not None:
            return answer.plugin, answer.value
        return "", DeliveryReceipt(
            status=DeliveryStatus.DEFERRED,
            reason=answer.sentence or "No plugin delivers mail for this tenant.",
            remedy="Set up mail on a plugin's page, or a fallback with: pbx-devhost smtp set",
            retry_at_utc=claimed.notification.created_at_utc,
            unreachable=True,
        )

    def _tenant(self, tenant_id: str) -> Tenant:
        is_system = tenant_id == SYSTEM_TENANT.pbx_tenant_id
        return SYSTEM_TENANT if is_system else self._pbx.stores.tenants.find(tenant_id)

    # ------------------------------------------------------------------ the fallback channel

    def _is_given_up(self, claimed: Claimed, smtp: SmtpChannel) -> bool:
        """Whether the plugin's service has been unreachable for as long as the PBX's administrator allows."""
        since = claimed.unreachable_since if claimed.unreachable_since is not None else self._pbx.stores.database.now()
        return self._pbx.stores.database.now() - since >= smtp.settings.after_s

    def _is_smtps_turn(self, claimed: Claimed, smtp: SmtpChannel | None) -> bool:
        if smtp is None or claimed.unreachable_since is None or not self._is_given_up(claimed, smtp):
            return False
        return claimed.probed_at is not None and self._pbx.stores.database.now() - claimed.probed_at < PROBE_S

    # ------------------------------------------------------------------ the result

    def _settle(self, claimed: Claimed, receipt: DeliveryReceipt, channel: str, smtp: SmtpChannel | None) -> MailState:
        now = self._pbx.stores.database.now()
        state, due_at = MailState.SENT, now
        if receipt.status is DeliveryStatus.REJECTED:
            state = MailState.DEAD
        elif receipt.status is DeliveryStatus.DEFERRED:
            state = MailState.UNKNOWN if claimed.n_unknown else MailState.DEFERRED
            due_at = self._due_after(claimed, receipt, channel, smtp)
            if channel != "smtp" and not receipt.this_mail_only:
                self._box.pause(claimed, due_at)
        elif receipt.status is DeliveryStatus.UNKNOWN:
            state, due_at = MailState.UNKNOWN, now + self._growing_s(claimed.n_unknown + 1)
            if receipt.hold or claimed.n_unknown + 1 >= UNKNOWN_AT_MOST:
                state = MailState.HELD
        self._box.settle(
            claimed,
            state,
            due_at=due_at,
            pending=receipt.pending_recipients,
            refused=receipt.rejected_recipients,
            may_have_gone=receipt.status is DeliveryStatus.UNKNOWN and not receipt.hold,
            channel=channel,
            reason=receipt.reason,
            remedy=receipt.remedy,
            detail=receipt.detail,
        )
        note = claimed.notification
        _log.info("Mail %s, attempt %d: %s %s", note.notification_id, note.attempt, state.value, receipt.reason)
        return state

    def _due_after(self, claimed: Claimed, receipt: DeliveryReceipt, channel: str, smtp: SmtpChannel | None) -> float:
        now = self._pbx.stores.database.now()
        due_at = max(to_timestamp(receipt.retry_at_utc) or now, now + SOONEST_S)
        if channel == "smtp":
            return max(due_at, now + self._growing_s(claimed.notification.attempt))
        if receipt.this_mail_only:
            due_at = max(due_at, now + self._growing_s(claimed.notification.attempt))
        if receipt.unreachable:
            growing_s = min(self._growing_s(claimed.notification.attempt), OUT_OF_REACH_AT_MOST_S)
            due_at = max(due_at, now + growing_s)
            if smtp is not None:
                # Look again at the moment when the fallback may take over.
                since = claimed.unreachable_since if claimed.unreachable_since is not None else now
                due_at = max(now + SOONEST_S, min(due_at, since + smtp.settings.after_s))
        return due_at

    def _growing_s(self, n: int) -> float:
        return growing_s(n, self._chance())
