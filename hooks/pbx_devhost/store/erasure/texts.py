"""Takes a person out of texts: row by row in tables, line by line in files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO, Final

from sqlalchemy import Table, delete, select, tuple_, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.erasure.identity import Identity
from pbx_devhost.store.erasure.places import PLACES, Kind, Place
from pbx_devhost.store.plugins.blobs import TenantBlobs, delete_expired_blobs
from pbx_devhost.store.scope import Scope
from pbx_devhost.store.sql.schema import blob_chunks, blobs, state
from pbx_plugin_api import PLAN_ROWS_CONTENT_TYPE

_AT_ONCE: Final = 500
_PLAN_ROW: Final = b'{"action":'
_NAMING_PARTS: Final = frozenset({"subject", "display_name", "login_name", "detail", "before", "after"})
_NAMING_FIELDS: Final = frozenset({"display_name", "email", "mobile_phone", "work_phone", "username"})
_LINES_CONTENT_TYPES: Final = ("text/", "application/x-ndjson", "application/json")


def clear_tables(database: Database, tenant_id: str, who: Identity) -> int:
    """Take a person out of every row of `PLACES`, and return how many rows were changed. Idempotent."""
    count = sum(_clear_table(database, place, tenant_id, who) for place in PLACES)
    with database.write() as connection:
        mine = select(state.c.plugin, state.c.key).where(state.c.tenant_id == tenant_id)
        for plugin, key in connection.execute(mine).all():
            if who.is_named_in(key):
                at = (state.c.tenant_id == tenant_id, state.c.plugin == plugin, state.c.key == key)
                count += connection.execute(delete(state).where(*at)).rowcount
    return count


def _clear_table(database: Database, place: Place, tenant_id: str, who: Identity) -> int:
    table, count = place.table, 0
    keys = list(table.primary_key.columns)
    columns = [*keys, *(table.c[name] for name in place.columns)]
    after: Sequence[Any] | None = None
    while True:
        statement = select(*columns).where(place.of_tenant(tenant_id)).order_by(*keys).limit(_AT_ONCE)
        if after is not None:
            statement = statement.where(tuple_(*keys) > tuple_(*after) if len(keys) > 1 else keys[0] > after[0])
        with database.read() as connection:
            rows = connection.execute(statement).all()
        found = [(row, changed) for row in rows if (changed := _clear_row(place, row, who))]
        if found:
            with database.write() as connection:
                for row, changed in found:
                    counted = {"version": table.c.version + 1} if "version" in table.c else {}
                    count += connection.execute(_same(table, row, changed).values({**changed, **counted})).rowcount
        if len(rows) < _AT_ONCE:
            return count
        after = rows[-1][: len(keys)]


def _same(table: Table, row: Any, changed: dict[str, str]) -> Any:
    """Return the update of a row as it was read: what another process has written meanwhile stays."""
    as_read = [column == getattr(row, column.name) for column in table.primary_key.columns]
    as_read += [table.c[name] == row._mapping[table.c[name]] for name in changed]
    return update(table).where(*as_read)


def _clear_row(place: Place, row: Any, who: Identity) -> dict[str, str]:
    changed = {}
    for name, kind in place.columns.items():
        text = row._mapping[place.table.c[name]]
        if kind is Kind.OF_ACTOR:
            if who.is_whole(row.actor):
                changed[name] = ""
        elif text and who.is_named_in(text):
            if kind is Kind.TEXT:
                changed[name] = who.clear(text)
            elif kind is Kind.PROGRAM_TEXT:
                changed[name] = who.for_programs().clear(text)
            elif kind is Kind.JSON_KEEPS:
                changed[name] = who.clear_json(text, keeps_entries=True)
            else:
                changed[name] = who.for_programs().clear_json(text, keeps_entries=kind is Kind.PROGRAM_KEEPS)
    return {name: text for name, text in changed.items() if text != row._mapping[place.table.c[name]]}


def find_names_in_plans(database: Database, tenant_id: str, subjects: Iterable[str]) -> tuple[set[str], set[str]]:
    """Return names, and addresses with numbers, that plans give a person: those from before a change as well."""
    marks, names, addresses = [json.dumps(subject).encode() for subject in subjects], set[str](), set[str]()
    store = TenantBlobs(Scope(database, tenant_id))
    for row in _files_of_lines(database, tenant_id) if marks else ():
        if row.content_type != PLAN_ROWS_CONTENT_TYPE or store.info(row.id) is None:
            continue
        with store.open(row.id) as file:
            shapes = [json.loads(line) for line in file if line.startswith(_PLAN_ROW) and any(m in line for m in marks)]
        for shape in (each for each in shapes if json.dumps(each.get("subject")).encode() in marks):
            names.add(shape.get("display_name") or "")
            addresses.add(shape.get("login_name") or "")
            for change in shape.get("changes") or ():
                found = names if change.get("field") == "display_name" else addresses
                if change.get("field") in _NAMING_FIELDS:
                    found.update((change.get("before") or "", change.get("after") or ""))
    return names - {""}, addresses - {""}


def clear_files(database: Database, tenant_id: str, who: Identity) -> int:
    """Take a person out of a tenant's files of lines, and return how many files were changed. Idempotent.

    A row of a plan is cleared. A line of another file goes whole: plugins keep one person a line.
    """
    delete_expired_blobs(database)  # nobody can read them, but their rows are there
    store = TenantBlobs(Scope(database, tenant_id))
    count = 0
    for row in _files_of_lines(database, tenant_id):
        if store.info(row.id) is None:
            continue
        with store.open(row.id) as file:
            if not any(who.is_named_in(line.decode(errors="replace")) for line in file):
                continue
        with store.open(row.id) as file:
            new = store.put(_clear_lines(file, who, row.content_type), content_type=row.content_type, keep_s=3600)
        _replace(database, row.id, new)
        count += 1
    return count


def _files_of_lines(database: Database, tenant_id: str) -> list[Any]:
    mine = (blobs.c.tenant_id == tenant_id, blobs.c.size_bytes.is_not(None))
    with database.read() as connection:
        rows = connection.execute(select(blobs.c.id, blobs.c.content_type).where(*mine)).all()
    return [row for row in rows if row.content_type.startswith(_LINES_CONTENT_TYPES)]


def _clear_lines(file: BinaryIO, who: Identity, content_type: str) -> Iterator[bytes]:
    for line in file:
        text, is_plan = line.decode(errors="replace"), line.startswith(_PLAN_ROW)
        if not (who if is_plan else who.for_programs()).is_named_in(text):
            yield line
        elif content_type == PLAN_ROWS_CONTENT_TYPE and is_plan:
            yield json.dumps(_clear_row_of_plan(line, who), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _clear_row_of_plan(line: bytes, who: Identity) -> dict[str, Any]:
    """Clear what can name somebody. The action, the fields and the reason are words that a program reads."""
    shape: dict[str, Any] = json.loads(line)
    for part in (shape, *(shape.get("changes") or ())):
        for name in _NAMING_PARTS & set(part):
            part[name] = who.clear_stored(part[name])
    return shape


def _replace(database: Database, old: str, new: str) -> None:
    """Give the contents of a new blob to an old one, which keeps its name and its end."""
    with database.write() as connection:
        size = connection.execute(select(blobs.c.size_bytes).where(blobs.c.id == new)).scalar()
        connection.execute(delete(blob_chunks).where(blob_chunks.c.blob_id == old))
        connection.execute(update(blob_chunks).where(blob_chunks.c.blob_id == new).values(blob_id=old))
        connection.execute(update(blobs).where(blobs.c.id == old).values(size_bytes=size))
        connection.execute(delete(blobs).where(blobs.c.id == new))
