"""For load balancers and monitors: is the process alive, and is it ready. No sign-in, and nothing secret."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.readiness import Readiness
from pbx_devhost.portal.shield import at_any_origin

pages = Blueprint("health", __name__)


@pages.get("/healthz")
@at_any_origin
def alive() -> ResponseReturnValue:
    """200 if the process answers. It asks nothing else: restarting does not help against a database that is away."""
    return {"status": "ok"}


@pages.get("/readyz")
@at_any_origin
def ready() -> ResponseReturnValue:
    """200 if the database is reachable, its schema is current and the plugins are loaded; otherwise 503 and why."""
    problem = cast(Readiness, current_app.extensions["readiness"]).problem()
    return ({"status": "not ready", "problem": problem}, 503) if problem else {"status": "ready"}
