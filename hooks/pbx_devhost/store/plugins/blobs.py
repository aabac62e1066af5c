"""Files by reference, stored in pieces: neither writing nor reading one needs memory for the whole file."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from sqlalchemy import Connection, delete, insert, select, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.scope import Scope
from pbx_devhost.store.sql.schema import blob_chunks, blobs
from pbx_plugin_api import BlobInfo

_CHUNK_BYTES = 256 * 1024
_HALF_WRITTEN_S = 86_400.0
"""A blob that is still being written after this time was left behind by a process that ended."""
_EXPIRED_AT_ONCE = 100


class TenantBlobs:
    """Keeps `pbx_plugin_api.Blobs`. The PBX itself may also store a blob that never expires."""

    def __init__(self, scope: Scope) -> None:
        self._scope, self._db = scope, scope.database

    def put(self, chunks: Iterator[bytes], *, content_type: str, keep_s: int | None) -> str:
        """See `Blobs`. A half-written blob is never seen; with `keep_s` None it stays.

        One transaction a piece: however slowly the pieces come, nobody else waits.
        """
        blob_id, size, position = uuid.uuid4().hex, 0, 0
        row = {"id": blob_id, "tenant_id": self._scope.tenant_id, "content_type": content_type, "size_bytes": None}
        with self._scope.write() as connection:
            self._forget_expired(connection)
            connection.execute(insert(blobs).values(row | {"expires_at": self._db.now() + _HALF_WRITTEN_S}))
        try:
            for data in _even(chunks):
                with self._scope.write() as connection:
                    connection.execute(insert(blob_chunks).values(blob_id=blob_id, position=position, data=data))
                size += len(data)
                position += 1
            with self._scope.write() as connection:
                expires_at = None if keep_s is None else self._db.now() + keep_s
                ended = {"size_bytes": size, "expires_at": expires_at}
                connection.execute(update(blobs).where(blobs.c.id == blob_id).values(ended))
        except BaseException:
            # In its own transaction, so that it works after a lost lease too.
            with self._db.write() as connection:
                _delete(connection, [blob_id])
            raise
        return blob_id

    def info(self, blob: str) -> BlobInfo | None:
        """See `Blobs`."""
        at = (blobs.c.tenant_id == self._scope.tenant_id, blobs.c.id == blob)
        with self._db.read() as connection:
            row = connection.execute(select(blobs).where(*at)).first()
        if row is None or row.size_bytes is None or (row.expires_at is not None and row.expires_at <= self._db.now()):
            return None
        return BlobInfo(blob=row.id, size_bytes=row.size_bytes, content_type=row.content_type)

    @contextmanager
    def open(self, blob: str) -> Iterator[BinaryIO]:
        """See `Blobs`."""
        info = self.info(blob)
        if info is None:
            raise KeyError(f"there is no blob {blob!r}; it may have expired")
        with io.BufferedReader(_BlobReader(self._db, blob, info.size_bytes), _CHUNK_BYTES) as reader:
            yield cast(BinaryIO, reader)

    def _forget_expired(self, connection: Connection) -> None:
        _forget_expired(connection, self._db.now())


def delete_expired_blobs(database: Database) -> None:
    """Delete the blobs whose time is over, of all tenants, some at a time."""
    while True:
        with database.write() as connection:
            if _forget_expired(connection, database.now()) < _EXPIRED_AT_ONCE:
                return


def _forget_expired(connection: Connection, now: float) -> int:
    ids = list(
        connection.execute(select(blobs.c.id).where(blobs.c.expires_at <= now).limit(_EXPIRED_AT_ONCE)).scalars()
    )
    _delete(connection, ids)
    return len(ids)


def _delete(connection: Connection, blob_ids: list[str]) -> None:
    if blob_ids:
        connection.execute(delete(blob_chunks).where(blob_chunks.c.blob_id.in_(blob_ids)))
        connection.execute(delete(blobs).where(blobs.c.id.in_(blob_ids)))


class _BlobReader(io.RawIOBase):
    """Reads one piece at a time."""

    def __init__(self, database: Database, blob: str, size_bytes: int) -> None:
        self._db, self._blob, self._size, self._at = database, blob, size_bytes, 0
        self._piece: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed wants a WriteableBuffer
        if self._at >= self._size:
            return 0
        position, inside = divmod(self._at, _CHUNK_BYTES)
        if self._piece[0] != position:
            chosen = select(blob_chunks.c.data).where(
                blob_chunks.c.blob_id == self._blob, blob_chunks.c.position == position
            )
            with self._db.read() as connection:
                data = connection.execute(chosen).scalar()
            if data is None:
                raise OSError("the blob was deleted while it was read")
            self._piece = (position, data)
        part = self._piece[1][inside : inside + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)


def _even(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Cut into pieces of one size, so that the piece of a position can be calculated."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= _CHUNK_BYTES:
            yield bytes(held[:_CHUNK_BYTES])
            del held[:_CHUNK_BYTES]
    if held:
        yield bytes(held)
