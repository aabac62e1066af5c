"""What one draw of the page costs: each thing is read once, and the small state in one look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import pytest

from pbx_plugin_api import Host, Tenant
from portsip_m365_plugin.keys.store import NEXT_KEY, store_key_pair
from portsip_m365_plugin.page import reading
from portsip_m365_plugin.page.page import draw_page
from portsip_m365_plugin.page.reading import STATE_KEYS, read_once
from tests.support.lab import shared_key_pair
from tests.support.pbx_hand import ADMIN, TENANT, Hand

_COUNTED = {
    "settings": ("read",),
    "secrets": ("get",),
    "state": ("get", "get_many", "items"),
    "users": ("counts", "find"),
    "overview": ("runs", "notices", "problems"),
}
_SETTINGS = {
    "directory_id": "2f4a9838-26b7-47ee-be60-ccc1fdec5953",
    "application_id": "7f1fd4a1-2d84-4a1a-8a5e-7d4d0d2cf1a1",
    "starting_extension_number": "20000",
    "sync_every_minutes": "30",
    "sign_in_mode": "all",
    "mail_mailbox": "pbx@contoso.example",
}
TABS = ("permissions", "user_sync", "sign_in", "contact_sync", "mail")


class Reads:
    """Counts what is read of a host, and which keys of the state."""

    def __init__(self, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: Counter[str] = Counter()
        self.keys: list[str] = []
        for part, names in _COUNTED.items():
            for name in names:
                monkeypatch.setattr(getattr(host, part), name, self._count(part, name, getattr(host, part)))

    def _count(self, part: str, name: str, of: Any) -> Callable[..., Any]:
        real: Callable[..., Any] = getattr(of, name)

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.made[f"{part}.{name} {args[0]}" if part == "secrets" else f"{part}.{name}"] += 1
            if name == "get_many":
                self.keys += args[0]
            return real(*args, **kwargs)

        return counted


def connected(tenant: Tenant = TENANT) -> Hand:
    """A tenant with everything on, whose next certificate waits."""
    hand = Hand(tenant)
    hand.set_up(_SETTINGS, shared_key_pair())
    store_key_pair(hand.host, NEXT_KEY, shared_key_pair())
    return hand


def test_a_page_reads_each_thing_once(monkeypatch: pytest.MonkeyPatch) -> None:
    hand = connected()
    reads = Reads(hand.host, monkeypatch)
    page = draw_page(hand.host, TENANT, ADMIN)
    assert [tab.name for tab in page.tabs] == ["status", *TABS]
    assert reads.made == {
        "settings.read": 1,
        "secrets.get key.active": 1,
        "secrets.get key.next": 1,
        "state.get_many": 2,  # everything that a page needs; what is known of the one certificate
        "state.items": 1,  # the proofs
        "users.counts": 1,
        "overview.runs": 1,
        "overview.notices": 1,
    }


def test_the_keys_of_the_state_are_those_that_the_page_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    hand = connected()
    reads = Reads(hand.host, monkeypatch)
    monkeypatch.setattr(reading, "STATE_KEYS", frozenset())
    draw_page(hand.host, TENANT, ADMIN)
    history = f"key.history.{shared_key_pair().certificate.thumbprint_sha1}"
    assert sorted(reads.keys) == sorted([*STATE_KEYS, history])


def test_the_next_draw_sees_what_has_changed() -> None:
    hand = connected()
    before = hand.fact("Last run").value
    hand.host.state.put(
        "last_run", {"finished_at_utc": "2026-01-02T03:04:05+00:00", "status": "done", "message": "Ok."}
    )
    assert (before, "Ok." in hand.fact("Last run").value) == ("none yet", True)


@pytest.mark.parametrize("write", ["state.put", "state.put_many", "state.delete", "secrets.put", "settings", "audit"])
def test_a_page_is_drawn_without_writing(write: str) -> None:
    host = read_once(connected().host)
    with pytest.raises(AttributeError):
        attrgetter(write)(host)
