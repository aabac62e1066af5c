"""Following next links to the end. An empty page need not be the last one; only a missing link ends a listing.

Sources: Graph paging (2026-05-20); delta query overview (2022-08), delta-query-users (2024-01): a round ends with
exactly one delta link; entities may occur several times; pages may be empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.graph.client import Reply
from portsip_m365_plugin.graph.errors import ProtocolError
from portsip_m365_plugin.graph.wire import Request, follow

PAGES_MAX: Final = 100_000
ROWS_MAX: Final = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page: its rows, and the link onward. At most one of the links is set; none ends a plain listing."""

    rows: list[dict[str, Any]]
    next_link: str | None = None
    delta_link: str | None = None


def read_pages(
    first: Request, send: Callable[[Request], Reply], cloud: Cloud, *, is_delta: bool = False
) -> Iterator[Page]:
    """Yield the pages of a listing or of a delta round, in the server's order.

    Raises:
        GraphError: From sending, at any page. What was yielded before is incomplete then, so absence proves nothing.
        ProtocolError: A loop, more rows than any tenant has, or a delta round that ends without a delta link.
    """
    request, n_rows = first, 0
    seen: set[str] = set()
    while True:
        page = read_page(send(request).body, request)
        n_rows += len(page.rows)
        yield page
        if page.next_link is None:
            if is_delta and page.delta_link is None:
                raise ProtocolError(f"{first.call.name}: the round ended without a delta link")
            return
        if page.next_link in seen or len(seen) >= PAGES_MAX or n_rows > ROWS_MAX:
            what = "a link for the second time" if page.next_link in seen else f"{len(seen)} pages, {n_rows} rows"
            raise ProtocolError(f"{first.call.name}: paging does not end: {what}")
        seen.add(page.next_link)
        request = follow(request, page.next_link, cloud)


def read_page(body: object, request: Request) -> Page:
    """Read a page strictly: anything but a list of objects is an error, never an empty page."""
    rows = body.get("value") if isinstance(body, Mapping) else None
    if not isinstance(body, Mapping) or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ProtocolError(f"{request.call.name}: the answer has no list of objects")
    links = [body.get(name) for name in ("@odata.nextLink", "@odata.deltaLink")]
    if not all(link is None or (isinstance(link, str) and link) for link in links):
        raise ProtocolError(f"{request.call.name}: a link is not text")
    return Page(rows=rows, next_link=links[0], delta_link=links[1])
