"""For load balancers and monitors: is the process alive, is it ready, and its numbers. No sign-in; nothing secret.

The numbers say how many tenants, runs and mails there are. So they need a token here: a proxy on this machine makes
everybody look like a local client. Without one they are at a port of their own (`--metrics-port`).
"""

from __future__ import annotations

import hmac
import os
from typing import Final, cast

from flask import Blueprint, Response, abort, current_app, request
from flask.typing import ResponseReturnValue

from pbx_devhost.metrics.serving import Metrics
from pbx_devhost.portal.readiness import Readiness
from pbx_devhost.portal.shield import at_any_origin
from pbx_devhost.store.disk import DISK_FULL

pages = Blueprint("health", __name__)

TOKEN_VARIABLE: Final = "PBX_METRICS_TOKEN"  # noqa: S105 - the name of a variable
_TYPE: Final = "text/plain; version=1.0.0; charset=utf-8"


@pages.get("/healthz")
@at_any_origin
def alive() -> ResponseReturnValue:
    """200 if the process answers. It asks nothing else: restarting does not help against a database that is away.

    A full disk that the process has met is said, although restarting does not help against it either.
    """
    is_full = cast(Metrics, current_app.extensions["metrics"]).database.disk.is_full()
    return {"status": "ok", "problem": DISK_FULL} if is_full else {"status": "ok"}


@pages.get("/readyz")
@at_any_origin
def ready() -> ResponseReturnValue:
    """200 if the database is reachable, its schema is current and the plugins are loaded; otherwise 503 and why."""
    problem = cast(Readiness, current_app.extensions["readiness"]).problem()
    return ({"status": "not ready", "problem": problem}, 503) if problem else {"status": "ready"}


@pages.get("/metrics")
@at_any_origin
def metrics() -> ResponseReturnValue:
    """The numbers of this process and of the database, for who has the token; 404 where the operator has set none."""
    token = os.environ.get(TOKEN_VARIABLE, "")
    if not token:
        abort(404)
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), token.encode()):
        abort(401)
    return Response(cast(Metrics, current_app.extensions["metrics"]).write(), content_type=_TYPE)
