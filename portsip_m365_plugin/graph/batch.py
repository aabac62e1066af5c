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
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final, Generic, TypeVar

from pbx_plugin_api import note_call
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
from portsip_m365_plugin.graph.retry import may_retry, tries_at_most, wait_s
from portsip_m365_plugin.graph.throttle import LOAD_HEADER
from portsip_m365_plugin.graph.wire import ANSWER_MAX_BYTES, Request, build

_log = logging.getLogger(__name__)

ITEMS_MAX: Final = 20
PER_MAILBOX_MAX: Final = 4
"""Exchange serves one app at most 4 requests of one mailbox at a time; beyond that it answers 429."""

_LOOK_UP_EVERY_S: Final = 5.0
_HEAVY_IN_FLIGHT_MAX: Final = 1
"""Batches in flight while answers are so large that batches are smaller than usual: their bytes are all in memory."""
_HALVES_TRIES_MAX: Final = 2
"""The whole batch had all its tries before it was halved."""
_HALVINGS: Final = 5
"""From 20 items to one."""

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchItem(Generic[K]):
    """One call of a batch, and the caller's own key for it."""

    key: K
    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResult(Generic[K]):
    """The result of one item: a reply or an error, always one of them."""

    item: BatchItem[K]
    reply: Reply | None = None
    error: GraphError | None = None


@dataclass
class _Waiting(Generic[K]):
    item: BatchItem[K]
    attempt: int = 0
    together_max: int = ITEMS_MAX
    """The largest batch that it may be part of."""
    not_before: float = 0.0
    refused_at: float | None = None
    """When it was first refused; all the time since then counts as waiting."""

    def waited_s(self, now: float) -> float:
        return 0.0 if self.refused_at is None else now - self.refused_at


@dataclass
class _Queue(Generic[K]):
    """Items not yet sent: at most a few batches are taken ahead from the caller's stream."""

    source: Iterator[BatchItem[K] | None]
    size: int = ITEMS_MAX
    ready: deque[_Waiting[K]] = field(default_factory=deque)
    in_flight: dict[str, int] = field(default_factory=dict)
    is_dry: bool = False
    n_failed_in_a_row: int = 0
    """Batches that failed as a whole since the last one that was answered."""
    n_answered: int = 0

    def draw(self, now: float) -> list[_Waiting[K]]:
        """Return up to one batch of items that may be sent now, at most `PER_MAILBOX_MAX` of a mailbox in flight."""
        self._fill()
        chosen: list[_Waiting[K]] = []
        kept: deque[_Waiting[K]] = deque()
        while self.ready and len(chosen) < self.size:
            entry = self.ready.popleft()
            mailbox = entry.item.request.mailbox
            is_full = len(chosen) >= min((other.together_max for other in (*chosen, entry)), default=0)
            if is_full or entry.not_before > now or (mailbox and self.in_flight.get(mailbox, 0) >= PER_MAILBOX_MAX):
                kept.append(entry)
                continue
            if mailbox:
                self.in_flight[mailbox] = self.in_flight.get(mailbox, 0) + 1
            chosen.append(entry)
        self.ready.extendleft(reversed(kept))
        return chosen

    def has_plenty(self) -> bool:
        """Whether a whole batch is ready."""
        self._fill()
        return len(self.ready) >= self.size

    def give_back(self, entries: list[_Waiting[K]]) -> None:
        """Note that items have been answered: their mailboxes may be asked again."""
        for entry in entries:
            mailbox = entry.item.request.mailbox
            if mailbox:
                self.in_flight[mailbox] -= 1
                if not self.in_flight[mailbox]:
                    del self.in_flight[mailbox]

    @property
    def is_heavy(self) -> bool:
        """Whether answers are so large that batches are smaller than usual."""
        return self.size < ITEMS_MAX

    def note_answer(self, n_items: int, size_bytes: int, max_bytes: int) -> None:
        """Note that a batch was answered. Batches grow again while the answers are small."""
        self.n_failed_in_a_row, self.n_answered = 0, self.n_answered + 1
        if self.is_heavy and n_items >= self.size and size_bytes * 2 < max_bytes:
            self.size = min(ITEMS_MAX, self.size * 2)

    def halve(self, entries: list[_Waiting[K]], error: GraphError) -> None:
        """Put the items of a batch that failed as a whole back, in front, to be sent in halves."""
        half = len(entries) // 2
        for entry in entries:
            entry.together_max = half
        if isinstance(error, AnswerTooLargeError):
            self.size = min(self.size, half)
        self.ready.extendleft(reversed(entries))

    def _fill(self) -> None:
        while not self.is_dry and len(self.ready) < 4 * ITEMS_MAX:
            try:
                item = next(self.source)
            except StopIteration:
                self.is_dry = True
                return
            if item is None:
                return
            self.ready.append(_Waiting(item))


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
    queue: _Queue[K] = _Queue(iter(items), size=1 if singly else ITEMS_MAX)
    flights: dict[Future[Reply], list[_Waiting[K]]] = {}
    with ThreadPoolExecutor(max_workers=n_threads, thread_name_prefix="graph-batch") as pool:
        while True:
            # One full batch more than the threads can send waits in the pool: no thread idles while we yield results.
            while len(flights) < _in_flight_max(client, queue, n_threads, singly=singly) and not should_stop():
                chosen = queue.draw(client.timing.monotonic())
                if not chosen:
                    break
                request = chosen[0].item.request if singly else _build(client, chosen)
                request = replace(request, answer_max_bytes=answer_max_bytes)
                flights[pool.submit(copy_context().run, client.send, request)] = chosen
            if not flights:
                if should_stop() or (queue.is_dry and not queue.ready):
                    return
                _sleep_until_ready(client, queue)
                continue
            # With a time-out: a batch may wait for minutes before a closed gate, and the caller has a lease to renew.
            landed, _ = wait(flights, timeout=_LOOK_UP_EVERY_S, return_when=FIRST_COMPLETED)
            for future in landed:
                entries = flights.pop(future)
                queue.give_back(entries)
                if singly:
                    yield _land_single(future, entries[0])
                    continue
                try:
                    reply = future.result()
                    answers = _read_answers(reply)
                except GraphError as error:
                    if not _may_halve(error, queue, n_threads):
                        raise
                    _log.info("a batch of %d failed as a whole: %s", len(entries), error)
                    if len(entries) == 1:
                        yield BatchResult(item=entries[0].item, error=error)
                    else:
                        queue.halve(entries, error)
                else:
                    queue.note_answer(len(entries), reply.size_bytes, answer_max_bytes)
                    for result in _land(client, reply, answers, entries, queue):
                        client.note_use(result.item.request.call.permission, result.error)
                        yield result
                    del reply, answers  # while we wait for the next ones
                del future


def _in_flight_max(client: GraphClient, queue: _Queue[Any], n_threads: int, *, singly: bool) -> int:
    slots = client.gate.slots(n_threads, gives_way=client.priority == "low")
    if queue.is_heavy and not singly:
        return min(slots, _HEAVY_IN_FLIGHT_MAX)
    return slots + (slots == n_threads and queue.has_plenty())


def _may_halve(error: GraphError, queue: _Queue[Any], n_threads: int) -> bool:
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


def _build(client: GraphClient, entries: list[_Waiting[Any]]) -> Request:
    requests = []
    for number, entry in enumerate(entries):
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
    return replace(request, tries_max=_HALVES_TRIES_MAX) if is_half else request


def _land(
    client: GraphClient,
    reply: Reply,
    answers: Mapping[str, Mapping[str, Any]],
    entries: list[_Waiting[K]],
    queue: _Queue[K],
) -> Iterator[BatchResult[K]]:
    now = client.timing.monotonic()
    refused: list[tuple[_Waiting[K], BatchResult[K], float]] = []
    for number, entry in enumerate(entries):
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
        entry.not_before = now + longest_s
        entry.refused_at = now if entry.refused_at is None else entry.refused_at
        queue.ready.append(entry)
    if refused:
        _log.info("%d of %d items of a batch were refused; next try in %.1f s", len(refused), len(entries), longest_s)


def _pause_s(client: GraphClient, entry: _Waiting[Any], error: GraphError, now: float) -> float | None:
    """Return how long to wait before an item is sent again; None if it is not."""
    error.attempts = entry.attempt
    pause_s = wait_s(entry.attempt, error.retry_after_s, client.policy, client.timing.random())
    if isinstance(error, ThrottledError):
        error.retry_at_utc = client.timing.now_utc() + timedelta(seconds=pause_s)
    if not may_retry(error, entry.item.request.call.retry) or entry.attempt >= tries_at_most(
        error, client.policy, entry.item.request.tries_max
    ):
        return None
    return pause_s if client.may_wait(pause_s, entry.waited_s(now)) else None


def _land_single(flight: Future[Reply], entry: _Waiting[K]) -> BatchResult[K]:
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
    given = answer.get("headers")
    headers = {str(k).lower(): str(v) for k, v in given.items()} if isinstance(given, Mapping) else {}
    if LOAD_HEADER in headers:
        client.gate.note_answer(headers)
    body = answer.get("body")
    if status in call.success:
        body = _decode_binary(body) if call.is_binary else body if isinstance(body, Mapping) else None
        if body is None:
            return BatchResult(item=item, error=ProtocolError(f"{call.name}: no body", status=status, **ids))
        return BatchResult(item=item, reply=Reply(status=status, headers=headers, body=body, **ids))
    if status < 400:
        return BatchResult(item=item, error=ProtocolError(f"{call.name}: unexpected", status=status, **ids))
    error = make_error(
        call,
        status,
        body,
        headers.get("retry-after"),
        client.timing.now_utc(),
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


def _sleep_until_ready(client: GraphClient, queue: _Queue[Any]) -> None:
    now = client.timing.monotonic()
    pause_s = min((entry.not_before for entry in queue.ready), default=now) - now
    client.timing.sleep(min(max(pause_s, 0.01), 5.0))
