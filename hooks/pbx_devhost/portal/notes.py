"""One sentence carried over a redirect. It is signed for the visitor, so that a link cannot put text on our pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from flask import Response, redirect, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from pbx_devhost.portal.languages import for_reader
from pbx_devhost.portal.visit import Visit, the_visit

_LIFE_S: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """The sentence at the top of the next page."""

    text: str
    tone: str
    """`good`, `warning` or `bad`."""


def redirect_with_note(path: str, text: str, tone: str = "good", *, anchor: str = "") -> Response:
    """Send the browser on, with a sentence, and to a place on the page."""
    signed = _signer(the_visit()).dumps([for_reader(text)[:500], tone])
    # `redirect` is typed as werkzeug's Response, but returns Flask's.
    noted = f"{path}{'&' if '?' in path else '?'}note={quote(str(signed), safe='')}"
    response = redirect(f"{noted}#{anchor}" if anchor else noted, code=303)
    assert isinstance(response, Response)  # noqa: S101  # Flask's own response class
    return response


def read_note() -> Note | None:
    """Return the sentence in the address, if we signed it for this visitor within the last minute."""
    signed = request.args.get("note", "")
    visit = the_visit()
    if not signed or visit.session is None:
        return None
    try:
        text, tone = _signer(visit).loads(signed, max_age=_LIFE_S)
    except (BadSignature, ValueError, TypeError):
        return None
    return Note(text=str(text), tone=str(tone))


def _signer(visit: Visit) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(visit.csrf, salt="note")
