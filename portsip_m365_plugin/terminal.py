"""In which language `portsip-m365` speaks: that of `LANG`. Names, codes and JSON are the same in every language."""

from __future__ import annotations

import io
import os
import sys
from typing import Final, TypeVar

from pbx_plugin_api import language_of_environment, translate
from pbx_plugin_api.catalogues import SOURCE_LANGUAGE, find_catalogue

T = TypeVar("T")

_LANGUAGE: Final = language_of_environment(os.environ)
IS_TRANSLATED: Final = _LANGUAGE != SOURCE_LANGUAGE
"""Whether another language than English is spoken."""
_CLICK_MODULES: Final = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")


def say(value: T) -> T:
    """Return a text, or what holds texts, in the language of the terminal. English costs nothing."""
    return translate(value, _LANGUAGE) if IS_TRANSLATED else value


def writes_all_letters() -> bool:
    """Whether the terminal can show every letter: an old one, such as with `de_DE.ISO-8859-1`, has few."""
    return "utf" in (sys.stdout.encoding or "").casefold()


def never_fail_to_write() -> None:
    """Let a letter that the terminal does not have be written as its code, instead of an exception."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def let_click_speak() -> None:
    """Let click say its own words, such as “Usage:”, in that language too.

    The reference host has them in its catalogue (`pbx_devhost.cli.click_words`); both programs are installed together.
    """
    catalogue = find_catalogue("pbx_devhost", _LANGUAGE) if IS_TRANSLATED else None
    if catalogue is None:
        return
    from importlib import import_module  # English does not need it

    for name in _CLICK_MODULES:
        module = import_module(f"click.{name}")
        for word, speak in (("_", catalogue.gettext), ("ngettext", catalogue.ngettext)):
            if hasattr(module, word):
                setattr(module, word, speak)
    types = import_module("click.types")
    types.IntParamType.name = types.IntRange.name = catalogue.gettext(types.IntParamType.name)
