"""When a tenant is due: HH:MM on its own clock, once a day, whatever the clocks there do."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx_plugin_api import Tenant
from portsip_m365_plugin.config import due
from portsip_m365_plugin.config.due import JITTER_MAX_S
from portsip_m365_plugin.config.reader import read_config

VALUES = {"directory_id": "d", "application_id": "a"}


def tenant(zone: str, key: str = "t1") -> Tenant:
    return Tenant(pbx_tenant_id=key, name="T", sip_domain="t.example", time_zone=zone)


def next_due_at_utc(values: dict[str, str], tenant: Tenant, now_utc: datetime) -> datetime | None:
    return due.next_due_at_utc(read_config(values), tenant, now_utc)


def nights(zone: str, at: str, start: datetime, count: int) -> list[datetime]:
    """The runs one after the other, each begun the moment it is due."""
    found, now = [], start
    for _ in range(count):
        due = next_due_at_utc({**VALUES, "sync_time": at}, tenant(zone), now)
        assert due is not None
        found.append(due)
        now = due
    return found


def test_midnight_of_the_tenant_unless_said_otherwise() -> None:
    due = next_due_at_utc(VALUES, tenant("Asia/Shanghai"), datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc))
    assert due is not None
    local = due.astimezone(ZoneInfo("Asia/Shanghai"))
    assert (local.date().isoformat(), local.hour, local.minute // 3) == ("2026-11-25", 0, 0)


def test_minutes_are_honoured_and_the_offset_is_the_tenants_own() -> None:
    now = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)
    wanted = datetime(2026, 11, 24, 22, 30, tzinfo=timezone.utc)
    values = {**VALUES, "sync_time": "23:30"}
    dues = [next_due_at_utc(values, tenant("Europe/Berlin", f"t{n}"), now) for n in range(50)]
    offsets = {(due - wanted).total_seconds() for due in dues if due is not None}
    assert 0 <= min(offsets) <= max(offsets) <= JITTER_MAX_S <= 120
    assert len(offsets) > 20, "tenants do not all begin in one second"
    assert dues == [next_due_at_utc(values, tenant("Europe/Berlin", f"t{n}"), now) for n in range(50)]


def test_the_hosts_offset_moves_every_night_by_the_same() -> None:
    now = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)
    usual = tenant("Europe/Berlin")
    moved = replace(usual, night_offset_s=3 * 3600)
    before, after = next_due_at_utc(VALUES, usual, now), next_due_at_utc(VALUES, moved, now)
    assert before is not None
    assert after is not None
    assert after - before == timedelta(hours=3)
    # Between the chosen time and its own, the tenant's last night is yesterday's: it is not due twice.
    config = read_config(VALUES)
    assert due.last_night_at_utc(config, moved, before + timedelta(hours=1)) == after - timedelta(days=1)
    assert due.last_night_at_utc(config, moved, after) == after


@pytest.mark.parametrize(
    ("zone", "at", "start", "hours"),
    [
        # Berlin, 2026-03-29: 02:30 does not exist; 2026-10-25: it comes twice.
        ("Europe/Berlin", "02:30", datetime(2026, 3, 27, 12, tzinfo=timezone.utc), [24, 23, 24]),
        ("Europe/Berlin", "02:30", datetime(2026, 10, 23, 12, tzinfo=timezone.utc), [24, 25, 24]),
        # Beirut moves its clocks at midnight itself: 2026-03-29 has no 00:00.
        ("Asia/Beirut", "00:00", datetime(2026, 3, 27, 12, tzinfo=timezone.utc), [24, 23, 24]),
        # Lord Howe moves by half an hour.
        ("Australia/Lord_Howe", "02:15", datetime(2026, 10, 2, 12, tzinfo=timezone.utc), [24, 23.5, 24]),
    ],
)
def test_nights_on_which_the_clocks_move(zone: str, at: str, start: datetime, hours: list[float]) -> None:
    dues = nights(zone, at, start, 4)
    gaps = [(after - before).total_seconds() / 3600 for before, after in pairwise(dues)]
    # Around a night of a moved clock the day is shorter or longer, and no night is left out or doubled.
    assert sum(gaps) == sum(hours)
    assert len({due.astimezone(ZoneInfo(zone)).date() for due in dues}) == 4


def test_a_day_that_a_zone_skipped_has_no_run() -> None:
    # Samoa had no 30 December 2011.
    dues = nights("Pacific/Apia", "05:00", datetime(2011, 12, 28, 12, tzinfo=timezone.utc), 3)
    assert [due.astimezone(ZoneInfo("Pacific/Apia")).day for due in dues] == [28, 29, 31]


@given(
    minutes=st.integers(5, 1440),
    moment=st.integers(1_577_836_800, 2_114_380_800).map(lambda s: datetime.fromtimestamp(s, timezone.utc)),
    key=st.integers(0, 999),
)
def test_between_the_nights_never_longer_than_the_minutes(minutes: int, moment: datetime, key: int) -> None:
    values = {**VALUES, "sync_every_minutes": str(minutes)}
    one = next_due_at_utc(values, tenant("UTC", f"t{key}"), moment)
    assert one is not None
    assert timedelta(0) < one - moment <= timedelta(minutes=minutes)
    night = next_due_at_utc(VALUES, tenant("UTC", f"t{key}"), moment)
    two = next_due_at_utc(values, tenant("UTC", f"t{key}"), one)
    assert two is not None
    assert two - one <= timedelta(minutes=minutes)
    assert night in (one, two) or two - one == timedelta(minutes=minutes), "a fixed grid, and the nights"


def test_tenants_do_not_all_ask_in_the_same_second() -> None:
    now = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)
    values = {**VALUES, "sync_every_minutes": "5"}
    dues = {next_due_at_utc(values, tenant("UTC", f"t{n}"), now) for n in range(200)}
    assert len(dues) > 100


@pytest.mark.parametrize(
    "values",
    [{}, {"directory_id": "d"}, {"application_id": "a"}, {"sync_mode": "manual"}],
)
def test_nothing_by_the_clock(values: dict[str, str]) -> None:
    assert next_due_at_utc(values, tenant("UTC"), datetime(2026, 1, 1, tzinfo=timezone.utc)) is None


def test_where_nothing_is_synced_by_the_clock_the_certificate_is_looked_at_once_a_day() -> None:
    now, config = datetime(2026, 1, 1, 12, tzinfo=timezone.utc), read_config({**VALUES, "sync_mode": "manual"})
    assert not due.has_nights(config)
    assert due.next_night_at_utc(config, tenant("UTC"), now) is None
    looks = [now]
    for _ in range(3):
        look = due.next_due_at_utc(config, tenant("UTC"), looks[-1])
        assert look is not None
        looks.append(look)
    assert [later - earlier for earlier, later in pairwise(looks[1:])] == [timedelta(days=1)] * 2


@given(
    zone=st.sampled_from(sorted(available_timezones() - {"localtime", "Factory"})),
    minutes=st.integers(0, 1439),
    moment=st.integers(1_577_836_800, 2_114_380_800).map(lambda s: datetime.fromtimestamp(s, timezone.utc)),
    key=st.integers(0, 999),
)
def test_always_ahead_and_never_much_more_than_a_day(zone: str, minutes: int, moment: datetime, key: int) -> None:
    at = f"{minutes // 60:02}:{minutes % 60:02}"
    due = next_due_at_utc({**VALUES, "sync_time": at}, tenant(zone, f"t{key}"), moment)
    assert due is not None
    assert timedelta(0) < due - moment <= timedelta(hours=26)
    local = due.astimezone(ZoneInfo(zone))
    late_min = (local.hour * 60 + local.minute - minutes) % 1440
    clocks_moved = local.utcoffset() != (due - timedelta(hours=3)).astimezone(ZoneInfo(zone)).utcoffset()
    assert late_min <= 2 or clocks_moved, "HH:MM is honoured, but for times that the clocks skip"
