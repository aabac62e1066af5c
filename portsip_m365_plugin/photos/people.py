"""The people of one pass, in the order of their ids, and how far the pass has come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pbx_plugin_api import LinkedUser
from portsip_m365_plugin.scratch import Scratch

_SCHEMA = "CREATE TABLE person (oid TEXT PRIMARY KEY, mark TEXT, sha256 TEXT) WITHOUT ROWID"
_READ_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class PhotoState:
    """What the PBX has of one person."""

    oid: str
    mark: str | None
    """Of the picture from Microsoft; None if there is none, or one that was chosen in the PBX."""
    sha256: str | None

    @property
    def is_held(self) -> bool:
        """Whether the PBX shows a picture that came from Microsoft."""
        return self.mark is not None and self.sha256 is not None


class People:
    """The people of one pass. Memory does not grow with their number. A context manager.

    Copied first: a stream held open over hours would keep the PBX's database from tidying up.
    """

    def __init__(self, users: Iterable[LinkedUser], after: str) -> None:
        self._scratch = Scratch(_SCHEMA)
        self._scratch.run_many(
            "INSERT INTO person VALUES (?, ?, ?)",
            ((user.link.subject, user.photo_etag, user.photo_sha256) for user in users),
        )
        self._after = self._drawn = after
        self.total = self._scratch.count("person")
        self.held = self._scratch.count("person WHERE mark IS NOT NULL AND sha256 IS NOT NULL")
        self.done: int = self._scratch.first("SELECT count(*) FROM person WHERE oid <= ?", (after,))[0]
        self._open: dict[str, tuple[PhotoState, str]] = {}

    def __enter__(self) -> People:
        """Return the people."""
        self._scratch.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        """Close and delete."""
        self._scratch.__exit__(*exc)

    def draw(self) -> Iterator[PhotoState]:
        """Yield each person after the cursor. They count as open until `settle`."""
        while rows := list(
            self._scratch.rows(
                "SELECT oid, mark, sha256 FROM person WHERE oid > ? ORDER BY oid LIMIT ?", (self._drawn, _READ_AT_ONCE)
            )
        ):
            for oid, mark, sha256 in rows:
                state = PhotoState(oid, mark, sha256)
                self._open[oid] = (state, self._drawn)
                self._drawn = oid
                yield state

    def state(self, oid: str) -> PhotoState:
        """Return what the PBX had of an open person when the pass began."""
        return self._open[oid][0]

    def settle(self, oid: str) -> None:
        """Note that nothing is left to do for a person in this pass."""
        del self._open[oid]
        self.done += 1

    @property
    def settled_up_to(self) -> str:
        """The id up to which everybody is settled: where another run may go on."""
        return next(iter(self._open.values()))[1] if self._open else self._drawn

    def keep_held(self, oids: Iterable[str]) -> list[str]:
        """Return those of these people who are in this pass and whose picture came from Microsoft."""
        held = "SELECT 1 FROM person WHERE oid = ? AND mark IS NOT NULL AND sha256 IS NOT NULL"
        return [oid for oid in oids if self._scratch.first(held, (oid,))]
