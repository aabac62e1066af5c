"""Extension numbers: which user has which, and which is given next.

Everything happens inside the caller's write transaction, so an allocation is atomic: on SQLite the transaction has the
write lock, on PostgreSQL the tenant's row is locked first (`lock_tenant`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select, update

from pbx_devhost.store.database import Database, match_people
from pbx_devhost.store.sql.schema import number_cursors, numbers, tenants, users
from pbx_devhost.store.tenants import TenantError
from pbx_devhost.texts import _
from pbx_plugin_api import ExtensionWish, Fixed, UserLink
from pbx_plugin_api.hosting.apply_rules.numbers import first_number, refuse_number

_WINDOW = 2_000


class NumberError(Exception):
    """No number can be given. The message says why."""


def lock_tenant(database: Database, connection: Connection, tenant_id: str) -> tuple[int | None, int]:
    """Lock a tenant's users and numbers for this transaction. Return its user limit, and how many days numbers rest.

    Raises:
        TenantError: There is no such tenant.
    """
    statement = select(tenants.c.user_limit, tenants.c.rest_days).where(tenants.c.id == tenant_id)
    if not database.is_sqlite:
        statement = statement.with_for_update()
    row = connection.execute(statement).first()
    if row is None:
        raise TenantError(_("there is no tenant {tenant}", tenant=repr(tenant_id)))
    return row.user_limit, row.rest_days


def search_key(number: str) -> int | None:
    """Return a number as the search upward compares it; None if no search can find it (0123 is not 123)."""
    return int(number) if not number.startswith("0") and len(number) <= 18 else None


@dataclass
class Numbers:
    """The numbers of one tenant within one write transaction."""

    database: Database
    connection: Connection
    tenant_id: str
    rest_days: int
    _searches: dict[int, _Search] = field(default_factory=dict)
    _promised: set[str] = field(default_factory=set)

    def recall(self, links: Sequence[UserLink]) -> dict[tuple[str, str], str]:
        """Return the numbers that are kept for these people, by (authority, subject), and keep them from others.

        Numbers whose user was deleted directly in the database are returned too.
        """
        if not links:
            return {}
        keys = [(link.authority, link.subject) for link in links]
        rows = self.connection.execute(
            select(numbers.c.number, numbers.c.authority, numbers.c.subject)
            .outerjoin(users, users.c.id == numbers.c.user_id)
            .where(
                numbers.c.tenant_id == self.tenant_id,
                match_people(numbers, keys),
                users.c.id.is_(None),
                numbers.c.service.is_(None),
            )
            .order_by(
                func.coalesce(numbers.c.free_since, self.database.now())
            )  # if a person has several, the last one counts
        )
        recalled = {(row.authority, row.subject): row.number for row in rows}
        self._promised.update(recalled.values())
        return recalled

    def keep(self, number: str) -> None:
        """Keep a number from others for the rest of this transaction."""
        self._promised.add(number)

    def allocate(self, wish: ExtensionWish) -> str:
        """Return a free number for a wish. The caller takes it with `take` in the same transaction.

        Raises:
            NumberError: A fixed number is taken, and nothing else is wished for.
        """
        if isinstance(wish, Fixed):
            try:
                number = self._check_fixed(wish.number)
            except NumberError:
                if wish.otherwise is None:
                    raise
                return self.allocate(wish.otherwise)
        else:
            number = self._search(wish)
        self._promised.add(number)
        return number

    def take(self, given: Sequence[tuple[str, str, UserLink | None]]) -> None:
        """Store who has which number now: (number, user id, person)."""
        rows = [
            {
                "tenant_id": self.tenant_id,
                "number": number,
                "n": search_key(number),
                "user_id": user_id,
                "service": None,
                "authority": link.authority if link else None,
                "subject": link.subject if link else None,
                "free_since": None,
            }
            for number, user_id, link in given
        ]
        self.database.upsert(self.connection, numbers, rows)
        for search in self._searches.values():
            search.remember()

    def release(self, user_ids: Sequence[str]) -> None:
        """Free the numbers of deleted users of this tenant. They rest before others can get them."""
        # By the users alone: with the tenant SQLite would rather read all numbers of the tenant.
        freed = update(numbers).where(numbers.c.user_id.in_(user_ids))
        self.connection.execute(freed.values(user_id=None, free_since=self.database.now()))

    @property
    def rested_before(self) -> float:
        """Numbers that were freed before this time may be given to other people."""
        return self.database.now() - self.rest_days * 86_400

    def _check_fixed(self, number: str) -> str:
        row = self.connection.execute(
            select(numbers.c.user_id, numbers.c.service, numbers.c.free_since).where(
                numbers.c.tenant_id == self.tenant_id, numbers.c.number == number
            )
        ).first()
        has_rested = row is not None and row.free_since is not None and row.free_since <= self.rested_before
        why = refuse_number(
            number,
            is_held=number in self._promised or (row is not None and row.user_id is not None),
            service=row.service if row else None,
            is_resting=row is not None and not has_rested,
        )
        if why is not None:
            raise NumberError(why)
        return number

    def _search(self, wish: ExtensionWish) -> str:
        start = first_number(wish)
        search = self._searches.get(start)
        if search is None:
            search = self._searches[start] = _Search(self, start)
        number = search.next_free()
        while number in self._promised:  # to another person in this transaction
            number = search.next_free()
        return number


class _Search:
    """Searches upward from a start for free numbers, and stores up to where every number is taken.

    The next batch goes on from there. So the cost depends on the numbers given, not on the number of users.
    """

    def __init__(self, owner: Numbers, start: int) -> None:
        self._owner = owner
        self._start = start
        key = (number_cursors.c.tenant_id == owner.tenant_id, number_cursors.c.start == start)
        stored = owner.connection.execute(select(number_cursors.c.next).where(*key)).scalar()
        self._at = self._stored = stored if stored is not None else start
        self._taken: list[int] = []
        self._window_end = self._at - 1
        self._rested = self._find_rested()

    def next_free(self) -> str:
        if self._rested:
            return str(self._rested.pop(0))
        while True:
            if self._at > self._window_end:
                self._load_window()
            free = self._at
            self._at += 1
            if self._taken and self._taken[-1] == free:
                self._taken.pop()
                continue
            return str(free)

    def remember(self) -> None:
        """Store how far the search has come: every number below has a row in `numbers`."""
        if self._at != self._stored:
            row = {"tenant_id": self._owner.tenant_id, "start": self._start, "next": self._at}
            self._owner.database.upsert(self._owner.connection, number_cursors, [row])
            self._stored = self._at

    def _find_rested(self) -> list[int]:
        """Return numbers from the start on that have rested, and that the search has passed."""
        n = numbers.c.n + 0  # not by the index on n: only the few freed numbers are read, not all that were ever given
        rows = self._owner.connection.execute(
            select(n.label("n"))
            .where(
                numbers.c.tenant_id == self._owner.tenant_id,
                numbers.c.free_since <= self._owner.rested_before,
                numbers.c.user_id.is_(None),
                n >= self._start,
                n < self._at,
            )
            .order_by(n)
            .limit(_WINDOW)
        )
        return [row.n for row in rows]

    def _load_window(self) -> None:
        window_end = self._at + _WINDOW - 1
        rested_before = self._owner.rested_before
        rows = self._owner.connection.execute(
            select(numbers.c.n)
            .where(
                numbers.c.tenant_id == self._owner.tenant_id,
                numbers.c.n >= self._at,
                numbers.c.n <= window_end,
                func.coalesce(numbers.c.free_since, rested_before + 1) > rested_before,
            )
            .order_by(numbers.c.n.desc())
        )
        self._taken = [row.n for row in rows]
        self._window_end = window_end
