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

from pbx_devhost.health.answers import say_alive, say_ready
from pbx_devhost.health.readiness import Readiness
from pbx_devhost.metrics.serving import Metrics
from pbx_devhost.portal.shield import at_any_origin

pages = Blueprint("health", __name__)

TOKEN_VARIABLE: Final = "PBX_METRICS_TOKEN"  # noqa: S105 - the name of a variable
_TYPE: Final = "text/plain; version=1.0.0; charset=utf-8"


@pages.get("/healthz")
@at_any_origin
def alive() -> ResponseReturnValue:
    """See `say_alive`."""
    return say_alive(cast(Metrics, current_app.extensions["metrics"]).database)


@pages.get("/readyz")
@at_any_origin
def ready() -> ResponseReturnValue:
    """See `say_ready`."""
    return say_ready(cast(Readiness, current_app.extensions["readiness"]))


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
