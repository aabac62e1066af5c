"""A text that was stored, and is read in a language that nobody speaks: what stays English was lost on its way."""

from __future__ import annotations

import json

from pbx_plugin_api import Text, dump, load
from tests.support.pseudo_language import PSEUDO, plain_words


def english_left(*texts: str, data: str = "") -> set[str]:
    """Return the words that stay English when texts are stored, loaded and read in another language.

    Args:
        texts: What people read. A plain `str` stays English as a whole.
        data: Words that are no text of ours: names, codes, what a host or Microsoft said.
    """
    left: set[str] = set()
    for text in texts:
        assert text, "a text is empty"
        stored = json.loads(json.dumps(dump(text)))
        again = load(str, stored)
        assert again == text
        left |= plain_words(again.in_language(PSEUDO) if isinstance(again, Text) else again)
    return left - set(data.split())
