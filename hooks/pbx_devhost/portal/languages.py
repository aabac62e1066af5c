"""In which language a page speaks: the person's own choice, else their tenant's, else the browser's, else English.

What comes from a browser only chooses among the offered languages. It is never shown, stored or passed on.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, TypeVar

from flask import Flask, Response, g, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from pbx_devhost.store.languages import offered_languages
from pbx_plugin_api import pick_language, translate

T = TypeVar("T")

LANGUAGE_COOKIE: Final = "__Host-pbx_language"
"""What somebody chose in this browser before they signed in."""
_HEADER_MAX_CHARS: Final = 200
"""Of `Accept-Language`. A browser sends a handful of languages; reading a long list would cost much."""


def install(app: Flask) -> None:
    """Let each answer say its language, and of what that depends."""

    @app.after_request
    def name_language(response: Response) -> Response:
        if "language" in g:
            response.headers["Content-Language"] = g.language
        if "asked_browser" in g:
            response.vary.update(("Accept-Language", "Cookie"))
        return response


def reader_language() -> str:
    """Return the language of this request's answer, as a BCP 47 tag."""
    known: str | None = g.get("language")
    if known is not None:
        return known
    visit = g.get("visit")
    chosen = visit.session.language if visit is not None and visit.session is not None else None
    language = chosen if chosen is not None and chosen in offered_languages() else _browser_language()
    g.language = language
    return language


def for_reader(value: T) -> T:
    """Return a text, or a value object with texts, in the language of this request's answer."""
    return translate(value, reader_language())


def _browser_language() -> str:
    g.asked_browser = True
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in offered_languages():
        return chosen
    return _pick(request.headers.get("Accept-Language", "")[:_HEADER_MAX_CHARS])


@lru_cache(maxsize=1024)
def _pick(header: str) -> str:
    wanted = parse_accept_header(header, LanguageAccept)
    return pick_language((language for language, quality in wanted if quality > 0), offered_languages())
