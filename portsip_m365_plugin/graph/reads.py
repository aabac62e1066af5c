"""Hundreds of reads at once, with `$batch` or without. Microsoft does not document whether 21Vianet has it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from portsip_m365_plugin.graph.batch import BatchItem, BatchResult, K, run_batches
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import ProtocolError, RefusedError

_log = logging.getLogger(__name__)

_NO_BATCH: Final = (400, 404, 405, 501)


def read_many(
    client: GraphClient,
    items: Sequence[BatchItem[K]],
    *,
    n_threads: int = 1,
    should_stop: Callable[[], bool] = lambda: False,
) -> Iterator[BatchResult[K]]:
    """Yield the result of each item, in any order.

    Cost: one request for 20 items. If the first batches are refused as batches, each item is sent by itself.
    `should_stop` as in `run_batches`; when True, items not yet sent are not yielded.

    Raises:
        GraphError: Items not yet yielded were not answered.
    """
    n_answered = 0
    try:
        for result in run_batches(client, items, n_threads=n_threads, should_stop=should_stop):
            n_answered += 1
            yield result
    except (RefusedError, ProtocolError) as error:
        if n_answered or error.status not in _NO_BATCH:
            raise
        _log.info("this cloud has no $batch (%s): reading one request at a time", error)
        yield from run_batches(client, items, n_threads=n_threads, singly=True, should_stop=should_stop)
