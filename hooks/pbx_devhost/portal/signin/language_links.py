"""The language of the pages before sign-in: links at their foot, which a browser remembers in a cookie."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, abort, make_response, redirect, request
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.languages import LANGUAGE_COOKIE
from pbx_devhost.portal.visit import local_path, set_cookie
from pbx_devhost.store.languages import offered_languages

pages = Blueprint("language_links", __name__)

_KEPT_S: Final = 180 * 86_400


@pages.get("/language/<language>")
def choose(language: str) -> ResponseReturnValue:
    """Remember the language in this browser and go back. A link on another site changes nothing."""
    if language not in offered_languages():
        abort(404)
    response = make_response(redirect(local_path(request.args.get("return_to", "/login")), code=303))
    if request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none"):
        set_cookie(response, LANGUAGE_COOKIE, language, max_age=_KEPT_S)
    return response
