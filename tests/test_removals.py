"""The removals of the last 24 hours."""

from __future__ import annotations

from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.removals import RemovalWindow


def test_the_window_rolls() -> None:
    host = FakeHost()
    RemovalWindow(host, host.clock.now_utc(), "guard").add(7)
    host.clock.move(hours=23)
    later = RemovalWindow(host, host.clock.now_utc(), "guard")
    later.add(3)
    later.add(2)
    assert later.removed == 12
    host.clock.move(hours=2)
    assert RemovalWindow(host, host.clock.now_utc(), "guard").removed == 5
    taken_back = RemovalWindow(host, host.clock.now_utc(), "guard")
    taken_back.add(10)
    taken_back.add(-10)
    assert RemovalWindow(host, host.clock.now_utc(), "guard").removed == 5


def test_users_and_contacts_count_apart() -> None:
    host = FakeHost()
    RemovalWindow(host, host.clock.now_utc(), "users.guard").add(7)
    assert RemovalWindow(host, host.clock.now_utc(), "contacts.guard").removed == 0
