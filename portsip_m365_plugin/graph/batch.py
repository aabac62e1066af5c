"""Many calls in few requests: `$batch`, at most 20 at a time. Each call has a result of its own.

Sources: Graph JSON batching and throttling (2026-05-20). Answers come in any order. A throttled item says so in its own
headers while the batch itself is 200 (older documentation: the batch is 424). Each item counts against every limit.
Outlook handles at most 4 items of a batch at a time, so a batch should contain different mailboxes.

A batch whose answer is too large, or that fails as a whole, is sent again in halves, down to single items: one strange
mailbox has been seen to fail the 19 others (microsoft-graph-docs issue 1524).
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final, Generic

from pbx_plugin_api import note_call
from portsip_m365_plugin.graph.batch_queue import ITEMS_MAX, BatchItem, BatchQueue, K, Waiting
from portsip_m365_plugin.graph.client import SERVICE, GraphClient, Reply
from portsip_m365_plugin.graph.errors import (
    AnswerLostError,
    AnswerTooLargeError,
    BadRequestError,
    GraphError,
    NotSentError,
    ProtocolError,
    ThrottledError,
    UnavailableError,
)
from portsip_m365_plugin.graph.judge import make_error
from portsip_m365_plugin.graph.retry import answered_at, may_retry, parse_retry_after, tries_at_most, wait_s
from portsip_m365_plugin.graph.throttle import DIRECTORY, LOAD_HEADER, read_load
from portsip_m365_plugin.graph.wire import ANSWER_MAX_BYTES, Request, build

_log = logging.getLogger(__name__)

_LOOK_UP_EVERY_S: Final = 2.0
_HEAVY_IN_FLIGHT_MAX: Final = 1
"""Batches in flight while answers are so large that batches are smaller than usual: their bytes are all in memory."""
_HALVES_TRIES_MAX: Final = 2
"""The whole batch had all its tries before it was halved."""
_REFUSED_MARKS: Final = (b'":429', b'": 429', b'":503', b'": 503')
"""Cheaper to look for than to decode an answer twice."""
_HALVINGS: Final = 5
"""From 20 items to one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResult(Generic[K]):
    """The result of one item: a reply or an error, always one of them."""

    item: BatchItem[K]
    reply: Reply | None = None
    error: GraphError | None = None


def run_batches(
    client: GraphClient,
    items: Iterable[BatchItem[K] | None],
    *,
    n_threads: int = 1,
    singly: bool = False,
    should_stop: Callable[[], bool] = lambda: False,
    answer_max_bytes: int = ANSWER_MAX_BYTES,
) -> Iterator[BatchResult[K]]:
    """Send any number of calls in batches and yield each result as it comes, in any order.

    Args:
        client: Sends the batches; a batch refused as a whole is retried as the reads it holds.
        items: Taken little by little, on the calling thread; reads only. None means "nothing at the moment": the caller
            waits for a result before it knows what to ask next. Never None while nothing is in flight.
        n_threads: How many batches may be in flight at once.
        singly: Send each item by itself, for a cloud that has no `$batch`.
        should_stop: Called on the calling thread, at least every few seconds. When True, requests in flight are
            awaited and nothing more is sent.
        answer_max_bytes: A batch with a larger answer is sent again in halves. An item that is larger by itself has an
            `AnswerTooLargeError`.

    Raises:
        GraphError: Nothing can be sent any more, or batch after batch failed as a whole: the service is down. Items not
            yet yielded were not answered.
    """
    queue: BatchQueue[K] = BatchQueue(iter(items), client, size=1 if singly else ITEMS_MAX)
    flights: dict[Future[Reply | None], list[Waiting[K]]] = {}
    landed: deque[tuple[Future[Reply | None], list[Waiting[K]]]] = deque()
    pool = ThreadPoolExecutor(max_workers=n_threads, thread_name_prefix="graph-batch")
    try:
        while True:
            client.is_stopping()  # asks here, on the client's own thread, so that waiting batches hear of it
            # One full batch more than the threads can send waits in the pool, and batches that landed together are
            # followed by others before their results are yielded: no thread idles meanwhile.
            while _has_room(client, queue, n_threads, len(flights), len(landed), singly=singly) and not should_stop():
                chosen = queue.draw(client.timing.monotonic())
                if not chosen:
                    break
                fly = _fly_single if singly else _fly
                flights[pool.submit(copy_context().run, fly, client, chosen, answer_max_bytes)] = chosen
            yield from _give_up(client, queue)
            if not flights and not landed:
                if should_stop() or (queue.is_dry and not queue.ready):
                    return
                _sleep_until_ready(client, queue)
                continue
            if not landed:
                # With a time-out: a batch may wait for minutes at a closed gate, and the caller has a lease to renew.
                done, _ = wait(flights, timeout=_LOOK_UP_EVERY_S, return_when=FIRST_COMPLETED)
                landed.extend((future, flights.pop(future)) for future in done)
                for __, entries in landed:
                    queue.give_back(entries)
                continue
            future, entries = landed.popleft()
            if singly:
                yield _land_single(future, entries[0])
                continue
            try:
                reply = future.result()
                answers = _read_answers(reply) if reply is not None else {}
            except GraphError as error:
                if not _may_halve(error, queue, n_threads):
                    raise
                _log.info("a batch of %d failed as a whole: %s", len(entries), error)
                if len(entries) == 1:
                    yield BatchResult(item=entries[0].item, error=error)
                else:
                    queue.halve(entries, error)
            else:
                queue.ready.extend(entry for entry in entries if entry.stays)
                if reply is not None:
                    queue.note_answer(len(entries), reply.size_bytes, answer_max_bytes)
                    for result in _land(client, reply, answers, entries, queue):
                        client.note_use(result.item.request.call.permission, result.error)
                        yield result
                del reply, answers  # while we wait for the next ones
            del future
    finally:
        pool.shutdown()
        for entries in flights.values():
            queue.give_back(entries)


def _fly(client: GraphClient, entries: list[Waiting[Any]], answer_max_bytes: int) -> Reply | None:
    """Send a batch without the items whose mailbox was closed while it waited for this thread; None if all were."""
    for entry in entries:
        entry.stays = client.gate.closed_s(entry.item.request.mailbox) > 0 if entry.item.request.mailbox else False
    if all(entry.stays for entry in entries):
        return None
    request = replace(_build(client, entries), answer_max_bytes=answer_max_bytes)
    reply = client.send(request)
    if request.spends_units or any(mark in reply.body for mark in _REFUSED_MARKS):
        _hear(client, reply, entries, spends_units=request.spends_units)
    return reply


def _hear(client: GraphClient, reply: Reply, entries: list[Waiting[Any]], *, spends_units: bool) -> None:
    """Note at once what an answer says about limits: the next batch may be sent before this one's turn comes."""
    try:
        answers = _read_answers(reply)
    except ProtocolError:
        return
    loads = ["0"]
    for number, entry in enumerate(entries):
        answer = answers.get(str(number), {})
        headers = _read_headers(answer)
        if LOAD_HEADER in headers:
            loads.append(headers[LOAD_HEADER])
        now_utc = answered_at(reply.headers, client.timing.now_utc())
        pause_s = parse_retry_after(headers.get("retry-after"), now_utc)
        if answer.get("status") in (429, 503) and pause_s is not None:
            client.gate.close_for(pause_s, entry.item.request.mailbox or DIRECTORY)
    if spends_units or len(loads) > 1:
        client.gate.note_answer({LOAD_HEADER: max(loads, key=read_load)})


def _read_headers(answer: Mapping[str, Any]) -> dict[str, str]:
    given = answer.get("headers")
    return {str(k).lower(): str(v) for k, v in given.items()} if isinstance(given, Mapping) else {}


def _fly_single(client: GraphClient, entries: list[Waiting[Any]], answer_max_bytes: int) -> Reply:
    return client.send(replace(entries[0].item.request, answer_max_bytes=answer_max_bytes, holds_slot=True))


def _give_up(client: GraphClient, queue: BatchQueue[K]) -> Iterator[BatchResult[K]]:
    """Yield an error for items whose mailbox is closed for longer than they may wait."""
    for entry in queue.take_hopeless():
        closed_s = entry.not_before - client.timing.monotonic()
        retry_at_utc = client.timing.now_utc() + timedelta(seconds=max(0.0, closed_s))
        error = ThrottledError("the mailbox has to wait", status=429, retry_at_utc=retry_at_utc)
        yield BatchResult(item=entry.item, error=error)


def _has_room(
    client: GraphClient, queue: BatchQueue[Any], n_threads: int, n_flights: int, n_landed: int, *, singly: bool
) -> bool:
    """Whether one more batch may be sent, with answers in memory of half as many more than are in flight."""
    most = _in_flight_max(client, queue, n_threads, singly=singly)
    in_memory = most if queue.is_heavy and not singly else most + most // 2
    return n_flights < most and n_flights + n_landed < in_memory


def _in_flight_max(client: GraphClient, queue: BatchQueue[Any], n_threads: int, *, singly: bool) -> int:
    slots = client.gate.slots(n_threads, gives_way=client.priority == "low")
    if queue.is_heavy and not singly:
        return min(slots, _HEAVY_IN_FLIGHT_MAX)
    return slots + (slots == n_threads and queue.has_plenty())


def _may_halve(error: GraphError, queue: BatchQueue[Any], n_threads: int) -> bool:
    """Whether the items of a batch that failed as a whole are worth asking in smaller ones: the service answers others.

    One item that fails every batch it is in fails no more than `_HALVINGS` in a row.
    """
    if isinstance(error, AnswerTooLargeError):
        return True
    is_garbled = isinstance(error, ProtocolError) and error.status == 200
    is_strange = isinstance(error, BadRequestError) and queue.n_answered > 0
    if not (is_garbled or is_strange or isinstance(error, (UnavailableError, AnswerLostError))):
        return False
    queue.n_failed_in_a_row += 1
    return queue.n_failed_in_a_row <= n_threads + _HALVINGS


def _build(client: GraphClient, entries: list[Waiting[Any]]) -> Request:
    requests = []
    for number, entry in enumerate(entries):
        if entry.stays:
            continue
        inner = entry.item.request
        shape: dict[str, Any] = {"id": str(number), "method": inner.call.method, "url": inner.path_and_query}
        headers = dict(inner.headers)
        if inner.body is not None:
            shape["body"] = inner.body
            headers["Content-Type"] = "application/json"
        if headers:
            shape["headers"] = headers
        requests.append(shape)
    # As JSON objects, answers that wait for their turn would need several times the memory.
    request = replace(build("batch", client.cloud, body={"requests": requests}), decodes=False)
    is_half = any(entry.together_max < ITEMS_MAX for entry in entries)
    spends = any(entry.item.request.call.service == "directory" for entry in entries)
    return replace(request, spends_units=spends, tries_max=_HALVES_TRIES_MAX if is_half else None)


def _land(
    client: GraphClient,
    reply: Reply,
    answers: Mapping[str, Mapping[str, Any]],
    entries: list[Waiting[K]],
    queue: BatchQueue[K],
) -> Iterator[BatchResult[K]]:
    now = client.timing.monotonic()
    refused: list[tuple[Waiting[K], BatchResult[K], float]] = []
    for number, entry in enumerate(entries):
        if entry.stays:
            continue
        entry.attempt += 1
        result = _read_item(client, entry.item, answers.get(str(number)), reply)
        pause_s = _pause_s(client, entry, result.error, now) if result.error is not None else None
        if pause_s is None:
            yield result
        else:
            refused.append((entry, result, pause_s))
    # Microsoft: put the throttled ones into a new batch, after the longest of their waits.
    longest_s = max((pause_s for _, _, pause_s in refused), default=0.0)
    for entry, result, _ in refused:
        if not client.may_wait(longest_s, entry.waited_s(now)):
            yield result
            continue
        entry.wait(now, longest_s)
        queue.ready.append(entry)
    if refused:
        _log.info("%d of %d items of a batch were refused; next try in %.1f s", len(refused), len(entries), longest_s)


def _pause_s(client: GraphClient, entry: Waiting[Any], error: GraphError, now: float) -> float | None:
    """Return how long to wait before an item is sent again; None if it is not."""
    error.attempts = entry.attempt
    pause_s = wait_s(entry.attempt, error.retry_after_s, client.policy, client.timing.random())
    if isinstance(error, ThrottledError):
        error.retry_at_utc = client.timing.now_utc() + timedelta(seconds=pause_s)
        client.gate.close_for(pause_s, entry.item.request.mailbox or DIRECTORY)
    if not may_retry(error, entry.item.request.call.retry) or entry.attempt >= tries_at_most(
        error, client.policy, entry.item.request.tries_max
    ):
        return None
    return pause_s if client.may_wait(pause_s, entry.waited_s(now)) else None


def _land_single(flight: Future[Reply | None], entry: Waiting[K]) -> BatchResult[K]:
    try:
        return BatchResult(item=entry.item, reply=flight.result())
    except NotSentError:
        raise  # no network, no token, no time: every other item would fail in the same way
    except GraphError as error:
        return BatchResult(item=entry.item, error=error)


def _read_answers(reply: Reply) -> dict[str, Mapping[str, Any]]:
    try:
        body = json.loads(reply.body)
    except ValueError:
        raise ProtocolError("the answer is not JSON", status=reply.status, request_id=reply.request_id) from None
    responses = body.get("responses") if isinstance(body, Mapping) else None
    if not isinstance(responses, list):
        raise ProtocolError("the answer to a batch has no responses", request_id=reply.request_id)
    return {str(answer.get("id")): answer for answer in responses if isinstance(answer, Mapping)}


def _read_item(
    client: GraphClient, item: BatchItem[K], answer: Mapping[str, Any] | None, reply: Reply
) -> BatchResult[K]:
    call = item.request.call
    ids: dict[str, Any] = {"request_id": reply.request_id, "client_request_id": reply.client_request_id}
    if answer is None or not isinstance(answer.get("status"), int):
        error: GraphError = AnswerLostError(f"{call.name}: the batch came back without this item", **ids)
        return BatchResult(item=item, error=error)
    status: int = answer["status"]
    note_call(SERVICE, call.name, status, 0.0, is_part=True, **ids)
    headers = _read_headers(answer)
    body = answer.get("body")
    if status in call.success:
        body = _decode_binary(body) if call.is_binary else body if isinstance(body, Mapping) else None
        if body is None:
            return BatchResult(item=item, error=ProtocolError(f"{call.name}: no body", status=status, **ids))
        return BatchResult(item=item, reply=Reply(status=status, headers=headers, body=body, **ids))
    is_foreign = status in (403, 404) and isinstance(body, str) and body != ""  # not Graph's: see GraphClient
    if status < 400 or is_foreign:
        return BatchResult(item=item, error=ProtocolError(f"{call.name}: unexpected", status=status, **ids))
    error = make_error(
        call,
        status,
        body,
        headers.get("retry-after"),
        answered_at(reply.headers, client.timing.now_utc()),
        carries_token=item.request.carries_token,
        in_batch=True,
        **ids,
    )
    return BatchResult(item=item, error=error)


def _decode_binary(body: object) -> bytes | None:
    """Binary answers come as base64 text, in either alphabet."""
    if not isinstance(body, str):
        return None
    try:
        text = body.replace("-", "+").replace("_", "/")
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _sleep_until_ready(client: GraphClient, queue: BatchQueue[Any]) -> None:
    now = client.timing.monotonic()
    pause_s = min((entry.not_before for entry in queue.ready), default=now) - now
    client.timing.sleep(min(max(pause_s, 0.01), 5.0))
