"""Which mailboxes are shared ones, by Microsoft's own word: `mailboxSettings/userPurpose`, one call a mailbox.

Needs MailboxSettings.Read beyond the three permissions that everything else needs. Asked of accounts with a mail
address that are no enabled users of the PBX; an answer is kept for a week.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from pbx_plugin_api import Host, JsonValue, UserLink
from portsip_m365_plugin.graph.batch import BatchItem, run_batches
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.contacts import ask_purpose, read_purpose
from portsip_m365_plugin.graph.errors import ConsentMissingError, MailboxRefusedError
from portsip_m365_plugin.graph.users import list_users
from portsip_m365_plugin.sync.contact_scope import SharedMailbox
from portsip_m365_plugin.sync.mailbox_state import MailboxStatus, judge_mailbox

__all__ = ["PurposeNotPermittedError", "find_shared_mailboxes"]

_PREFIX: Final = "contacts.purpose."
_KEEP: Final = timedelta(days=7)
_SHARED: Final = "shared"


class PurposeNotPermittedError(Exception):
    """Microsoft does not tell this app what mailboxes are for."""


@dataclass(frozen=True, slots=True)
class _Told:
    purpose: str
    at_utc: datetime


def find_shared_mailboxes(
    host: Host, client: GraphClient, entra_tenant_id: str, *, n_threads: int, singly: bool
) -> list[SharedMailbox]:
    """Return the shared mailboxes of the directory.

    Cost: the directory's listing (999 people a request), and one request for 20 accounts not asked within a week.

    Raises:
        PurposeNotPermittedError: MailboxSettings.Read is not granted, so that nothing is known.
        GraphError: The directory cannot be read.
    """
    now_utc = host.clock.now_utc()
    told = dict(_load(host))
    fresh: dict[str, _Told] = {}
    shown: dict[str, str] = {}
    for user in _candidates(host, client, entra_tenant_id):
        shown[user["id"]] = str(user.get("mail"))
    due = [name for name in shown if name not in told or now_utc - told[name].at_utc >= _KEEP]
    items = (BatchItem(key=name, request=ask_purpose(client.cloud, name)) for name in due)
    n_refused = 0
    for result in run_batches(client, items, n_threads=n_threads, singly=singly):
        if result.reply is not None:
            fresh[result.item.key] = _Told(read_purpose(result.reply.body), now_utc)
        elif isinstance(result.error, (ConsentMissingError, MailboxRefusedError)):
            n_refused += 1
        elif result.error is not None and judge_mailbox(result.error) is not MailboxStatus.FAILED:
            fresh[result.item.key] = _Told("", now_utc)
    if n_refused and not any(entry.purpose for entry in fresh.values()):
        raise PurposeNotPermittedError
    told = {name: entry for name, entry in {**told, **fresh}.items() if name in shown}
    if fresh:
        _save(host, told)
    return [
        SharedMailbox(mailbox_id=name, shown=shown[name])
        for name, entry in sorted(told.items())
        if entry.purpose == _SHARED
    ]


def _candidates(host: Host, client: GraphClient, entra_tenant_id: str) -> Iterator[Mapping[str, Any]]:
    for page in list_users(client):
        for user in page.rows:
            if not user.get("mail") or str(user.get("userType")).casefold() == "guest":
                continue
            linked = host.users.find(UserLink(entra_tenant_id=entra_tenant_id, entra_object_id=user["id"]))
            if linked is None or not linked.enabled:
                yield user


def _load(host: Host) -> Iterator[tuple[str, _Told]]:
    for _, record in host.state.items(_PREFIX):
        entries = record.value if isinstance(record.value, dict) else {}
        for name, entry in entries.items():
            if isinstance(entry, list) and len(entry) == 2:
                yield name, _Told(str(entry[0]), datetime.fromisoformat(str(entry[1])))


def _save(host: Host, told: Mapping[str, _Told]) -> None:
    """Write the answers, spread over 256 keys: each holds a few kilobytes even in a very large directory."""
    shards: dict[str, JsonValue] = {key: {} for key, _ in host.state.items(_PREFIX)}
    for name, entry in told.items():
        shard = shards.setdefault(f"{_PREFIX}{name[:2]}", {})
        if isinstance(shard, dict):
            shard[name] = [entry.purpose, entry.at_utc.isoformat()]
    host.state.put_many(shards)
