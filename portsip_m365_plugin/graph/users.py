"""People: listed, followed by delta, read one by one. Source: user-list, user-delta, delta-query-users (2024-01)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from portsip_m365_plugin.graph.batch_queue import BatchItem
from portsip_m365_plugin.graph.client import GraphClient, Reply
from portsip_m365_plugin.graph.errors import NotFoundError, ProtocolError, RefusedError, ResyncRequiredError
from portsip_m365_plugin.graph.paging import Page, read_pages, read_rows
from portsip_m365_plugin.graph.reads import read_many
from portsip_m365_plugin.graph.wire import CALLS, USER_SELECT, Request, build, follow
from portsip_m365_plugin.texts import _

PAGE_SIZE: Final = 999
_FOUND_MAX: Final = 2
"""Owners of one address: a second one is enough to know that there is no single owner."""
_OBJECT_ID: Final = re.compile(r"[!-~]{1,255}")
_NO_USERS: Final = frozenset({"delta", "$count"})
"""Words that in the place of a user's id make another call."""
_NO_DELTA: Final = (
    _("Microsoft Graph does not offer the changes of this directory at the moment, so no sync can begin."),
    _(
        "Nothing was changed. It is tried again. If it lasts, check the cloud that is chosen for this directory, then"
        " press “Full resync”."
    ),
)


def select_users(also: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return what is read of a person: always the same, and what a tenant needs besides.

    A listing and the delta link taken before it must select the same.
    """
    return (*USER_SELECT, *also)


def list_users(
    client: GraphClient,
    *,
    select: tuple[str, ...] = USER_SELECT,
    page_size: int = PAGE_SIZE,
    n_known: int = 0,
    is_ahead: bool = True,
) -> Iterator[Page]:
    """Yield all users of the directory, page by page. Complete only when the iterator ends without an error.

    Cost: one request a page. `n_known` is how many there were before, as far as that is known; for `is_ahead` see
    `read_pages`.
    """
    first = build("users.list", client.cloud, select=select, query={"$top": page_size})
    yield from read_pages(first, client.send, client.cloud, n_known=n_known, is_ahead=is_ahead)


def latest_delta_link(client: GraphClient, select: tuple[str, ...] = USER_SELECT) -> str:
    """Return a delta link for "from now on", tracking the same properties that `list_users` reads.

    Get it *before* a full listing, so that no change in between is missed. With another `$select` the token would
    track other properties, and leavers would never be seen. Cost: one request.
    """
    query = {"$deltatoken": "latest"}
    request = build("users.delta", client.cloud, select=select, query=query)
    page = Page(rows=[])
    try:
        for page in read_pages(request, client.send, client.cloud, is_delta=True):
            if page.delta_link is not None:
                return page.delta_link
    except RefusedError as error:
        if error.status == 404:
            error.sentence, error.remedy = _NO_DELTA
        raise
    raise ProtocolError("users.delta gave no delta link")


def delta_users(client: GraphClient, delta_link: str, *, n_known: int = 0) -> Iterator[Page]:
    """Yield what changed since a delta link was made; the last page carries the next one.

    Raises:
        ResyncRequiredError: The link is too old (410, or 400 to a stored token), or what it leads to is gone (404):
            list everything once.
    """
    start = Request(call=CALLS["users.delta"], path_and_query="/users/delta")
    first = follow(start, delta_link, client.cloud)
    try:
        yield from read_pages(first, client.send, client.cloud, is_delta=True, n_known=n_known)
    except RefusedError as error:
        if error.status != 404:
            raise
        raise ResyncRequiredError(
            "the delta link leads to nothing", status=error.status, code=error.code, request_id=error.request_id
        ) from error


def get_user(client: GraphClient, user_id: str, select: tuple[str, ...] = USER_SELECT) -> dict[str, Any] | None:
    """Return one user by object id or UPN, or None where there is none. Cost: one request."""
    if user_id.strip(". ") == "" or user_id.casefold() in _NO_USERS:
        return None
    request = build("users.get", client.cloud, select=select, user_id=user_id)
    try:
        body = client.send(request).body
    except NotFoundError:
        return None
    return _read_user(body)


def find_users(client: GraphClient, name: str) -> list[dict[str, Any]]:
    """Return whom a name means: one by object id or UPN, else everybody with that address, primary or alias.

    Addresses are unique among `proxyAddresses`; `mail` is asked as well, since a directory without Exchange has no
    others. Two people with one address are both returned: nobody may be chosen then. Only `id` is certain to be there.

    Cost: one request; up to three where no object id or UPN is meant.
    """
    user = get_user(client, name)
    if user is not None or "@" not in name:
        return [user] if user is not None else []
    for clause in (_alias_clause(name), _mail_clause(name)):
        rows = _find(client, clause)
        if rows:
            return rows
    return []


def find_ids(client: GraphClient, names: Sequence[str], *, n_threads: int = 4) -> dict[str, set[str]]:
    """Return the object ids behind many names, each by the rule of `find_users`; an empty set where nobody has one.

    Cost: one request for 20 names; up to three where they are addresses, not UPNs.

    Raises:
        GraphError: One could not be looked up, so nothing is known about any.
    """
    found: dict[str, set[str]] = {name: set() for name in names}
    wanted = [name for name in names if name.strip(". ") and name.casefold() not in _NO_USERS]
    first = [
        BatchItem(key=name, request=build("users.get", client.cloud, select=("id",), user_id=name)) for name in wanted
    ]
    for result in read_many(client, first, n_threads=n_threads):
        if result.reply is not None:
            found[result.item.key] = {str(_read_user(result.reply.body)["id"])}
        elif result.error is not None and not isinstance(result.error, NotFoundError):
            raise result.error
    for make_clause in (_alias_clause, _mail_clause):
        missing = [name for name in names if not found[name] and "@" in name]
        items = [BatchItem(key=name, request=_build_find(client, make_clause(name))) for name in missing]
        for result in read_many(client, items, n_threads=n_threads) if items else ():
            if result.error is not None:
                raise result.error
            if result.reply is not None:
                users = _read_users(client, result.item.request, result.reply)
                found[result.item.key] = {str(user["id"]) for user in users}
    return found


def find_owner_ids(client: GraphClient, address: str) -> set[str]:
    """Return the object ids of people who have an address as sign-in name, mail or alias; of many owners only some.

    Cost: three requests.
    """
    clauses = (_alias_clause(address), _mail_clause(address), f"userPrincipalName eq {_quote(address)}")
    return {str(user["id"]) for clause in clauses for user in _find(client, clause)}


def _find(client: GraphClient, clause: str) -> list[dict[str, Any]]:
    return _read_users(client, _build_find(client, clause))


def _build_find(client: GraphClient, clause: str) -> Request:
    query: dict[str, str | int] = {"$filter": clause, "$top": _FOUND_MAX}
    return build("users.find", client.cloud, select=CALLS["users.find"].select, query=query)


def _alias_clause(address: str) -> str:
    return f"proxyAddresses/any(p:p eq {_quote('smtp:' + address)})"


def _mail_clause(address: str) -> str:
    return f"mail eq {_quote(address)}"


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _read_users(client: GraphClient, request: Request, first: Reply | None = None) -> list[dict[str, Any]]:
    return [_read_user(row) for row in read_rows(request, client.send, client.cloud, most=_FOUND_MAX, first=first)]


def get_users(
    client: GraphClient, user_ids: Sequence[str], select: tuple[str, ...] = USER_SELECT
) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Yield (id, user or None) for each id, in any order. Cost: one request for 20 ids.

    Raises:
        GraphError: One could not be read, so nothing is known about it.
    """
    if len(user_ids) == 1:
        yield user_ids[0], get_user(client, user_ids[0], select)
        return
    items = [
        BatchItem(key=user_id, request=build("users.get", client.cloud, select=select, user_id=user_id))
        for user_id in user_ids
    ]
    for result in read_many(client, items):
        if result.reply is not None:
            yield result.item.key, _read_user(result.reply.body)
        elif isinstance(result.error, NotFoundError):
            yield result.item.key, None
        elif result.error is not None:
            raise result.error


def _read_user(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict) or not isinstance(body.get("id"), str) or not _OBJECT_ID.fullmatch(body["id"]):
        raise ProtocolError("users.get: the answer is not a user")
    return body
