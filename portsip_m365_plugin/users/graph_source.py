"""The directory behind Microsoft Graph, as the walk wants it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from portsip_m365_plugin.graph.batch import ITEMS_MAX, BatchItem
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.contacts import ask_purpose, read_purpose
from portsip_m365_plugin.graph.errors import BudgetSpentError, ConsentMissingError, GraphError, MailboxRefusedError
from portsip_m365_plugin.graph.errors import ResyncRequiredError as GraphResyncRequiredError
from portsip_m365_plugin.graph.reads import read_many
from portsip_m365_plugin.graph.users import USER_SELECT, delta_users, get_users, latest_delta_link, list_users
from portsip_m365_plugin.users.source import (
    Page,
    ResyncRequiredError,
    SourceError,
    SourceOutOfTimeError,
    SourceThrottledError,
    UserWire,
)

__all__ = ["GraphUserSource", "describe_graph_error"]


class GraphUserSource:
    """Keeps `sync.source.UserSource` over a Graph client."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client

    @property
    def service(self) -> str:
        """See `UserSource`."""
        return self._client.cloud.graph_root

    @property
    def select_hash(self) -> str:
        """See `UserSource`."""
        return hashlib.sha256(",".join(USER_SELECT).encode()).hexdigest()[:16]

    @property
    def scope_hash(self) -> str:
        """See `UserSource`."""
        return "everybody"

    @property
    def requests_sent(self) -> int:
        """See `UserSource`."""
        return self._client.requests_sent

    def latest_delta_link(self) -> str:
        """See `UserSource`."""
        with _translated():
            return latest_delta_link(self._client)

    def list_all(self) -> Iterator[Page]:
        """See `UserSource`."""
        return self._pages(lambda: list_users(self._client))

    def changes(self, delta_link: str) -> Iterator[Page]:
        """See `UserSource`."""
        return self._pages(lambda: delta_users(self._client, delta_link))

    def read(self, object_ids: Sequence[str]) -> Iterator[UserWire]:
        """See `UserSource`."""
        with _translated():
            for _, user in get_users(self._client, list(object_ids)):
                if user is not None:
                    yield user

    def purposes(self, object_ids: Sequence[str], *, may_be_refused: bool) -> Mapping[str, str] | None:
        """See `UserSource`."""
        told: dict[str, str] = {}
        first = object_ids[:ITEMS_MAX] if may_be_refused else ()
        with _translated():
            n_refused = self._ask_purposes(first, told)
            # Whoever has no mailbox answers 404 whether or not it may be asked; nobody of twenty, and it is in vain.
            if not told and (n_refused or len(first) == ITEMS_MAX):
                return None
            self._ask_purposes(object_ids[len(first) :], told)
        return told

    def _ask_purposes(self, object_ids: Sequence[str], told: dict[str, str]) -> int:
        items = [BatchItem(key=oid, request=ask_purpose(self._client.cloud, oid)) for oid in object_ids]
        n_refused = 0
        for result in read_many(self._client, items, n_threads=4) if items else ():
            if result.reply is not None:
                told[result.item.key] = read_purpose(result.reply.body)
            n_refused += isinstance(result.error, (ConsentMissingError, MailboxRefusedError))
        return n_refused

    def _pages(self, walk: Callable[[], Iterator[Any]]) -> Iterator[Page]:
        with _translated():
            for page in walk():
                yield Page(people=page.rows, is_last=page.next_link is None, delta_link=page.delta_link)


@contextmanager
def _translated() -> Iterator[None]:
    """Say Graph's errors in the words of the walk."""
    try:
        yield
    except GraphResyncRequiredError as error:
        raise ResyncRequiredError(str(error)) from error
    except BudgetSpentError as error:
        raise SourceOutOfTimeError(describe_graph_error(error)) from error
    except GraphError as error:
        sentence = describe_graph_error(error)
        if error.retry_at_utc is not None:
            raise SourceThrottledError(sentence, error.retry_at_utc) from error
        raise SourceError(sentence) from error


def describe_graph_error(error: GraphError) -> str:
    """Return sentence, remedy and Microsoft's ids: what the admin reads in the run log."""
    ids = [error.code] if error.code else []
    if error.request_id or error.client_request_id:
        ids.append(f"request-id {error.request_id or error.client_request_id}")
    return f"{error.sentence} {error.remedy}".strip() + (f" ({', '.join(ids)})" if ids else "")
