"""One pass over the photos of linked users: slow, last in a run, and continued where the run before stopped.

A night without changes costs one request for 20 people. The PBX's picture is touched only if something is certain: a
new mark with its picture, or a clear "no photo" for a picture that came from Microsoft.
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, NamedTuple

from pbx_plugin_api import (
    ApplyStatus,
    Counts,
    Host,
    Photo,
    PhotoChange,
    Problem,
    Stage,
    Tenant,
    Text,
    Tick,
    TickReport,
    TickStatus,
    UserLink,
    sentences,
)
from portsip_m365_plugin.exchange import PHOTOS, ask_exchange_since, is_exchange_missing, note_exchange_missing
from portsip_m365_plugin.failing import Failing, FailingArea
from portsip_m365_plugin.graph.batch import BatchResult
from portsip_m365_plugin.graph.batch_queue import BatchItem
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import (
    AnswerTooLargeError,
    BudgetSpentError,
    ConsentMissingError,
    ExchangeMissingError,
    GraphError,
    MailboxRefusedError,
)
from portsip_m365_plugin.graph.photos import (
    PhotoMark,
    ask_photo,
    ask_picture,
    is_no_photo,
    is_probably_no_photo,
    read_photo_mark,
    read_picture_etag,
)
from portsip_m365_plugin.graph.reads import read_many
from portsip_m365_plugin.jobs import Job
from portsip_m365_plugin.photos.marks import is_same, make_mark
from portsip_m365_plugin.photos.memory import BadPictures, Cursor, is_first_pass, note_pass
from portsip_m365_plugin.photos.people import People
from portsip_m365_plugin.photos.picture import TOO_LARGE, BadPictureError
from portsip_m365_plugin.photos.reading import make_photo
from portsip_m365_plugin.photos.vanishing import PendingPhotoRemoval, forget_vanishing, judge_vanishing
from portsip_m365_plugin.photos.words import say_done, say_goes_on, say_invalid, say_problem
from portsip_m365_plugin.texts import _

_log = logging.getLogger(__name__)

_ANSWER_MAX_BYTES: Final = 6 * 1024 * 1024
"""One picture of 4 MB in base64, with room to spare; or 20 of 200 kB."""
_MAKING_MAX_BYTES: Final = 8 * 1024 * 1024
_MAKING_MAX: Final = 60
"""Pictures that wait to be made smaller."""
_WRITE_AT_ONCE: Final = 100
_WRITE_MAX_BYTES: Final = 4 * 1024 * 1024
_LOOK_EVERY: Final = 200
"""Answers between two looks at the clock."""
_LINES_MAX: Final = 50
"""Problem lines about single pictures."""


def run_photo_sync(host: Host, tenant: Tenant, tick: Tick, client: GraphClient, entra_tenant_id: str) -> TickReport:
    """Bring the photos of enabled linked users to what Microsoft shows.

    Blocks until done, until `host.progress.should_stop()` (asked after every 200 answers), or until an error.
    Idempotent; the next run goes on where this one stopped. Expected failures are reports. A photo that cannot be read
    is counted as a problem, and the others go on. If many pictures would vanish, they stay and the report asks.

    Args:
        host: The tenant's.
        tenant: For the log.
        tick: `max_requests` batches are in flight at most.
        client: Of this tenant's app, with low priority and the run's deadline.
        entra_tenant_id: Whose people.
    """
    return _Run(host, tenant, tick, client, entra_tenant_id).run()


class _Question(NamedTuple):
    """What is asked about one person."""

    oid: str
    is_picture: bool
    media_etag: str | None = None
    """For a picture: what its metadata said, if that was asked before."""


class _Making(NamedTuple):
    """A picture that is being made smaller on another thread."""

    question: _Question
    picture_etag: str | None
    content: bytes
    photo: Future[Photo | None]


class _Run:
    def __init__(self, host: Host, tenant: Tenant, tick: Tick, client: GraphClient, entra_tenant_id: str) -> None:
        self._host, self._tenant, self._tick, self._client = host, tenant, tick, client
        self._entra_tenant_id = entra_tenant_id
        self._sent_before = client.requests_sent
        self._problems: Counter[str] = Counter()
        self._stored = self._removed = 0
        self._bad = BadPictures(host)
        self._cursor = Cursor(host)
        self._failing = Failing(host, FailingArea.PHOTOS)
        if tick.job == Job.FULL_RESYNC:
            self._failing.try_fully()
        self._gone: list[str] = list(self._cursor.gone)
        self._wanted: deque[_Question] = deque()
        self._making: deque[_Making] = deque()
        self._made: list[tuple[str, Photo]] = []
        self._n_asked = self._n_refused = self._n_marks_open = 0
        self._looked_at = self._making_bytes = self._made_bytes = self._n_failing_lines = 0
        self._is_stopping = False
        self._pending: PendingPhotoRemoval | None = None

    def run(self) -> TickReport:
        """Run, and turn expected failures into reports."""
        status, resumable, retry_at_utc = TickStatus.DONE, False, None
        message: str = ""
        try:
            if not self._sync():
                status, message, resumable = TickStatus.STOPPED, say_goes_on(), True
            elif self._pending is not None:
                status, message = TickStatus.NEEDS_APPROVAL, self._pending.describe()
        except BudgetSpentError as error:
            status, message, resumable = TickStatus.STOPPED, error.describe(), True
        except GraphError as error:
            retry_at_utc = error.retry_at_utc
            status = TickStatus.FAILED if retry_at_utc is None else TickStatus.STOPPED
            message = error.describe()
        for reason, n in self._problems.items():
            detail = say_problem(reason, n)
            if detail is not None:
                self._host.progress.problem(Problem(reason=reason, detail=detail))
        report = TickReport(
            status=status,
            message=say_done(self._stored, self._removed, message),
            counts=Counts(photos_stored=self._stored, photos_removed=self._removed),
            problem_counts=dict(self._problems.most_common()),
            requests=self._client.requests_sent - self._sent_before,
            resumable=resumable,
            next_due_at_utc=retry_at_utc,
            plan=self._pending.as_plan(self._host.clock.now_utc()) if self._pending is not None else None,
        )
        _log.info(
            "photos of tenant %s, run %s: %s, %d requests: %s",
            self._tenant.pbx_tenant_id, self._tick.run_id, report.status.value, report.requests, report.message,
        )  # fmt: skip
        return report

    def _sync(self) -> bool:
        """Bring everybody after the cursor up to date; False if it stopped early."""
        if is_exchange_missing(self._host, PHOTOS, since_utc=ask_exchange_since(self._tick)):
            self._problems["photo_no_exchange"] = 1
            return True
        users = (
            user for user in self._host.users.linked() if user.enabled and user.link.authority == self._entra_tenant_id
        )
        with People(users, self._cursor.after) as people:
            try:
                self._walk(people)
            finally:
                self._bad.save()
                self._failing.save()
            if self._is_stopping and people.done < people.total:
                return False
            if not self._is_denied:
                self._remove_gone(people)
                note_pass(self._host)
        self._cursor.forget()
        return True

    def _walk(self, people: People) -> None:
        """Ask about everybody and take the answers as they come; what was settled is written, however this ends."""
        with ThreadPoolExecutor(max_workers=2, thread_name_prefix="photo") as pool:
            results = read_many(
                self._client,
                self._questions(people),
                n_threads=self._tick.max_requests,
                should_stop=lambda: self._is_stopping or self._is_denied,
                answer_max_bytes=_ANSWER_MAX_BYTES,
            )
            try:
                for result in results:
                    self._take(people, result, pool)
                    self._take_made(people, all_of_them=False)
                    if self._n_asked - self._looked_at >= _LOOK_EVERY:
                        self._look(people)
            finally:
                self._take_made(people, all_of_them=True)
                self._write(people)
                if people.done < people.total:
                    self._cursor.keep(people.settled_up_to, self._gone)
        self._host.progress.report(Stage.PHOTOS, people.done, people.total)

    @property
    def _is_denied(self) -> bool:
        """Whether this app may read nobody's photo."""
        if self._problems["photo_no_exchange"]:
            return True
        return self._n_asked >= _LOOK_EVERY and self._n_refused == self._n_asked

    def _look(self, people: People) -> None:
        """Write, report how far the pass is, and ask whether to go on."""
        self._write(people)
        self._looked_at = self._n_asked
        self._cursor.keep(people.settled_up_to, self._gone)
        self._host.progress.report(Stage.PHOTOS, people.done, people.total)
        self._is_stopping = people.done < people.total and self._host.progress.should_stop()

    # ------------------------------------------------------------------ asking

    def _questions(self, people: People) -> Iterator[BatchItem[_Question] | None]:
        """Yield what to ask next: pictures whose mark is new, then the next person.

        In the first pass of a tenant people without a picture are asked for it at once, not for its mark.
        """
        is_first, drawn = is_first_pass(self._host), people.draw()
        while True:
            if self._wanted:
                yield self._item(self._wanted.popleft())
                continue
            person = next(drawn, None)
            if person is not None:
                is_picture = is_first and not person.is_held
                self._n_marks_open += not is_picture
                yield self._item(_Question(person.oid, is_picture=is_picture))
            elif self._n_marks_open:
                yield None
            else:
                return

    def _item(self, question: _Question) -> BatchItem[_Question]:
        ask = ask_picture if question.is_picture else ask_photo
        request = self._failing.limit(ask(self._client.cloud, question.oid), question.oid)
        return BatchItem(key=question, request=request)

    # ------------------------------------------------------------------ taking answers

    def _take(self, people: People, result: BatchResult[_Question], pool: ThreadPoolExecutor) -> None:
        question = result.item.key
        self._n_asked += 1
        if isinstance(result.error, ExchangeMissingError):
            if not self._problems["photo_no_exchange"]:
                note_exchange_missing(self._host, PHOTOS)
            self._problems["photo_no_exchange"] = 1
            people.settle(question.oid)
            return
        self._n_refused += isinstance(result.error, (ConsentMissingError, MailboxRefusedError))
        if not isinstance(result.error, AnswerTooLargeError):
            self._note_failing(question.oid, result.error)
        if question.is_picture:
            self._take_picture(people, result, pool)
            return
        self._n_marks_open -= 1
        try:
            mark = read_photo_mark(result.reply.body) if result.reply is not None else None
        except GraphError as error:
            self._take_error(people, question.oid, error)
            return
        if result.error is not None:
            self._take_error(people, question.oid, result.error)
        elif mark is None:
            self._note_none(people, question.oid)
        else:
            self._take_mark(people, question.oid, mark)

    def _note_failing(self, oid: str, error: GraphError | None) -> None:
        before = self._failing.find(oid)
        self._failing.note(oid, error)
        if before is not None and self._failing.find(oid) is not None:
            self._n_failing_lines += 1
            if self._n_failing_lines <= _LINES_MAX:
                detail = sentences(_("This photo could not be read."), before.describe())
                self._host.progress.problem(Problem(reason="photo_unread", subject=oid, detail=detail))

    def _take_mark(self, people: People, oid: str, mark: PhotoMark) -> None:
        known = people.state(oid)
        if self._bad.is_tried_enough(oid, mark.etag):
            self._problems["photo_invalid"] += 1
            people.settle(oid)
        elif known.mark is not None and is_same(known.mark, mark.etag):
            people.settle(oid)
        else:
            self._wanted.append(_Question(oid, is_picture=True, media_etag=mark.etag))

    def _take_error(self, people: People, oid: str, error: GraphError) -> None:
        if is_no_photo(error):
            self._note_none(people, oid)
            return
        if isinstance(error, (ConsentMissingError, MailboxRefusedError)):
            self._problems["photo_not_permitted"] += 1
        elif people.state(oid).is_held or not is_probably_no_photo(error):
            self._problems["photo_unread"] += 1
        people.settle(oid)

    def _note_none(self, people: People, oid: str) -> None:
        """Note that there is no photo. A picture chosen in the PBX has no mark, and stays."""
        if people.state(oid).is_held:
            self._gone.append(oid)
        people.settle(oid)

    def _take_picture(self, people: People, result: BatchResult[_Question], pool: ThreadPoolExecutor) -> None:
        question = result.item.key
        if isinstance(result.error, AnswerTooLargeError):
            self._refuse_picture(people, question, question.media_etag or "too large", TOO_LARGE)
        elif result.error is not None and question.media_etag is None:
            self._take_error(people, question.oid, result.error)
        elif result.reply is None or not isinstance(result.reply.body, bytes):
            # Perhaps gone since its mark was read; the next run will see.
            self._problems["photo_unread"] += 1
            people.settle(question.oid)
        else:
            content, etag = result.reply.body, read_picture_etag(result.reply.headers)
            photo = pool.submit(make_photo, content, media_etag=question.media_etag, picture_etag=etag)
            self._making.append(_Making(question, etag, content, photo))
            self._making_bytes += len(content)

    @property
    def _has_backlog(self) -> bool:
        return len(self._making) > _MAKING_MAX or self._making_bytes > _MAKING_MAX_BYTES

    def _take_made(self, people: People, *, all_of_them: bool) -> None:
        """Take the pictures that are made; wait for some if too many bytes wait."""
        while self._making and (all_of_them or self._has_backlog or self._making[0].photo.done()):
            making = self._making.popleft()
            question = making.question
            self._making_bytes -= len(making.content)
            try:
                photo = making.photo.result()
            except BadPictureError as error:
                mark = make_mark(making.content, media_etag=question.media_etag, picture_etag=making.picture_etag)
                self._refuse_picture(people, question, mark, error.text)
                continue
            if photo is None:
                self._note_none(people, question.oid)
                continue
            self._made.append((question.oid, photo))
            self._made_bytes += len(photo.content)
            if len(self._made) >= _WRITE_AT_ONCE or self._made_bytes >= _WRITE_MAX_BYTES:
                self._write(people)

    def _refuse_picture(self, people: People, question: _Question, mark: str, why: Text) -> None:
        self._problems["photo_invalid"] += 1
        if self._problems["photo_invalid"] <= _LINES_MAX:
            self._host.progress.problem(Problem(reason="photo_invalid", subject=question.oid, detail=say_invalid(why)))
        self._bad.note(question.oid, mark)
        people.settle(question.oid)

    # ------------------------------------------------------------------ writing

    def _write(self, people: People) -> None:
        made, self._made, self._made_bytes = self._made, [], 0
        if not made:
            return
        results = self._host.users.set_photos([self._change(oid, photo) for oid, photo in made])
        for (oid, photo), result in zip(made, results, strict=True):
            self._stored += result.status is ApplyStatus.APPLIED and photo.sha256 != people.state(oid).sha256
            people.settle(oid)

    def _remove_gone(self, people: People) -> None:
        gone = people.keep_held(dict.fromkeys(self._gone))
        self._pending = judge_vanishing(self._host, gone, of=people.held)
        if self._pending is None:
            for start in range(0, len(gone), _WRITE_AT_ONCE):
                part = gone[start : start + _WRITE_AT_ONCE]
                results = self._host.users.set_photos([self._change(oid, None) for oid in part])
                self._removed += sum(result.status is ApplyStatus.APPLIED for result in results)
            forget_vanishing(self._host)

    def _change(self, oid: str, photo: Photo | None) -> PhotoChange:
        return PhotoChange(link=UserLink(authority=self._entra_tenant_id, subject=oid), photo=photo)
