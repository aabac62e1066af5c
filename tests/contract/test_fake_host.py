"""What `FakeHost` has for a plugin's tests, besides the contract."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pbx_plugin_api import CreateUser, Host, HostRefusedError, RateLimit, Tenant
from pbx_plugin_api.testing import FakeHost, FakePbx
from pbx_plugin_api.testing.samples import draft, link


def test_a_fake_host_is_a_host() -> None:
    host: Host = FakeHost()  # mypy checks the parts against the Protocols
    assert isinstance(host, Host)


def test_the_system_host_is_for_reading_and_its_rate_budget() -> None:
    system = FakeHost()
    system.settings.write({"sender": "pbx@contoso.example"}, expected_version=0)
    system.secrets.put("key", b"secret")
    seen = FakeHost(system=system).system()
    assert seen is not None
    assert (seen.settings.read().values["sender"], seen.secrets.get("key")) == ("pbx@contoso.example", b"secret")
    for write in (
        lambda: seen.settings.write({}, expected_version=1),
        lambda: seen.secrets.delete("key"),
        lambda: seen.state.put("k", 1),
        lambda: seen.users.apply([CreateUser(draft=draft("ada"))]),
        lambda: seen.blobs.put(iter([b"x"]), content_type="text/plain", keep_s=1),
    ):
        with pytest.raises(HostRefusedError, match="for reading only"):
            write()
    limits = [RateLimit(amount=1, window_s=60)]
    assert seen.rate_budget.take("mail", 1, limits) is None
    assert system.rate_budget.take("mail", 1, limits) is not None
    system.settings.write({}, expected_version=1)
    assert FakeHost().system() is None


def test_a_run_can_be_stopped_at_each_safe_place() -> None:
    host = FakeHost()
    host.progress.stop_after_asks = 2
    assert [host.progress.should_stop() for _ in range(4)] == [False, False, True, True]
    host.progress.stop_after_asks, host.progress.stop_wanted = None, True
    assert host.progress.should_stop()


def test_a_run_stops_before_its_deadline() -> None:
    now_utc = FakeHost().clock.now_utc()
    host = FakeHost(deadline_utc=now_utc + timedelta(seconds=60))
    assert not host.progress.should_stop()
    host.clock.sleep(56)
    assert host.progress.should_stop()
    assert host.clock.slept_s == [56]


def test_a_fake_pbx_keeps_one_host_for_each_plugin_and_tenant() -> None:
    pbx = FakePbx()
    one, two = (Tenant(pbx_tenant_id=key, name=key, sip_domain=f"{key}.example") for key in ("t1", "t2"))
    assert pbx.host("a", one) is pbx.host("a", one)
    pbx.host("a", one).users.apply([CreateUser(draft=draft("ada"))])
    assert pbx.host("b", one).users.find(link("ada")) is not None
    assert pbx.host("a", two).users.find(link("ada")) is None
    pbx.clock.move(days=1)
    assert pbx.host("a", one).clock.now_utc() == pbx.host("a", two).clock.now_utc() == pbx.clock.now_utc()


def test_levers_refuse_what_is_not_there() -> None:
    host = FakeHost()
    with pytest.raises(LookupError, match="no user nobody"):
        host.users.delete_by_hand("nobody")
    host.users.add_by_hand("ada")
    with pytest.raises(AttributeError, match="a user has no shoe_size"):
        host.users.edit_by_hand("Ada", shoe_size="39")
