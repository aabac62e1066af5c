"""A picture as the PBX stores it: a JPEG that is made here, small and without metadata.

Whatever comes from outside is decoded and encoded again. So a file that only claims to be a picture never reaches a
browser or a telephone, and neither does the place where a photo was taken.
"""

from __future__ import annotations

import io
from threading import Lock
from typing import Final

from PIL import Image, ImageOps

from pbx_plugin_api import Text
from portsip_m365_plugin.texts import _

PICTURE_MAX_BYTES: Final = 4 * 1024 * 1024
"""Microsoft's own limit for a profile photo."""
SIDE_MAX_PX: Final = 648
"""The largest size that Exchange keeps ("Get profilePhoto", Microsoft Graph v1.0, 2023)."""
PIXELS_MAX: Final = 25_000_000
"""A photo of a good camera. A small file can claim a thousand times that, to fill the memory."""
_SMALL_PIXELS: Final = 2_000_000
_FORMATS: Final = ("JPEG", "PNG", "GIF")
_QUALITY: Final = 88
# Translators: these follow "This photo was not stored:"
TOO_LARGE: Final = _("it is larger than 4 MB")
_TOO_MANY_PIXELS: Final = _("it claims more than 25 million pixels")
_one_at_a_time = Lock()


class BadPictureError(Exception):
    """What came is not a picture that can be shown; the text says why, for the administrator."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text)


def make_picture(content: bytes) -> bytes | None:
    """Return a picture as a JPEG of at most 648 x 648 pixels; None for a single pixel, which means "no photo".

    The side ratio stays. Transparent parts become white, an animation its first frame. EXIF, GPS, comments and colour
    profiles are dropped; the orientation that EXIF asks for is applied before. Threads may call it at the same time.

    Raises:
        BadPictureError: It is too large, broken, or no JPEG, PNG or GIF.
    """
    if len(content) > PICTURE_MAX_BYTES:
        raise BadPictureError(TOO_LARGE)
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            if image.size == (1, 1):
                return None
            n_pixels = image.width * image.height
            if n_pixels > PIXELS_MAX:
                raise BadPictureError(_TOO_MANY_PIXELS)
            if n_pixels <= _SMALL_PIXELS:
                return _encode(image)
            with _one_at_a_time:  # decoded, a large one may need 100 MB
                return _encode(image)
    except BadPictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:  # Pillow's own cap, while it opens
        raise BadPictureError(_TOO_MANY_PIXELS) from error
    except Exception as error:
        # Decoders raise almost anything about a damaged file: OSError, SyntaxError, ValueError, struct.error.
        raise BadPictureError(_("it is damaged, or no JPEG, PNG or GIF")) from error


def _encode(image: Image.Image) -> bytes:
    image.draft("RGB", (SIDE_MAX_PX, SIDE_MAX_PX))  # a large JPEG is decoded at a smaller scale
    if image.mode == "P":
        image = image.convert("RGBA")
    image.thumbnail((SIDE_MAX_PX, SIDE_MAX_PX))
    ImageOps.exif_transpose(image, in_place=True)
    if image.has_transparency_data:
        layer, clean = image.convert("RGBA"), Image.new("RGB", image.size, "white")
        clean.paste(layer, mask=layer.getchannel("A"))
    else:
        clean = image if image.mode == "RGB" else image.convert("RGB")  # a copy takes as long as decoding
    clean.info = {}  # what the encoder would write beside the picture: profile, comment
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
