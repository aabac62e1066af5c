"""What the interpreter itself costs: a job of the standard library alone, of the same kind as `bench.fixed_job`.

    python -m bench.yardstick N

Two builds of one version of Python run the same code with more or fewer instructions. So
`tests/architecture/test_instructions.py` compares the fixed job with this one.
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from dataclasses import dataclass, replace

_WORD = re.compile(r"[\w'-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row, as value objects of the project are."""

    name: str
    words: tuple[str, ...]
    number: int = 0

    def __post_init__(self) -> None:
        if not 0 <= len(self.name) <= 128:
            raise ValueError(self.name)


def work(number: int) -> str:
    """Decode, search, check and encode one entry."""
    text = json.dumps({"name": f"Jörg Müller {number}", "tags": [f"tag-{n}" for n in range(20)], "empty": None})
    shape = json.loads(text)
    words = tuple(word.casefold() for word in _WORD.findall(" ".join([shape["name"], *shape["tags"]])))
    entries = [replace(Entry(name=word, words=words), number=n) for n, word in enumerate(words)]
    kept = {
        entry.name: entry.number for entry in entries if entry.name.isprintable() and not entry.name.startswith("_")
    }
    return json.dumps(kept, ensure_ascii=False)


def main(n: int) -> None:
    """Do it so many times, and store each."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE entry (number INTEGER PRIMARY KEY, text TEXT)")
    for number in range(n):
        database.execute("INSERT INTO entry VALUES (?, ?)", (number, work(number)))
    assert database.execute("SELECT count(*) FROM entry").fetchone() == (n,)
    database.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
