"""The portal as a WSGI application."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from typing import Any, Final

from flask import Flask, Response, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException

from pbx_devhost.core import Pbx
from pbx_devhost.health.readiness import Readiness
from pbx_devhost.metrics.process import note_page
from pbx_devhost.metrics.serving import Metrics
from pbx_devhost.portal import event_words, languages, shield, template_texts, words
from pbx_devhost.portal.charts import draw_chart, label_of, show_value
from pbx_devhost.portal.jobs import Jobs
from pbx_devhost.portal.menu import menu_for
from pbx_devhost.portal.notes import read_note
from pbx_devhost.portal.pages import (
    account,
    books,
    erasing,
    files,
    health,
    language_choice,
    logs,
    lookups,
    mail_queue,
    notices,
    overview,
    people,
    plugin_list,
    plugin_page,
    run_log,
    system,
)
from pbx_devhost.portal.pages.merging import mark_value
from pbx_devhost.portal.signin import language_links, native, passwords, providers
from pbx_devhost.portal.signin import system as system_sign_in
from pbx_devhost.runs.work import WorkQueue
from pbx_devhost.store.database import FAILURES
from pbx_devhost.store.sql.disk import DISK_FULL
from pbx_devhost.store.sql.engine import DatabaseBusyError, DiskFullError
from pbx_devhost.texts import _

_log = logging.getLogger(__name__)

_BLUEPRINTS: Final = (
    overview.pages,
    passwords.pages,
    providers.pages,
    native.pages,
    language_links.pages,
    system_sign_in.pages,
    system.pages,
    people.pages,
    erasing.pages,
    account.pages,
    language_choice.pages,
    books.pages,
    plugin_list.pages,
    plugin_page.pages,
    lookups.pages,
    run_log.pages,
    mail_queue.pages,
    notices.pages,
    files.pages,
    logs.pages,
    health.pages,
)

_SENTENCES: Final[Mapping[int, str]] = {
    400: _("The request is not valid."),
    401: _("This address needs a token."),
    403: _("This form is too old, or you have no access to this page. Go back, reload and try again."),
    404: _("There is no such page."),
    405: _("This address does not accept that kind of request."),
    413: _("That is too much data for one request."),
    414: _("The address is too long."),
    421: _("This PBX does not use this address. Use the address that your administrator gave you."),
    500: _("Something went wrong. The log has the details."),
}
_NOT_A_PAGE: Final = _("This is the address of a button. To open it does nothing.")


def create_app(pbx: Pbx, queue: WorkQueue | None = None) -> Flask:
    """Return the portal of a PBX. Share it between threads; close the PBX yourself.

    Args:
        pbx: The PBX.
        queue: Takes the jobs of pages. By default threads of this process do them.
    """
    app = Flask("pbx_devhost.portal", static_folder="static", template_folder="templates")
    app.extensions["pbx"] = pbx
    app.extensions["jobs"] = Jobs(pbx, queue)
    app.extensions["readiness"] = Readiness(pbx)
    app.extensions["metrics"] = Metrics(pbx.stores)
    app.secret_key = secrets.token_bytes(32)  # signs nothing: sessions live in the database
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    shield.install(app, pbx)
    languages.install(app)
    template_texts.install(app)
    words.install(app)
    app.jinja_env.filters.update(draw_chart=draw_chart, series_label=label_of, show_value=show_value)
    event_words.install(app)
    app.jinja_env.filters["mark_value"] = mark_value
    for pages in _BLUEPRINTS:
        app.register_blueprint(pages)
    app.register_error_handler(HTTPException, _say)
    for failure in FAILURES:
        app.register_error_handler(failure, _say_not_stored)

    @app.after_request
    def count(response: Response) -> Response:
        # By the pattern of the address: no id, and nothing that a stranger made up.
        note_page(str(request.url_rule or "unknown"), response.status_code)
        return response

    @app.context_processor
    def common() -> dict[str, Any]:
        visit = g.get("visit")
        if visit is None:
            return {"visit": None, "menu": (), "note": None, "language": languages.reader_language()}
        return {
            "visit": visit,
            "menu": menu_for(visit),
            "note": read_note(),
            "language": languages.reader_language(),
        }

    return app


def _say_not_stored(error: Exception) -> ResponseReturnValue:
    """The database refuses or is away. Each form is one transaction, so nothing of it was stored."""
    if isinstance(error, DiskFullError):
        sentence = DISK_FULL
    elif isinstance(error, DatabaseBusyError):
        sentence = _("Somebody else is changing the same. Nothing was stored. Try again.")
    else:
        _log.error("A page could not use the database", exc_info=error)
        sentence = _("The database does not answer. Nothing was stored. Try again in a moment.")
    g.pop("visit", None)  # the page has no menu: that would ask the database
    return _answer(sentence, 503, "temporarily_unavailable")


def _say(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if 300 <= code < 400:
        return error.get_response()
    sentence, way_on = _SENTENCES.get(code, _("The request failed.")), ""
    if isinstance(error, shield.FormRefusedError):
        sentence, way_on = error.sentence, error.way_on
    elif code == 405 and request.method == "GET":
        sentence, way_on = _NOT_A_PAGE, _find_page_above()
    return _answer(sentence, code, "invalid_request", way_on)


def _find_page_above() -> str:
    """The page that a button is on, by the button's address: `/plugins/p/tab` of `/plugins/p/tab/do/button`."""
    adapter, path = current_app.create_url_adapter(request), request.path
    while path := path.rpartition("/")[0]:
        if adapter is not None and adapter.test(path, "GET"):
            return path
    return "/"


def _answer(sentence: str, code: int, error: str, way_on: str = "") -> ResponseReturnValue:
    if request.path.startswith(("/app/", "/api/")) and request.accept_mimetypes.best == "application/json":
        return {"error": error, "error_description": sentence}, code
    return render_template("error.html", sentence=sentence, code=code, way_on=way_on), code
