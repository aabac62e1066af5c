"""Files by reference, in pieces: neither storing nor reading one needs memory for the whole."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import BinaryIO, cast

from sqlalchemy import Connection, delete, insert, select, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.schema import blob_chunks, blobs
from pbx_plugin_api import BlobInfo

__all__ = ["BlobStore"]

_CHUNK_BYTES = 256 * 1024
_HALF_WRITTEN_S = 86_400.0
"""After this long a blob that is still being written was left behind by a process that ended."""


class BlobStore:
    """Blobs of tenants."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def put(
        self,
        tenant_id: str,
        chunks: Iterator[bytes],
        *,
        content_type: str,
        keep_s: int | None,
        write: Callable[[], AbstractContextManager[Connection]] | None = None,
    ) -> str:
        """Store a blob and return its reference. A half-written one is never seen.

        One transaction a piece: whoever makes the pieces may take their time, and nobody waits for them.

        Args:
            tenant_id: Whose it is.
            chunks: What is in it.
            content_type: Of what kind.
            keep_s: Seconds until it is forgotten; None keeps it until `delete`.
            write: Opens the write transactions; the caller's own check goes with each.
        """
        write = write or self._db.write
        blob_id, size, position = uuid.uuid4().hex, 0, 0
        row = {"id": blob_id, "tenant_id": tenant_id, "content_type": content_type, "size_bytes": None}
        with write() as connection:
            self._forget_expired(connection)
            connection.execute(insert(blobs).values(row | {"expires_at": self._db.now() + _HALF_WRITTEN_S}))
        try:
            for data in _even(chunks):
                with write() as connection:
                    connection.execute(insert(blob_chunks).values(blob_id=blob_id, position=position, data=data))
                size += len(data)
                position += 1
            expires_at = None if keep_s is None else self._db.now() + keep_s
            with write() as connection:
                ended = {"size_bytes": size, "expires_at": expires_at}
                connection.execute(update(blobs).where(blobs.c.id == blob_id).values(ended))
        except BaseException:
            self.delete([blob_id])
            raise
        return blob_id

    def info(self, tenant_id: str, blob: str) -> BlobInfo | None:
        """Return what is known of a blob."""
        with self._db.read() as connection:
            row = connection.execute(select(blobs).where(blobs.c.tenant_id == tenant_id, blobs.c.id == blob)).first()
        if row is None or row.size_bytes is None or (row.expires_at is not None and row.expires_at <= self._db.now()):
            return None
        return BlobInfo(blob=row.id, size_bytes=row.size_bytes, content_type=row.content_type)

    @contextmanager
    def open(self, tenant_id: str, blob: str) -> Iterator[BinaryIO]:
        """Open a blob for reading, seekable."""
        info = self.info(tenant_id, blob)
        if info is None:
            raise KeyError(f"there is no blob {blob!r} (any more)")
        with io.BufferedReader(_BlobReader(self._db, blob, info.size_bytes), _CHUNK_BYTES) as reader:
            yield cast(BinaryIO, reader)

    def delete(self, blob_ids: list[str]) -> None:
        """Forget blobs."""
        with self._db.write() as connection:
            connection.execute(delete(blob_chunks).where(blob_chunks.c.blob_id.in_(blob_ids)))
            connection.execute(delete(blobs).where(blobs.c.id.in_(blob_ids)))

    def _forget_expired(self, connection: Connection) -> None:
        old = list(
            connection.execute(select(blobs.c.id).where(blobs.c.expires_at <= self._db.now()).limit(100)).scalars()
        )
        if old:
            connection.execute(delete(blob_chunks).where(blob_chunks.c.blob_id.in_(old)))
            connection.execute(delete(blobs).where(blobs.c.id.in_(old)))


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
    """Cut into pieces of one size, so that a place in the file names its piece."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= _CHUNK_BYTES:
            yield bytes(held[:_CHUNK_BYTES])
            del held[:_CHUNK_BYTES]
    if held:
        yield bytes(held)
