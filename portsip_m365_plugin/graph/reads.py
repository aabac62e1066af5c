"""Hundreds of reads at once, with `$batch` or without. Microsoft does not document whether 21Vianet has it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final

from portsip_m365_plugin.graph.batch import BatchResult, run_batches
from portsip_m365_plugin.graph.batch_queue import BatchItem, K
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import ProtocolError, RefusedError
from portsip_m365_plugin.graph.wire import ANSWER_MAX_BYTES

_log = logging.getLogger(__name__)

_NO_BATCH: Final = (400, 404, 405, 501)


def read_many(
    client: GraphClient,
    items: Iterable[BatchItem[K] | None],
    *,
    n_threads: int = 1,
    should_stop: Callable[[], bool] = lambda: False,
    answer_max_bytes: int = ANSWER_MAX_BYTES,
) -> Iterator[BatchResult[K]]:
    """Yield the result of each item, in any order.

    Cost: one request for 20 items. If the first batches are refused as batches, each item is sent by itself.
    `items`, `should_stop` and `answer_max_bytes` as in `run_batches`; when stopped, items not yet sent are not yielded.

    Raises:
        GraphError: Items not yet yielded were not answered.
    """
    source, unanswered = iter(items), list[BatchItem[K]]()
    n_answered = 0

    def take() -> Iterator[BatchItem[K] | None]:
        for item in source:
            if item is not None and not n_answered:
                unanswered.append(item)
            yield item

    try:
        for result in run_batches(
            client, take(), n_threads=n_threads, should_stop=should_stop, answer_max_bytes=answer_max_bytes
        ):
            n_answered += 1
            unanswered.clear()
            yield result
    except (RefusedError, ProtocolError) as error:
        if n_answered or error.status not in _NO_BATCH:
            raise
        _log.info("this cloud has no $batch (%s): reading one request at a time", error)
        yield from run_batches(
            client,
            chain(unanswered, source),
            n_threads=n_threads,
            singly=True,
            should_stop=should_stop,
            answer_max_bytes=answer_max_bytes,
        )
