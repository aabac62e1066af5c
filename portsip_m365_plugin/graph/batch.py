"""Many calls in few requests: `$batch`, at most 20 a time, each with a fate of its own.

Sources: Graph JSON batching and throttling (2026-05-20). Answers come in any order; an item that is throttled says so
in its own headers while the batch itself is 200 (older texts: the batch is 424). Items count one by one against every
limit. Outlook works off at most 4 of a batch at a time, so a batch is best spread over different mailboxes.
"""

from __future__ import annotations

import base64
import binascii
import logging
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Generic, TypeVar

from portsip_m365_plugin.graph.client import GraphClient, Reply
from portsip_m365_plugin.graph.errors import (
    AnswerLostError,
    ConsentMissingError,
    GraphError,
    NotSentError,
    ProtocolError,
    ThrottledError,
    judge,
    read_message,
)
from portsip_m365_plugin.graph.retry import may_retry, parse_retry_after, tries_at_most, wait_s
from portsip_m365_plugin.graph.wire import Request, build

__all__ = ["ITEMS_MAX", "BatchItem", "BatchResult", "run_batches"]

_log = logging.getLogger(__name__)

ITEMS_MAX: Final = 20
PER_MAILBOX_MAX: Final = 4
"""Exchange serves one app at most 4 requests of one mailbox at a time; beyond that it answers 429."""

_LOOK_UP_EVERY_S: Final = 5.0

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchItem(Generic[K]):
    """One call of a batch, and the caller's own key for it."""

    key: K
    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResult(Generic[K]):
    """What became of one item: a reply or an error, never neither."""

    item: BatchItem[K]
    reply: Reply | None = None
    error: GraphError | None = None


@dataclass
class _Waiting(Generic[K]):
    item: BatchItem[K]
    attempt: int = 0
    waited_s: float = 0.0
    not_before: float = 0.0


@dataclass
class _Queue(Generic[K]):
    """Items not yet sent: at most a few batches are drawn ahead from the caller's stream."""

    source: Iterator[BatchItem[K] | None]
    size: int = ITEMS_MAX
    ready: deque[_Waiting[K]] = field(default_factory=deque)
    in_flight: dict[str, int] = field(default_factory=dict)
    is_dry: bool = False

    def draw(self, now: float) -> list[_Waiting[K]]:
        """Return up to a batch of items that may go now, none beyond its mailbox's share."""
        self._fill()
        chosen: list[_Waiting[K]] = []
        kept: deque[_Waiting[K]] = deque()
        while self.ready and len(chosen) < self.size:
            entry = self.ready.popleft()
            mailbox = entry.item.request.mailbox
            if entry.not_before > now or (mailbox and self.in_flight.get(mailbox, 0) >= PER_MAILBOX_MAX):
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
        """Free the mailboxes' shares of items that have been answered."""
        for entry in entries:
            mailbox = entry.item.request.mailbox
            if mailbox:
                self.in_flight[mailbox] -= 1
                if not self.in_flight[mailbox]:
                    del self.in_flight[mailbox]

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
) -> Iterator[BatchResult[K]]:
    """Send any number of calls in batches and yield each result as it comes, in no promised order.

    Args:
        client: Sends the batches; a batch refused as a whole is retried as the reads it holds.
        items: Drawn little by little, on the calling thread; only reads belong here. None says "nothing at the moment":
            the caller waits for a result before it knows what to ask next. Never None while nothing is outstanding.
        n_threads: How many batches may be in flight at once.
        singly: Send each item by itself, for a cloud that has no `$batch`.
        should_stop: Asked on the calling thread, every few seconds at least; when True, what is in flight comes back
            and nothing more is sent.

    Raises:
        GraphError: The batch call itself failed for good. Items not yet yielded were not answered.
        ProtocolError: The answer to a batch is not one.
    """
    queue: _Queue[K] = _Queue(iter(items), size=1 if singly else ITEMS_MAX)
    flights: dict[Future[Reply], list[_Waiting[K]]] = {}
    with ThreadPoolExecutor(max_workers=n_threads, thread_name_prefix="graph-batch") as pool:
        while True:
            # One more than may go out waits, where it would be full: no worker idles while answers are worked off.
            while len(flights) < n_threads + queue.has_plenty() and not should_stop():
                chosen = queue.draw(client.timing.monotonic())
                if not chosen:
                    break
                request = chosen[0].item.request if singly else _build(client, chosen)
                flights[pool.submit(client.send, request)] = chosen
            if not flights:
                if should_stop() or (queue.is_dry and not queue.ready):
                    return
                _sleep_until_ready(client, queue)
                continue
            # Not for ever: a batch may wait for minutes before a closed gate, and the caller has a lease to renew.
            landed, _ = wait(flights, timeout=_LOOK_UP_EVERY_S, return_when=FIRST_COMPLETED)
            for future in landed:
                entries = flights.pop(future)
                queue.give_back(entries)
                if singly:
                    yield _land_single(future, entries[0])
                else:
                    yield from _land(client, future.result(), entries, queue)


def _build(client: GraphClient, entries: list[_Waiting[Any]]) -> Request:
    requests = []
    for number, entry in enumerate(entries):
        inner = entry.item.request
        shape: dict[str, Any] = {"id": str(number), "method": inner.call.method, "url": inner.path_and_query}
        if inner.headers:
            shape["headers"] = dict(inner.headers)
        requests.append(shape)
    return build("batch", client.cloud, body={"requests": requests})


def _land(client: GraphClient, reply: Reply, entries: list[_Waiting[K]], queue: _Queue[K]) -> Iterator[BatchResult[K]]:
    answers = _read_answers(reply)
    longest_s = 0.0
    again: list[_Waiting[K]] = []
    for number, entry in enumerate(entries):
        entry.attempt += 1
        answer = answers.get(str(number))
        result, retry_after_s = _judge_item(client, entry.item, answer, reply)
        error = result.error
        if error is not None:
            error.attempts = entry.attempt
            pause_s = wait_s(entry.attempt, retry_after_s, client.policy, client.timing.random())
            if isinstance(error, ThrottledError):
                error.retry_at_utc = client.timing.now_utc() + timedelta(seconds=pause_s)
            if (
                may_retry(error, entry.item.request.call.retry)
                and entry.attempt < tries_at_most(error, client.policy)
                and client.can_wait(entry.waited_s, pause_s)
            ):
                longest_s = max(longest_s, pause_s)
                again.append(entry)
                continue
        yield result
    if again:
        # Microsoft: put the throttled ones into a new batch, after the longest of their waits.
        _log.info("%d of %d items of a batch go again in %.1f s", len(again), len(entries), longest_s)
        not_before = client.timing.monotonic() + longest_s
        for entry in again:
            entry.not_before = not_before
            entry.waited_s += longest_s
        queue.ready.extend(again)


def _land_single(flight: Future[Reply], entry: _Waiting[K]) -> BatchResult[K]:
    try:
        return BatchResult(item=entry.item, reply=flight.result())
    except NotSentError:
        raise  # no network, no token, no time: every other item would fare alike
    except GraphError as error:
        return BatchResult(item=entry.item, error=error)


def _read_answers(reply: Reply) -> dict[str, Mapping[str, Any]]:
    responses = reply.body.get("responses") if isinstance(reply.body, Mapping) else None
    if not isinstance(responses, list):
        raise ProtocolError("the answer to a batch has no responses", request_id=reply.request_id)
    return {str(answer.get("id")): answer for answer in responses if isinstance(answer, Mapping)}


def _judge_item(
    client: GraphClient, item: BatchItem[K], answer: Mapping[str, Any] | None, reply: Reply
) -> tuple[BatchResult[K], float | None]:
    call = item.request.call
    ids: dict[str, Any] = {"request_id": reply.request_id, "client_request_id": reply.client_request_id}
    if answer is None or not isinstance(answer.get("status"), int):
        error: GraphError = AnswerLostError(f"{call.name}: the batch came back without this item", **ids)
        return BatchResult(item=item, error=error), None
    status: int = answer["status"]
    given = answer.get("headers")
    headers = {str(k).lower(): str(v) for k, v in given.items()} if isinstance(given, Mapping) else {}
    body = answer.get("body")
    if status in call.success:
        body = _decode_binary(body) if call.is_binary else body if isinstance(body, Mapping) else None
        if body is None:
            return BatchResult(item=item, error=ProtocolError(f"{call.name}: no body", status=status, **ids)), None
        return BatchResult(item=item, reply=Reply(status=status, headers=headers, body=body, **ids)), None
    if status < 400:
        return BatchResult(item=item, error=ProtocolError(f"{call.name}: unexpected", status=status, **ids)), None
    kind, code = judge(status, body, carries_token=item.request.carries_token)
    retry_after_s = parse_retry_after(headers.get("retry-after"), client.timing.now_utc())
    if status == 424 or (status == 503 and retry_after_s is not None):
        kind = ThrottledError
    _log.debug("%s in a batch: HTTP %d %s: %s", call.name, status, code, read_message(body))
    refused = kind(f"{call.name} was refused", status=status, code=code, **ids)
    if isinstance(refused, ConsentMissingError):
        refused.name_permission(call.permission)
    return BatchResult(item=item, error=refused), retry_after_s


def _decode_binary(body: object) -> bytes | None:
    """Binary answers come as base64 text; both alphabets are met."""
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
