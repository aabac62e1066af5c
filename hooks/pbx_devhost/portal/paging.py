"""Long lists: the search text and the page number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from flask import abort, redirect, request

PAGE_SIZE: Final = 50
_PAGES_MAX: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list."""

    search: str
    number: int
    """From 1."""
    size: int = PAGE_SIZE
    rows: Sequence[Any] = ()
    has_next: bool = False

    @property
    def offset(self) -> int:
        """How many rows come before."""
        return (self.number - 1) * self.size

    def of(self, rows: Sequence[Any]) -> Page:
        """Return the page with its rows. One row more than `size` means that there is a next page.

        A page after the last one leads to the first: otherwise a list that became shorter would look empty.
        """
        if not rows and self.number > 1:
            abort(redirect(f"{request.path}?{urlencode({**request.args, 'page': 1})}", code=303))
        return replace(self, rows=rows[: self.size], has_next=len(rows) > self.size)

    def link(self, number: int) -> str:
        """Return the query of another page of this list."""
        return "?" + urlencode({"q": self.search, "page": number} if self.search else {"page": number})


def read_page() -> Page:
    """Read search text and page number from the address. An invalid number is page 1."""
    number = request.args.get("page", "1")
    page = int(number) if number.isdecimal() and len(number) < 7 else 1
    search = "".join(c for c in request.args.get("q", "") if c.isprintable())
    return Page(search=search[:128].strip(), number=min(max(page, 1), _PAGES_MAX))
