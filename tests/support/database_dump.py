"""The whole contents of a reference host's database as text, also what is sealed, for tests that search it."""

from __future__ import annotations

import contextlib
import json

from sqlalchemy import select

from pbx_devhost.store.sql.schema import metadata
from pbx_devhost.store.stores import Stores

_SEALED = {
    "outbox": lambda row: ("outbox", row.id),
    "erasures": lambda row: ("erasure", row.id),
    "secrets": lambda row: (row.tenant_id, row.plugin, row.name),
}


def dump_text(stores: Stores) -> str:
    """Return every row of every table, one a line, JSON also decoded, bytes as Latin-1, and what is sealed in clear."""
    lines = []
    with stores.database.read() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                shown = [_show(value) for value in row]
                if table.name in _SEALED and row.sealed is not None:
                    shown.append(stores.vault.open(row.sealed, *_SEALED[table.name](row)).decode(errors="replace"))
                lines.append(f"{table.name}: " + " | ".join(shown))
    return "\n".join(lines)


def _show(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    text = str(value)
    with contextlib.suppress(ValueError):
        text += " = " + json.dumps(json.loads(text), ensure_ascii=False)
    return text
