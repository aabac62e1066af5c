"""Everything that is sealed in the database, encrypted again in small transactions: nobody waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, Table, and_, func, literal, or_, select, tuple_, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.sql.schema import erasures, outbox, secrets, users

Reseal: TypeAlias = Callable[[bytes, tuple[str, ...]], bytes]
"""Takes a sealed value and its place, and returns it sealed with the newest key."""

_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sealed:
    table: Table
    keys: Sequence[str]
    places: dict[str, Callable[[Any], tuple[str, ...]]]
    """For each sealed column the place that a row's value is bound to."""


_ALL: Final = (
    _Sealed(
        table=secrets,
        keys=("tenant_id", "plugin", "name"),
        places={"sealed": lambda row: (row.tenant_id, row.plugin, row.name)},
    ),
    _Sealed(
        table=users,
        keys=("id",),
        places={"sip_secret": lambda row: (row.id, "sip"), "pin_secret": lambda row: (row.id, "pin")},
    ),
    _Sealed(table=outbox, keys=("seq",), places={"sealed": lambda row: ("outbox", row.id)}),
    _Sealed(table=erasures, keys=("id",), places={"sealed": lambda row: ("erasure", row.id)}),
)


def reseal_all(database: Database, key_id: str, reseal: Reseal) -> int:
    """Encrypt again what is not sealed with a data key, and return how many values that were.

    A row that somebody else changes at this moment is passed over. Cut off anywhere, every value still opens.
    """
    return sum(n for sealed in _ALL for n in _reseal_table(database, sealed, key_id, reseal))


def is_any_left(connection: Connection, key_id: str) -> bool:
    """Whether something is sealed with another data key than this one."""
    return any(
        connection.execute(select(literal(1)).select_from(each.table).where(_is_old(each, key_id)).limit(1)).first()
        for each in _ALL
    )


def _reseal_table(database: Database, sealed: _Sealed, key_id: str, reseal: Reseal) -> Iterator[int]:
    table, after = sealed.table, None
    keys = [table.c[name] for name in sealed.keys]
    while True:
        chosen = select(table).where(_is_old(sealed, key_id)).order_by(*keys).limit(_AT_ONCE)
        if after is not None:
            chosen = chosen.where(tuple_(*keys) > tuple_(*(literal(value) for value in after)))
        with database.write() as connection:
            rows = connection.execute(chosen.with_for_update(skip_locked=True)).all()
            if not rows:
                return
            count = 0
            for row in rows:
                new = {
                    name: reseal(getattr(row, name), place(row))
                    for name, place in sealed.places.items()
                    if getattr(row, name) is not None
                }
                same = and_(*(table.c[name] == getattr(row, name) for name in sealed.keys))
                connection.execute(update(table).where(same).values(new))
                count += len(new)
        after = [getattr(rows[-1], name) for name in sealed.keys]
        yield count


def _is_old(sealed: _Sealed, key_id: str) -> ColumnElement[bool]:
    marks = bytes.fromhex(key_id)
    return or_(*(func.substr(sealed.table.c[name], 1, len(marks)) != marks for name in sealed.places))
