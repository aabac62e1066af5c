"""The extension numbers of a fake PBX: which user has which, and which is given next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from pbx_plugin_api.hosting.apply_rules.numbers import first_number, refuse_number
from pbx_plugin_api.testing.clock import FakeClock
from pbx_plugin_api.users import ExtensionWish, Fixed, UserLink

SERVICE_NUMBERS: Final = ("555", "666", "777", "888")
REST_DAYS: Final = 30


class NumberTakenError(Exception):
    """A fixed number cannot be given. The message says why."""


@dataclass(kw_only=True)
class _Held:
    """The user that has a number, or had it."""

    user_id: str | None
    link: UserLink | None
    free_since: datetime | None = None


class FakeNumbers:
    """The numbers of one tenant. They are given by the rules of `pbx_plugin_api.hosting.apply_rules.numbers`."""

    def __init__(self, clock: FakeClock, *, rest_days: int = REST_DAYS) -> None:
        self._clock, self._rest = clock, timedelta(days=rest_days)
        self._held: dict[str, _Held] = {}
        self.services: set[str] = set(SERVICE_NUMBERS)
        """Numbers of services of the PBX. Tests may add numbers of queues or an IVR."""

    def recall(self, link: UserLink) -> str | None:
        """Return the number that is kept for a person, or None."""
        resting = [
            (held.free_since, number)
            for number, held in self._held.items()
            if held.link == link and held.free_since is not None
        ]
        return max(resting)[1] if resting else None

    def allocate(self, wish: ExtensionWish) -> str:
        """Return a free number for a wish. `take` gives it to a user."""
        if isinstance(wish, Fixed):
            why = self._refuse(wish.number)
            if why is None:
                return wish.number
            if wish.otherwise is None:
                raise NumberTakenError(why)
            wish = wish.otherwise
        return next(number for number in map(str, count(first_number(wish))) if self._is_free(number))

    def copied(self) -> FakeNumbers:
        """Return the same numbers, to try what would be given."""
        other = FakeNumbers(self._clock, rest_days=self._rest.days)
        other._held = {number: replace(held) for number, held in self._held.items()}
        other.services = self.services
        return other

    def take(self, number: str, user_id: str, link: UserLink | None) -> None:
        """Give a number to a user."""
        self._held[number] = _Held(user_id=user_id, link=link)

    def release(self, user_id: str) -> None:
        """Keep a deleted user's number for them until it has rested."""
        for held in self._held.values():
            if held.user_id == user_id:
                held.user_id, held.free_since = None, self._clock.now_utc()

    def _is_free(self, number: str) -> bool:
        # As `_refuse`, without a text: a search looks at thousands of numbers.
        held = self._held.get(number)
        is_unheld = held is None or (held.user_id is None and self._has_rested(held))
        return is_unheld and number not in self.services

    def _refuse(self, number: str) -> str | None:
        held = self._held.get(number)
        return refuse_number(
            number,
            is_held=held is not None and held.user_id is not None,
            service="pbx" if number in self.services else None,
            is_resting=held is not None and not self._has_rested(held),
        )

    def _has_rested(self, held: _Held) -> bool:
        return held.free_since is not None and held.free_since + self._rest <= self._clock.now_utc()
