"""The photos of linked users: slow, last in a run, and continued where the run before stopped.

A night without changes costs one request for 20 people. The PBX's picture is touched only if something is certain: a
new mark with its picture, or a clear "no photo" for a picture that came from Microsoft.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from pbx_plugin_api import (
    ApplyStatus,
    Counts,
    Host,
    Photo,
    Problem,
    Stage,
    Tenant,
    Tick,
    TickReport,
    TickStatus,
    UserLink,
)
from portsip_m365_plugin.graph.batch import BatchItem, BatchResult
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import (
    BudgetSpentError,
    ConsentMissingError,
    GraphError,
    MailboxRefusedError,
)
from portsip_m365_plugin.graph.photos import (
    PhotoMark,
    ask_photo,
    ask_picture,
    is_no_photo,
    read_photo_mark,
    sniff_picture,
)
from portsip_m365_plugin.graph.reads import read_many
from portsip_m365_plugin.graph.wire import Request
from portsip_m365_plugin.scratch import Scratch

_log = logging.getLogger(__name__)

PHOTO_MAX_BYTES: Final = 4 * 1024 * 1024
"""A larger picture is no portrait for the screen of a telephone."""
_CURSOR_KEY: Final = "photos.cursor"
_INVALID_KEY: Final = "photos.invalid"
_INVALID_MAX: Final = 2000
_INVALID_TRIES: Final = 3
"""How often something that is no picture is fetched under one mark: a proxy may have damaged it once."""
_AT_ONCE: Final = 200
"""People between two looks at the clock. Their marks take ten requests."""
_SCHEMA: Final = "CREATE TABLE photo (oid TEXT PRIMARY KEY, etag TEXT, has_photo INTEGER NOT NULL) WITHOUT ROWID"
_DETAILS: Final = {
    "photo_unread": "{n} photos could not be read; they stay as they are, and are tried again next time.",
    "photo_invalid": "{n} photos are no JPEG, PNG or GIF of at most 4 MB; they were not stored.",
    "photo_not_permitted": (
        "Microsoft does not let this app read {n} people's photos: grant User.Read.All, or widen its scope in Exchange."
    ),
}


def run_photo_sync(host: Host, tenant: Tenant, tick: Tick, client: GraphClient, entra_tenant_id: str) -> TickReport:
    """Bring the photos of enabled linked users to what Microsoft shows.

    Blocks until done, until `host.progress.should_stop()` (asked after every 200 people), or until an error.
    Idempotent; the next run goes on where this one stopped. Expected failures are reports. A photo that cannot be read
    is counted as a problem, and the others go on.

    Args:
        host: The tenant's.
        tenant: For the log.
        tick: `max_requests` batches are in flight at most.
        client: Of this tenant's app, with low priority and the run's deadline.
        entra_tenant_id: Whose people.
    """
    return _Run(host, tenant, tick, client, entra_tenant_id).run()


def read_one_photo(client: GraphClient, oid: str) -> Photo | None:
    """Return a person's photo; None if there is none, or if it cannot be read now. Cost: at most two requests."""
    try:
        mark = read_photo_mark(client.send(ask_photo(client.cloud, oid)).body)
        content = client.send(ask_picture(client.cloud, oid)).body if mark is not None else b""
    except GraphError as error:
        _log.info("the photo of %s could not be read: %s", oid, type(error).__name__)
        return None
    return _make_photo(content, mark) if mark is not None else None


def _make_photo(body: object, mark: PhotoMark) -> Photo | None:
    content = body if isinstance(body, bytes) else b""
    content_type = sniff_picture(content)
    if content_type is None or len(content) > PHOTO_MAX_BYTES or len(mark.etag) > 256:
        return None
    return Photo(content=content, content_type=content_type, source_etag=mark.etag)


class _Run:
    def __init__(self, host: Host, tenant: Tenant, tick: Tick, client: GraphClient, entra_tenant_id: str) -> None:
        self._host, self._tenant, self._tick, self._client = host, tenant, tick, client
        self._entra_tenant_id = entra_tenant_id
        self._sent_before = client.requests_sent
        self._problems: Counter[str] = Counter()
        self._stored = self._removed = 0
        self._invalid = self._read_invalid()

    def run(self) -> TickReport:
        """Run, and turn expected failures into reports."""
        status, message, resumable, retry_at_utc = TickStatus.DONE, "", False, None
        try:
            with Scratch(_SCHEMA) as scratch:
                is_complete = self._sync(scratch)
            if not is_complete:
                status, message, resumable = TickStatus.STOPPED, "The next run goes on from there.", True
        except BudgetSpentError as error:
            status, message, resumable = TickStatus.STOPPED, error.describe(), True
        except GraphError as error:
            retry_at_utc = error.retry_at_utc
            status = TickStatus.FAILED if retry_at_utc is None else TickStatus.STOPPED
            message = error.describe()
        for reason, n in self._problems.items():
            self._host.progress.problem(Problem(reason=reason, detail=_DETAILS[reason].format(n=n)))
        report = TickReport(
            status=status,
            message=f"{self._stored} photos stored, {self._removed} removed. {message}".rstrip(),
            counts=Counts(photos_stored=self._stored, photos_removed=self._removed),
            problem_counts=dict(self._problems.most_common()),
            requests=self._client.requests_sent - self._sent_before,
            resumable=resumable,
            next_due_at_utc=retry_at_utc,
        )
        _log.info(
            "photos of tenant %s, run %s: %s, %d requests: %s",
            self._tenant.pbx_tenant_id, self._tick.run_id, report.status.value, report.requests, report.message,
        )  # fmt: skip
        return report

    def _sync(self, scratch: Scratch) -> bool:
        """Bring everybody after the cursor up to date; False if it stopped early."""
        # Copied first: a stream held open over hours would keep the PBX's database from tidying up.
        scratch.run_many(
            "INSERT INTO photo VALUES (?, ?, ?)",
            (
                (user.link.subject, user.photo_etag, user.photo_sha256 is not None)
                for user in self._host.users.linked()
                if user.enabled and user.link.authority == self._entra_tenant_id
            ),
        )
        total, after = scratch.count("photo"), self._read_cursor()
        done: int = scratch.first("SELECT count(*) FROM photo WHERE oid <= ?", (after,))[0]
        while True:
            rows = list(scratch.rows("SELECT * FROM photo WHERE oid > ? ORDER BY oid LIMIT ?", (after, _AT_ONCE)))
            if not rows:
                break
            known = {oid: (etag, bool(has_photo)) for oid, etag, has_photo in rows}
            is_permitted = self._bring_up_to_date(known)
            after, done = rows[-1][0], done + len(rows)
            self._host.progress.report(Stage.PHOTOS, done, total)
            if not is_permitted:
                break
            self._host.state.put(_CURSOR_KEY, {"after": after})
            if done < total and self._host.progress.should_stop():
                return False
        if self._host.state.get(_CURSOR_KEY) is not None:
            self._host.state.delete(_CURSOR_KEY)
        if self._invalid != self._read_invalid():
            newest = list(self._invalid.items())[-_INVALID_MAX:]
            self._host.state.put(_INVALID_KEY, {oid: {"etag": etag, "tries": n} for oid, (etag, n) in newest})
        return True

    def _bring_up_to_date(self, known: Mapping[str, tuple[str | None, bool]]) -> bool:
        """Compare marks and fetch what is new; False if this app may read nobody's photo."""
        cloud = self._client.cloud
        marks: dict[str, PhotoMark] = {}
        n_refused = 0
        for result in self._read(known, lambda oid: ask_photo(cloud, oid)):
            oid, (etag, has_photo) = result.item.key, known[result.item.key]
            n_refused += isinstance(result.error, (ConsentMissingError, MailboxRefusedError))
            try:
                mark = self._judge(result)
            except GraphError as error:
                self._count(error)
                continue
            if mark is not None and self._invalid.get(oid) == (mark.etag, _INVALID_TRIES):
                self._problems["photo_invalid"] += 1
            elif mark is not None and mark.etag != etag:
                marks[oid] = mark
            elif mark is None and has_photo and etag is not None:  # a picture chosen in the PBX has no mark, and stays
                self._removed += self._store(oid, None)
        for result in self._read(marks, lambda oid: ask_picture(cloud, oid)):
            self._take_picture(result, marks[result.item.key])
        return n_refused < len(known)

    def _judge(self, result: BatchResult[str]) -> PhotoMark | None:
        if result.reply is not None:
            return read_photo_mark(result.reply.body)
        if result.error is None or is_no_photo(result.error):
            return None
        raise result.error

    def _take_picture(self, result: BatchResult[str], mark: PhotoMark) -> None:
        if result.reply is None:
            # Perhaps gone since its mark was read; the next run will see.
            self._problems["photo_unread"] += 1
            return
        photo = _make_photo(result.reply.body, mark)
        if photo is None:
            self._problems["photo_invalid"] += 1
            etag, tries = self._invalid.get(result.item.key, ("", 0))
            self._invalid[result.item.key] = (mark.etag, tries + 1 if etag == mark.etag else 1)
            return
        self._stored += self._store(result.item.key, photo)

    def _store(self, oid: str, photo: Photo | None) -> bool:
        link = UserLink(authority=self._entra_tenant_id, subject=oid)
        return self._host.users.set_photo(link, photo).status is ApplyStatus.APPLIED

    def _count(self, error: GraphError) -> None:
        is_refused = isinstance(error, (ConsentMissingError, MailboxRefusedError))
        self._problems["photo_not_permitted" if is_refused else "photo_unread"] += 1

    def _read(self, oids: Iterable[str], ask: Callable[[str], Request]) -> Iterator[BatchResult[str]]:
        items = [BatchItem(key=oid, request=ask(oid)) for oid in oids]
        return read_many(self._client, items, n_threads=self._tick.max_requests)

    def _read_invalid(self) -> dict[str, tuple[str, int]]:
        """Return the marks of pictures that could not be stored, and how often each was fetched."""
        record = self._host.state.get(_INVALID_KEY)
        value = record.value if record is not None and isinstance(record.value, dict) else {}
        kept = {oid: shape for oid, shape in value.items() if isinstance(shape, dict)}
        return {oid: (str(shape.get("etag")), int(str(shape.get("tries") or 0))) for oid, shape in kept.items()}

    def _read_cursor(self) -> str:
        record = self._host.state.get(_CURSOR_KEY)
        after = record.value.get("after") if record is not None and isinstance(record.value, dict) else None
        return after if isinstance(after, str) else ""
