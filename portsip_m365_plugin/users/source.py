"""What a sync of people needs of Microsoft Graph, and nothing more.

The walk is written against this Protocol, so that it runs on an in-memory directory as well as on Graph.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias

__all__ = [
    "Page",
    "ResyncRequiredError",
    "SourceError",
    "SourceOutOfTimeError",
    "SourceThrottledError",
    "UserSource",
    "UserWire",
]

UserWire: TypeAlias = Mapping[str, Any]
"""A user as Graph sent it, with our `$select`."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of people. It may be empty and still not be the last."""

    people: Sequence[UserWire]
    is_last: bool
    """Whether the source said that nothing follows. Only a sequence of pages that ends so is complete."""
    delta_link: str | None = None
    """On the last page of a round of changes: where the next round begins."""


class SourceError(Exception):
    """The directory could not be read. The message is a sentence for the admin: what is wrong and what to do."""


class SourceThrottledError(SourceError):
    """Microsoft asks for patience beyond what this run can wait.

    Attributes:
        retry_at_utc: When to try again.
    """

    def __init__(self, sentence: str, retry_at_utc: datetime) -> None:
        super().__init__(sentence)
        self.retry_at_utc = retry_at_utc


class SourceOutOfTimeError(SourceError):
    """The run's time is over before everything could be read."""


class ResyncRequiredError(SourceError):
    """The delta link is no longer good (expired, or the service was moved): list everything anew. Not a failure."""


class UserSource(Protocol):
    """A directory of people. Every method may raise `SourceError`; an outage never looks like an empty answer."""

    @property
    def service(self) -> str:
        """Where is asked; a delta link is good only there."""

    @property
    def select_hash(self) -> str:
        """What is read of each person; a delta link is good only for the same."""

    @property
    def scope_hash(self) -> str:
        """Whom is asked for; whoever changes it makes everybody be listed anew."""

    @property
    def requests_sent(self) -> int:
        """How many requests this source has sent so far, repeats included, token requests not."""

    def latest_delta_link(self) -> str:
        """Return a delta link for changes from now on, without reading anybody. One request."""

    def list_all(self) -> Iterator[Page]:
        """Yield everybody. 999 a request."""

    def changes(self, delta_link: str) -> Iterator[Page]:
        """Yield one round of changes; people may appear more than once, the last time counts.

        Raises:
            ResyncRequiredError: The link is no longer good.
        """

    def read(self, object_ids: Sequence[str]) -> Iterator[UserWire]:
        """Yield those of the named people who exist now, in any order.

        Whoever is not yielded does not exist (or is soft-deleted); anything less certain raises `SourceError`.
        """

    def purposes(self, object_ids: Sequence[str], *, may_be_refused: bool) -> Mapping[str, str] | None:
        """Return what the named accounts' mailboxes are for (`user`, `shared`, `room` …), where that can be known.

        Whoever is not in it has no mailbox, or one that cannot be asked now. None where this app may not ask: told only
        if `may_be_refused`, by everybody of the first request. 20 a request.
        """
