"""What the sync of photos remembers between runs, in the host's state."""

from __future__ import annotations

from typing import Any, Final

from pbx_plugin_api import Host
from portsip_m365_plugin.photos.marks import is_of_metadata

_CURSOR_KEY: Final = "photos.cursor"
_FIRST_KEY: Final = "photos.first_pass"
_INVALID_KEY: Final = "photos.invalid"
_INVALID_MAX: Final = 2000
_INVALID_TRIES: Final = 3
"""How often something that is no picture is fetched under one mark: a proxy may have damaged it once."""
_GONE_MAX: Final = 4000
"""The host takes 256 KiB under one key. Those above wait for the next pass."""


class Cursor:
    """How far a pass came that was stopped, and whose pictures it found to be gone until then."""

    def __init__(self, host: Host) -> None:
        self._host = host
        value = _read(host, _CURSOR_KEY)
        self.after = str(value.get("after") or "")
        self.gone: list[str] = [str(oid) for oid in value.get("gone") or ()]

    def keep(self, after: str, gone: list[str]) -> None:
        """Remember where the next run goes on."""
        self._host.state.put(_CURSOR_KEY, {"after": after, "gone": list(gone[:_GONE_MAX])})

    def forget(self) -> None:
        """The pass is complete: the next one begins with everybody."""
        if self._host.state.get(_CURSOR_KEY) is not None:
            self._host.state.delete(_CURSOR_KEY)


def is_first_pass(host: Host) -> bool:
    """Whether no pass over everybody has been completed yet."""
    return host.state.get(_FIRST_KEY) is None


def note_pass(host: Host) -> None:
    """Remember that a pass over everybody was completed."""
    if is_first_pass(host):
        host.state.put(_FIRST_KEY, {"done": True})


def forget_passes(host: Host) -> None:
    """Begin as if photos had never been synced."""
    for key in (_FIRST_KEY, _CURSOR_KEY, _INVALID_KEY):
        if host.state.get(key) is not None:
            host.state.delete(key)


class BadPictures:
    """The marks of pictures that could not be stored, and how often each was fetched."""

    def __init__(self, host: Host) -> None:
        self._host = host
        value = _read(host, _INVALID_KEY)
        kept = {oid: shape for oid, shape in value.items() if isinstance(shape, dict)}
        self._entries = {oid: (str(shape.get("etag")), int(shape.get("tries") or 0)) for oid, shape in kept.items()}
        self._stored = dict(self._entries)

    def is_tried_enough(self, oid: str, mark: str) -> bool:
        """Whether this very picture was fetched so often that it is certainly bad."""
        return self._entries.get(oid) == (mark, _INVALID_TRIES)

    def note(self, oid: str, mark: str) -> None:
        """Count one more fetch of a bad picture."""
        before, tries = self._entries.pop(oid, ("", 0))
        is_known = before == mark or (before and not is_of_metadata(before))
        self._entries[oid] = (mark, tries + 1 if is_known else 1)

    def save(self) -> None:
        """Write what has changed."""
        if self._entries != self._stored:
            newest = list(self._entries.items())[-_INVALID_MAX:]
            self._host.state.put(_INVALID_KEY, {oid: {"etag": etag, "tries": n} for oid, (etag, n) in newest})
            self._stored = dict(self._entries)


def _read(host: Host, key: str) -> dict[str, Any]:
    record = host.state.get(key)
    return record.value if record is not None and isinstance(record.value, dict) else {}
