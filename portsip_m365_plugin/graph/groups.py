"""Groups: found by name, and their members with nested groups.

Sources: group-list, group-get, group-list-transitivemembers, directoryobject-checkmembergroups (2024),
advanced-queries (2026-05).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portsip_m365_plugin.graph.batch_queue import BatchItem
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import NotFoundError, ProtocolError
from portsip_m365_plugin.graph.paging import Page, read_pages, read_rows
from portsip_m365_plugin.graph.reads import read_many
from portsip_m365_plugin.graph.wire import EVENTUAL, GROUP_SELECT, Request, build

CHECKED_MAX: Final = 20
"""Groups in one `checkMemberGroups`."""
_PAGE_SIZE: Final = 999
_SAME_NAME_MAX: Final = 20
_HIDDEN: Final = "HiddenMembership"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundGroup:
    """One group of the directory."""

    entra_object_id: str
    name: str
    mail: str
    is_hidden: bool
    """Whether its members can be read only with Member.Read.Hidden; without it, Microsoft shows none."""


def find_groups(client: GraphClient, name: str) -> list[FoundGroup]:
    """Return the groups with exactly this name or this mail address; at most 20. Cost: one request, as a rule.

    A name is not unique in a directory.
    """
    quoted = name.replace("'", "''")
    query: dict[str, str | int] = {
        "$filter": f"displayName eq '{quoted}' or mail eq '{quoted}'",
        "$top": _SAME_NAME_MAX,
    }
    request = build("groups.find", client.cloud, select=GROUP_SELECT, query=query)
    rows = read_rows(request, client.send, client.cloud, most=_SAME_NAME_MAX)
    return [_read_group(row) for row in rows]


def get_group(client: GraphClient, group_id: str) -> FoundGroup | None:
    """Return one group by object id, or None where there is none. Cost: one request."""
    request = build("groups.get", client.cloud, select=GROUP_SELECT, group_id=group_id)
    try:
        return _read_group(client.send(request).body)
    except NotFoundError:
        return None


def list_members(client: GraphClient, group_id: str) -> Iterator[Page]:
    """Yield the people of a group and of the groups in it, page by page; of each only the id.

    Complete only when the iterator ends without an error. Members that are no people are left out by Microsoft. A group
    with hidden membership looks empty, unless the app has Member.Read.Hidden. Cost: one request a page.

    Raises:
        NotFoundError: There is no such group (any more).
    """
    first = build(
        "groups.members",
        client.cloud,
        select=("id",),
        query={"$top": _PAGE_SIZE, "$count": "true"},
        headers=EVENTUAL,
        group_id=group_id,
    )
    yield from read_pages(first, client.send, client.cloud)


def find_members(client: GraphClient, user_ids: Sequence[str], group_ids: Sequence[str]) -> set[str]:
    """Return which of these people are in any of the groups, nested ones included. People who are gone are not.

    Needs no permission beyond that for reading people. Cost: one request for 20 people and 20 groups.

    Raises:
        GraphError: One could not be checked, so nothing is known about anybody.
    """
    members: set[str] = set()
    for start in range(0, len(group_ids), CHECKED_MAX):
        body = {"groupIds": list(group_ids[start : start + CHECKED_MAX])}
        requests = {
            user_id: build("users.check_groups", client.cloud, body=body, user_id=user_id)
            for user_id in user_ids
            if user_id not in members
        }
        if len(requests) == 1:
            members |= {user_id for user_id, request in requests.items() if _has_groups(client, request)}
            continue
        for result in read_many(client, [BatchItem(key=key, request=request) for key, request in requests.items()]):
            if result.reply is not None and _read_ids(result.reply.body):
                members.add(result.item.key)
            elif result.error is not None and not isinstance(result.error, NotFoundError):
                raise result.error
    return members


def _has_groups(client: GraphClient, request: Request) -> bool:
    try:
        return bool(_read_ids(client.send(request).body))
    except NotFoundError:
        return False


def _read_ids(body: Any) -> list[Any]:
    found = body.get("value") if isinstance(body, dict) else None
    if not isinstance(found, list):
        raise ProtocolError("users.check_groups: the answer has no list")
    return found


def _read_group(row: Any) -> FoundGroup:
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        raise ProtocolError("groups.get: the answer is not a group")
    return FoundGroup(
        entra_object_id=row["id"],
        name=str(row.get("displayName") or ""),
        mail=str(row.get("mail") or ""),
        is_hidden=row.get("visibility") == _HIDDEN,
    )
