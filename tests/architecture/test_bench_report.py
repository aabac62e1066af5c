"""The report of `bench`: its parts are kept and read again, and it says which goals are kept."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from bench.__main__ import SECTIONS, read_report
from bench.report import Report, draw_charts, write_report
from bench.results import (
    Bound,
    Job,
    Jobs,
    LimitedNight,
    LimitedNights,
    Measured,
    Section,
    Size,
    Sizes,
    Starts,
    TenantNight,
    TenantNights,
    keep,
)


def ran(what: str, *, cpu_s: float = 1.0, peak_mib: float = 100.0) -> Measured:
    return Measured(what, 100, 5.0, cpu_s, peak_mib)


def sizes(*rows: tuple[int, float]) -> Sizes:
    return Sizes(tuple(Size(size, ran("first", cpu_s=cpu_s), ran("quiet")) for size, cpu_s in rows))


def job(what: str) -> Job:
    peers = (Measured("sdk", 2_003, 21.4, 10.9, 90.0), Measured("o365", 2_003, 120.0, 20.0, 90.0))
    return Job(what, Bound(100, 4.0), ran(what), peers)


FOUND = {
    "starts": Starts(ran("start", cpu_s=0.3), ran("start", cpu_s=0.6), ran("start", cpu_s=1.1)),
    "photos": Jobs(2_000, (job("first import with photos"),)),
    "contacts": Jobs(2_000, (job("contacts, first night"),)),
    "people": sizes((20_000, 5.0), (200_000, 46.0)),
    "mailboxes": sizes((10, 1.0), (1_000, 9.0)),
    "pictures": ran("20 pictures", peak_mib=150.0),
    "limits": LimitedNights(200, (LimitedNight("first night, few units", 500, 8_500, 1, 0, 4, 0.83, 20.0),)),
    "tenants": TenantNights(2, 8, (TenantNight(1, 1.0, 0.5, 0.9, 0.1), TenantNight(5_000, 100.0, 50.0, 99.0, 90.0))),
}


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    for name, found in FOUND.items():
        keep(tmp_path, name, Section(datetime(2026, 11, 26, tzinfo=timezone.utc), 0.5, 60.0), found)
    return tmp_path


def test_the_report_is_written_from_what_was_kept(kept: Path) -> None:
    report = read_report(kept)
    assert isinstance(report, Report)
    text = write_report(report)
    assert "Measured 2026-11-26 on" in text
    assert "| 5,000 | 100.0 s | 50.0 s | 99.0 s | 90.0 s |" in text
    assert "- **not kept**: first import of 200,000: 46.00 s of CPU, at most 45" in text
    assert "| first night, few units | 500 | 8,500 | 1 | 0 | 4 | 83.0% | 20.0 s |" in text
    assert "- **not kept**: first night, few units: 1 requests refused and 0 too early" in text
    assert "- kept: first import with photos: 4.3 times as fast as msgraph-sdk, at least 4" in text
    assert all(f"charts/{name}" in text for name in draw_charts(report))


def test_what_is_missing_is_named(kept: Path) -> None:
    assert set(SECTIONS) == set(FOUND)
    (kept / "people.json").unlink()
    assert read_report(kept) == ["people"]
