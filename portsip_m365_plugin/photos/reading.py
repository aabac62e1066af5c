"""One person's photo, read outside of a run."""

from __future__ import annotations

import logging
from typing import Final

from pbx_plugin_api import Photo
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import GraphError
from portsip_m365_plugin.graph.photos import ask_picture, read_picture_etag
from portsip_m365_plugin.photos.marks import make_mark
from portsip_m365_plugin.photos.picture import BadPictureError, make_picture

_log = logging.getLogger(__name__)

CONTENT_TYPE: Final = "image/jpeg"


def read_one_photo(client: GraphClient, oid: str) -> Photo | None:
    """Return a person's photo; None if there is none, or if it cannot be read now. Cost: one request."""
    try:
        reply = client.send(ask_picture(client.cloud, oid))
        photo = make_photo(reply.body, media_etag=None, picture_etag=read_picture_etag(reply.headers))
    except (GraphError, BadPictureError) as error:
        _log.info("the photo of %s could not be read: %s", oid, type(error).__name__)
        return None
    return photo


def make_photo(content: bytes, *, media_etag: str | None, picture_etag: str | None) -> Photo | None:
    """Return a photo for the PBX; None where the answer is the single pixel that means "no photo".

    Raises:
        BadPictureError: It is no picture that can be shown.
    """
    picture = make_picture(content)
    if picture is None:
        return None
    mark = make_mark(content, media_etag=media_etag, picture_etag=picture_etag)
    return Photo(content=picture, content_type=CONTENT_TYPE, source_etag=mark)
