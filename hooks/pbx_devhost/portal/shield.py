"""Checks every request and adds headers to every answer: known hosts only, no forged forms.

Sources: Fetch Metadata and Origin (Fetch Standard), OWASP cheat sheets on CSRF and HTTP headers, CSP Level 3.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Final, TypeVar
from urllib.parse import quote, urlsplit

from flask import Flask, Response, abort, current_app, g, request
from werkzeug.exceptions import Forbidden

from pbx_devhost.core import Pbx
from pbx_devhost.portal.origins import find_origin, same_origin
from pbx_devhost.portal.visit import BROWSER_COOKIE, local_path, read_visit, set_cookie, the_visit
from pbx_devhost.store.audit import asked_from
from pbx_devhost.texts import _

BODY_MAX_BYTES: Final = 1024 * 1024
"""The largest form that a page of ours sends is a list of 1,000 people."""
HEADERS_MAX_BYTES: Final = 32 * 1024
_QUERY_MAX_CHARS: Final = 16 * 1024

_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # `no-referrer` would make browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
_YEAR_S: Final = 31_536_000
_LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})

_SIGNED_OUT: Final = _(
    "You are signed out: your session has ended, or you signed out in another tab. Nothing was changed."
)
_NO_COOKIE: Final = _(
    "Your browser sent no cookie with this form. Allow cookies for this address, then open the page again."
)

V = TypeVar("V", bound=Callable[..., object])


class FormRefusedError(Forbidden):
    """A form without its token, for a reason that the sender can mend. Nothing was done.

    Attributes:
        sentence: Why.
        way_on: The path of the page that comes next.
    """

    def __init__(self, sentence: str, way_on: str) -> None:
        super().__init__()
        self.sentence, self.way_on = sentence, way_on


def without_form_token(view: V) -> V:
    """Mark a view that other sites may post to. It must be safe in another way, and say in which."""
    view.without_form_token = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def at_any_origin(view: V) -> V:
    """Mark a view that answers at every address, to anybody: it has no visit, and says nothing of any tenant."""
    view.at_any_origin = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def also_drawn_before_sign_in(view: V) -> V:
    """Mark a view whose form may have been drawn in another tab, before this browser signed in."""
    view.also_drawn_before_sign_in = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def install(app: Flask, pbx: Pbx) -> None:
    """Install the checks and headers in an app."""
    app.config.update(MAX_CONTENT_LENGTH=BODY_MAX_BYTES, MAX_FORM_MEMORY_SIZE=BODY_MAX_BYTES, MAX_FORM_PARTS=2_000)

    @app.before_request
    def look() -> None:
        g.asked_from = asked_from.set(request.remote_addr or "")
        if getattr(app.view_functions.get(request.endpoint or ""), "at_any_origin", False):
            return
        # Only the Host header counts, and only to choose one of the stored origins; X-Forwarded-* is never read.
        known = find_origin(pbx, request.scheme, request.headers.get("Host", ""))
        if known is None:
            abort(421)
        g.visit = read_visit(pbx, known)
        if len(request.query_string) > _QUERY_MAX_CHARS:
            abort(414)
        if request.method not in ("GET", "HEAD"):
            _refuse_forged_forms()
        _refuse_nul()

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        if "asked_from" in g:
            asked_from.reset(g.pop("asked_from"))

    @app.after_request
    def dress(response: Response) -> Response:
        response.headers.update(_HEADERS)
        is_asset = request.endpoint == "static" and response.status_code == 200
        response.headers["Cache-Control"] = "no-cache" if is_asset else "no-store"
        visit = g.get("visit")
        if visit is not None and _wants_hsts(visit.origin):
            response.headers["Strict-Transport-Security"] = f"max-age={_YEAR_S}"
        if "new_browser_secret" in g:
            set_cookie(response, BROWSER_COOKIE, g.new_browser_secret)
        return response


def _refuse_nul() -> None:
    """Refuse NUL characters: browsers do not send them, and PostgreSQL cannot store them."""
    texts = [request.path, *request.args.values(), *request.form.values()]
    if any("\0" in text for text in texts):
        abort(400)


def _refuse_forged_forms() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or getattr(view, "without_form_token", False):
        return
    visit, origin = the_visit(), request.headers.get("Origin")
    if origin is not None and not same_origin(origin, visit.origin):
        abort(403)
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)
    known, is_drawn_before = [visit.csrf], getattr(view, "also_drawn_before_sign_in", False)
    if is_drawn_before:
        known.append(visit.csrf_before_sign_in)
    given = request.form.get("csrf", "").encode()
    if any(token and hmac.compare_digest(given, token.encode()) for token in known):
        return
    if visit.session is not None:
        abort(403)
    if not is_drawn_before:
        raise FormRefusedError(_SIGNED_OUT, f"/login?return_to={quote(_page_before(), safe='')}")
    if not visit.browser:
        raise FormRefusedError(_NO_COOKIE, _page_before())
    abort(403)


def _page_before() -> str:
    """The page that the form was on, as far as the browser says it."""
    parts = urlsplit(request.referrer or "")
    return local_path(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def _wants_hsts(origin: str) -> bool:
    """HSTS counts for every port of a host: on this machine's own names it would break other people's servers."""
    parts = urlsplit(origin)
    return parts.scheme == "https" and parts.hostname not in _LOOPBACK_NAMES
