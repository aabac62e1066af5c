"""Text as the PBX can store it: one line, no control characters, cut where a person would cut it."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_ZERO_WIDTH_JOINER = "\u200d"
_EMOJI_MODIFIERS = range(0x1F3FB, 0x1F400)
_REGIONAL_INDICATORS = range(0x1F1E6, 0x1F200)
_HIDDEN_MARKS: Final = re.compile(
    "[\u00ad\u200b\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Invisible marks that reverse text, split words or carry hidden text. Joiners stay, because scripts and emoji need
them. So do plain left-to-right and right-to-left marks, which affect their neighbours only."""
_DIRECTION_MARKS: Final = re.compile("[\u061c\u200e\u200f]")
_JOINERS: Final = "\u200c\u200d"
_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols by category, but blank."""


def clean_line(text: str | None) -> str:
    """Return text on one line, without hidden marks, its ends stripped.

    Control characters and runs of white space become one space.
    """
    if not text:
        return ""
    if not text.isprintable():  # printable text, nearly all there is, has neither hidden marks nor control characters
        text = _HIDDEN_MARKS.sub("", text)
        text = "".join(" " if _is_control(char) else char for char in text)
    return " ".join(text.split())


def clean_number(text: str | None) -> str:
    """Like `clean_line`, without direction marks: they are often copied along with a telephone number."""
    return _DIRECTION_MARKS.sub("", clean_line(text)).strip()


def clean_name(text: str | None) -> str:
    """Like `clean_line`, for names: no direction marks, joiners only where a script needs them.

    A name of which nothing can be seen is "".
    """
    line = clean_line(text)
    if not line.isprintable():  # else there are no direction marks and no joiners
        line = _DIRECTION_MARKS.sub("", line).strip()
        line = " ".join("".join(char for at, char in enumerate(line) if _is_needed(line, at)).split())
    return line if any(map(_is_seen, line)) else ""


def clean_lines(text: str | None) -> str:
    """Like `clean_line`, but line ends stay (as line feeds) and lines keep their order."""
    if not text:
        return ""
    lines = (clean_line(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return "\n".join(lines).strip("\n")


def cut(text: str, max_chars: int) -> str:
    """Return at most `max_chars` code points, never half of a character a person sees.

    An accent stays with its letter, an emoji with its modifiers and joiners, a flag with both its halves.
    """
    if len(text) <= max_chars:
        return text
    end = max_chars
    while end > 0 and _continues(text, end):
        end -= 1
    return text[:end].rstrip()


def _continues(text: str, at: int) -> bool:
    """Whether the character at this index belongs to the one before it."""
    char = text[at]
    code = ord(char)
    if char == _ZERO_WIDTH_JOINER or text[at - 1] == _ZERO_WIDTH_JOINER or code in _EMOJI_MODIFIERS:
        return True
    if unicodedata.category(char) in ("Mn", "Mc", "Me"):
        return True
    if code in _REGIONAL_INDICATORS:
        before = 0
        while at - 1 - before >= 0 and ord(text[at - 1 - before]) in _REGIONAL_INDICATORS:
            before += 1
        return before % 2 == 1
    return False


def _is_control(char: str) -> bool:
    # Lone surrogates ("Cs") come from broken sources and cannot be stored as UTF-8; line separators break pages.
    return unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")


def _is_needed(line: str, at: int) -> bool:
    """Whether a character is more than an idle joiner, such as one between Latin letters."""
    if line[at] not in _JOINERS:
        return True
    before = line[at - 1] if at else " "
    return at + 1 < len(line) and not before.isascii() and before.lower() == before.upper()


def _is_seen(char: str) -> bool:
    return char not in _BLANK_LETTERS and unicodedata.category(char) not in ("Cc", "Cf", "Me", "Mn", "Zs")
