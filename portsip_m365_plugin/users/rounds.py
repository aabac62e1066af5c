"""What a run of the users' sync reads: one round of changes where that is enough, everybody otherwise."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from pbx_plugin_api import Host
from portsip_m365_plugin.config.leavers import LeaversConfig
from portsip_m365_plugin.graph.errors import ResyncRequiredError
from portsip_m365_plugin.mapping.users import MappingRules
from portsip_m365_plugin.users.approval import waits_for_full_listing
from portsip_m365_plugin.users.checkpoint import RETRY_MAX_PEOPLE, Basis, Checkpoint, why_full
from portsip_m365_plugin.users.leavers import find_due_leavers, have_policies_changed
from portsip_m365_plugin.users.pull import DirectoryReader, Listing
from portsip_m365_plugin.users.scope import ScopeFilter
from portsip_m365_plugin.users.spool import Spool
from portsip_m365_plugin.users.waiting import load_waiting

_log = logging.getLogger(__name__)


class Round:
    """Chooses what one run reads, by what the last finished run left."""

    def __init__(
        self,
        host: Host,
        rules: MappingRules,
        leavers: LeaversConfig,
        checkpoint: Checkpoint | None,
        basis: Basis,
        now_utc: datetime,
        *,
        is_forced: bool,
    ) -> None:
        self._host, self._rules, self._leavers = host, rules, leavers
        self._checkpoint, self._basis, self._now_utc = checkpoint, basis, now_utc
        self._is_forced = is_forced

    def pull(
        self, spool: Spool, reader: DirectoryReader, scope: ScopeFilter, on_rows: Callable[[], None] = lambda: None
    ) -> Listing:
        """Read the changes where they are enough, everybody otherwise; for `on_rows` see `list_everybody`."""
        scope.read_groups()
        reader.note_diverged()
        is_waiting_known = load_waiting(self._host, spool)
        checkpoint = self._checkpoint
        why = self._why_full(scope) or ("" if is_waiting_known else "it is not known any more who waits")
        fresh_link = checkpoint is None or not checkpoint.link_still_good(self._basis, self._now_utc)
        if checkpoint is not None and not why:
            try:
                listing = reader.read_changes(checkpoint.delta_link)
                scope.note_changed()
                due = find_due_leavers(self._host, self._rules.entra_tenant_id, self._leavers, self._now_utc)
                if reader.reread([*checkpoint.retry_ids, *due], most=RETRY_MAX_PEOPLE):
                    return listing
                why = "too many to read one by one"
            except ResyncRequiredError as error:
                why, fresh_link = f"the delta link is no longer good ({error})", True
            spool.clear_pulled()
        _log.info("listing everybody: %s", why)
        return reader.list_everybody(fresh_link=fresh_link, on_rows=on_rows)

    def look(self, spool: Spool, reader: DirectoryReader, scope: ScopeFilter) -> Listing | None:
        """Read one round of changes; None where only the night can go on, because everybody has to be listed."""
        checkpoint = self._checkpoint
        if checkpoint is None or not checkpoint.link_still_good(self._basis, self._now_utc):
            return None
        # By a new scope nobody joins or leaves here (`SyncPlan.leave_to_night`), so nobody's groups need to be known.
        if not scope.is_known and checkpoint.scope_hash == self._basis.scope_hash:
            return None
        if not load_waiting(self._host, spool):
            return None
        reader.note_diverged()
        try:
            listing = reader.read_changes(checkpoint.delta_link)
        except ResyncRequiredError as error:
            _log.info("the delta link is no longer good (%s)", error)
            return None
        if not reader.reread_partial(most=RETRY_MAX_PEOPLE):
            return None
        scope.recall_groups()
        return listing

    def _why_full(self, scope: ScopeFilter) -> str:
        if self._is_forced:
            return "asked for"
        if waits_for_full_listing(self._host):
            return "a plan waits that no round of changes shows"
        if have_policies_changed(self._host, self._leavers):
            return "the policies for leavers changed"
        if not scope.is_known:
            return "it is not known who was in the groups before"
        return why_full(self._checkpoint, self._basis, self._now_utc)
