"""What is remembered about groups between runs: who was in scope, and how each group was read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pbx_plugin_api import Host, InvalidValueError, JsonValue, dump, load
from portsip_m365_plugin.users.spool import Spool

_NOTES_KEY: Final = "users.groups"
_IDS_PREFIX: Final = "users.in_scope."
_IDS_IN_CHUNK: Final = 5000
"""As many ids as fit into one value of the host's state (256 KiB)."""
KEPT_MAX: Final = 200_000
"""More people than this are not remembered: then every run lists everybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupNote:
    """How the last run read one group."""

    name: str
    """As the administrator typed it."""
    members: int
    """At the last complete reading."""
    why_incomplete: str
    """Sentences about the group; empty after a complete reading."""
    since_utc: datetime
    """When it was read; if it is incomplete, since when."""


class MemberStore:
    """Keeps who is in scope by groups in the host's state: in chunks, written only when something has changed."""

    def __init__(self, host: Host) -> None:
        self._host = host
        record = host.state.get(_NOTES_KEY)
        self._stored: Any = record.value if record is not None and isinstance(record.value, dict) else None

    @property
    def is_known(self) -> bool:
        """Whether it is remembered who was in scope after the last run."""
        return self._stored is not None and self._stored.get("n_chunks") is not None

    def notes(self) -> Mapping[str, GroupNote]:
        """Return how each group was read last, by object id."""
        notes = self._stored.get("groups", {}) if self._stored is not None else {}
        try:
            return {group_id: load(GroupNote, note) for group_id, note in notes.items()}
        except InvalidValueError:
            return {}

    def unread(self) -> list[str]:
        """Return the names of the groups that the last run could not read completely."""
        return [note.name for note in self.notes().values() if note.why_incomplete]

    def ids(self) -> Iterator[str]:
        """Yield the object ids of those who were in scope after the last run."""
        for number in range(self._stored.get("n_chunks") or 0 if self._stored is not None else 0):
            record = self._host.state.get(f"{_IDS_PREFIX}{number}")
            if record is not None and isinstance(record.value, str):
                yield from record.value.split()

    def keep(self, spool: Spool, notes: Mapping[str, GroupNote]) -> None:
        """Remember the people of the spool's table `in_scope`, and how the groups were read."""
        stored: dict[str, Any] = {"groups": {group_id: dump(note) for group_id, note in notes.items()}}
        chunks: dict[str, JsonValue] = {}
        if spool.count("in_scope") <= KEPT_MAX:
            digest = hashlib.sha256()
            for number, chunk in enumerate(_chunks(spool)):
                chunks[f"{_IDS_PREFIX}{number}"] = chunk
                digest.update(chunk.encode())
            stored |= {"n_chunks": len(chunks), "checksum": digest.hexdigest()}
        before = self._stored or {}
        is_same = stored.get("n_chunks") is not None and stored.get("checksum") == before.get("checksum")
        if is_same and stored == before:
            return
        self._host.state.put_many({_NOTES_KEY: stored} if is_same else {**chunks, _NOTES_KEY: stored})
        for number in range(len(chunks), before.get("n_chunks") or 0):
            self._host.state.delete(f"{_IDS_PREFIX}{number}")
        self._stored = stored

    def forget(self) -> None:
        """Forget everything: groups do not matter (any more)."""
        if self._stored is None:
            return
        for key in [_NOTES_KEY, *(key for key, _ in self._host.state.items(_IDS_PREFIX))]:
            self._host.state.delete(key)
        self._stored = None


def _chunks(spool: Spool) -> Iterator[str]:
    ids: list[str] = []
    for (oid,) in spool.rows("SELECT oid FROM in_scope ORDER BY oid"):
        ids.append(oid)
        if len(ids) == _IDS_IN_CHUNK:
            yield "\n".join(ids)
            ids = []
    if ids:
        yield "\n".join(ids)
