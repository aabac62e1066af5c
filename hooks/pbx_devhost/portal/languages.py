"""In which language a page speaks: the person's own choice, else their tenant's, else the browser's, else English.

What comes from a browser only chooses among the offered languages. It is never shown, stored or passed on.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, TypeVar

from flask import Flask, Response, g, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from pbx_devhost.store.languages import first_offered, offered_languages
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
    session = visit.session if visit is not None else None
    chosen = first_offered(session.language, session.tenant_language) if session is not None else None
    language = chosen or _browser_language()
    g.language = language
    return language


def for_reader(value: T) -> T:
    """Return a text, or a value object with texts, in the language of this request's answer."""
    return translate(value, reader_language())


def _browser_language() -> str:
    g.asked_browser = True
    chosen = first_offered(request.cookies.get(LANGUAGE_COOKIE))
    return chosen or pick_for_browser(request.headers.get("Accept-Language", ""))


def pick_for_browser(accept_language: str) -> str:
    """Return the language for a header `Accept-Language`; English if it names none that is offered."""
    if len(accept_language) > _HEADER_MAX_CHARS:
        # Whole tags only: half of `zh-Hant` would be `zh`, another script.
        accept_language = accept_language[:_HEADER_MAX_CHARS].rpartition(",")[0]
    return _pick(accept_language)


@lru_cache(maxsize=1024)
def _pick(header: str) -> str:
    wanted = parse_accept_header(header, LanguageAccept)
    return pick_language((language for language, quality in wanted if quality > 0), offered_languages())
