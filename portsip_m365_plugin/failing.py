"""Mailboxes and people that keep failing at Microsoft: one try a night instead of a minute each.

What failed with all tries is asked with a single try in the following nights, and with all tries again once a week
or when an administrator wants everything read again. An answer ends it. One memory for photos, purposes and contacts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pbx_plugin_api import Host, JsonValue
from portsip_m365_plugin.graph.errors import AnswerLostError, GraphError, ProtocolError
from portsip_m365_plugin.graph.wire import Request
from portsip_m365_plugin.texts import _
from portsip_m365_plugin.times import show_utc_day

_PREFIX: Final = "failing."
_WEEK: Final = timedelta(days=6, hours=12)
"""Less what a nightly run may begin earlier than the one a week before."""
_OUTAGE: Final = 50
"""More new ones than this in one run are an outage of Microsoft's, and say nothing about single mailboxes."""
_KEPT_MAX: Final = 1000


class FailingArea(StrEnum):
    """What is asked. Each has a memory of its own: a photo may fail while contacts can be read."""

    PHOTOS = "photos"
    PURPOSES = "purposes"
    CONTACTS = "contacts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Who keeps failing."""

    since_utc: datetime
    tried_fully_utc: datetime
    what: str
    """HTTP status and Microsoft's code."""

    def describe(self) -> str:
        """Return a sentence for the administrator."""
        return _(
            "Microsoft has failed to answer since {day} ({what}). It is tried once a night, and fully once a week; a"
            " full resync tries it fully at once.",
            day=show_utc_day(self.since_utc),
            what=self.what,
        )


class Failing:
    """The memory of one area, for one run. `save` writes it."""

    def __init__(self, host: Host, area: FailingArea) -> None:
        self._host, self._key, self._now_utc = host, _PREFIX + area.value, host.clock.now_utc()
        self._known = dict(_read(host, self._key))
        self._stored = dict(self._known)
        self._new: dict[str, Failure] = {}

    def limit(self, request: Request, subject: str) -> Request:
        """Return the request with the number of tries that this mailbox or person gets now."""
        known = self._known.get(subject)
        if known is None or self._now_utc - known.tried_fully_utc >= _WEEK:
            return request
        return replace(request, tries_max=1)

    def find(self, subject: str) -> Failure | None:
        """Return since when it has failed, if it failed in an earlier run."""
        return self._known.get(subject)

    def note(self, subject: str, error: GraphError | None) -> None:
        """Note how a mailbox or person answered; None: with an answer. A refusal is an answer too."""
        if error is None or not _is_failure(error):
            self._known.pop(subject, None)
            return
        code = error.code or type(error).__name__.removesuffix("Error")
        what = f"HTTP {error.status} {code}" if error.status else code
        known = self._known.get(subject)
        if known is None:
            self._new[subject] = Failure(since_utc=self._now_utc, tried_fully_utc=self._now_utc, what=what)
        elif self._now_utc - known.tried_fully_utc >= _WEEK:
            self._known[subject] = replace(known, tried_fully_utc=self._now_utc, what=what)

    def try_fully(self) -> None:
        """Try everybody fully in this run, and keep since when they fail."""
        long_ago = self._now_utc - 2 * _WEEK
        self._known = {subject: replace(known, tried_fully_utc=long_ago) for subject, known in self._known.items()}

    def save(self) -> None:
        """Write what has changed."""
        if len(self._new) <= _OUTAGE:
            self._known |= self._new
        self._new = {}
        if self._known == self._stored:
            return
        kept = list(self._known.items())[-_KEPT_MAX:]
        shape: dict[str, JsonValue] = {
            subject: [known.since_utc.isoformat(), known.tried_fully_utc.isoformat(), known.what]
            for subject, known in kept
        }
        self._host.state.put(self._key, shape)
        self._stored = dict(kept)


def _is_failure(error: GraphError) -> bool:
    """Whether the service failed, rather than refused."""
    return error.status >= 500 or isinstance(error, (AnswerLostError, ProtocolError))


def _read(host: Host, key: str) -> Iterator[tuple[str, Failure]]:
    record = host.state.get(key)
    entries = record.value if record is not None and isinstance(record.value, dict) else {}
    for subject, entry in entries.items():
        if isinstance(entry, list) and len(entry) == 3:
            since, tried, what = (str(part) for part in entry)
            yield (
                subject,
                Failure(
                    since_utc=datetime.fromisoformat(since), tried_fully_utc=datetime.fromisoformat(tried), what=what
                ),
            )
