"""Which mailboxes are shared ones, by Microsoft's own word: `mailboxSettings/userPurpose`, one call a mailbox.

Needs MailboxSettings.Read beyond the three permissions that everything else needs. Asked of accounts with a mail
address that are no enabled users of the PBX; an answer is kept for a week. A mailbox that was shared stays so until
Microsoft says otherwise: neither a mailbox that cannot be asked (it moves, it lost its license) nor a listing that
leaves an account out takes the company's contacts away.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pbx_plugin_api import Host, JsonValue, Stage, UserLink
from portsip_m365_plugin.contacts.scope import SharedMailbox
from portsip_m365_plugin.contacts.state import BookKind, MailboxStatus, judge_mailbox, load_mailboxes
from portsip_m365_plugin.graph.batch import BatchItem
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.contacts import ask_purpose, read_purpose
from portsip_m365_plugin.graph.errors import ConsentMissingError, GraphError, MailboxRefusedError
from portsip_m365_plugin.graph.reads import read_many
from portsip_m365_plugin.graph.users import get_users, list_users

__all__ = ["PurposeNotPermittedError", "PurposeStoppedError", "find_shared_mailboxes"]

_log = logging.getLogger(__name__)

SAVED_EVERY: Final = 1000
"""Answers that a killed run loses at most."""
_PREFIX: Final = "contacts.purpose."
_KEEP: Final = timedelta(days=7)
_SHARED: Final = "shared"
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


class PurposeNotPermittedError(Exception):
    """Microsoft does not tell this app what mailboxes are for."""


class PurposeStoppedError(Exception):
    """The host wants the run to end; what was answered is kept, and the next run asks the others."""


@dataclass(frozen=True, slots=True)
class _Told:
    purpose: str
    at_utc: datetime


def find_shared_mailboxes(
    host: Host, client: GraphClient, entra_tenant_id: str, *, n_threads: int
) -> list[SharedMailbox]:
    """Return the shared mailboxes of the directory.

    Cost: the directory's listing (999 people a request), and one request for 20 accounts not asked within a week. Cut
    off anywhere, at most `SAVED_EVERY` answers are asked for again.

    Raises:
        PurposeNotPermittedError: MailboxSettings.Read is not granted, so that nothing is known.
        PurposeStoppedError: The host wants the run to end.
        GraphError: The directory cannot be read, or the run's time is over.
    """
    return _Asking(host, client, entra_tenant_id, n_threads).go()


class _Asking:
    def __init__(self, host: Host, client: GraphClient, entra_tenant_id: str, n_threads: int) -> None:
        self._host, self._client, self._n_threads = host, client, n_threads
        self._entra_tenant_id = entra_tenant_id
        self._now_utc = host.clock.now_utc()
        self._told = dict(_load(host))
        for record in load_mailboxes(host):
            # Named by an admin before, or its answer got lost: to be asked, and not to be dropped unasked.
            if record.kind is BookKind.COMPANY and record.mailbox_id not in self._told:
                self._told[record.mailbox_id] = _Told(_SHARED, _LONG_AGO)
        self._has_answer = False
        self._n_refused = self._n_results = 0

    def go(self) -> list[SharedMailbox]:
        """List, ask, and say which are shared."""
        shown = self._list()
        gone = [name for name in self._told if name not in shown]
        for name in gone:
            del self._told[name]
        due = sorted(
            name for name in shown if name not in self._told or self._now_utc - self._told[name].at_utc >= _KEEP
        )
        self._save(gone)
        for start in range(0, len(due), SAVED_EVERY):
            # Sorted by id, so that each part lies in a few of the keys.
            self._ask(due[start : start + SAVED_EVERY], len(due))
        if self._n_refused and not self._has_answer:
            raise PurposeNotPermittedError
        return [
            SharedMailbox(mailbox_id=name, shown=shown[name])
            for name, entry in sorted(self._told.items())
            if entry.purpose == _SHARED
        ]

    def _ask(self, names: Collection[str], total: int) -> None:
        """Ask about some, and keep what was answered however this ends."""
        items = [BatchItem(key=name, request=ask_purpose(self._client.cloud, name)) for name in names]
        fresh: dict[str, _Told] = {}
        n_before = self._n_results
        try:
            for result in read_many(
                self._client, items, n_threads=self._n_threads, should_stop=lambda: self._should_stop(total)
            ):
                self._n_results += 1
                name = result.item.key
                if result.reply is not None:
                    fresh[name] = _Told(read_purpose(result.reply.body), self._now_utc)
                    self._has_answer = self._has_answer or bool(fresh[name].purpose)
                elif isinstance(result.error, (ConsentMissingError, MailboxRefusedError)):
                    self._n_refused += 1
                elif (
                    result.error is not None
                    and judge_mailbox(result.error) is not MailboxStatus.FAILED
                    # No mailbox that can be asked now: nobody has said that it is a shared one no longer.
                    and ((old := self._told.get(name)) is None or old.purpose != _SHARED)
                ):
                    fresh[name] = _Told("", self._now_utc)
        finally:
            self._told |= fresh
            self._save(fresh)
        if self._n_results - n_before < len(names):
            raise PurposeStoppedError

    def _should_stop(self, total: int | None = None) -> bool:
        self._host.progress.report(Stage.MAILBOXES, self._n_results, total)
        return self._host.progress.should_stop()

    # ------------------------------------------------------------------ who is asked

    def _list(self) -> dict[str, str]:
        """Return the accounts that may be shared mailboxes, with what to show of each."""
        shown: dict[str, str] = {}
        settled: set[str] = set()
        for page in list_users(self._client):
            for user in page.rows:
                if not self._may_be_shared(user):
                    settled.add(user["id"])
                elif user.get("mail"):
                    shown[user["id"]] = str(user["mail"])
            if self._should_stop():
                raise PurposeStoppedError
        missed = [
            name
            for name, entry in self._told.items()
            if entry.purpose == _SHARED and name not in shown and name not in settled
        ]
        shown.update(self._look_again(missed))
        return shown

    def _look_again(self, missed: list[str]) -> dict[str, str]:
        """Ask by id for shared mailboxes that the listing left out; only who is gone by that answer is gone."""
        kept = {name: name for name in missed}
        try:
            for name, user in get_users(self._client, missed) if missed else ():
                if user is None or not self._may_be_shared(user):
                    del kept[name]
                else:
                    kept[name] = str(user.get("mail") or user.get("userPrincipalName") or name)
        except GraphError as error:
            # Nothing may be concluded of those not answered.
            _log.warning("shared mailboxes that the listing left out could not be looked up: %s", error)
        return kept

    def _may_be_shared(self, user: Mapping[str, Any]) -> bool:
        if str(user.get("userType")).casefold() == "guest":
            return False
        link = UserLink(authority=self._entra_tenant_id, subject=user["id"])
        linked = self._host.users.find(link)
        return linked is None or not linked.enabled

    def _save(self, names: Iterable[str]) -> None:
        """Write the keys that hold these names. There are 256, a few kilobytes each in a very large directory."""
        shards: dict[str, JsonValue] = {_shard(name): {} for name in names}
        if not shards:
            return
        for name, entry in self._told.items():
            shard = shards.get(_shard(name))
            if isinstance(shard, dict):
                shard[name] = [entry.purpose, entry.at_utc.isoformat()]
        self._host.state.put_many(shards)


def _shard(name: str) -> str:
    return f"{_PREFIX}{name[:2]}"


def _load(host: Host) -> Iterator[tuple[str, _Told]]:
    for _, record in host.state.items(_PREFIX):
        entries = record.value if isinstance(record.value, dict) else {}
        for name, entry in entries.items():
            if isinstance(entry, list) and len(entry) == 2:
                yield name, _Told(str(entry[0]), datetime.fromisoformat(str(entry[1])))
