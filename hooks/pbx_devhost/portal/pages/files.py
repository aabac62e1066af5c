"""Files that were too large for a mail: its link leads here, and needs a sign-in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from flask import Blueprint, Response, abort, stream_with_context
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.visit import signed_in, the_pbx, the_visit

pages = Blueprint("files", __name__)

_PIECE_BYTES: Final = 256 * 1024
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,255}")
_FOR_USERS: Final = ("audio/", "image/", "application/pdf")
"""Users may download what mails contain. Other blobs, such as plans, are for administrators."""


# Links are made by `views.file_path`.
@pages.get("/files/<blob>/<filename>")
@signed_in
def download(blob: str, filename: str) -> ResponseReturnValue:
    """Send a file in pieces, always as a download: the browser must never run it."""
    if not _PLAIN_NAME.fullmatch(filename):
        abort(404)
    visit = the_visit()
    blobs = the_pbx().stores.blobs(visit.tenant.pbx_tenant_id)
    info = blobs.info(blob)
    if info is None or not (visit.is_admin or info.content_type.startswith(_FOR_USERS)):
        abort(404)

    def pieces() -> Iterator[bytes]:
        with blobs.open(blob) as file:
            while piece := file.read(_PIECE_BYTES):
                yield piece

    answer = Response(stream_with_context(pieces()), mimetype=info.content_type)
    answer.content_length = info.size_bytes
    answer.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return answer
