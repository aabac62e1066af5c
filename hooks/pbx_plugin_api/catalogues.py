"""Where translations come from: a folder `locale` in a package, with gettext catalogues that its build compiled.

`PACKAGE/locale/de/LC_MESSAGES/PACKAGE.mo` is the German of a package; the package's name is its domain. English is in
the code and has no catalogue. Languages are named by BCP 47 tags. Standard library only.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gettext import NullTranslations

__all__ = ["SOURCE_LANGUAGE", "find_catalogue", "language_of_environment", "languages_of", "pick_language"]

SOURCE_LANGUAGE: Final = "en"
"""The language of the texts in the code."""

_ALIASES: Final[Mapping[str, str]] = {"zh": "zh-hans", "zh-cn": "zh-hans", "zh-sg": "zh-hans"}
"""Written Chinese differs by script. Tags of Taiwan and Hong Kong mean the other script, so they are not here."""
_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")


@lru_cache(maxsize=256)
def find_catalogue(domain: str, language: str) -> NullTranslations | None:
    """Return a package's catalogue for a language, or for the wider language it belongs to; None if there is none.

    The package is looked for, but not imported. A catalogue is read once in a process.
    """
    folder = _locale_folder(domain)
    if folder is None:
        return None
    for tag in _wider(language):
        if tag == SOURCE_LANGUAGE:
            return None
        for path in folder.glob("*/LC_MESSAGES/" + domain + ".mo"):
            if _tag(path.parts[-3]) == tag:
                return _read(path)
    return None


@lru_cache(maxsize=64)
def _read(path: Path) -> NullTranslations:
    """Once for all tags that end here, such as `de-AT` and `de-CH`."""
    from gettext import GNUTranslations  # here: a program that speaks English does not need it

    with path.open("rb") as compiled:
        return GNUTranslations(compiled)


def languages_of(domain: str) -> tuple[str, ...]:
    """Return the languages that a package's texts exist in, English first: `("en", "de", "zh-Hans")`."""
    folder = _locale_folder(domain)
    found = () if folder is None else sorted(path.parts[-3] for path in folder.glob(f"*/LC_MESSAGES/{domain}.mo"))
    return (SOURCE_LANGUAGE, *(name.replace("_", "-") for name in found))


def pick_language(wanted: Iterable[str], offered: Iterable[str]) -> str:
    """Return the first offered language that somebody wants, in the order of their wishes; English if there is none.

    Args:
        wanted: BCP 47 tags, the best first, such as those of a browser: `de-AT`, `en`. Unknown ones are passed over.
        offered: Languages as `languages_of` names them.
    """
    by_tag = {_tag(language): language for language in offered}
    for language in wanted:
        for tag in _wider(language):
            if tag in by_tag:
                return by_tag[tag]
    return SOURCE_LANGUAGE


def language_of_environment(environment: Mapping[str, str]) -> str:
    """Return the language that a terminal asks for (`LC_ALL`, `LC_MESSAGES`, `LANG`), as a BCP 47 tag."""
    chosen = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    tag = chosen.partition(".")[0].partition("@")[0].replace("_", "-")
    # English of any country is what the code has: most machines say en_US, and need no catalogue.
    return SOURCE_LANGUAGE if tag in ("", "C", "POSIX") or tag.startswith(f"{SOURCE_LANGUAGE}-") else tag


def _tag(language: str) -> str:
    tag = language.replace("_", "-").casefold()
    return _ALIASES.get(tag, tag)


def _wider(language: str) -> Iterator[str]:
    """The language itself and the wider ones: `de-AT` is `de` as well."""
    tag = _tag(language)
    while tag:
        yield tag
        wider = tag.rpartition("-")[0]
        tag = wider if wider.startswith("zh-") or not tag.startswith("zh-") else ""


@lru_cache(maxsize=32)
def _locale_folder(domain: str) -> Path | None:
    if not domain.isidentifier():
        return None
    try:
        spec = importlib.util.find_spec(domain)
    except (ImportError, ValueError):
        return None
    places = () if spec is None else (spec.submodule_search_locations or ())
    return next((folder for place in places if (folder := Path(place, "locale")).is_dir()), None)
