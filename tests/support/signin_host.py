"""The parts of a host that a sign-in needs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from pbx_plugin_api import LinkedUser, UserLink
from tests.support.idtoken_forge import NOW_UTC, OBJECT_ID, TENANT_ID


class RealClock:
    def now_utc(self) -> datetime:
        return datetime.now(timezone.utc)

    def sleep(self, seconds: float) -> None:
        raise AssertionError("a sign-in does not sleep")


class LinkedUsers:
    """The methods of `host.users` that only read."""

    def __init__(self, *users: LinkedUser) -> None:
        self._by_link = {user.link: user for user in users}

    def linked(self) -> Iterator[LinkedUser]:
        yield from self._by_link.values()

    def find(self, link: UserLink) -> LinkedUser | None:
        return self._by_link.get(link)


class HostClock:
    def __init__(self) -> None:
        self.moment = NOW_UTC

    def now_utc(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        raise AssertionError("a sign-in does not sleep")


def user(object_id: str = OBJECT_ID, **changes: Any) -> LinkedUser:
    known: dict[str, Any] = {
        "user_id": "u1",
        "link": UserLink(authority=TENANT_ID, subject=object_id),
        "username": "adele",
        "display_name": "Adele Vance",
        "extension_number": "101",
        "enabled": True,
        "email": "adele@contoso.example",
    }
    return LinkedUser(**{**known, **changes})
