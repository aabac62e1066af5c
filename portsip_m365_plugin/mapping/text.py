"""Text as the PBX can store it: one line, no control characters, cut where a person would cut it."""

from __future__ import annotations

import unicodedata

__all__ = ["clean_line", "clean_lines", "cut"]

_ZERO_WIDTH_JOINER = "\u200d"
_EMOJI_MODIFIERS = range(0x1F3FB, 0x1F400)
_REGIONAL_INDICATORS = range(0x1F1E6, 0x1F200)


def clean_line(text: str | None) -> str:
    """Return text on one line: control characters and runs of white space become one space, ends are stripped."""
    if not text:
        return ""
    return " ".join("".join(" " if _is_control(char) else char for char in text).split())


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
