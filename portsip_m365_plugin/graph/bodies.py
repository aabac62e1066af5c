"""Request bodies that contain files: written piece by piece, so that no attachment is in memory as a whole.

In the JSON shape a file is a `FileContent`; it becomes base64 while it is sent. The length is known before, because
Microsoft's limits are about the finished request and Graph needs a Content-Length.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, BinaryIO

from portsip_m365_plugin.graph.errors import NotSentError
from portsip_m365_plugin.texts import _

_PIECE_BYTES = 48 * 1024
"""A multiple of 3, so that every piece is complete base64 by itself."""


class ContentChangedError(NotSentError):
    """A file is gone or its size has changed: the request was cut off before its end."""

    sentence_template = _("An attachment disappeared from the PBX while it was being sent.")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContent:
    """A file's bytes, read when they are needed; on the calling thread only."""

    size_bytes: int
    open: Callable[[], AbstractContextManager[BinaryIO]]

    @property
    def base64_size(self) -> int:
        """Return the length of its base64."""
        return 4 * ((self.size_bytes + 2) // 3)

    def pieces(self, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield a part of the file.

        Raises:
            ContentChangedError: It cannot be read, or ends too early.
        """
        left = self.size_bytes - start if length is None else length
        try:
            with self.open() as file:
                file.seek(start)
                while left > 0:
                    piece = _read(file, min(_PIECE_BYTES, left))
                    left -= len(piece)
                    yield piece
        except (KeyError, OSError, EOFError) as error:
            raise ContentChangedError(type(error).__name__) from error


def _read(file: BinaryIO, wanted: int) -> bytes:
    """Read exactly that many bytes: a short read in the middle would put padding into the base64."""
    piece = file.read(wanted)
    while len(piece) < wanted:
        more = file.read(wanted - len(piece))
        if not more:
            raise EOFError
        piece += more
    return piece


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRange:
    """A part of a file as a request body. Its length is known; it can be iterated again."""

    content: FileContent
    start: int
    length: int

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[bytes]:
        return self.content.pieces(self.start, self.length)


class StreamedJson:
    """JSON that contains files as a request body. Its length is known; it can be iterated again."""

    def __init__(self, texts: list[bytes], files: list[FileContent]) -> None:
        self._texts, self._files = texts, files

    def __len__(self) -> int:
        return sum(map(len, self._texts)) + sum(file.base64_size for file in self._files)

    def __iter__(self) -> Iterator[bytes]:
        for text, file in zip(self._texts, self._files, strict=False):
            yield text
            for piece in file.pieces():
                yield base64.b64encode(piece)
        yield self._texts[-1]


def encode_body(shape: Mapping[str, Any]) -> bytes | StreamedJson:
    """Return a body as JSON: bytes if it contains no file, else a stream with a known length."""
    files: list[FileContent] = []
    mark = secrets.token_hex(16)

    def stand_in(value: object) -> str:
        if not isinstance(value, FileContent):
            raise TypeError(f"{type(value).__name__} is not JSON")
        files.append(value)
        return mark

    text = json.dumps(shape, separators=(",", ":"), default=stand_in)
    if not files:
        return text.encode()
    return StreamedJson([part.encode() for part in re.split(mark, text)], files)


def json_size(shape: Mapping[str, Any]) -> int:
    """Return the length of the finished JSON in bytes, files included, without reading them."""
    return len(encode_body(shape))
