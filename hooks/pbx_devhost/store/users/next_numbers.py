"""Which extension numbers new users would get, without giving them."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from itertools import islice

from sqlalchemy import select

from pbx_devhost.store.database import Database
from pbx_devhost.store.numbers import NumberError, Numbers
from pbx_devhost.store.sql.schema import tenants
from pbx_plugin_api import APPLY_MAX_CHANGES, ExtensionWish, UserLink


def find_next_numbers(
    database: Database, tenant_id: str, people: Iterable[tuple[UserLink, ExtensionWish]]
) -> Generator[str | None, None, None]:
    """Yield the number of each person, as `apply` would give it in batches. In one read transaction."""
    with database.read() as connection:
        rest_days = connection.execute(select(tenants.c.rest_days).where(tenants.c.id == tenant_id)).scalar_one()
        numbers = Numbers(database, connection, tenant_id, rest_days)
        rest = iter(people)
        while batch := list(islice(rest, APPLY_MAX_CHANGES)):
            kept = numbers.recall([link for link, _ in batch])
            for link, wish in batch:
                number = kept.get((link.authority, link.subject))
                try:
                    yield number if number is not None else numbers.allocate(wish)
                except NumberError:
                    yield None
