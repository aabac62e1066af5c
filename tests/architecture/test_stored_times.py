"""A time is computed inside the transaction that stores it.

On SQLite the clock is the machine's. When it was ahead and is set right, `ClockWatch` moves the stored times in a
transaction of its own. A time that was computed before its transaction could be stored after that, and be a day late.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

STORE = Path(__file__).parents[2] / "hooks" / "pbx_devhost" / "store"
ONLY_COMPARED = {
    "signin/accounts.py": {"_check": "whether a password is locked, before it is compared"},
    "outbox/lanes.py": {"end_idle_faults": "a look, before anything is locked"},
    "outbox/queue.py": {"expire": "a look, before anything is locked"},
    "outbox/recovery.py": {"end_lost_attempts": "which attempts are too old"},
}
"""Functions that also read the clock outside of their transaction, and do not store what it says."""


def find_early(source: str) -> Iterator[str]:
    """Yield the functions that open a write transaction, and read the clock outside of it."""
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef):
            continue
        blocks = [each for each in ast.walk(function) if isinstance(each, ast.With) and _writes(each)]
        inside = {id(node) for block in blocks for line in block.body for node in ast.walk(line)}
        for node in ast.walk(function):
            is_clock = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "now"
            if blocks and is_clock and id(node) not in inside:
                yield function.name


def _writes(block: ast.With) -> bool:
    return any(
        ast.unparse(item).endswith(" as connection") and "read()" not in ast.unparse(item) for item in block.items
    )


def test_no_stored_time_is_older_than_its_transaction() -> None:
    found = {
        path.relative_to(STORE).as_posix(): names
        for path in sorted(STORE.rglob("*.py"))
        if (names := set(find_early(path.read_text("utf-8"))))
    }
    assert found == {name: set(functions) for name, functions in ONLY_COMPARED.items()}


def test_an_early_time_is_found() -> None:
    early = """
def put(self):
    row = {"due_at": self._db.now()}
    with self._db.write() as connection:
        connection.execute(insert(t).values(row))
"""
    late = """
def put(self):
    with self._db.write() as connection:
        connection.execute(insert(t).values(due_at=self._db.now()))
"""
    assert list(find_early(early)) == ["put"]
    assert list(find_early(late)) == []
