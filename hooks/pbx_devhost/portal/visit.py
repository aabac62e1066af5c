"""Who sends this request: the origin they use, their session, their tenant. Read once for each request."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any, Final, ParamSpec, TypeVar, cast
from urllib.parse import quote, urlsplit

from flask import Response, abort, current_app, g, redirect, request
from flask.typing import ResponseReturnValue

from pbx_devhost.core import Pbx
from pbx_devhost.portal.languages import reader_language
from pbx_devhost.store.signin.sessions import SYSTEM_PREFIX, Session
from pbx_devhost.store.tenants import SYSTEM_TENANT, ReachedOrigin
from pbx_plugin_api import Tenant, Viewer

P = ParamSpec("P")
V = TypeVar("V", bound=Callable[..., object])

SESSION_COOKIE: Final = "__Host-pbx_session"
BROWSER_COOKIE: Final = "__Host-pbx_browser"
"""A secret of the browser before sign-in. Forms are bound to it."""
KNOWN_COOKIE: Final = "__Host-pbx_known"
"""The mark of a browser that has signed in by password before (`store.signin.known_browsers`). It gives no access."""
TENANT_COOKIE: Final = "__Host-pbx_tenant"
"""On a name that several tenants share: the SIP domain that this browser signed in to last. It gives no access."""
APP_TOKEN_PREFIX: Final = "app."  # noqa: S105  # what such a token begins with, not one
"""The tokens of native apps come in a header, never in a cookie; those of browsers come in a cookie only."""

_COOKIE_CHARS: Final = range(20, 100)


@dataclass(frozen=True)
class Visit:
    """Who sends one request, and where to."""

    pbx: Pbx
    known: ReachedOrigin
    token: str
    session: Session | None
    browser: str
    """The browser's secret; empty if it sent none."""

    @property
    def origin(self) -> str:
        """The origin as an administrator has stored it."""
        return self.known.origin

    def reaches(self, tenant_id: str) -> bool:
        """Whether a tenant is reached at the address that this request came to."""
        return self.pbx.stores.tenants.is_reached_at(tenant_id, self.origin)

    @cached_property
    def tenant(self) -> Tenant:
        """The session's tenant; the PBX itself for a system administrator who is in no tenant."""
        if self.session is None:
            abort(403)
        if self.is_system_scope:
            return SYSTEM_TENANT
        return self.pbx.stores.tenants.find(self.session.tenant_id)

    @cached_property
    def user(self) -> Any:
        """The row of the user who is signed in; None for an administrator."""
        if self.session is None or self.session.user_id is None:
            return None
        return self.pbx.stores.users.find_by_id(self.session.tenant_id, self.session.user_id)

    @property
    def is_admin(self) -> bool:
        """Whether an administrator is signed in: the tenant's, or a system administrator."""
        return (self.session is not None and self.session.admin_name is not None) or self.is_system

    @property
    def is_system(self) -> bool:
        """Whether a system administrator is signed in."""
        return self.session is not None and self.session.system_name is not None

    @property
    def is_system_scope(self) -> bool:
        """Whether a system administrator is signed in and is in no tenant."""
        return self.is_system and self.session is not None and self.session.tenant_id == SYSTEM_TENANT.pbx_tenant_id

    @property
    def name(self) -> str:
        """Who is signed in, for the page and the audit log."""
        if self.session is None:
            return ""
        if self.session.system_name is not None:
            return f"{SYSTEM_PREFIX}{self.session.system_name}"
        return self.session.admin_name or (self.user.username if self.user else "")

    @property
    def viewer(self) -> Viewer:
        """Who is signed in, for plugins."""
        return Viewer(username=self.name, may_edit=self.is_admin, locale=reader_language())

    @property
    def csrf(self) -> str:
        """The token in this visitor's forms. Before sign-in it is derived from the browser's secret."""
        return self.session.csrf if self.session is not None else self.csrf_before_sign_in

    @property
    def csrf_before_sign_in(self) -> str:
        """The token in the sign-in forms of this browser; empty if it has no secret."""
        digest = hmac.digest(self.browser.encode(), b"form", hashlib.sha256) if self.browser else b""
        return base64.urlsafe_b64encode(digest).decode()


def read_visit(pbx: Pbx, known: ReachedOrigin) -> Visit:
    """Read from the request who sends it."""
    token = request.cookies.get(SESSION_COOKIE, "")
    session = pbx.stores.sessions.find(token) if token and not token.startswith(APP_TOKEN_PREFIX) else None
    if session is not None and not _is_valid_at(pbx, session, known.origin):
        session = None
    browser = request.cookies.get(BROWSER_COOKIE, "")
    return Visit(pbx, known, token, session, browser if len(browser) in _COOKIE_CHARS else "")


def _is_valid_at(pbx: Pbx, session: Session, origin: str) -> bool:
    """Whether a session may be used here: at the origins of its tenant, a system administrator's at the PBX's own."""
    if session.system_name is not None:
        return pbx.stores.tenants.system_origin() == origin
    return pbx.stores.tenants.is_reached_at(session.tenant_id, origin)


def with_browser_secret(visit: Visit) -> Visit:
    """Return a visit whose browser has a secret. A new one is sent with the answer."""
    if visit.browser or visit.session is not None:
        return visit
    renewed = Visit(visit.pbx, visit.known, visit.token, None, secrets.token_urlsafe(24))
    g.visit, g.new_browser_secret = renewed, renewed.browser
    return renewed


def the_pbx() -> Pbx:
    """The PBX of this app."""
    return cast(Pbx, current_app.extensions["pbx"])


def the_visit() -> Visit:
    """The visit of this request."""
    return cast(Visit, g.visit)


def set_cookie(
    response: Response, name: str, value: str, *, same_site: str = "Lax", max_age: int | None = None
) -> None:
    """Set a cookie that only this origin can set or read, and that no script can read."""
    response.set_cookie(name, value, max_age=max_age, path="/", secure=True, httponly=True, samesite=same_site)


def drop_cookie(response: Response, name: str, *, same_site: str = "Lax") -> None:
    """Delete a cookie."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite=same_site)


def local_path(path: str) -> str:
    """Return the path if it stays in this portal, else `/`."""
    if not path.startswith("/") or path.startswith(("//", "/\\")) or "\\" in path or len(path) > 1024:
        return "/"
    if not path.isascii() or not path.isprintable() or " " in path:
        return "/"
    try:
        parts = urlsplit(path)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc else path


def signed_in(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Let only signed-in people see the view. Others go to the sign-in page and come back afterwards."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        visit = the_visit()
        if visit.session is None:
            back = request.full_path.rstrip("?") if request.method == "GET" else "/"
            return redirect(f"/login?return_to={quote(local_path(back), safe='')}", code=303)
        if visit.is_system_scope and not getattr(view, "also_for_system", False):
            abort(404)  # the page is a tenant's
        return view(*args, **kwargs)

    return guarded


def also_for_system(view: V) -> V:
    """Mark a view of a tenant that a system administrator sees for the PBX itself, too. It stands next to the view."""
    view.also_for_system = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def system_only(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Let only a system administrator who is in no tenant see the view. Elsewhere there is no page."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        visit = the_visit()
        if not visit.known.is_system:
            abort(404)
        if visit.session is None:
            return redirect("/system/login", code=303)
        if not visit.is_system_scope:
            abort(403)
        return view(*args, **kwargs)

    return guarded


def admin_only(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Let only administrators see the view."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if not the_visit().is_admin:
            abort(403)
        return view(*args, **kwargs)

    return signed_in(guarded)
