"""Nights under Microsoft's limits, on a server that shares no code with the simulator (`tests/support/limited_graph`).

Units of the directory and requests of each mailbox are counted as documented, each request of a batch by itself. A
night with few units shows that the plugin slows down before it is refused; its window is Microsoft's 10 seconds.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

from bench.results import LimitedNight, LimitedNights
from tests.support.lab import forget_microsoft
from tests.support.limited_graph.accounts import Limits
from tests.support.limited_graph.lab import LimitedLab
from tests.support.limited_graph.server import LimitedGraph

ROUND_TRIP_S = 0.05
FEW_UNITS = 40
"""So many in 10 seconds, for a listing of more pages than that."""


def measure_limits(mailboxes: int) -> LimitedNights:
    """Two nights under Microsoft's own limits, and a first night with few units."""
    rows = _measure(mailboxes, "Microsoft's own limits", None, ("first night", "quiet night"), page=999)
    few = Limits(units=FEW_UNITS)
    what = f"{FEW_UNITS} units in 10 seconds"
    rows += _measure(mailboxes, what, few, ("first night",), page=max(1, mailboxes // (2 * FEW_UNITS)))
    return LimitedNights(mailboxes, tuple(rows))


def _measure(
    mailboxes: int, limits: str, given: Limits | None, nights: tuple[str, ...], *, page: int
) -> list[LimitedNight]:
    rows = []
    with (
        tempfile.TemporaryDirectory() as folder,
        LimitedGraph(
            Path(folder), mailboxes, given, contacts_each=10, folders_each=5, page=page, latency_s=ROUND_TRIP_S
        ) as graph,
        patch.dict(os.environ, graph.environment),
    ):
        forget_microsoft()
        lab = LimitedLab(graph)
        for night in nights:
            graph.forget()
            began = time.monotonic()
            report = lab.night()
            seconds = time.monotonic() - began
            if report.status != "done":
                raise SystemExit(f"{night}: {report.status}: {report.message}")
            lab.assert_equal()
            accounts = graph.accounts
            rows.append(
                LimitedNight(
                    f"{night}, {limits}",
                    graph.n_requests,
                    len(graph.calls),
                    len(accounts.refusals),
                    len(accounts.early),
                    max(accounts.peaks.values()),
                    accounts.load_peak,
                    seconds,
                )
            )
            lab.host.clock.move(days=1)
        forget_microsoft()
    return rows
