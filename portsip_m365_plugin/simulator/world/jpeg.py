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


@lru_cache(maxsize=1024)
def portrait(seed: int, side: int, weight_bytes: int = 4000) -> bytes:
    """A square JPEG ``side`` pixels wide; the same seed gives the same bytes."""
    rng = random.Random(seed)  # noqa: S311  reproducible pictures, not secrets
    levels = [rng.randint(-60, 60) for _ in range(3)]
    padding = rng.randbytes(max(0, weight_bytes - 400))
    out = [b"\xff\xd8", _segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")]
    out.extend(_segment(0xFE, padding[at : at + 65000]) for at in range(0, len(padding), 65000))
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


def _located(seed: int) -> bytes:
    """With EXIF as a telephone writes it: turned by 90 degrees, and where the photo was taken."""
    entries = struct.pack("<HHHIHH", 2, 0x0112, 3, 1, 6, 0) + struct.pack("<HHII", 0x8825, 4, 1, 38)
    north = struct.pack("<HHHI4s", 1, 0x0001, 2, 2, b"N\0\0\0")
    tiff = b"II*\0" + struct.pack("<I", 8) + entries + struct.pack("<I", 0) + north + struct.pack("<I", 0)
    plain = portrait(seed, 240)
    return plain[:2] + _segment(0xE1, b"Exif\0\0" + tiff) + plain[2:]


def _transparent(seed: int) -> bytes:
    """A PNG whose pixels are all transparent, and black below that."""
    rows = b"".join(b"\0" + bytes(4 * 96) for _ in range(96))
    header = struct.pack(">IIBBBBB", 96, 96, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", header), (b"tEXt", b"Seed\0%d" % seed), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    chunks = (struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _bomb(seed: int) -> bytes:
    """A small file that claims 60,000 x 60,000 pixels."""
    plain = portrait(seed, 240)
    return plain.replace(struct.pack(">BHH", 8, 240, 240), struct.pack(">BHH", 8, 60000, 60000), 1)


STRANGE = {
    "large": lambda seed: portrait(seed, 648, 4_000_000),
    "too_large": lambda seed: portrait(seed, 648, 5_000_000),
    "wide": lambda seed: portrait(seed, 2400),
    "located": _located,
    "transparent": _transparent,
    "lying": lambda seed: b"\xff\xd8\xff<script>alert(%d)</script>" % seed,
    "broken": lambda seed: portrait(seed, 240)[:-700],
    "bomb": _bomb,
}
"""Pictures that are not what a client hopes for, by kind."""


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def _dc(level: int) -> str:
    size = abs(level).bit_length()
    value = level if level >= 0 else level + (1 << size) - 1
    return _DC_CODES[size] + (format(value, f"0{size}b") if size else "")
