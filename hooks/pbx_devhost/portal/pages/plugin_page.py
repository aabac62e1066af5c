"""A plugin's settings page, drawn from the plugin's data. All of it is plain text and is escaped."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.host_parts import find_parts
from pbx_devhost.portal.notes import redirect_with_note
from pbx_devhost.portal.pages.confirming import ask, has_agreed
from pbx_devhost.portal.pages.merging import merge
from pbx_devhost.portal.pages.plugin_steps import draw_steps, find_step_fields
from pbx_devhost.portal.pages.run_log import show_started
from pbx_devhost.portal.signin.admission import add_person
from pbx_devhost.portal.signin.providers import send_to_provider
from pbx_devhost.portal.visit import admin_only, also_for_system, the_pbx, the_visit
from pbx_devhost.store.outbox.lanes import Fault
from pbx_devhost.switching import describe_force
from pbx_devhost.texts import _
from pbx_plugin_api import (
    ActionOutcome,
    ActionRequest,
    AddPerson,
    Confirmation,
    Done,
    Download,
    Field,
    FieldKind,
    HostPart,
    LoginRequest,
    LoginTest,
    Refused,
    SaveConflict,
    Saved,
    SaveRefused,
    SettingsPage,
    Started,
    Tab,
    TickReason,
    sentences,
)
from pbx_plugin_api.hosting.isolation import Answer

pages = Blueprint("plugin_page", __name__)

_VALUE_MAX_CHARS: Final = 400_000
_SAVES_MAX: Final = 10
"""How often somebody else may save in the moment of a save."""
_BOTH_KEPT: Final = _("Another person has changed other fields meanwhile; both are kept.")
_SIGN_IN_THERE: Final = _("Ask an administrator of the tenant to press this button.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Extra:
    """What a page shows besides the stored settings."""

    typed: Mapping[str, str] = field(default_factory=dict)
    """What the administrator typed, where it was not saved."""
    errors: Mapping[str, str] = field(default_factory=dict)
    other_errors: tuple[tuple[str, str, str], ...] = ()
    """Errors of fields on other tabs, or of the whole form: tab name, label, message."""
    conflicts: frozenset[str] = frozenset()
    """Fields that another person changed too after the form was drawn."""
    outcome: ActionOutcome | None = None
    pressed: str = ""


@pages.get("/plugins/<plugin>")
@admin_only
@also_for_system
def first_tab(plugin: str) -> ResponseReturnValue:
    """Go to the next step, or to the first tab if nothing has to be done."""
    page = _draw(plugin)
    if not isinstance(page, SettingsPage):
        return page
    tab = page.opening_tab()
    if tab is None:
        return redirect("/plugins", code=303)
    anchor = _find_anchor(page, tab)
    return redirect(f"/plugins/{plugin}/{tab.name}{'#' if anchor else ''}{anchor}", code=303)


@pages.get("/plugins/<plugin>/<tab_name>")
@admin_only
@also_for_system
def show_tab(plugin: str, tab_name: str) -> ResponseReturnValue:
    """Draw one tab."""
    page = _draw(plugin)
    return _render(plugin, page, tab_name, _Extra()) if isinstance(page, SettingsPage) else page


@pages.post("/plugins/<plugin>/<tab_name>")
@admin_only
@also_for_system
def save_tab(plugin: str, tab_name: str) -> ResponseReturnValue:
    """Give one tab's input to the plugin. Refused input stays in the form, with each error beside its field."""
    version = request.form.get("version", "")
    if not version.isdecimal() or len(version) > 12:
        abort(400)
    visit, step, is_late = the_visit(), request.form.get("step", ""), False
    for __ in range(_SAVES_MAX):
        page = _draw(plugin)
        if not isinstance(page, SettingsPage):
            return page
        tab = _tab(page, tab_name)
        fields = _fields_of_form(page, tab, step)
        typed = _read_fields(fields, prefix="f-")
        if page.version != int(version):
            is_late = True
            merged = merge(fields, typed, _read_marks(fields))
            typed = dict(merged.values)
            if merged.conflicts:
                extra = _Extra(typed=typed, conflicts=frozenset(merged.conflicts))
                return _render(plugin, page, tab_name, extra, status=409)
        answer = the_pbx().save(plugin, visit.tenant, visit.viewer, typed, page.version)
        outcome = answer.value
        if not isinstance(outcome, SaveConflict):
            break  # otherwise somebody saved in this moment: look again
    if isinstance(outcome, Saved):
        after = _draw(plugin) if step else None
        sentence = sentences(outcome.message, _BOTH_KEPT) if is_late else outcome.message
        return _go_on(plugin, after if isinstance(after, SettingsPage) else None, tab, sentence)
    now = _draw(plugin)
    if not isinstance(now, SettingsPage):
        return now
    if isinstance(outcome, SaveRefused):
        extra = _place_errors(now, _tab(now, tab_name), outcome, typed)
    elif isinstance(outcome, SaveConflict):
        extra = _Extra(typed=typed, conflicts=frozenset(typed))
    else:
        extra = _Extra(typed=typed, other_errors=((tab_name, "", _sentence(answer)),))
    return _render(plugin, now, tab_name, extra, status=409 if extra.conflicts else 422)


@pages.post("/plugins/<plugin>/<tab_name>/do/<action_name>")
@admin_only
@also_for_system
def press(plugin: str, tab_name: str, action_name: str) -> ResponseReturnValue:
    """Press a button. If it needs a confirmation, a page asks for it, without scripts."""
    page = _draw(plugin)
    if not isinstance(page, SettingsPage):
        return page
    visit, tab = the_visit(), _tab(page, tab_name)
    action = next((each for each in tab.actions if each.name == action_name), None)
    if action is None:
        gone = Refused(
            message=_("This is not possible any more."), remedy=_("The page below shows what is possible now.")
        )
        return _render(plugin, page, tab_name, _Extra(outcome=gone), status=409)
    values = _read_fields(action.parameters, prefix="p-")
    asked = ActionRequest(action=action_name, values=values, viewer=visit.viewer.username)
    question = the_pbx().confirm(plugin, visit.tenant, visit.viewer, asked)
    if isinstance(question.value, Confirmation) and not has_agreed(question.value):
        here = f"/plugins/{plugin}/{tab_name}"
        return ask(
            question.value,
            title=action.label,
            danger=action.danger,
            post_to=f"{here}/do/{action_name}",
            back=(here, page.title),
            values={f"p-{name}": value for name, value in values.items()},
        )
    outcome: ActionOutcome
    if not question.ok or isinstance(question.value, Refused):
        outcome = question.value if isinstance(question.value, Refused) else Refused(message=_sentence(question))
    else:
        answer = the_pbx().press(plugin, visit.tenant, visit.viewer, asked)
        outcome = answer.value or Refused(message=_sentence(answer))
    if isinstance(outcome, AddPerson):
        outcome = add_person(the_pbx(), visit.tenant, outcome.typed, visit.name)
    if isinstance(outcome, Download):
        return _send(outcome)
    if isinstance(outcome, Started):
        jobs = current_app.extensions["jobs"]
        return show_started(jobs.start(visit.tenant, plugin, TickReason.JOB, asked, outcome.job))
    if isinstance(outcome, LoginTest):
        back = f"/plugins/{plugin}/{tab_name}"
        if visit.is_system and not visit.reaches(visit.tenant.pbx_tenant_id):
            elsewhere = Refused(message=_("This is tried at the tenant's own address."), remedy=_SIGN_IN_THERE)
            return _render(plugin, page, tab_name, _Extra(outcome=elsewhere, pressed=action.label), status=409)
        login = LoginRequest(origin=visit.origin, return_to=back, is_test=True)
        return send_to_provider(visit.tenant, plugin, outcome.provider_id, login)
    now = _draw(plugin)
    if not isinstance(now, SettingsPage):
        return now
    has_only_a_sentence = isinstance(outcome, Done) and not (outcome.facts or outcome.tables or outcome.actions)
    if isinstance(outcome, Done) and has_only_a_sentence and request.form.get("step"):
        return _go_on(plugin, now, tab, outcome.message)
    status = 409 if isinstance(outcome, Refused) else 200
    return _render(plugin, now, tab_name, _Extra(outcome=outcome, pressed=action.label), status=status)


def _draw(plugin: str) -> SettingsPage | ResponseReturnValue:
    """Return the plugin's page, or a page that says why there is none."""
    visit, pbx = the_visit(), the_pbx()
    answer = next(iter(pbx.plugins.settings_pages(visit.tenant, visit.viewer, plugin=plugin)), None)
    if answer is not None and answer.value is not None:
        return answer.value
    state = next((each for each in pbx.plugins.plugins(visit.tenant) if each.name == plugin), None)
    if state is None:
        abort(404)
    if answer is not None:
        return render_template("plugin_failed.html", state=state, sentence=_sentence(answer)), 502
    why = describe_force(state, for_tenant=True) if state.reason else _("It has no settings page for this tenant.")
    return render_template("plugin_failed.html", state=state, sentence=why), 404


def _render(plugin: str, page: SettingsPage, tab_name: str, extra: _Extra, status: int = 200) -> ResponseReturnValue:
    tab = _tab(page, tab_name)
    steps = draw_steps(page, tab)
    body = render_template(
        "plugin_page.html",
        plugin=plugin,
        page=page,
        tab=tab,
        steps=steps,
        fields=[each for each in tab.fields if each.name not in steps.fields_inside],
        actions=[each for each in tab.actions if each.name not in steps.actions_inside],
        extra=extra,
        kinds=FieldKind,
        mail_fault=None if HostPart.MAIL_QUEUE in tab.host_parts else _find_mail_fault(plugin),
        parts=find_parts(the_visit(), plugin, tab),
    )
    return body, status


def _find_mail_fault(plugin: str) -> Fault | None:
    fault = the_pbx().stores.outbox.lanes.fault(the_visit().tenant.pbx_tenant_id)
    return fault if fault is not None and fault.channel == plugin else None


def _tab(page: SettingsPage, name: str) -> Tab:
    found = next((tab for tab in page.tabs if tab.name == name), None)
    return found if found is not None else abort(404)


def _go_on(plugin: str, page: SettingsPage | None, tab: Tab, sentence: str) -> ResponseReturnValue:
    """Send the browser to the next step of the page; without a page or a next step, back to the tab."""
    found = page.next_step() if page is not None else None
    name, anchor = (found[0].name, f"step-{found[1].name}") if found is not None else (tab.name, "")
    return redirect_with_note(f"/plugins/{plugin}/{name}", sentence, anchor=anchor)


def _find_anchor(page: SettingsPage, tab: Tab) -> str:
    """The place of the next step, if this tab shows it."""
    found = page.next_step()
    return f"step-{found[1].name}" if found is not None and found[0].name == tab.name else ""


def _fields_of_form(page: SettingsPage, tab: Tab, step: str) -> tuple[Field, ...]:
    """The fields of the form that was sent: those of a step, or those of the tab without those of a step."""
    if step:
        return find_step_fields(page, tab, step) or abort(400)
    elsewhere = find_step_fields(page, tab, request.form.get("without", ""))
    return tuple(each for each in tab.fields if each not in elsewhere)


def _read_marks(fields: tuple[Field, ...]) -> dict[str, str]:
    """Return the marks of the values that the form showed."""
    marks = {each.name: request.form.get(f"was-{each.name}") for each in fields}
    return {name: mark for name, mark in marks.items() if mark is not None}


def _read_fields(fields: tuple[Field, ...], *, prefix: str) -> dict[str, str]:
    """Return texts by field name. A checkbox that is not ticked sends nothing, which means `false`."""
    values = {}
    for each in fields:
        if each.read_only:
            continue
        given = request.form.get(prefix + each.name)
        if each.kind is FieldKind.TOGGLE:
            values[each.name] = "true" if given == "true" else "false"
        elif given is not None:
            text = given[:_VALUE_MAX_CHARS].replace("\r\n", "\n")
            values[each.name] = text if each.kind is FieldKind.LONG_TEXT else text.strip()
    return values


def _place_errors(page: SettingsPage, tab: Tab, outcome: SaveRefused, typed: Mapping[str, str]) -> _Extra:
    places = {each.name: (every.name, each.label) for every in page.tabs for each in every.fields}
    inside = draw_steps(page, tab).fields_inside
    here: dict[str, str] = {}
    elsewhere = []
    for error in outcome.errors:
        where, label = places.get(error.field, (tab.name, ""))
        if error.field in inside or (error.field in places and where == tab.name):
            here[error.field] = sentences(here[error.field], error.message) if error.field in here else error.message
        else:
            elsewhere.append((where, label, error.message))
    return _Extra(typed=typed, errors=here, other_errors=tuple(elsewhere))


def _send(download: Download) -> Response:
    return send_file(
        io.BytesIO(download.content),
        mimetype=download.content_type,
        as_attachment=True,
        download_name=download.filename,
        conditional=False,
        etag=False,
    )


def _sentence(answer: Answer[Any]) -> str:
    return answer.sentence or _("The plugin did not answer.")
