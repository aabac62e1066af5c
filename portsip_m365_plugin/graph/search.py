"""People and groups whose names begin with what an administrator types.

`startsWith` is a plain query in every cloud. `$search` would need an advanced query, and fails on `&`, even encoded.
Sources: user-list, group-list, user resource, "Use the $filter query parameter" (2023-2024);
advanced-queries (2026-05).
"""

from __future__ import annotations

from typing import Any, Final

from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import ProtocolError
from portsip_m365_plugin.graph.paging import read_pages
from portsip_m365_plugin.graph.wire import CALLS, build

PAGE_SIZE: Final = 20
_PERSON: Final = ("displayName", "givenName", "surname", "mail", "userPrincipalName")
_GROUP: Final = ("displayName", "mail")


def search_users(client: GraphClient, text: str, page: int) -> tuple[list[dict[str, Any]], bool]:
    """Return one page of people of whom a name or an address begins with a text, and whether there are more.

    Cost: one request. A page is asked for by reading all pages up to it: Microsoft's own next link would have to
    travel through the browser, and could come back changed.
    """
    return _search(client, "users.search", _PERSON, text, page)


def search_groups(client: GraphClient, text: str, page: int) -> tuple[list[dict[str, Any]], bool]:
    """Return one page of groups of which the name or the address begins with a text, like `search_users`."""
    return _search(client, "groups.find", _GROUP, text, page)


def _search(
    client: GraphClient, name: str, properties: tuple[str, ...], text: str, page: int
) -> tuple[list[dict[str, Any]], bool]:
    quoted = text.replace("'", "''")
    query: dict[str, str | int] = {
        "$filter": " or ".join(f"startswith({each},'{quoted}')" for each in properties),
        "$top": PAGE_SIZE * page + 1,
    }
    request = build(name, client.cloud, select=CALLS[name].select, query=query)
    rows: list[dict[str, Any]] = []
    for answer in read_pages(request, client.send, client.cloud):  # an answer may have fewer rows than asked for
        rows += answer.rows
        if len(rows) > PAGE_SIZE * page:
            break
    if any(not isinstance(row.get("id"), str) for row in rows):
        raise ProtocolError(f"{name}: the answer has an entry without an id")
    return rows[PAGE_SIZE * (page - 1) : PAGE_SIZE * page], len(rows) > PAGE_SIZE * page
