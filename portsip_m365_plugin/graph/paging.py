"""Following next links to the end. An empty page need not be the last one; only a missing link ends a listing.

Sources: Graph paging (2026-05-20); delta query overview (2022-08), delta-query-users (2024-01): a round ends with
exactly one delta link; entities may occur several times; pages may be empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, Final

from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.graph.client import Reply
from portsip_m365_plugin.graph.errors import EndlessListingError, ProtocolError
from portsip_m365_plugin.graph.wire import Request, follow

ROWS_MAX: Final = 5_000_000
"""More than any directory has."""
_ROWS_FEW: Final = 1_000_000
_IDLE_PAGES_FEW: Final = 500
"""Empty pages are allowed, and a round of changes can have hundreds of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page: its rows, and the link onward. At most one of the links is set; none ends a plain listing."""

    rows: list[dict[str, Any]]
    next_link: str | None = None
    delta_link: str | None = None


class PageWatch:
    """Notices a listing that does not end. Memory: about 200 bytes for each page.

    Args:
        name: The call, for the error.
        n_known: How many rows the list had before, as far as that is known; 0: not known. A longer list may have more
            rows and more pages without anything new.
    """

    def __init__(self, name: str, n_known: int = 0) -> None:
        self._name = name
        self._rows_max = min(ROWS_MAX, _ROWS_FEW + 10 * n_known) if n_known else ROWS_MAX
        self._idle_max = _IDLE_PAGES_FEW + n_known // 100
        self._links: set[str] = set()
        self._contents: set[int] = set()
        self._n_rows = self._n_idle = 0

    def note(self, page: Page) -> None:
        """Note a page that has a next link.

        Raises:
            EndlessListingError: The link came before, too many pages in a row showed nothing new, or too many rows.
        """
        link = page.next_link or ""
        content = hash(tuple(str(row.get("id")) for row in page.rows))
        is_idle = not page.rows or content in self._contents
        self._contents.add(content)
        self._n_rows += len(page.rows)
        self._n_idle = self._n_idle + 1 if is_idle else 0
        why = ""
        if link in self._links:
            why = "a link came for the second time"
        elif self._n_idle > self._idle_max:
            why = f"{self._n_idle} pages in a row with nothing new"
        elif self._n_rows > self._rows_max:
            why = f"{self._n_rows} rows, far more than there were before"
        self._links.add(link)
        if why:
            raise EndlessListingError(f"{self._name}: paging does not end: {why} (page {len(self._links)})")


def read_pages(
    first: Request,
    send: Callable[[Request], Reply],
    cloud: Cloud,
    *,
    is_delta: bool = False,
    n_known: int = 0,
    is_ahead: bool = False,
) -> Iterator[Page]:
    """Yield the pages of a listing or of a delta round, in the server's order.

    Args:
        first: The first request.
        send: Sends one.
        cloud: Whose links are followed.
        is_delta: Whether it has to end with a delta link.
        n_known: How many rows the list had before, as far as that is known; see `PageWatch`.
        is_ahead: Ask for the next page, on another thread, while the caller works on this one. Where the caller stops,
            one page was asked for in vain.

    Raises:
        GraphError: From sending, at any page. What was yielded before is incomplete then, so absence proves nothing.
        EndlessListingError: It does not end.
        ProtocolError: A delta round that ends without a delta link.
    """
    request, watch = first, PageWatch(first.call.name, n_known)

    def send_next(page: Page, link: str) -> tuple[Request, Reply]:
        watch.note(page)
        following = follow(request, link, cloud)
        return following, send(following)

    reply = send(first)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="graph-page") if is_ahead else nullcontext() as pool:
        while True:
            page = read_page(reply.body, request)
            del reply  # its rows are as large as the page
            if page.next_link is None:
                yield page
                if is_delta and page.delta_link is None:
                    raise ProtocolError(f"{first.call.name}: the round ended without a delta link")
                return
            ahead = pool.submit(copy_context().run, send_next, page, page.next_link) if pool else None
            yield page
            request, reply = ahead.result() if ahead else send_next(page, page.next_link)


def read_rows(
    request: Request, send: Callable[[Request], Reply], cloud: Cloud, *, most: int, first: Reply | None = None
) -> list[dict[str, Any]]:
    """Return the rows of a short list, all of them or as soon as there are `most`.

    A `$filter` that fits few objects may be answered by empty pages before the one that has them, so one answer does
    not say that there is nobody.

    Args:
        request: The question.
        send: Sends one request.
        cloud: Whose links are followed.
        most: More rows than these are not wanted.
        first: The answer to it, where that has come already, such as in a batch.

    Raises:
        GraphError: As `read_pages`; nothing is known then.
    """
    heard = [] if first is None else [first]
    rows: list[dict[str, Any]] = []
    for page in read_pages(request, lambda asked: heard.pop() if heard else send(asked), cloud):
        rows += page.rows
        if len(rows) >= most:
            break
    return rows[:most]


def read_page(body: object, request: Request) -> Page:
    """Read a page strictly: anything but a list of objects is an error, never an empty page."""
    rows = body.get("value") if isinstance(body, Mapping) else None
    if not isinstance(body, Mapping) or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ProtocolError(f"{request.call.name}: the answer has no list of objects")
    links = [body.get(name) for name in ("@odata.nextLink", "@odata.deltaLink")]
    if not all(link is None or (isinstance(link, str) and link) for link in links):
        raise ProtocolError(f"{request.call.name}: a link is not text")
    return Page(rows=rows, next_link=links[0], delta_link=links[1])
