"""What mail may cost, as the issue says: one request and 5 ms of our CPU; memory within twice the attachments."""

from __future__ import annotations

import pytest

from bench.mail import MB, SIZES, measure_hand_over, measure_size, measured


def test_a_warm_hand_over_and_large_mail_cost_what_they_may(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORTSIP_M365_CLOUDS", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, "")  # the bench sets them; this puts them back
    with measured() as bench:
        found = measure_hand_over(bench, 60, in_memory=True)
        print(f"CPU of a hand-over: {found['cpu_ms_median']:.2f} ms")
        assert found["requests"] == 1
        assert found["cpu_ms_median"] <= 5.0
        for size in SIZES:
            sizes = size if isinstance(size, tuple) else (size,)
            row = measure_size(bench, sizes)
            assert row["status"] == "accepted", row
            assert row["arrived"] == 1
            assert "link" not in row["detail"]
            assert row["peak_bytes"] <= 2 * sum(sizes), row
            print(f"{sum(sizes) / MB:g} MB: {row['requests']} requests, peak {row['peak_bytes'] / MB:.2f} MB")
