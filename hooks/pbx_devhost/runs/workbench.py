"""How each kind of work is done."""

from __future__ import annotations

import json
import logging
import threading
import time
from typing import Any, Final

from pbx_devhost.core import Pbx
from pbx_devhost.mail.delivery import Delivery
from pbx_devhost.runs.runner import Runner
from pbx_devhost.runs.work import Lane, NotBegunError, Work
from pbx_devhost.store.database import FAILURES
from pbx_devhost.store.moments import Moment
from pbx_devhost.store.sealing.fitness import find_unfit
from pbx_devhost.store.sealing.keys import VaultError
from pbx_devhost.store.work.leases import Due
from pbx_devhost.store.work.processes import DEAD_AFTER_S
from pbx_plugin_api import ActionRequest, Tenant, TickReason, dump, load

_log = logging.getLogger(__name__)

_PUT_OFF_S: Final = 3600.0
_AGAIN_S: Final = 60.0
"""After the database could not be used."""
_MAIL_TURN_S: Final = 20.0
_FREE_WITHIN_S: Final = 2 * DEAD_AFTER_S
"""How long a page's job waits for the lease: the lease of a worker on another machine ends some time after its death.
"""
_LOOK_EVERY_S: Final = 1.0
_FIT_FOR_S: Final = 5.0
"""How long the answer counts whether this process may work."""
_SAY_EVERY_S: Final = 60.0


class Workbench:
    """Does work on the thread that calls. It raises only what nobody expected."""

    def __init__(self, pbx: Pbx) -> None:
        self._pbx, self._runner, self._delivery = pbx, Runner(pbx, takes_turns=True), Delivery(pbx)
        self._lock, self._is_fit = threading.Lock(), True
        self._looked_at, self._said_at = -_FIT_FOR_S, -_SAY_EVERY_S

    def do(self, work: Work) -> None:
        """Do one piece of work.

        Raises:
            NotBegunError: The process ends, or may not work, and a page's job was not begun.
        """
        if self._pbx.stop_wanted[0] or not self._may_work():
            if work.lane is Lane.PAGES:
                raise NotBegunError
            return
        if work.lane is Lane.RUNS:
            self._run_due(Due(tenant_id=work.tenant_id, plugin=work.plugin))
        elif work.lane is Lane.PAGES:
            self._run_job(work)
        else:
            until = time.monotonic() + _MAIL_TURN_S
            self._delivery.deliver(is_urgent_only=work.lane is Lane.URGENT, may_go_on=lambda: time.monotonic() < until)

    def _may_work(self) -> bool:
        """Whether the database is still this program's, and opens with its key: others do the work otherwise."""
        with self._lock:
            now_s = time.monotonic()
            if now_s - self._looked_at >= _FIT_FOR_S:
                try:
                    unfit = find_unfit(self._pbx.stores.database, self._pbx.stores.vault)
                except FAILURES:
                    return self._is_fit  # it is away: the work itself says so
                self._is_fit, self._looked_at = unfit is None, now_s
                if unfit is not None and now_s - self._said_at >= _SAY_EVERY_S:
                    _log.error("This process takes no work: %s", unfit.value)
                    self._said_at = now_s
            return self._is_fit

    def page_job(
        self,
        tenant: Tenant,
        plugin: str,
        reason: TickReason,
        request: ActionRequest | None = None,
        job: str | None = None,
    ) -> Work:
        """Return the work that a page asks for."""
        key = f"page {tenant.pbx_tenant_id} {plugin}"
        asked = {"reason": reason.value, "job": job, "request": None if request is None else dump(request)}
        self._pbx.stores.vault.use_newest_key()
        sealed = self._pbx.stores.vault.seal(json.dumps(asked).encode(), "work", key)
        return Work(lane=Lane.PAGES, key=key, tenant_id=tenant.pbx_tenant_id, plugin=plugin, sealed=sealed.hex())

    def _run_due(self, item: Due) -> None:
        try:
            tenant = self._pbx.stores.tenants.find(item.tenant_id)
            if item.plugin not in self._pbx.plugins.tick_plugins(tenant):
                _log.warning("%s is due for %s, but switched off or not loaded", item.plugin, tenant.name)
                self._put_off(item)
                return
            self._runner.run(tenant, item.plugin, TickReason.DUE)
        except FAILURES:
            _log.exception("The run of %s for tenant %s is put off: the database", item.plugin, item.tenant_id)
            self._put_off(item, _AGAIN_S)
        except Exception:  # noqa: BLE001  # one tenant's failure is that tenant's
            _log.exception("A run of %s for tenant %s failed; it is due again later", item.plugin, item.tenant_id)
            self._put_off(item)

    def _put_off(self, item: Due, by_s: float = _PUT_OFF_S) -> None:
        stores = self._pbx.stores
        stores.leases.set_due(item.tenant_id, item.plugin, Moment.after(stores.database, by_s))

    def _run_job(self, work: Work) -> None:
        try:
            asked: dict[str, Any] = json.loads(
                self._pbx.stores.vault.open(bytes.fromhex(work.sealed), "work", work.key)
            )
        except VaultError:
            _log.error("A job of %s is lost: the keys were rotated while it waited. Start it again", work.plugin)
            return
        tenant = self._pbx.stores.tenants.find(work.tenant_id)
        request = None if asked["request"] is None else load(ActionRequest, asked["request"])
        try:
            self._run_when_free(tenant, work.plugin, TickReason(asked["reason"]), asked["job"], request)
        except NotBegunError:
            raise
        except Exception:  # noqa: BLE001  # nobody waits for this thread: log the error, and let the page say so
            _log.exception("A run of %s for %s, started from a page, failed", work.plugin, tenant.name)

    def _run_when_free(
        self, tenant: Tenant, plugin: str, reason: TickReason, job: str | None, request: ActionRequest | None
    ) -> None:
        """Run what somebody asked for, if need be after the run that has the lease. Nothing else remembers it."""
        until = time.monotonic() + _FREE_WITHIN_S
        while True:
            result = self._runner.run(tenant, plugin, reason, job=job, request=request)
            if result.run_id is not None:
                return
            if self._pbx.stop_wanted[0]:
                raise NotBegunError
            if time.monotonic() > until:
                _log.warning("What a page asked for was not done: %s", result.sentence)
                return
            time.sleep(_LOOK_EVERY_S)
