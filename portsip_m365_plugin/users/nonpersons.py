"""Accounts that are no persons: shared mailboxes, rooms and equipment get no extension.

They can be licensed and enabled like a person's account, and no listing distinguishes them. So the sync asks about a
new person's mailbox before they get an extension, and about everybody's once a week, with a full listing. Without the
permission for that, only the listing decides.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from pbx_plugin_api import Host, Stage, UserLink
from portsip_m365_plugin.exchange import is_exchange_missing
from portsip_m365_plugin.graph.batch import ITEMS_MAX
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import GraphError
from portsip_m365_plugin.mailboxes import Group, Mailboxes
from portsip_m365_plugin.mapping.users import PURPOSES, SKIP_DETAILS, MappingRules
from portsip_m365_plugin.texts import _, pack
from portsip_m365_plugin.users.pull import Listing, StoppedError
from portsip_m365_plugin.users.spool import Kind, Spool

_log = logging.getLogger(__name__)

_AT_ONCE: Final = 200


class NonPersonFilter:
    """Finds the accounts that are no persons among those who were pulled, for one run."""

    def __init__(self, host: Host, client: GraphClient, spool: Spool, rules: MappingRules, *, n_threads: int) -> None:
        self._host, self._client, self._spool, self._rules = host, client, spool, rules
        self._n_threads = n_threads
        self._mailboxes = Mailboxes(host)

    def leave_out(self) -> None:
        """Turn the accounts that are known to be no persons into people who are left out. Idempotent."""
        self._spool.run_many(
            "UPDATE pulled SET kind = ?, reason = ?, detail = ? WHERE oid = ? AND kind = ?",
            (
                (Kind.SKIP, reason, pack(SKIP_DETAILS[reason]), oid, Kind.DRAFT)
                for oid, purpose in self._mailboxes.items()
                if (reason := PURPOSES.get(purpose)) is not None
            ),
        )

    def ask(self, listing: Listing, *, is_forced: bool, exchange_since_utc: datetime) -> None:
        """Ask about mailboxes whose purpose is not known.

        A first import asks too, however many people there are: no shared mailbox ever gets an extension. What Microsoft
        does not answer never ends the run; it is asked again with the next full listing.

        Args:
            listing: Whether everybody was pulled.
            is_forced: An administrator wants everything read again, the permission included.
            exchange_since_utc: See `exchange.ask_exchange_since`: a directory without Exchange is asked once a night.

        Raises:
            StoppedError: The host asked to stop. The next run goes on with the people after these.
        """
        asks_all = listing.is_full and (self._mailboxes.is_round_due or is_forced)
        if self._mailboxes.is_refused(Group.PEOPLE) and not is_forced:
            return
        if is_exchange_missing(self._host, since_utc=exchange_since_utc):
            return
        if is_forced:
            self._mailboxes.try_fully()
        try:
            self._ask(asks_all=asks_all)
        except GraphError as error:
            # It says nothing about people; the next full listing asks again.
            _log.info("purposes of mailboxes could not be asked: %s", type(error).__name__)

    def _ask(self, *, asks_all: bool) -> None:
        n_asked = 0
        for oids in self._batches(asks_all=asks_all):
            if n_asked and self._host.progress.should_stop():
                raise StoppedError(
                    _("Stopped while asking what mailboxes are for; nothing is lost, and the next run goes on.")
                )
            rest = oids
            if not n_asked:
                if not self._mailboxes.try_asking(self._client, Group.PEOPLE, oids):
                    return
                rest = oids[ITEMS_MAX:]
            self._mailboxes.ask(self._client, Group.PEOPLE, rest, n_threads=self._n_threads)
            n_asked += len(oids)
            if asks_all:
                self._mailboxes.keep_round(after=oids[-1])
            self._host.progress.report(Stage.MAILBOXES, n_asked)
        if asks_all:
            self._mailboxes.keep_round(after="")

    def _batches(self, *, asks_all: bool) -> Iterator[list[str]]:
        after = self._mailboxes.round_after if asks_all else ""
        while True:
            rows = self._spool.rows(
                "SELECT oid FROM pulled WHERE kind = ? AND oid > ? ORDER BY oid LIMIT ?", (Kind.DRAFT, after, _AT_ONCE)
            )
            oids = [oid for (oid,) in rows]
            if not oids:
                return
            after = oids[-1]
            wanted = oids if asks_all else [oid for oid in oids if self._is_new(oid)]
            if wanted:
                yield wanted

    def _is_new(self, oid: str) -> bool:
        link = UserLink(authority=self._rules.entra_tenant_id, subject=oid)
        return self._mailboxes.purpose(oid) is None and self._host.users.find(link) is None
