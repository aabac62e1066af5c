"""Finding values for a field of a plugin's page: as JSON for the script, and as a page that needs no script."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.languages import for_reader
from pbx_devhost.portal.notes import redirect_with_note
from pbx_devhost.portal.visit import admin_only, also_for_system, the_pbx, the_visit
from pbx_devhost.texts import _
from pbx_plugin_api import (
    Field,
    FieldKind,
    LookUpOutcome,
    LookUpRequest,
    LookUpResult,
    Refused,
    Saved,
    SaveRefused,
    SettingsPage,
    listing,
    sentences,
)

pages = Blueprint("lookups", __name__)

_TEXT_MAX_CHARS: Final = 128
_PAGES_MAX: Final = 10
_LINE_MAX_CHARS: Final = 1_024
_TOO_OFTEN: Final = Refused(
    message=_("Too many searches within a minute."), remedy=_("Wait a moment, then search again.")
)


@pages.get("/plugins/<plugin>/<tab_name>/look-up/<field_name>")
@admin_only
@also_for_system
def look_up(plugin: str, tab_name: str, field_name: str) -> ResponseReturnValue:  # noqa: ARG001  # in the address
    """Answer the script: `{"found": [{"value", "label", "detail"}], "has_more"}`, or `{"error", "remedy"}`."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)  # another site could not read the answer, but it could use up the searches
    outcome = _ask(plugin, field_name)
    if isinstance(outcome, Refused):
        return for_reader({"error": outcome.message, "remedy": outcome.remedy}), 429 if outcome is _TOO_OFTEN else 409
    found = [{"value": each.value, "label": each.label, "detail": each.detail} for each in outcome.found]
    return for_reader({"found": found, "has_more": outcome.has_more})


@pages.get("/plugins/<plugin>/<tab_name>/find/<field_name>")
@admin_only
@also_for_system
def find(plugin: str, tab_name: str, field_name: str) -> ResponseReturnValue:
    """Show a search box and what it found; each line that is ticked can be added to the list."""
    page, field = _find_field(plugin, tab_name, field_name)
    outcome = _ask(plugin, field_name) if _text() else LookUpResult()
    return _render(plugin, tab_name, page, field, outcome)


@pages.post("/plugins/<plugin>/<tab_name>/find/<field_name>")
@admin_only
@also_for_system
def add(plugin: str, tab_name: str, field_name: str) -> ResponseReturnValue:
    """Add lines to the stored list and save it. A fault shows on the page, and nothing is saved."""
    page, field = _find_field(plugin, tab_name, field_name)
    lines = field.value.splitlines()
    known = {line.strip().casefold() for line in lines}
    chosen = [line.strip() for line in request.form.getlist("line") if 0 < len(line.strip()) <= _LINE_MAX_CHARS]
    new = [line for line in dict.fromkeys(chosen) if line.casefold() not in known]
    back = f"/plugins/{plugin}/{tab_name}"
    if not new:
        return redirect_with_note(back, _("Nothing was added: the list has these lines already, or none was ticked."))
    visit = the_visit()
    values = {field_name: "\n".join([*lines, *new])}
    answer = the_pbx().save(plugin, visit.tenant, visit.viewer, values, page.version)
    if isinstance(answer.value, Saved):
        shown = listing(new[:5])
        if len(new) > 5:
            return redirect_with_note(back, _("Added to “{field}”: {lines} …", field=field.label, lines=shown))
        return redirect_with_note(back, _("Added to “{field}”: {lines}.", field=field.label, lines=shown))
    if isinstance(answer.value, SaveRefused):
        sentence: str = sentences(*(error.message for error in answer.value.errors))
    else:
        sentence = answer.sentence or _("Another person saved this page at the same moment. Add the lines again.")
    return _render(plugin, tab_name, page, field, Refused(message=sentence, remedy=_("Nothing was saved."))), 409


def _ask(plugin: str, field_name: str) -> LookUpOutcome:
    visit, text, number = the_visit(), _text(), request.args.get("page", "1")
    if not text:
        return Refused(message=_("Type the beginning of a name or an address."))
    page = int(number) if number.isdecimal() and number.isascii() and len(number) < 4 else 1
    asked = LookUpRequest(field=field_name, text=text, page=min(max(page, 1), _PAGES_MAX))
    answer = the_pbx().look_up(plugin, visit.tenant, visit.viewer, asked)
    if answer is None:
        return _TOO_OFTEN
    return answer.value or Refused(message=answer.sentence or _("The plugin did not answer."))


def _text() -> str:
    return "".join(c for c in request.args.get("q", "") if c.isprintable())[:_TEXT_MAX_CHARS].strip()


def _find_field(plugin: str, tab_name: str, field_name: str) -> tuple[SettingsPage, Field]:
    """Return the list that a page shows now; 404 where it offers no search for it."""
    visit = the_visit()
    answers = the_pbx().plugins.settings_pages(visit.tenant, visit.viewer, plugin=plugin)
    page = (answers[0].value if answers else None) or abort(404)
    lists = (
        each for tab in page.tabs if tab.name == tab_name for each in tab.fields if each.kind is FieldKind.LONG_TEXT
    )
    field = next((each for each in lists if each.name == field_name and each.lookup and not each.read_only), None)
    return (page, field) if field is not None else abort(404)


def _render(plugin: str, tab_name: str, page: SettingsPage, field: Field, outcome: LookUpOutcome) -> str:
    number = request.args.get("page", "1")
    return render_template(
        "find.html",
        plugin=plugin,
        tab_name=tab_name,
        page=page,
        field=field,
        known={line.strip().casefold() for line in field.value.splitlines()},
        text=_text(),
        number=int(number) if number.isdecimal() and number.isascii() and len(number) < 4 else 1,
        pages_max=_PAGES_MAX,
        refused=outcome if isinstance(outcome, Refused) else None,
        result=outcome if isinstance(outcome, LookUpResult) else LookUpResult(),
    )
