"""Profile pictures without an image library: valid baseline JPEGs of one colour, padded to a realistic size."""

import random
import struct
import zlib
from functools import lru_cache

GIF_1X1 = bytes.fromhex("47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b")
SIZES = (48, 64, 96, 120, 240, 360, 432, 504, 648)

# One quantiser for all; DC table with categories 0..8 and an AC table with "end of block" alone are valid and enough,
# because a picture of one colour has no AC coefficients.
_DC_LENGTHS = (0, 1, 5, 1, 1, 1, *([0] * 10))
_DC_CODES = {0: "00", 1: "010", 2: "011", 3: "100", 4: "101", 5: "110", 6: "1110", 7: "11110", 8: "111110"}
_AC_LENGTHS = (0, 1, *([0] * 14))
_END_OF_BLOCK = "00"


@lru_cache(maxsize=4096)
def portrait(seed: int, side: int, weight_bytes: int = 4000) -> bytes:
    """A square JPEG ``side`` pixels wide; the same seed gives the same bytes."""
    rng = random.Random(seed)  # noqa: S311  reproducible pictures, not secrets
    levels = [rng.randint(-60, 60) for _ in range(3)]
    padding = rng.randbytes(max(0, min(65000, weight_bytes - 400)))
    out = [b"\xff\xd8", _segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")]
    out.append(_segment(0xFE, padding))
    out.append(_segment(0xDB, b"\0" + b"\x08" * 64))
    out.append(_segment(0xC0, struct.pack(">BHHB", 8, side, side, 3) + b"\1\x11\0\2\x11\0\3\x11\0"))
    out.append(_segment(0xC4, b"\x00" + bytes(_DC_LENGTHS) + bytes(range(9))))
    out.append(_segment(0xC4, b"\x10" + bytes(_AC_LENGTHS) + b"\x00"))
    out.append(_segment(0xDA, b"\3\1\0\2\0\3\0\0\x3f\0"))
    blocks = ((side + 7) // 8) ** 2
    first = "".join(_dc(level) + _END_OF_BLOCK for level in levels)
    bits = first + (_DC_CODES[0] + _END_OF_BLOCK) * 3 * (blocks - 1)
    bits += "1" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    out.append(data.replace(b"\xff", b"\xff\0"))
    out.append(b"\xff\xd9")
    return b"".join(out)


def etag_of(seed: int) -> str:
    """Graph's ``@odata.mediaEtag``: eight hex digits in quotes; empty for the 1x1 placeholder."""
    return "" if seed < 0 else f'"{zlib.crc32(str(seed).encode()):08X}"'


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def _dc(level: int) -> str:
    size = abs(level).bit_length()
    value = level if level >= 0 else level + (1 << size) - 1
    return _DC_CODES[size] + (format(value, f"0{size}b") if size else "")
