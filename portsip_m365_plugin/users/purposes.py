"""Which accounts are no persons, by Microsoft's own word: `mailboxSettings/userPurpose`, where this app may ask.

A shared mailbox or a room can be licensed and enabled like a person's account, and no listing tells them apart. Whoever
is new is asked about before they get an extension, and everybody once a week, with a full listing. What was learned is
kept: a later change of such an account does not make it a person. Needs MailboxSettings.Read; without it nothing is
known, one request a week finds that out, and the listing decides alone.

Source: user-get-mailboxsettings (2021); facts of 2026-11: licensed and enabled shared mailboxes exist.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from pbx_plugin_api import Host, InvalidValueError, Stage, UserLink, dump, load
from portsip_m365_plugin.graph.batch import ITEMS_MAX, BatchItem
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.contacts import ask_purpose, read_purpose
from portsip_m365_plugin.graph.errors import ConsentMissingError, GraphError, MailboxRefusedError
from portsip_m365_plugin.graph.reads import read_many
from portsip_m365_plugin.mapping.users import PURPOSES, SKIP_DETAILS, MappingRules
from portsip_m365_plugin.users.pull import Listing
from portsip_m365_plugin.users.spool import Kind, Spool

__all__ = ["NEW_MAX_PEOPLE", "Purposes"]

_log = logging.getLogger(__name__)

NEW_MAX_PEOPLE: Final = 1000
"""More new people than this are not asked about at once: a first import stays short, and the weekly listing asks."""

_KEY: Final = "users.purposes"
_WEEK: Final = timedelta(days=6, hours=12)
_AT_ONCE: Final = 200
_KNOWN_MAX: Final = 4000


class Purposes:
    """What is known of this tenant's accounts, for one run."""

    def __init__(self, host: Host, now_utc: datetime) -> None:
        self._host, self._now_utc = host, now_utc
        record = host.state.get(_KEY)
        kept = record.value if record is not None and isinstance(record.value, dict) else {}
        known = kept.get("known")
        self._known = {str(oid): str(word) for oid, word in known.items()} if isinstance(known, dict) else {}
        self._asked_all_at = _read_time(kept.get("asked_all_at_utc"))
        self._refused_at = _read_time(kept.get("refused_at_utc"))
        self._after = str(kept.get("after") or "")
        """How far asking everybody had come when a run had to end: it goes on there, or it would never be done."""

    def reason_for(self, oid: str) -> str | None:
        """Return why an account gets no extension, where that is known."""
        return PURPOSES.get(self._known.get(oid, ""))

    def settle(self, spool: Spool) -> None:
        """Turn the accounts that are known to be no persons into people who are left out. Idempotent."""
        spool.run_many(
            "UPDATE pulled SET kind = ?, reason = ?, detail = ? WHERE oid = ? AND kind = ?",
            (
                (Kind.SKIP, reason, SKIP_DETAILS[reason], oid, Kind.DRAFT)
                for oid, word in self._known.items()
                if (reason := PURPOSES.get(word)) is not None
            ),
        )

    def learn(
        self,
        spool: Spool,
        client: GraphClient,
        rules: MappingRules,
        listing: Listing,
        *,
        is_first: bool,
        is_forced: bool,
    ) -> None:
        """Ask about those of whom it is not known, and keep the answers; then `settle`.

        Never ends the run: what cannot be learned now is asked again with the next full listing.

        Args:
            spool: With everybody who was pulled.
            client: Of this tenant's app.
            rules: Say which directory's people are meant.
            listing: Whether everybody was pulled.
            is_first: Nobody is linked yet; then only so many are asked about that the import stays short.
            is_forced: An admin wants everything read anew, the permission included.
        """
        is_due = self._asked_all_at is None or self._now_utc - self._asked_all_at >= _WEEK
        asks_all = listing.is_full and (is_due or is_forced)
        is_refused = self._refused_at is not None and self._now_utc - self._refused_at < _WEEK
        is_long = spool.count(f"pulled WHERE kind = {int(Kind.DRAFT)}") > NEW_MAX_PEOPLE
        if (is_forced or not is_refused) and not (asks_all and is_first and is_long):
            self._ask(spool, client, None if asks_all else rules)
        self.settle(spool)

    def _ask(self, spool: Spool, client: GraphClient, new_in: MappingRules | None) -> None:
        """Ask about everybody, or about those who have no user yet in the directory of these rules."""
        is_first_request, n_asked = True, 0
        try:
            for oids in self._batches(spool, new_in):
                told = _ask_purposes(client, oids, may_be_refused=is_first_request)
                if told is None:
                    self._refused_at = self._now_utc
                    break
                is_first_request, n_asked = False, n_asked + len(oids)
                self._after = oids[-1] if new_in is None else self._after
                for oid, word in told.items():
                    self._known.pop(oid, None)
                    if word in PURPOSES:
                        self._known[oid] = word
                self._host.progress.report(Stage.MAILBOXES, n_asked)
                if self._host.progress.should_stop() or (new_in is not None and n_asked >= NEW_MAX_PEOPLE):
                    break
            else:
                self._refused_at = None if n_asked else self._refused_at
                if new_in is None:
                    self._asked_all_at, self._after = self._now_utc, ""
        except GraphError as error:
            # It says nothing about people; the next full listing asks again.
            _log.info("purposes of mailboxes could not be asked: %s", type(error).__name__)
        if not n_asked and self._refused_at is None:
            return
        self._host.state.put(
            _KEY,
            {
                "known": dict(list(self._known.items())[-_KNOWN_MAX:]),
                "asked_all_at_utc": dump(self._asked_all_at),
                "refused_at_utc": dump(self._refused_at),
                "after": self._after,
            },
        )

    def _batches(self, spool: Spool, new_in: MappingRules | None) -> Iterator[list[str]]:
        after = self._after if new_in is None else ""
        while True:
            rows = spool.rows(
                "SELECT oid FROM pulled WHERE kind = ? AND oid > ? ORDER BY oid LIMIT ?", (Kind.DRAFT, after, _AT_ONCE)
            )
            oids = [oid for (oid,) in rows]
            if not oids:
                return
            after = oids[-1]
            wanted = oids if new_in is None else [oid for oid in oids if self._is_new(oid, new_in)]
            if wanted:
                yield wanted

    def _is_new(self, oid: str, rules: MappingRules) -> bool:
        link = UserLink(authority=rules.entra_tenant_id, subject=oid)
        return oid not in self._known and self._host.users.find(link) is None


def _read_time(value: object) -> datetime | None:
    try:
        return load(datetime, value) if isinstance(value, str) else None
    except InvalidValueError:
        return None


def _ask_purposes(client: GraphClient, oids: Sequence[str], *, may_be_refused: bool) -> Mapping[str, str] | None:
    """Return what these mailboxes are for, as far as it is known; None where this app may not ask."""
    told: dict[str, str] = {}
    first = oids[:ITEMS_MAX] if may_be_refused else ()
    n_refused = _read_purposes(client, first, told)
    # Whoever has no mailbox answers 404 whether or not it may be asked; nobody of twenty, and it is in vain.
    if not told and (n_refused or len(first) == ITEMS_MAX):
        return None
    _read_purposes(client, oids[len(first) :], told)
    return told


def _read_purposes(client: GraphClient, oids: Sequence[str], told: dict[str, str]) -> int:
    items = [BatchItem(key=oid, request=ask_purpose(client.cloud, oid)) for oid in oids]
    n_refused = 0
    for result in read_many(client, items, n_threads=4) if items else ():
        if result.reply is not None:
            told[result.item.key] = read_purpose(result.reply.body)
        n_refused += isinstance(result.error, (ConsentMissingError, MailboxRefusedError))
    return n_refused
