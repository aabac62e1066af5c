"""Accounts that are no persons: shared mailboxes, rooms and equipment get no extension.

They can be licensed and enabled like a person's account, and no listing distinguishes them. So the sync asks about a
new person's mailbox before they get an extension, and about everybody's once a week, with a full listing. Without the
permission for that, only the listing decides.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Final

from pbx_plugin_api import Host, Stage, UserLink
from portsip_m365_plugin.exchange import is_exchange_missing
from portsip_m365_plugin.graph.batch_queue import ITEMS_MAX
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import GraphError
from portsip_m365_plugin.mailboxes import FirstAnswers, Group, Mailboxes
from portsip_m365_plugin.mapping.users import PURPOSES, SKIP_DETAILS, MappingRules
from portsip_m365_plugin.texts import _, pack
from portsip_m365_plugin.users.pull import Listing, StoppedError
from portsip_m365_plugin.users.spool import Kind, Spool

_log = logging.getLogger(__name__)

_AT_ONCE: Final = 960
"""48 full batches, so that 1, 2, 3, 4, 6, 8 or more slots end together."""

_LOOKS_MAX: Final = 10
"""How often a run looks for a first batch while people are listed. Many directories never have a full one."""


class NonPersonFilter:
    """Finds the accounts that are no persons among those who were pulled, for one run.

    Args:
        host: The tenant's.
        client: Of this tenant's app.
        spool: Where people are pulled into.
        rules: How people are mapped.
        n_threads: How many requests may be in flight.
        is_forced: An administrator wants everything read again, the permission included.
        exchange_since_utc: See `exchange.ask_exchange_since`: a directory without Exchange is asked once a night.
    """

    def __init__(
        self,
        host: Host,
        client: GraphClient,
        spool: Spool,
        rules: MappingRules,
        *,
        n_threads: int,
        is_forced: bool,
        exchange_since_utc: datetime,
    ) -> None:
        self._host, self._client, self._spool, self._rules = host, client, spool, rules
        self._n_threads, self._is_forced, self._exchange_since_utc = n_threads, is_forced, exchange_since_utc
        self._mailboxes = Mailboxes(host)
        if is_forced:
            self._mailboxes.try_fully()
        self._begun: Future[FirstAnswers] | None = None
        self._begun_oids: frozenset[str] = frozenset()
        self._n_looks = 0

    @contextmanager
    def ask_ahead(self) -> Iterator[Callable[[], None]]:
        """Give a function to call again and again while everybody is listed: it sends the first batch of a round.

        Nothing is concluded from the answer before `ask`; if the listing fails, nothing at all. Leaving the context
        waits for the answer.
        """
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="purposes") as pool:
            yield partial(self._begin, pool)

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

    def ask(self, listing: Listing) -> None:
        """Ask about mailboxes whose purpose is not known.

        A first import asks too, however many people there are: no shared mailbox ever gets an extension. What Microsoft
        does not answer never ends the run; it is asked again with the next full listing.

        Raises:
            StoppedError: The host asked to stop. The next run goes on with the people after these.
        """
        if not self._may_ask():
            return
        try:
            self._ask(asks_all=listing.is_full and self._is_round_due)
        except GraphError as error:
            # It says nothing about people; the next full listing asks again.
            _log.info("purposes of mailboxes could not be asked: %s", type(error).__name__)

    def _may_ask(self) -> bool:
        if self._mailboxes.is_refused(Group.PEOPLE) and not self._is_forced:
            return False
        return not is_exchange_missing(self._host, since_utc=self._exchange_since_utc)

    @property
    def _is_round_due(self) -> bool:
        return self._mailboxes.is_round_due or self._is_forced

    def _begin(self, pool: ThreadPoolExecutor) -> None:
        if self._begun is not None or self._n_looks >= _LOOKS_MAX or not self._is_round_due:
            return
        self._n_looks += 1
        slots = self._client.gate.slots(self._n_threads, gives_way=self._client.priority == "low")
        if slots < 2 or not self._may_ask():  # the next page is on its way, too
            return
        oids = list(islice(self._wanted(asks_all=True), ITEMS_MAX))
        if len(oids) == ITEMS_MAX:  # fewer would make one request more in all
            send = self._mailboxes.prepare_first(self._client, oids)
            self._begun, self._begun_oids = pool.submit(copy_context().run, send), frozenset(oids)

    def _ask(self, *, asks_all: bool) -> None:
        wanted = self._wanted(asks_all=asks_all)
        if self._begun is not None:
            n_asked, may_go_on = ITEMS_MAX, self._mailboxes.take_first(Group.PEOPLE, self._begun.result())
        else:
            first = list(islice(wanted, ITEMS_MAX))
            n_asked, may_go_on = len(first), self._mailboxes.try_asking(self._client, Group.PEOPLE, first)
        if not may_go_on:
            return
        while oids := list(islice(wanted, _AT_ONCE)):
            asked = self._mailboxes.ask(
                self._client,
                Group.PEOPLE,
                oids,
                n_threads=self._n_threads,
                should_stop=partial(self._should_stop, n_before=n_asked),
            )
            if asked.total < len(oids):
                raise StoppedError(
                    _("Stopped while asking what mailboxes are for; nothing is lost, and the next run goes on.")
                )
            n_asked += len(oids)
            if asks_all:
                self._mailboxes.keep_round(after=oids[-1])
        if asks_all:
            self._mailboxes.keep_round(after="")

    def _should_stop(self, n_ended: int, n_before: int) -> bool:
        self._host.progress.report(Stage.MAILBOXES, n_before + n_ended)
        return self._host.progress.should_stop()

    def _wanted(self, *, asks_all: bool) -> Iterator[str]:
        """Yield whom to ask about, by object id, without those who were asked ahead."""
        after = self._mailboxes.round_after if asks_all else ""
        while rows := list(
            self._spool.rows(
                "SELECT oid FROM pulled WHERE kind = ? AND oid > ? ORDER BY oid LIMIT ?", (Kind.DRAFT, after, _AT_ONCE)
            )
        ):
            for (after,) in rows:
                if after not in self._begun_oids and (asks_all or self._is_new(after)):
                    yield after

    def _is_new(self, oid: str) -> bool:
        link = UserLink(authority=self._rules.entra_tenant_id, subject=oid)
        return self._mailboxes.purpose(oid) is None and self._host.users.find(link) is None
