"""The first rows of a plan on the USER SYNC tab."""

from __future__ import annotations

import time
from datetime import datetime, timezone

from pbx_plugin_api import PLAN_ROWS_CONTENT_TYPE, Counts, PlanAction, PlanRef, PlanRow, write_plan_rows
from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.page.parts.plan_table import SHOWN_ROWS_MAX, plan_table


def plan_of(host: FakeHost, n_rows: int) -> PlanRef:
    rows = (PlanRow(action=PlanAction.CREATE, subject=f"id-{n}", display_name=f"Person {n}") for n in range(n_rows))
    blob = host.blobs.put(write_plan_rows(rows), content_type=PLAN_ROWS_CONTENT_TYPE, keep_s=3600)
    now_utc = datetime(2026, 11, 26, tzinfo=timezone.utc)
    return PlanRef(checksum="c", made_at_utc=now_utc, counts=Counts(created=n_rows), rows_blob=blob)


def test_the_first_rows_are_shown_and_the_rest_is_counted() -> None:
    host = FakeHost()
    rows = plan_table(host, plan_of(host, SHOWN_ROWS_MAX + 5)).rows
    assert len(rows) == SHOWN_ROWS_MAX + 1
    assert rows[0][:3] == ("create", "Person 0", "id-0")
    assert rows[-1][:2] == ("…", "5 more")
    assert len(plan_table(host, plan_of(host, SHOWN_ROWS_MAX)).rows) == SHOWN_ROWS_MAX


def test_a_plan_of_200_000_rows_is_drawn_within_the_time_that_a_page_has() -> None:
    host = FakeHost()
    plan = plan_of(host, 200_000)
    began_s = time.perf_counter()
    table = plan_table(host, plan)
    assert time.perf_counter() - began_s < 2
    assert table.rows[-1][1] == f"{200_000 - SHOWN_ROWS_MAX:,} more"


def test_a_plan_whose_rows_expired_is_an_empty_table() -> None:
    host = FakeHost()
    plan = plan_of(host, 3)
    host.clock.move(days=1)
    assert plan_table(host, plan).rows == ()
