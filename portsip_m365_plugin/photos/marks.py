"""The mark that the PBX keeps with a picture, and what it can be compared with.

Usually it is the `@odata.mediaEtag` of the metadata. Where only the picture was asked for, in a first import, it is the
picture's own ETag or the digest of its bytes, with a prefix that says so.
"""

from __future__ import annotations

import hashlib
from typing import Final

_FROM_PICTURE: Final = "picture:"
_FROM_BYTES: Final = "sha256:"
_MAX_CHARS: Final = 256


def make_mark(content: bytes, *, media_etag: str | None, picture_etag: str | None) -> str:
    """Return the mark to keep with a picture: the best that is known and can be stored: one line of at most 256."""
    if media_etag is not None and len(media_etag) <= _MAX_CHARS and media_etag.isprintable():
        return media_etag
    picture_max = _MAX_CHARS - len(_FROM_PICTURE)
    if picture_etag is not None and len(picture_etag) <= picture_max and picture_etag.isprintable():
        return _FROM_PICTURE + picture_etag
    return _FROM_BYTES + hashlib.sha256(content).hexdigest()


def is_of_metadata(mark: str) -> bool:
    """Whether a mark can be compared with the metadata's: a difference then means another picture."""
    return not mark.startswith((_FROM_PICTURE, _FROM_BYTES))


def is_same(mark: str, media_etag: str) -> bool:
    """Whether the picture is certainly still the one of this mark.

    The picture's own ETag and the metadata's are two kinds of mark. If they differ, that says nothing, and the picture
    has to be read. If they are the same text, this directory uses one kind for both: two independent marks would not
    be equal by chance.
    """
    return media_etag in (mark, mark.removeprefix(_FROM_PICTURE))
