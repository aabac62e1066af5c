"""Delivers the queue of mail, one attempt after another. Each attempt is recorded before and after.

accepted  -> sent
deferred  -> due again at the time that the plugin says. The tenant's other mail waits until then as well, unless
             only this mail is concerned: then it waits longer each time, and the others go on
unknown   -> a marked copy after a growing wait; after too many, or if the plugin asks for it, held for the admin
rejected  -> dead letter, with "send again"; only because of the mail itself
a fault   -> nothing is lost: all mail of the tenant waits in order, one mail in a growing interval tries, an
             administrator reads why. Urgent mail goes by SMTP at once, all mail after a while, if there is SMTP
"""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from pbx_devhost.core import Pbx
from pbx_devhost.logs.context import log_context
from pbx_devhost.mail.notice_mail import NoticeMail
from pbx_devhost.mail.notices import MailNotices
from pbx_devhost.mail.smtp import SmtpChannel, load_smtp
from pbx_devhost.store.database import FAILURES
from pbx_devhost.store.moments import Moment
from pbx_devhost.store.outbox.lanes import UNREACHABLE, Fault
from pbx_devhost.store.outbox.queue import Claimed, MailState
from pbx_devhost.store.outbox.waits import UNKNOWN_AT_MOST, growing_s
from pbx_devhost.store.tenants import SYSTEM_TENANT
from pbx_devhost.texts import _
from pbx_plugin_api import DeliveryReceipt, DeliveryStatus, Tenant

_log = logging.getLogger(__name__)

SOONEST_S: Final = 0.25
"""The shortest wait, so that a plugin that defers to the current moment is not called in a tight loop."""
STEPS_ASIDE_FROM: Final = 3
"""After so many attempts, a mail that only waits for itself lets later mail to the same people pass."""


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
        self._notices, self._notice_mail = MailNotices(pbx.stores), NoticeMail(pbx.stores)

    def deliver_due(self, *, tenant_id: str | None = None, is_urgent_only: bool = False) -> Delivered:
        """Look after the queue, then make attempts until nothing is due, or the PBX is asked to stop."""
        looked = self.look_after()
        done = self.deliver(tenant_id=tenant_id, is_urgent_only=is_urgent_only)
        done.expired, done.recovered = looked.expired, looked.recovered
        return done

    def look_after(self) -> Delivered:
        """End mail that waited too long and attempts of dead processes, and let faults know the fallback channel."""
        expired = self._box.expire()
        for each in expired:
            self._notices.report_expired(each)
        self._notices.end_expired()
        for fault in self._box.lanes.end_idle_faults():
            self._notices.end_fault(fault)
        recovered = self._box.recover()
        smtp = load_smtp(self._pbx.stores)
        self._box.lanes.set_fallback(None if smtp is None else smtp.settings.after_s)
        return Delivered(expired=sum(each.count for each in expired), recovered=recovered)

    def is_any_due(self, *, is_urgent_only: bool = False) -> bool:
        """Whether `deliver` would probably find something."""
        if self._box.is_any_due(is_urgent_only=is_urgent_only):
            return True
        is_notice_due = not is_urgent_only and self._pbx.stores.notices.is_mail_due()
        return is_notice_due and load_smtp(self._pbx.stores) is not None

    def deliver(
        self,
        *,
        tenant_id: str | None = None,
        is_urgent_only: bool = False,
        may_go_on: Callable[[], bool] = lambda: True,
    ) -> Delivered:
        """Make attempts until nothing is due, the PBX is asked to stop, or `may_go_on` is False."""
        done, smtp = Delivered(), load_smtp(self._pbx.stores)
        if not is_urgent_only:
            self._notice_mail.deliver_due(smtp, may_go_on=lambda: not self._pbx.stop_wanted[0] and may_go_on())
        while not self._pbx.stop_wanted[0] and may_go_on():
            claimed = self._box.claim(tenant_id=tenant_id, is_urgent_only=is_urgent_only)
            if claimed is None:
                break
            done.by_state[self._attempt(claimed, smtp)] += 1
        return done

    def _attempt(self, claimed: Claimed, smtp: SmtpChannel | None) -> MailState:
        with log_context(tenant_id=claimed.tenant_id, notification_id=claimed.notification.notification_id):
            try:
                state = self._try(claimed, smtp)
            finally:
                self._box.leave(claimed)
        from pbx_devhost.metrics.process import note_mail  # imported here, as in `runs/runner.py`

        note_mail(state.value)
        return state

    def _try(self, claimed: Claimed, smtp: SmtpChannel | None) -> MailState:
        if claimed.by_fallback and smtp is not None:
            return self._settle(claimed, self._send_by(smtp, claimed), "smtp")
        channel, receipt = self._ask_plugins(claimed)
        # A database that is away makes no doubt of an answer that is here.
        retry_at = Moment.of(self._pbx.stores.database, receipt.retry_at_utc)
        fault = self._pbx.insist(
            "The result of a mail", lambda: self._note_fault(claimed, receipt, retry_at, channel, smtp)
        )
        if fault is not None and smtp is not None and self._is_smtps_turn(claimed, receipt, fault):
            return self._settle(claimed, self._send_by(smtp, claimed), "smtp")
        return self._settle(claimed, receipt, channel, retry_at)

    def _send_by(self, smtp: SmtpChannel, claimed: Claimed) -> DeliveryReceipt:
        note, stores = claimed.notification, self._pbx.stores
        try:
            return smtp.send(note, stores, claimed.tenant_id, may_send=lambda: self._may_send(claimed))
        except Exception as error:  # noqa: BLE001  # any failure leaves this mail's outcome unknown, and the queue goes on
            return _explain_failure(claimed, error)

    def _ask_plugins(self, claimed: Claimed) -> tuple[str, DeliveryReceipt]:
        try:
            with self._pbx.sending(lambda: self._may_send(claimed)):
                tenant = self._tenant(claimed.tenant_id)
                answer = self._pbx.plugins.send_notification(tenant, claimed.notification)
        except Exception as error:  # noqa: BLE001  # any failure leaves this mail's outcome unknown, and the queue goes on
            return "", _explain_failure(claimed, error)
        if answer.value is not None:
            return answer.plugin, answer.value
        return "", DeliveryReceipt(
            status=DeliveryStatus.DEFERRED,
            reason=answer.sentence or _("No plugin delivers mail for this tenant."),
            remedy=_(
                "Set up mail on a plugin's page, or let the operator set a fallback channel (“pbx-devhost smtp set”)."
            ),
            retry_at_utc=claimed.notification.created_at_utc,
            unreachable=True,
        )

    def _may_send(self, claimed: Claimed) -> bool:
        """Whether this process certainly has the mail. Another one takes it over when this one was silent for long."""
        try:
            return self._box.is_ours(claimed)
        except FAILURES as error:
            _log.warning("Mail %s is not sent now: %s", claimed.notification.notification_id, type(error).__name__)
            return False

    def _tenant(self, tenant_id: str) -> Tenant:
        is_system = tenant_id == SYSTEM_TENANT.pbx_tenant_id
        return SYSTEM_TENANT if is_system else self._pbx.stores.tenants.find(tenant_id)

    # ------------------------------------------------------------------ faults

    def _note_fault(
        self,
        claimed: Claimed,
        receipt: DeliveryReceipt,
        retry_at: Moment | None,
        channel: str,
        smtp: SmtpChannel | None,
    ) -> Fault | None:
        """Store what a plugin's receipt says about the tenant's mail as a whole. Return the fault that it found."""
        lanes, tenant_id = self._box.lanes, claimed.tenant_id
        cause = receipt.fault or (UNREACHABLE if receipt.unreachable else "")
        if cause:
            fault, before = lanes.note_fault(
                tenant_id,
                channel=channel,
                cause=cause,
                reason=receipt.reason,
                remedy=receipt.remedy,
                not_before=retry_at,
                is_probe=claimed.fault is not None,
                fallback_after_s=None if smtp is None else smtp.settings.after_s,
                chance=self._chance(),
            )
            self._notices.report_fault(fault, before, has_fallback=smtp is not None)
            return fault
        if receipt.status is DeliveryStatus.ACCEPTED or (claimed.fault and claimed.fault.cause == UNREACHABLE):
            ended = lanes.end_fault(tenant_id) if claimed.fault is not None else None
            if ended is not None:
                self._notices.end_fault(ended)
        elif claimed.fault is not None:
            lanes.probe_now(tenant_id)  # it says nothing about the fault: the next mail tries
        return None

    def _is_smtps_turn(self, claimed: Claimed, receipt: DeliveryReceipt, fault: Fault) -> bool:
        """Whether a mail that has just found a fault goes by SMTP in the same attempt."""
        if receipt.pending_recipients:  # a part was sent: stored first, so that nobody gets it twice
            return False
        is_over = fault.fallback_at is not None and fault.fallback_at <= self._pbx.stores.database.now()
        return claimed.is_urgent or is_over

    # ------------------------------------------------------------------ the result

    def _settle(
        self, claimed: Claimed, receipt: DeliveryReceipt, channel: str, retry_at: Moment | None = None
    ) -> MailState:
        return self._pbx.insist("The result of a mail", lambda: self._keep(claimed, receipt, retry_at, channel))

    def _keep(self, claimed: Claimed, receipt: DeliveryReceipt, retry_at: Moment | None, channel: str) -> MailState:
        state, wait_s = MailState.SENT, 0.0
        if receipt.status is DeliveryStatus.REJECTED:
            state = MailState.DEAD
        elif receipt.status is DeliveryStatus.DEFERRED:
            state = MailState.UNKNOWN if claimed.n_unknown else MailState.DEFERRED
            wait_s = self._wait_s(claimed, receipt, retry_at, channel)
            if channel != "smtp" and not receipt.this_mail_only and not _is_fault(receipt):
                self._box.lanes.pause(claimed.tenant_id, wait_s, urgent=claimed.is_urgent)
        elif receipt.status is DeliveryStatus.UNKNOWN:
            state, wait_s = MailState.UNKNOWN, self._growing_s(claimed.n_unknown + 1)
            if receipt.hold or claimed.n_unknown + 1 >= UNKNOWN_AT_MOST:
                state = MailState.HELD
        self._box.settle(
            claimed,
            state,
            wait_s=wait_s,
            pending=receipt.pending_recipients,
            refused=receipt.rejected_recipients,
            steps_aside=receipt.this_mail_only and claimed.notification.attempt >= STEPS_ASIDE_FROM,
            may_have_gone=receipt.status is DeliveryStatus.UNKNOWN and not receipt.hold,
            channel=channel,
            reason=receipt.reason,
            remedy=receipt.remedy,
            detail=receipt.detail,
        )
        note = claimed.notification
        _log.info("Mail %s, attempt %d: %s %s", note.notification_id, note.attempt, state.value, receipt.reason)
        return state

    def _wait_s(self, claimed: Claimed, receipt: DeliveryReceipt, retry_at: Moment | None, channel: str) -> float:
        if channel != "smtp" and _is_fault(receipt):
            return 0.0  # the fault says when; the oldest mail tries first
        database, wait_s = self._pbx.stores.database, SOONEST_S
        if retry_at is not None:
            wait_s = max(wait_s, retry_at.read(database) - database.now())
        if channel == "smtp" or receipt.this_mail_only:
            wait_s = max(wait_s, self._growing_s(claimed.notification.attempt))
        return wait_s

    def _growing_s(self, n: int) -> float:
        return growing_s(n, self._chance())


def _explain_failure(claimed: Claimed, error: Exception) -> DeliveryReceipt:
    _log.exception("Mail %s: the attempt failed", claimed.notification.notification_id)
    return DeliveryReceipt(
        status=DeliveryStatus.UNKNOWN, reason=_("The PBX failed ({error}).", error=type(error).__name__)
    )


def _is_fault(receipt: DeliveryReceipt) -> bool:
    return bool(receipt.fault) or receipt.unreachable
